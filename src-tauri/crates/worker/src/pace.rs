//! Slows work down while other programs are held up. Priorities are set elsewhere; this is for what they do not reach: caches,
//! memory bandwidth, and disks that know no priorities.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use caretaker_backup::write::{NoPace, Pace};
use caretaker_platform::background::contention;

/// Work of this size waits at most so long: about four times what a frame takes.
const LONGEST: Duration = Duration::from_millis(60);
/// Below this share of time somebody always waits for a processor; the work itself is one of them.
const USUAL: f64 = 0.25;
/// How long a look at the machine holds.
const LOOK: Duration = Duration::from_millis(500);

/// The pace of a piece of work: in a hurry it waits for nobody.
pub(crate) fn pace(hurry: bool) -> Box<dyn Pace> {
    if hurry { Box::new(NoPace) } else { Box::new(Considerate::default()) }
}

/// Goes slower the more others are held up.
#[derive(Debug)]
pub struct Considerate {
    /// When the machine was looked at, and how long each frame waits since.
    looked: Mutex<(Instant, Duration)>,
}

impl Default for Considerate {
    /// Looks at once.
    fn default() -> Self {
        Self { looked: Mutex::new((Instant::now(), pause(contention()))) }
    }
}

impl Considerate {
    fn pause(&self) -> Duration {
        let mut looked = self.looked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if looked.0.elapsed() > LOOK {
            *looked = (Instant::now(), pause(contention()));
        }
        looked.1
    }
}

/// Nothing up to what is usual, then more and more.
fn pause(contention: f64) -> Duration {
    LONGEST.mul_f64(((contention - USUAL) / (1.0 - USUAL)).clamp(0.0, 1.0))
}

impl Pace for Considerate {
    #[expect(
        clippy::disallowed_methods,
        reason = "waiting is what it is for; these are threads of a process of its own"
    )]
    fn wait(&self) {
        let pause = self.pause();
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busier_others_are_the_longer_it_waits() {
        assert_eq!(pause(0.1), Duration::ZERO);
        assert_eq!(pause(1.0), LONGEST);
        assert!(pause(0.5) < pause(0.8));
    }
}
