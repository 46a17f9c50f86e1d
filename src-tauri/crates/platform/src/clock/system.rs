//! [`SystemClock`]: all clocks of this machine in one reading. Waiting is tokio's timer, which stands still while the
//! machine sleeps on both systems.

use std::time::{SystemTime, UNIX_EPOCH};

use caretaker_core::time::{BootId, Clock, Moment, Sleep, Span, Timestamp};

use super::native;
use crate::hash::fnv1a;

/// The clocks of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    boot: BootId,
}

impl SystemClock {
    /// Learns once which boot this is; that cannot change while the program runs.
    pub fn new() -> Self {
        // A system that hides its boot identity gets one for all boots: reboots then look like clock steps, which costs a
        // clear reason in the history and nothing else.
        let boot = native::boot_identity().map_or(BootId(0), |identity| BootId(fnv1a(identity.trim().as_bytes())));
        Self { boot }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn moment(&self) -> Moment {
        let (awake, elapsed) = native::since_boot();
        Moment { wall: wall(), awake, elapsed, boot: self.boot }
    }

    fn sleep(&self, span: Span) -> Sleep {
        Box::pin(tokio::time::sleep(span.to_duration()))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
fn wall() -> Timestamp {
    let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    };
    Timestamp::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_clock_moves_forward_and_the_boot_stays() {
        let clock = SystemClock::new();
        let before = clock.moment();
        clock.sleep(Span::from_millis(30)).await;
        let after = clock.moment();
        assert!((after.awake - before.awake) >= Span::from_millis(29), "{before:?} {after:?}");
        assert!((after.elapsed - before.elapsed) >= Span::from_millis(29), "{before:?} {after:?}");
        assert!(after.elapsed >= after.awake, "time with sleep is never shorter than time without");
        assert_eq!(before.boot, after.boot);
        assert_ne!(after.boot, BootId(0), "this system tells its boots apart");
        assert!(after.wall > "2024-01-01T00:00:00Z".parse().unwrap());
    }

    #[test]
    fn two_starts_of_the_program_in_one_boot_agree() {
        assert_eq!(SystemClock::new().moment().boot, SystemClock::new().moment().boot);
    }
}
