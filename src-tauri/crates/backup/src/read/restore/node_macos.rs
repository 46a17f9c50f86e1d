//! Makes nothing on macOS: it has no call that makes pipes or devices below an open folder, and no backup of a person needs them.

use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, Mode};

/// Says that it cannot.
pub(super) fn node(_: BorrowedFd<'_>, _: &str, _: FileType, _: Mode, _: (u32, u32)) -> rustix::io::Result<()> {
    Err(rustix::io::Errno::OPNOTSUPP)
}
