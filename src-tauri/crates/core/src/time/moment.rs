//! One reading of every clock that matters, taken once a round.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Span, Timestamp};

/// What tells one boot of the machine from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BootId(pub u64);

impl fmt::Display for BootId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

/// All clocks at one instant. `awake` and `elapsed` start at boot, never step, and differ by the time asleep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The wall clock, which people and NTP may set.
    pub wall: Timestamp,
    /// Time since boot without sleep (Linux `CLOCK_MONOTONIC`, macOS `CLOCK_UPTIME_RAW`).
    pub awake: Span,
    /// Time since boot with sleep (Linux `CLOCK_BOOTTIME`, macOS `CLOCK_MONOTONIC_RAW`).
    pub elapsed: Span,
    /// Which boot `awake` and `elapsed` count from.
    pub boot: BootId,
}

impl Moment {
    /// Whether it comes after `other`, by clocks that nobody sets. Another boot is taken for a later one.
    pub fn is_later_than(&self, other: &Self) -> bool {
        self.boot != other.boot || self.elapsed > other.elapsed
    }
}
