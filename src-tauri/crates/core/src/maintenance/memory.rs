//! What is remembered of a task between runs, and how each end of a run changes it.

use serde::{Deserialize, Serialize};

use super::due::DueTask;
use super::task::Interrupted;
use crate::time::{Span, Timestamp};

/// A moment so far ahead was written under another clock.
const IMPOSSIBLE: Span = Span::from_hours(25);

/// A run that was begun for a slot and has not ended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The moment that it was meant for.
    pub slot: Timestamp,
    /// When it began.
    pub at: Timestamp,
}

/// What is remembered of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskMemory {
    /// When the task was first switched on: its times begin then.
    pub since: Option<Timestamp>,
    /// The slot that was dealt with last: it does not come twice, whatever clocks do.
    pub done: Option<Timestamp>,
    /// A time at which it is to run once, beside its schedule.
    pub once: Option<Timestamp>,
    /// A run that goes on; at a start, one that was interrupted.
    pub running: Option<Attempt>,
    /// Runs for `failed_slot` that failed.
    pub failures: u32,
    /// When the newest of them failed.
    pub failed_at: Option<Timestamp>,
    /// The slot that they were for.
    pub failed_slot: Option<Timestamp>,
}

impl TaskMemory {
    /// Notes that a run begins.
    pub fn begin(&mut self, due: &DueTask, now: Timestamp) {
        self.running = Some(Attempt { slot: due.slot, at: now });
    }

    /// Notes that a slot was dealt with: nothing comes again for the time up to it.
    pub fn dealt_with(&mut self, slot: Timestamp) {
        self.done = Some(self.done.map_or(slot, |done| done.max(slot)));
        self.once = self.once.filter(|once| *once > slot);
        self.running = None;
        (self.failures, self.failed_at, self.failed_slot) = (0, None, None);
    }

    /// Notes that a run failed. After `retries` more of them the slot is over.
    pub fn failed(&mut self, slot: Timestamp, now: Timestamp, retries: u32) {
        let before = if self.failed_slot == Some(slot) { self.failures } else { 0 };
        if before >= retries {
            self.dealt_with(slot);
            return;
        }
        self.running = None;
        (self.failures, self.failed_at, self.failed_slot) = (before + 1, Some(now), Some(slot));
    }

    /// Notes at a start that a run was interrupted, and gives its slot. One that ends Caretaker each time it runs is not tried
    /// for ever.
    pub fn interrupted(&mut self, policy: Interrupted, now: Timestamp, retries: u32) -> Option<Timestamp> {
        let attempt = self.running.take()?;
        match policy {
            Interrupted::Again => self.failed(attempt.slot, now, retries.max(1)),
            Interrupted::Leave => self.dealt_with(attempt.slot),
        }
        Some(attempt.slot)
    }

    /// What was written while the clock stood years ahead must not keep a task silent for years; true when something was.
    pub fn mend_clock(&mut self, now: Timestamp) -> bool {
        let mut is_mended = false;
        for at in [&mut self.since, &mut self.done, &mut self.failed_at].into_iter().flatten() {
            if *at > now + IMPOSSIBLE {
                *at = now;
                is_mended = true;
            }
        }
        is_mended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000) + Span::from_hours(hours)
    }

    fn due(slot: Timestamp) -> DueTask {
        DueTask { slot, missed: 0 }
    }

    #[test]
    fn a_run_that_kills_caretaker_each_time_is_given_up() {
        let mut memory = TaskMemory { since: Some(at(0)), ..TaskMemory::default() };
        let mut tries = 0;
        while memory.done.is_none() {
            memory.begin(&due(at(1)), at(1));
            assert_eq!(memory.interrupted(Interrupted::Again, at(2), 0), Some(at(1)));
            tries += 1;
            assert!(tries < 5);
        }
        assert_eq!((tries, memory.done, memory.running), (2, Some(at(1)), None));
    }

    #[test]
    fn what_is_left_after_an_interruption_is_dealt_with() {
        let mut memory = TaskMemory::default();
        memory.begin(&due(at(1)), at(1));
        assert_eq!(memory.interrupted(Interrupted::Leave, at(2), 3), Some(at(1)));
        assert_eq!((memory.done, memory.failures), (Some(at(1)), 0));
        assert_eq!(memory.interrupted(Interrupted::Leave, at(2), 3), None);
    }

    #[test]
    fn failures_count_for_their_slot_alone() {
        let mut memory = TaskMemory::default();
        memory.failed(at(1), at(1), 2);
        memory.failed(at(1), at(2), 2);
        assert_eq!((memory.failures, memory.done), (2, None));
        // The next slot begins anew.
        memory.failed(at(24), at(24), 2);
        assert_eq!((memory.failures, memory.failed_slot), (1, Some(at(24))));
        memory.failed(at(24), at(25), 2);
        memory.failed(at(24), at(26), 2);
        assert_eq!((memory.failures, memory.done), (0, Some(at(24))));
    }

    #[test]
    fn a_clock_that_stood_years_ahead_is_forgiven() {
        let mut memory = TaskMemory { done: Some(at(24 * 365)), since: Some(at(0)), ..TaskMemory::default() };
        assert!(memory.mend_clock(at(1)) && !memory.mend_clock(at(1)));
        assert_eq!(memory.done, Some(at(1)));
    }
}
