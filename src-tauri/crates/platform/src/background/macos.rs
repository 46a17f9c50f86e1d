//! macOS: the background band, which throttles processor and disk of a process at once and needs no further pauses.

pub fn stand_back() {
    // SAFETY: takes numbers and touches no memory; zero stands for this process.
    unsafe { libc::setpriority(libc::PRIO_DARWIN_PROCESS, 0, libc::PRIO_DARWIN_BG) };
}

pub fn contention() -> f64 {
    0.0
}

pub fn is_on_battery() -> bool {
    false
}
