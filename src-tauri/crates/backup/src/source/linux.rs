//! What Linux tells of a file.

use rustix::fs::Stat;

use super::meta::{Meta, kind_of};
use crate::format::time::Time;

/// Reads the system's record.
pub(super) fn meta(stat: &Stat) -> Meta {
    Meta {
        kind: kind_of(stat.st_mode),
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        allocated: u64::try_from(stat.st_blocks).unwrap_or(0) * 512,
        modified: Time { seconds: stat.st_mtime, nanoseconds: u32::try_from(stat.st_mtime_nsec).unwrap_or(0) },
        changed: Time { seconds: stat.st_ctime, nanoseconds: u32::try_from(stat.st_ctime_nsec).unwrap_or(0) },
        created: None,
        inode: stat.st_ino,
        file_system: stat.st_dev,
        device: (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev)),
        names: u32::try_from(stat.st_nlink).unwrap_or(u32::MAX),
        is_cloud_only: false,
        flags: String::new(),
    }
}
