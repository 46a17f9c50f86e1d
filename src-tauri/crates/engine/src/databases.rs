//! Both databases of a home, opened whatever became of them: a damaged one is set aside, and on a full disk the reserve is
//! given up. It judges nothing that is in them.

use std::path::{Path, PathBuf};

use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Moment, Timestamp};
use caretaker_platform::files;
use caretaker_store::{Access, MetricsStore, StateStore, StoreError};

use crate::degraded::DegradedParts;
use crate::engine::Mode;
use crate::options::EngineOptions;
use crate::reserve;
use crate::set_aside::SetAside;

/// What was opened.
pub(crate) struct Opened {
    pub metrics: MetricsStore,
    pub state: StateStore,
    /// Whether an engine ever ran in this home.
    pub used: bool,
}

/// Opens both, for writing with everything that it takes.
pub(crate) fn open(
    options: &EngineOptions,
    mode: Mode,
    (degraded, set_aside): (&DegradedParts, &SetAside),
    moment: Moment,
) -> Result<Opened, Problem> {
    let (home, now) = (&options.home, moment.wall);
    let (metrics, state) = (home.metrics_database(), home.caretaker_database());
    let opened = if mode == Mode::ReadOnly {
        read_only(&metrics, &state)?
    } else {
        let opening = Opening { reserve_beside: &state, now };
        let (metrics, old_metrics) = opening.open(&metrics, MetricsStore::open, MetricsStore::set_aside)?;
        let (state, old_state) = opening.open(&state, StateStore::open, StateStore::set_aside)?;
        reserve::lay_down(&state, degraded, now);
        for kept in old_metrics.iter().chain(&old_state) {
            set_aside.tell((&metrics, &state), kept, now);
        }
        Opened { metrics, state, used: true }
    };
    set_aside.look(home.folder(), degraded, now);
    Ok(opened)
}

/// A home that lacks a database was never used: it reads as empty, and reading it makes nothing.
fn read_only(metrics: &Path, state: &Path) -> Result<Opened, Problem> {
    let opened = MetricsStore::open(metrics, Access::ReadOnly)
        .and_then(|metrics| Ok(Opened { metrics, state: StateStore::open(state, Access::ReadOnly)?, used: true }));
    match opened {
        Err(StoreError::Absent { .. }) => {
            Ok(Opened { metrics: MetricsStore::empty(metrics), state: StateStore::empty(state), used: false })
        }
        other => Ok(other?),
    }
}

struct Opening<'a> {
    reserve_beside: &'a Path,
    now: Timestamp,
}

impl Opening<'_> {
    /// Opens one, with the name that a damaged file is kept under.
    fn open<T>(
        &self,
        path: &Path,
        open: fn(&Path, Access) -> Result<T, StoreError>,
        set_aside: fn(&Path, Timestamp) -> Result<PathBuf, StoreError>,
    ) -> Result<(T, Option<PathBuf>), Problem> {
        // SQLite gives its log the mode of the database, so that nothing of ours is readable by others even in a home
        // that is.
        files::create_private(path).map_err(|error| cannot_create(path, &error))?;
        match self.with_room(path, open) {
            Err(StoreError::Damaged { .. }) => {
                let kept = set_aside(path, self.now)?;
                files::create_private(path).map_err(|error| cannot_create(path, &error))?;
                Ok((self.with_room(path, open)?, Some(kept)))
            }
            other => Ok((other?, None)),
        }
    }

    /// SQLite needs a little room beside the database even to read its log.
    fn with_room<T>(&self, path: &Path, open: fn(&Path, Access) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match open(path, Access::ReadWrite) {
            Err(error) if error.is_full() && StateStore::give_up_reserve(self.reserve_beside) => {
                open(path, Access::ReadWrite)
            }
            other => other,
        }
    }
}

fn cannot_create(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(Code::HomeUnusable, format!("create {}: {error}", path.display()))
        .hint("check that the folder can be written and the disk has room")
}
