//! macOS: `CLOCK_UPTIME_RAW` stands still in sleep, `CLOCK_MONOTONIC_RAW` does not (clock_gettime(3)).

use caretaker_core::time::Span;

/// Time since boot without and with sleep.
pub fn since_boot() -> (Span, Span) {
    (read(libc::CLOCK_UPTIME_RAW), read(libc::CLOCK_MONOTONIC_RAW))
}

/// A text that differs from boot to boot.
pub fn boot_identity() -> Option<String> {
    let mut text = [0_u8; 64];
    let mut length = text.len();
    // SAFETY: the name is a C string, and `text` is writable for `length` bytes, which the call shortens to what it wrote.
    let result = unsafe {
        libc::sysctlbyname(
            c"kern.bootsessionuuid".as_ptr(),
            text.as_mut_ptr().cast(),
            &raw mut length,
            std::ptr::null_mut(),
            0,
        )
    };
    let written = text.get(..length).filter(|_| result == 0)?;
    Some(String::from_utf8_lossy(written).trim_end_matches('\0').to_owned())
}

fn read(clock: libc::clockid_t) -> Span {
    let mut reading = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `reading` is a valid timespec; the call fails only for an unknown clock and then leaves zeros.
    unsafe { libc::clock_gettime(clock, &raw mut reading) };
    Span::from_millis(reading.tv_sec.saturating_mul(1_000).saturating_add(reading.tv_nsec / 1_000_000))
}
