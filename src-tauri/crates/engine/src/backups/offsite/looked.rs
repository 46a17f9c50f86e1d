//! When copies are looked for: after something changed, or when something is due by itself. In between nothing of them is asked.

use std::sync::{MutexGuard, PoisonError};

use caretaker_core::time::{Span, Timestamp};

use crate::engine::Engine;

/// Without anything that is due by itself; what changes is told.
pub(super) const LONGEST: Span = Span::from_hours(24);

/// What the newest look for copies knew.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// Changes since the start: archives written or removed, copies made, work ended, another configuration.
    changes: u64,
    newest: Option<Look>,
}

/// One look.
#[derive(Debug)]
struct Look {
    /// Changes that it knew of.
    changes: u64,
    at: Timestamp,
    /// When something is due by itself.
    next: Timestamp,
}

impl Looked {
    /// Something changed.
    pub fn change(&mut self) {
        self.changes += 1;
    }

    /// How much changed so far.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether it is time for a look.
    fn is_due(&self, now: Timestamp) -> bool {
        // A look that lies ahead was made under another clock.
        let is_known = |look: &Look| look.changes == self.changes && look.at <= now && now < look.next;
        !self.newest.as_ref().is_some_and(is_known)
    }

    fn note(&mut self, changes: u64, at: Timestamp, next: Timestamp) {
        self.newest = Some(Look { changes, at, next });
    }
}

impl Engine {
    fn looked(&self) -> MutexGuard<'_, Looked> {
        self.0.backups.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something that copies depend on changed.
    pub(crate) fn copies_changed(&self) {
        self.looked().change();
    }

    /// How much of that changed so far.
    pub(crate) fn copies_changes(&self) -> u64 {
        self.looked().changes()
    }

    /// What is known to have changed when it is time for a look; none when it is not.
    pub(super) fn begin_look(&self, now: Timestamp) -> Option<u64> {
        let looked = self.looked();
        looked.is_due(now).then(|| looked.changes())
    }

    /// The look is over. What changed meanwhile is looked for at the next one.
    pub(super) fn end_look(&self, changes: u64, at: Timestamp, next: Timestamp) {
        self.looked().note(changes, at, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_due_after_a_change_at_its_time_and_when_the_clock_was_set_back() {
        let mut looked = Looked::default();
        let now = Timestamp::from_millis(1_000_000_000);
        let after = |minutes| now + Span::from_minutes(minutes);
        assert!(looked.is_due(now), "nothing was looked for yet");
        looked.note(looked.changes(), now, after(60));
        assert!(!looked.is_due(now) && !looked.is_due(after(59)));
        assert!(looked.is_due(after(60)));
        assert!(looked.is_due(now - Span::from_minutes(1)));
        // What changes while somebody looks is not lost.
        let known = looked.changes();
        looked.change();
        looked.note(known, after(1), after(60));
        assert!(looked.is_due(after(2)));
    }
}
