//! Tells whether a file is the one that is stored already. Pure: both records are arguments.

use super::meta::Meta;
use crate::format::manifest::{Entry, Flags, Kind};
use crate::format::time::Time;

/// What two records of a path say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing changed since.
    Same,
    /// The content may be the same: reading it tells, and only then it is stored.
    Read,
    /// It is stored.
    New,
}

/// Whether the numbers of files mean anything; on some file systems they change with each mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Inodes {
    /// Another number is a reason to look.
    #[default]
    Stable,
    /// Numbers say nothing.
    Unstable,
}

/// A file written within this time before the last run began may have been written after it was read.
const UNSURE: i64 = 2;

/// The moment before which a stored record is trusted, from the start of the last run.
pub fn horizon(last_run: Time) -> Time {
    last_run.minus_seconds(UNSURE)
}

/// Compares what is stored with what is there.
pub fn verdict(stored: &Entry, kind: Kind, meta: &Meta, target: &[u8], horizon: Time, inodes: Inodes) -> Verdict {
    if stored.kind != kind || stored.holder == 0 {
        return Verdict::New;
    }
    let is_incomplete =
        [Flags::CHANGED, Flags::UNREADABLE, Flags::RAW_DATABASE].iter().any(|flag| stored.flags.has(*flag));
    let is_rights_alike = (stored.mode, stored.uid, stored.gid) == (meta.mode, meta.uid, meta.gid);
    let is_same_record = stored.modified == meta.modified && stored.changed == meta.changed;
    match kind {
        Kind::File => {
            let is_same_file = inodes == Inodes::Unstable || stored.inode == meta.inode;
            let is_old = meta.modified < horizon && meta.changed < horizon;
            if stored.size != meta.size && !stored.flags.has(Flags::SNAPSHOT) {
                Verdict::New
            } else if is_same_record && is_same_file && is_rights_alike && is_old && !is_incomplete {
                Verdict::Same
            } else {
                Verdict::Read
            }
        }
        Kind::Folder => {
            if is_same_record && is_rights_alike && meta.changed < horizon {
                Verdict::Same
            } else {
                Verdict::New
            }
        }
        Kind::Symlink | Kind::Fifo | Kind::CharacterDevice | Kind::BlockDevice => {
            let is_same = is_rights_alike && stored.modified == meta.modified && stored.device == meta.device;
            if is_same && *stored.target == *target { Verdict::Same } else { Verdict::New }
        }
    }
}
