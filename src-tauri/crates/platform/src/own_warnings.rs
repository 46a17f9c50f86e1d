//! Caretaker's own warnings of the last minutes, kept in memory so that an alert can show what Caretaker itself complained of.
//! Nothing is written here; the lines on standard error are somebody else's.

use std::collections::VecDeque;
use std::fmt::{Debug, Write};
use std::sync::{Mutex, PoisonError};

use caretaker_core::record::{Record, RecordLevel};
use caretaker_core::time::{Clock, Timestamp};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::clock::SystemClock;

/// Warnings that are kept; more than fit into evidence are of no use.
const KEPT: usize = 100;
/// The name under which they stand among the records of other programs.
const SOURCE: &str = "caretaker";

/// One program has one, as it has one subscriber. The lock is held for a push or a copy only.
static WARNINGS: Mutex<VecDeque<Record>> = Mutex::new(VecDeque::new());

/// Keeps what passes by, if it is a warning or an error of Caretaker's own code.
pub struct OwnWarnings {
    clock: SystemClock,
}

impl OwnWarnings {
    /// To be added to the subscriber of a program.
    pub fn layer() -> Self {
        Self { clock: SystemClock::new() }
    }
}

impl<S: Subscriber> Layer<S> for OwnWarnings {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let metadata = event.metadata();
        let level = match *metadata.level() {
            Level::ERROR => RecordLevel::Error,
            Level::WARN => RecordLevel::Warning,
            _ => return,
        };
        if !metadata.target().starts_with("caretaker") {
            return;
        }
        let mut words = Words::default();
        event.record(&mut words);
        let record = Record::new(self.clock.moment().wall, level, SOURCE, &words.text());
        let mut warnings = WARNINGS.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.len() == KEPT {
            warnings.pop_front();
        }
        warnings.push_back(record);
    }
}

/// Those that were written from `from` until `until`, the oldest first.
pub fn own_warnings(from: Timestamp, until: Timestamp) -> Vec<Record> {
    let warnings = WARNINGS.lock().unwrap_or_else(PoisonError::into_inner);
    warnings.iter().filter(|record| record.at >= from && record.at <= until).cloned().collect()
}

/// The message of an event and its fields behind it, as the lines on standard error have them.
#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Words {
    fn text(&self) -> String {
        format!("{}{}", self.message, self.fields)
    }
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing into a text cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caretaker_core::time::Span;
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn warnings_are_kept_with_their_fields_and_nothing_else_is() {
        let subscriber = tracing_subscriber::registry().with(OwnWarnings::layer());
        let before = SystemClock::new().moment().wall - Span::from_seconds(1);
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "caretaker_engine", part = "samples", "a database could not be written");
            tracing::info!(target: "caretaker_engine", "all is well");
            tracing::warn!(target: "hyper", "not ours");
        });
        let kept = own_warnings(before, before + Span::from_minutes(1));
        let ours: Vec<_> = kept.iter().map(|record| record.message.as_str()).collect();
        assert_eq!(ours, ["a database could not be written part=\"samples\""]);
        assert_eq!(own_warnings(Timestamp::default(), before), []);
    }
}
