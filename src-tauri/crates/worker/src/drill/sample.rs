//! Which part of an archive a drill brings back: all of it, or, when that is more than it may take, one of several parts in turn.

use caretaker_backup::format::manifest::{Entry, Kind};
use caretaker_backup::read::Archive;
use caretaker_backup::read::restore::Selection;
use caretaker_core::backup::DrillOrder;
use caretaker_core::problem::{Code, Problem};

/// The part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// For the restore.
    pub(super) selection: Selection,
    /// Files in it.
    pub(super) files: u64,
    /// In words; none for all.
    pub(super) words: Option<String>,
    parts: u64,
    turn: u64,
}

impl Sample {
    /// Whether an entry belongs to it.
    pub(super) fn has(&self, entry: &Entry) -> bool {
        self.parts == 1 || (entry.kind != Kind::Folder && part(&entry.path, self.parts) == self.turn)
    }
}

/// Chooses the part of this turn.
pub(super) fn choose(archive: &Archive, order: &DrillOrder, room: u64) -> Result<Sample, Problem> {
    let entries = || archive.manifest().entries.iter().filter(|entry| entry.holder != 0 || entry.kind != Kind::File);
    let size = |entry: &Entry| if entry.kind == Kind::File { entry.size } else { 0 };
    let all: u64 = entries().map(size).sum();
    let most = order.most_bytes.unwrap_or(u64::MAX).min(room).max(1);
    let parts = all.div_ceil(most).max(1);
    let turn = order.turn % parts;
    let mut sample = Sample { selection: Selection::All, files: 0, words: None, parts, turn };
    let chosen: Vec<&Entry> = entries().filter(|entry| sample.has(entry)).collect();
    let bytes: u64 = chosen.iter().copied().map(size).sum();
    if bytes > room {
        let words = format!("failed to restore to `{}`: {bytes} bytes are needed, {room} may be used", order.scratch);
        return Err(Problem::new(Code::DiskFull, words).hint("Make room on the disk of Caretaker's home."));
    }
    sample.files = chosen.iter().filter(|entry| entry.kind == Kind::File).count() as u64;
    if parts > 1 {
        sample.words = Some(format!("part {} of {parts}: {} of the files", turn + 1, sample.files));
        sample.selection = Selection::Paths(chosen.iter().map(|entry| entry.path.to_vec()).collect());
    }
    Ok(sample)
}

/// Every path belongs to one part, whatever else the archive holds.
fn part(path: &[u8], parts: u64) -> u64 {
    let hash = path
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)) % parts
}
