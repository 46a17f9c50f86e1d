//! System calls of macOS that no library here offers. Each gives a value or nothing; nothing else is `unsafe`.
//! What Apple documents is linked; what it does not is loaded when first needed, and may be missing.

pub(crate) mod io_report;
pub(crate) mod nvme;
pub(crate) mod registry;
pub(crate) mod smc;

use std::ffi::CStr;
use std::mem;
use std::ptr;
use std::sync::OnceLock;

/// An integer of the kernel by its name, of 4 or 8 bytes.
pub(crate) fn kernel_integer(name: &CStr) -> Option<i64> {
    let mut value = [0_u8; 8];
    let mut length = value.len();
    // SAFETY: `name` ends in a zero byte, and the kernel writes at most `length` bytes into `value`.
    let result =
        unsafe { libc::sysctlbyname(name.as_ptr(), value.as_mut_ptr().cast(), &raw mut length, ptr::null_mut(), 0) };
    let [a, b, c, d, ..] = value;
    match (result, length) {
        (0, 4) => Some(i64::from(i32::from_ne_bytes([a, b, c, d]))),
        (0, 8) => Some(i64::from_ne_bytes(value)),
        _ => None,
    }
}

/// Pages written to swap since boot.
pub(crate) fn pages_swapped_out() -> Option<u64> {
    // SAFETY: the structure holds only integers, for which all zeros are a value.
    let mut figures: libc::vm_statistics64 = unsafe { mem::zeroed() };
    let mut count = libc::HOST_VM_INFO64_COUNT;
    // SAFETY: the kernel writes at most `count` integers, which is the size of `figures`.
    let result =
        unsafe { libc::host_statistics64(host(), libc::HOST_VM_INFO64, (&raw mut figures).cast(), &raw mut count) };
    (result == libc::KERN_SUCCESS).then_some(figures.swapouts)
}

/// The port of this machine. Each call to the kernel for it takes one more reference, so it is asked once.
fn host() -> libc::mach_port_t {
    static HOST: OnceLock<libc::mach_port_t> = OnceLock::new();
    #[expect(deprecated, reason = "the crate that libc names instead would be one more dependency for one function")]
    // SAFETY: takes nothing; the port lives as long as the task.
    *HOST.get_or_init(|| unsafe { libc::mach_host_self() })
}

/// What a process holds and wrote.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProcessUsage {
    /// Physical footprint, which Activity Monitor calls "Memory", in bytes.
    pub(crate) footprint: u64,
    /// Bytes written to disks since it started.
    pub(crate) written: u64,
    /// How often it woke the processor, by timers and by interrupts, since it started.
    pub(crate) wakeups: u64,
}

/// None for processes that this user may not look at.
pub(crate) fn process_usage(pid: u32) -> Option<ProcessUsage> {
    let pid = libc::c_int::try_from(pid).ok()?;
    // SAFETY: the structure holds only integers, for which all zeros are a value.
    let mut usage: libc::rusage_info_v4 = unsafe { mem::zeroed() };
    // SAFETY: for `RUSAGE_INFO_V4` the kernel writes one `rusage_info_v4` where the pointer points; that C declares it
    // as a pointer to a pointer is history.
    let result = unsafe { libc::proc_pid_rusage(pid, libc::RUSAGE_INFO_V4, (&raw mut usage).cast()) };
    (result == 0).then_some(ProcessUsage {
        footprint: usage.ri_phys_footprint,
        written: usage.ri_diskio_byteswritten,
        wakeups: usage.ri_pkg_idle_wkups.saturating_add(usage.ri_interrupt_wkups),
    })
}
