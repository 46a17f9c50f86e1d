//! Extended attributes: read from an open file, and put on one. A file system without them has none.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::XattrFlags;
use rustix::io::Errno;
use sha2::Digest as _;

use crate::format::member::Attribute;

/// All attributes of an open file, in order of their names.
pub fn read(file: BorrowedFd<'_>) -> io::Result<Vec<Attribute>> {
    let mut names = [0_u8; 1024];
    let list = match rustix::fs::flistxattr(file, &mut names[..]) {
        Ok(0) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::PERM | Errno::BADF) => return Ok(Vec::new()),
        Ok(length) => names[..length].to_vec(),
        Err(Errno::RANGE) => {
            let mut more = vec![0; MOST];
            let length = rustix::fs::flistxattr(file, &mut more[..])?;
            more.truncate(length);
            more
        }
        Err(error) => return Err(error.into()),
    };
    let mut attributes = Vec::new();
    for name in list.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        match value(file, OsStr::from_bytes(name)) {
            Ok(value) => attributes.push((name.to_vec(), value)),
            Err(Errno::IO) => return Err(Errno::IO.into()),
            // It went away between list and look, only the system may read it, or it is larger than any attribute should be.
            Err(_) => {}
        }
    }
    attributes.sort();
    Ok(attributes)
}

/// As large as Linux allows one list or value to be.
const MOST: usize = 64 << 10;
/// Resource forks of macOS are attributes, and may be this large before they are refused.
const LARGEST: usize = 16 << 20;

fn value(file: BorrowedFd<'_>, name: &OsStr) -> Result<Vec<u8>, Errno> {
    let mut size = 256;
    loop {
        let mut value = vec![0; size];
        match rustix::fs::fgetxattr(file, name, &mut value[..]) {
            Ok(length) => {
                value.truncate(length);
                return Ok(value);
            }
            Err(Errno::RANGE) if size < LARGEST => size *= 16,
            Err(error) => return Err(error),
        }
    }
}

/// Puts attributes on an open file, and names those that the system refused.
pub fn write(file: impl AsFd, attributes: &[Attribute]) -> Vec<Vec<u8>> {
    let refused = |(name, value): &&Attribute| {
        rustix::fs::fsetxattr(file.as_fd(), OsStr::from_bytes(name), value, XattrFlags::empty()).is_err()
    };
    attributes.iter().filter(refused).map(|(name, _)| name.clone()).collect()
}

/// A hash that is 0 only without attributes.
pub fn digest(attributes: &[Attribute]) -> u64 {
    if attributes.is_empty() {
        return 0;
    }
    let mut hasher = sha2::Sha256::new();
    for (name, value) in attributes {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name);
        hasher.update((value.len() as u64).to_le_bytes());
        hasher.update(value);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first).max(1)
}
