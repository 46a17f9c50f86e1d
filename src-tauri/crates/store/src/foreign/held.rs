//! How long this work could keep a writer waiting, measured where a lock is held.

use std::time::{Duration, Instant};

/// A lock that keeps writers waiting is held for moments of at most about this length; a writer is never kept longer than 250 ms.
pub(super) const MOMENT: Duration = Duration::from_millis(120);
/// How long others then have for themselves.
const PAUSE: Duration = Duration::from_millis(15);

/// The longest such moment so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held(Duration);

impl Held {
    /// Does something while a lock is held, from the moment that it was got.
    pub fn during<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        self.note(begun.elapsed());
        done
    }

    /// Notes a moment.
    pub fn note(&mut self, span: Duration) {
        self.0 = self.0.max(span);
    }

    /// Takes over what another part of the work noted.
    pub fn merge(&mut self, other: Self) {
        self.note(other.0);
    }

    /// In milliseconds.
    pub fn milliseconds(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Lets others write.
#[expect(clippy::disallowed_methods, reason = "it lets others write; this process does nothing else")]
pub(super) fn pause() {
    std::thread::sleep(PAUSE);
}
