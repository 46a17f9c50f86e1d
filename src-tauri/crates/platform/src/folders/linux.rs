//! Linux: the scheduler's idle class for the processor and for the disk.

use std::path::PathBuf;

/// `IOPRIO_WHO_PROCESS`, and the idle class in the upper bits (`linux/ioprio.h`).
const WHO_PROCESS: libc::c_int = 1;
const IDLE_CLASS: libc::c_int = 3 << 13;

/// A mount point is its own root.
pub fn root_of(mount: &str) -> PathBuf {
    PathBuf::from(mount)
}

/// Lets everybody else go before the thread that calls. What the system refuses is no fault: the walk pauses by itself too.
pub fn lower_priority() {
    // SAFETY: a plain structure of numbers, all of which may be zero.
    let idle: libc::sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: zero stands for the calling thread; the structure lives through the call.
    unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const idle) };
    // SAFETY: takes three numbers and touches no memory; zero stands for the calling thread.
    unsafe { libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0, IDLE_CLASS) };
}
