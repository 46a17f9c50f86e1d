//! What the kernel counts for this program as a whole, threads that ended included.

use std::mem;

/// How often a thread of this program gave the CPU away to wait for something; each wait ends with a wake-up. Reading
/// the same from `/proc/self/task` takes a file for each thread, and forgets those that ended.
pub(crate) fn times_waited() -> Option<u64> {
    // SAFETY: the structure holds only integers, for which all zeros are a value.
    let mut usage: libc::rusage = unsafe { mem::zeroed() };
    // SAFETY: the kernel writes one `rusage` where the pointer points.
    let result = unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
    if result == 0 { u64::try_from(usage.ru_nvcsw).ok() } else { None }
}
