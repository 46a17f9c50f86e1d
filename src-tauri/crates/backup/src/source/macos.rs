//! What macOS tells of a file: also when it came into being, its flags, and whether its bytes are only in the cloud.

use rustix::fs::Stat;

use super::meta::{Meta, kind_of};
use crate::format::time::Time;

/// `SF_DATALESS`: opening the file would fetch it.
const DATALESS: u32 = 0x4000_0000;
/// Flags that a restore can bring back, with the names that `ls -lO` and tar use.
const FLAGS: [(u32, &str); 5] = [(0x1, "nodump"), (0x2, "uchg"), (0x4, "uappnd"), (0x8, "opaque"), (0x8000, "hidden")];

/// Reads the system's record.
pub(super) fn meta(stat: &Stat) -> Meta {
    let time = |seconds: i64, nanoseconds: i64| Time { seconds, nanoseconds: u32::try_from(nanoseconds).unwrap_or(0) };
    let flags: Vec<&str> = FLAGS.iter().filter(|(bit, _)| stat.st_flags & bit != 0).map(|(_, name)| *name).collect();
    Meta {
        kind: kind_of(u32::from(stat.st_mode)),
        mode: u32::from(stat.st_mode) & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        allocated: u64::try_from(stat.st_blocks).unwrap_or(0) * 512,
        modified: time(stat.st_mtime, stat.st_mtime_nsec),
        changed: time(stat.st_ctime, stat.st_ctime_nsec),
        created: Some(time(stat.st_birthtime, stat.st_birthtime_nsec)),
        inode: stat.st_ino,
        file_system: stat.st_dev as u64,
        device: ((stat.st_rdev as u32) >> 24, (stat.st_rdev as u32) & 0x00ff_ffff),
        names: u32::from(stat.st_nlink),
        is_cloud_only: stat.st_flags & DATALESS != 0,
        flags: flags.join(","),
    }
}
