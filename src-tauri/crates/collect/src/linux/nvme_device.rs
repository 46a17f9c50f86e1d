//! The one question to an NVMe disk: its health log. Asking needs root, or the capability `CAP_SYS_ADMIN`.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::path::Path;

use rustix::ioctl::{Ioctl, IoctlOutput, Opcode, ioctl, opcode};

use crate::nvme_smart::LENGTH;

/// `struct nvme_admin_cmd` of `linux/nvme_ioctl.h`.
#[repr(C)]
#[derive(Debug, Default)]
struct AdminCommand {
    operation: u8,
    flags: u8,
    reserved: u16,
    namespace: u32,
    word_2: u32,
    word_3: u32,
    metadata: u64,
    address: u64,
    metadata_length: u32,
    length: u32,
    word_10: u32,
    word_11: u32,
    word_12: u32,
    word_13: u32,
    word_14: u32,
    word_15: u32,
    timeout_ms: u32,
    result: u32,
}

const GET_LOG_PAGE: u8 = 0x02;
const SMART_PAGE: u32 = 0x02;
const ALL_NAMESPACES: u32 = 0xffff_ffff;
/// The number of words of four bytes, less one, stands in the upper half.
const WORDS: u32 = (LENGTH as u32 / 4 - 1) << 16;
/// A disk that does not answer within it is not asked any longer; the round waits three seconds.
const TIMEOUT_MS: u32 = 2_000;

struct GetLogPage(AdminCommand);

// SAFETY: the number is that of `NVME_IOCTL_ADMIN_CMD`, whose argument is the structure above, 72 bytes long.
unsafe impl Ioctl for GetLogPage {
    type Output = IoctlOutput;
    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        opcode::read_write::<AdminCommand>(b'N', 0x41)
    }

    fn as_ptr(&mut self) -> *mut c_void {
        (&raw mut self.0).cast()
    }

    unsafe fn output_from_ptr(status: IoctlOutput, _: *mut c_void) -> rustix::io::Result<IoctlOutput> {
        Ok(status)
    }
}

/// The page of the disk behind `/dev/nvme0`.
pub(crate) fn smart_page(device: &Path) -> io::Result<[u8; LENGTH]> {
    let file = File::open(device)?;
    let mut page = [0_u8; LENGTH];
    let command = AdminCommand {
        operation: GET_LOG_PAGE,
        namespace: ALL_NAMESPACES,
        address: page.as_mut_ptr() as u64,
        length: LENGTH as u32,
        word_10: SMART_PAGE | WORDS,
        timeout_ms: TIMEOUT_MS,
        ..AdminCommand::default()
    };
    // SAFETY: the driver writes `length` bytes to `address`, which is `page`, and is done when the call returns. Reading
    // a log page changes nothing on the disk.
    match unsafe { ioctl(&file, GetLogPage(command)) }? {
        0 => Ok(page),
        status => Err(io::Error::other(format!("the disk refuses with status {status:#x}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_laid_out_as_the_kernel_expects_it() {
        assert_eq!(size_of::<AdminCommand>(), 72);
        assert_eq!(GetLogPage(AdminCommand::default()).opcode(), 0xc048_4e41);
        assert_eq!(SMART_PAGE | WORDS, 0x007f_0002);
    }

    #[test]
    fn a_file_that_is_no_disk_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(smart_page(file.path()).is_err());
        assert_eq!(smart_page(Path::new("/dev/nvme-that-is-not-there")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
