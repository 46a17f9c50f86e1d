//! Makes pipes and devices on Linux.

use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, Mode, makedev, mknodat};

/// Makes a pipe or device.
pub(super) fn node(
    folder: BorrowedFd<'_>,
    name: &str,
    kind: FileType,
    mode: Mode,
    device: (u32, u32),
) -> rustix::io::Result<()> {
    mknodat(folder, name, kind, mode, makedev(device.0, device.1))
}
