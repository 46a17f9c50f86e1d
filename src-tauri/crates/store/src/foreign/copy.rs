//! A consistent copy of a database: found, made, synced, checked, counted.

use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use caretaker_core::backup::{CopyAnswer, CopyOrder, DatabaseCopy, Refusal};

use super::aside;
use super::check::{Look, look};
use super::held::Held;
use super::limit::Limit;
use super::refused::Refused;
use super::situation::{Way, record, way};
use super::transfer::{Others, transfer};
use crate::database::beside;

/// How often a database is looked at that changes under the look.
const LOOKS: usize = 4;

/// Makes the copy, or says why there is none; then nothing is left of it.
pub fn copy(order: &CopyOrder) -> CopyAnswer {
    let source = Path::new(std::ffi::OsStr::from_bytes(order.source.as_bytes()));
    let target = Path::new(&order.target);
    let limit = Limit::after(order.limit.to_duration());
    let mut last = Refused::Moved;
    for _ in 0..LOOKS {
        match attempt(source, target, limit, order) {
            Ok(made) => return CopyAnswer::Copied(made),
            Err(refused) => {
                clear(target);
                last = refused;
            }
        }
        if last != Refused::Moved || limit.is_over() {
            break;
        }
    }
    last.answer()
}

fn attempt(source: &Path, target: &Path, limit: Limit, order: &CopyOrder) -> Result<DatabaseCopy, Refused> {
    let before = record(source)?;
    let held = match way(source)? {
        Way::Aside => {
            aside::copy(source, target, limit)?;
            Held::default()
        }
        Way::Shared => transfer(source, target, Others::May, limit)?,
        Way::Alone => {
            transfer(source, target, Others::None, limit)?;
            // Nobody was there at the beginning; whoever came meanwhile left a trace.
            if record(source)? != before || way(source)? != Way::Alone {
                return Err(Refused::Moved);
            }
            Held::default()
        }
    };
    File::open(target)?.sync_all()?;
    let Look { page, verdict, tables } = look(target, limit, order.counting.to_duration())?;
    match verdict {
        Ok(detail) => Ok(DatabaseCopy { page, tables, detail, held_ms: held.milliseconds() }),
        Err(what) => Err(Refused::For(Refusal::Damaged, format!("is damaged ({what})"))),
    }
}

/// Removes what is left of a copy.
pub(super) fn clear(target: &Path) {
    for part in ["", "-wal", "-shm", "-journal"] {
        // What is not there need not be removed.
        let _ = std::fs::remove_file(beside(target, part));
    }
}
