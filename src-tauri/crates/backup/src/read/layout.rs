//! Which entries begin in which frame, and whether what lies there is what the manifest says.

use crate::format::manifest::{Entry, Flags, Kind, Manifest};
use crate::format::member::MemberKind;
use crate::format::parse::Parsed;
use crate::write::plan::pages_path;

/// Entries by frame.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    order: Vec<u32>,
    starts: Vec<u32>,
}

impl Layout {
    pub(crate) fn new(manifest: &Manifest) -> Self {
        let mut order: Vec<u32> =
            (0_u32..).zip(&manifest.entries).filter_map(|(index, entry)| entry.place.map(|_| index)).collect();
        let place = |index: &u32| manifest.entries.get(*index as usize).and_then(|entry| entry.place);
        order.sort_by_key(place);
        let mut starts = vec![0_u32; manifest.frames.len() + 1];
        for index in &order {
            if let Some(place) = place(index) {
                starts[place.frame as usize + 1] += 1;
            }
        }
        for frame in 1..starts.len() {
            starts[frame] += starts[frame - 1];
        }
        Self { order, starts }
    }

    /// The entries that begin in a frame, in order.
    pub(crate) fn entries(&self, frame: u32) -> &[u32] {
        let at = |frame: usize| self.starts.get(frame).map_or(self.order.len(), |start| *start as usize);
        &self.order[at(frame as usize)..at(frame as usize + 1)]
    }
}

/// Says how a member contradicts its entry, if it does.
pub(crate) fn contradiction(manifest: &Manifest, entry: &Entry, parsed: &Parsed) -> Option<&'static str> {
    let is_pages = entry.flags.has(Flags::PAGES);
    let path = if is_pages { pages_path(&entry.path) } else { entry.path.to_vec() };
    if parsed.path != path {
        return Some("another name");
    }
    let leader = entry.link.and_then(|link| manifest.entries.get(link as usize));
    let kind = match entry.kind {
        Kind::File if leader.is_some() => MemberKind::HardLink,
        Kind::File => MemberKind::File,
        Kind::Folder => MemberKind::Folder,
        Kind::Symlink => MemberKind::Symlink,
        Kind::Fifo => MemberKind::Fifo,
        Kind::CharacterDevice => MemberKind::CharacterDevice,
        Kind::BlockDevice => MemberKind::BlockDevice,
    };
    if parsed.kind != kind {
        return Some("another kind");
    }
    match (kind, leader) {
        (MemberKind::HardLink, Some(leader)) if parsed.target != *leader.path => Some("another first name"),
        (MemberKind::Symlink, _) if parsed.target != *entry.target => Some("another target"),
        (MemberKind::File, _) if !is_pages && parsed.size != entry.size => Some("another size"),
        (MemberKind::File, _) if parsed.sparse.is_some() != entry.flags.has(Flags::SPARSE) => Some("other holes"),
        _ => None,
    }
}
