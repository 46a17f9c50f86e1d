//! Everything countable as it is now, for who collects figures from outside. Reads no database.

use std::sync::{Arc, PoisonError};

use caretaker_core::metric::{Histogram, Reading};
use caretaker_core::rule::Level;
use caretaker_core::time::{Span, Timestamp};

use super::status::STALE_INTERVALS;
use crate::engine::{Engine, Mode};

/// What is pushed keeps no beat that is known here; what is older than this would pass for present.
const PUSHED_FOR: Span = Span::from_hours(24);

/// The newest values and the engine's own counts.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Values of the newest round, none when it is so old that they would pass for present ones, and what was pushed in the
    /// last 24 hours.
    pub readings: Vec<Reading>,
    /// When the newest round was made.
    pub at: Option<Timestamp>,
    /// When the engine started; none where no engine runs.
    pub started: Option<Timestamp>,
    /// How long rounds took since the start.
    pub rounds: Histogram,
    /// Raised alerts of each level.
    pub alerts: Vec<(Level, usize)>,
    /// Parts that do not work.
    pub degraded: usize,
    /// Version of the program.
    pub version: String,
}

impl Engine {
    /// The newest values and the engine's own counts.
    pub fn figures(&self) -> Figures {
        let (now, latest) = (self.now(), self.latest());
        let limit = self.settings().collect.interval * STALE_INTERVALS;
        let fresh = latest.round.is_some_and(|round| now.since(round.at) <= limit);
        let raised = |level| latest.open.iter().filter(|alert| alert.is_raised() && alert.level == level).count();
        let mut readings = if fresh { latest.readings.clone() } else { Vec::new() };
        readings.extend(latest.pushed.iter().filter(|(_, newest)| now.since(newest.at) <= PUSHED_FOR).map(
            |(key, newest)| Reading { key: Arc::clone(key), unit: newest.unit, kind: newest.kind, value: newest.value },
        ));
        Figures {
            readings,
            at: latest.round.map(|round| round.at),
            started: (self.mode() == Mode::Live).then_some(self.0.started),
            rounds: self.0.round_times.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            alerts: [Level::Warning, Level::Critical].map(|level| (level, raised(level))).to_vec(),
            degraded: self.0.degraded.list().len(),
            version: self.0.version.clone(),
        }
    }
}
