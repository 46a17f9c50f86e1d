//! macOS: the background band, which throttles processor and disk of a thread at once.

use std::path::PathBuf;

/// Since macOS 10.15 what a person sees below `/` lies on the data volume; the system's own is read-only and never grows.
const DATA: &str = "/System/Volumes/Data";

/// Where the folders of a mount point are walked.
pub fn root_of(mount: &str) -> PathBuf {
    let data = PathBuf::from(DATA);
    if mount == "/" && data.is_dir() { data } else { PathBuf::from(mount) }
}

/// Lets everybody else go before the thread that calls.
pub fn lower_priority() {
    // SAFETY: takes numbers and touches no memory; zero stands for the calling thread.
    unsafe { libc::setpriority(libc::PRIO_DARWIN_THREAD, 0, libc::PRIO_DARWIN_BG) };
}
