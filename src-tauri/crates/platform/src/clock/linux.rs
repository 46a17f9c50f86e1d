//! Linux: `CLOCK_MONOTONIC` stands still in sleep, `CLOCK_BOOTTIME` does not (clock_gettime(2)).

use caretaker_core::time::Span;
use rustix::time::{ClockId, Timespec, clock_gettime};

/// Time since boot without and with sleep.
pub fn since_boot() -> (Span, Span) {
    (span(clock_gettime(ClockId::Monotonic)), span(clock_gettime(ClockId::Boottime)))
}

/// A text that differs from boot to boot.
pub fn boot_identity() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()
}

fn span(reading: Timespec) -> Span {
    Span::from_millis(reading.tv_sec.saturating_mul(1_000).saturating_add(reading.tv_nsec / 1_000_000))
}
