//! Tree to bytes: a magic, then sections of a number, a length and content; a reader skips numbers that it does not know.

use super::super::varint::{put, put_signed};
use super::{Entry, Kind, Manifest, Reason};

pub(super) const MAGIC: &[u8; 5] = b"CTMF\x01";

/// The numbers of sections; never given to anything else.
pub(super) mod section {
    pub const RUN: u64 = 1;
    pub const FRAMES: u64 = 2;
    pub const HOLDERS: u64 = 3;
    pub const KINDS: u64 = 4;
    pub const SHARED: u64 = 5;
    pub const LENGTHS: u64 = 6;
    pub const NAMES: u64 = 7;
    pub const MODES: u64 = 8;
    pub const OWNERS: u64 = 9;
    pub const SIZES: u64 = 10;
    pub const SECONDS: u64 = 11;
    pub const NANOSECONDS: u64 = 12;
    pub const CHANGED: u64 = 13;
    pub const INODES: u64 = 14;
    pub const FLAGS: u64 = 15;
    pub const HELD_BY: u64 = 16;
    pub const PLACES: u64 = 17;
    pub const DIGESTS: u64 = 18;
    pub const TARGETS: u64 = 19;
    pub const LINKS: u64 = 20;
    pub const ATTRIBUTES: u64 = 21;
    pub const DEVICES: u64 = 22;
    pub const BASES: u64 = 23;
    pub const EXCEPTIONS: u64 = 24;
}

pub(super) fn kind_number(kind: Kind) -> u8 {
    match kind {
        Kind::File => 0,
        Kind::Folder => 1,
        Kind::Symlink => 2,
        Kind::Fifo => 3,
        Kind::CharacterDevice => 4,
        Kind::BlockDevice => 5,
    }
}

pub(super) const REASONS: [Reason; 9] = [
    Reason::Vanished,
    Reason::Denied,
    Reason::Changed,
    Reason::ReadError,
    Reason::Replaced,
    Reason::Socket,
    Reason::CloudOnly,
    Reason::NotReplaced,
    Reason::RawDatabase,
];

/// Bits beside each entry's flags that say which of the thin columns have a value for it.
pub(super) mod has {
    pub const PLACE: u64 = 1 << 16;
    pub const DIGEST: u64 = 1 << 17;
    pub const LINK: u64 = 1 << 18;
    pub const ATTRIBUTES: u64 = 1 << 19;
    pub const BASE: u64 = 1 << 20;
}

/// The bytes of a manifest.
pub fn encode(manifest: &Manifest) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let mut section = |number: u64, write: &dyn Fn(&mut Vec<u8>)| {
        let mut content = Vec::new();
        write(&mut content);
        put(&mut out, number);
        put(&mut out, content.len() as u64);
        out.extend_from_slice(&content);
    };
    let entries = &manifest.entries;
    section(section::RUN, &|out| {
        put(out, u64::from(manifest.sequence));
        put_signed(out, manifest.started.seconds);
        put(out, u64::from(manifest.started.nanoseconds));
        out.extend_from_slice(&manifest.root);
        put(out, entries.len() as u64);
    });
    section(section::FRAMES, &|out| {
        for frame in &manifest.frames {
            put(out, u64::from(frame.length));
            put(out, u64::from(frame.content));
        }
    });
    section(section::HOLDERS, &|out| {
        for holder in &manifest.holders {
            put(out, u64::from(holder.sequence));
            out.extend_from_slice(&holder.id.0);
        }
    });
    section(section::KINDS, &|out| out.extend(entries.iter().map(|entry| kind_number(entry.kind))));
    let shared = shared(entries);
    section(section::SHARED, &|out| shared.iter().for_each(|length| put(out, *length as u64)));
    section(section::LENGTHS, &|out| {
        entries.iter().zip(&shared).for_each(|(entry, shared)| put(out, (entry.path.len() - shared) as u64));
    });
    section(section::NAMES, &|out| {
        entries.iter().zip(&shared).for_each(|(entry, shared)| out.extend_from_slice(&entry.path[*shared..]));
    });
    section(section::MODES, &|out| entries.iter().for_each(|entry| put(out, u64::from(entry.mode))));
    section(section::OWNERS, &|out| {
        for entry in entries {
            put(out, u64::from(entry.uid));
            put(out, u64::from(entry.gid));
        }
    });
    section(section::SIZES, &|out| entries.iter().for_each(|entry| put(out, entry.size)));
    section(section::SECONDS, &|out| {
        let mut before = 0;
        for entry in entries {
            put_signed(out, entry.modified.seconds.wrapping_sub(before));
            before = entry.modified.seconds;
        }
    });
    section(section::NANOSECONDS, &|out| {
        for entry in entries {
            out.extend_from_slice(&entry.modified.nanoseconds.to_le_bytes());
        }
    });
    section(section::CHANGED, &|out| {
        for entry in entries {
            put_signed(out, entry.changed.seconds.wrapping_sub(entry.modified.seconds));
            put_signed(out, i64::from(entry.changed.nanoseconds) - i64::from(entry.modified.nanoseconds));
        }
    });
    section(section::INODES, &|out| {
        let mut before = 0;
        for entry in entries {
            put_signed(out, entry.inode.wrapping_sub(before) as i64);
            before = entry.inode;
        }
    });
    section(section::FLAGS, &|out| entries.iter().for_each(|entry| put(out, flags(manifest, entry))));
    section(section::HELD_BY, &|out| entries.iter().for_each(|entry| put(out, u64::from(entry.holder))));
    section(section::PLACES, &|out| {
        let mut before = 0;
        for place in entries.iter().filter_map(|entry| entry.place) {
            put_signed(out, i64::from(place.frame) - before);
            put(out, u64::from(place.offset));
            before = i64::from(place.frame);
        }
    });
    section(section::DIGESTS, &|out| {
        entries
            .iter()
            .filter_map(|entry| own_digest(manifest, entry))
            .for_each(|digest| out.extend_from_slice(&digest));
    });
    section(section::TARGETS, &|out| {
        for entry in entries.iter().filter(|entry| entry.kind == Kind::Symlink) {
            put(out, entry.target.len() as u64);
            out.extend_from_slice(&entry.target);
        }
    });
    section(section::LINKS, &|out| {
        entries.iter().filter_map(|entry| entry.link).for_each(|link| put(out, u64::from(link)));
    });
    section(section::ATTRIBUTES, &|out| {
        let some = entries.iter().filter(|entry| entry.attributes != 0);
        some.for_each(|entry| out.extend_from_slice(&entry.attributes.to_le_bytes()));
    });
    section(section::DEVICES, &|out| {
        for entry in entries.iter().filter(|entry| is_device(entry.kind)) {
            put(out, u64::from(entry.device.0));
            put(out, u64::from(entry.device.1));
        }
    });
    section(section::BASES, &|out| {
        entries.iter().filter_map(|entry| entry.base).for_each(|base| put(out, u64::from(base)));
    });
    section(section::EXCEPTIONS, &|out| {
        for exception in &manifest.exceptions {
            let number = REASONS.iter().position(|reason| *reason == exception.reason).unwrap_or(0);
            put(out, number as u64);
            put(out, exception.path.len() as u64);
            out.extend_from_slice(&exception.path);
            put(out, exception.words.len() as u64);
            out.extend_from_slice(exception.words.as_bytes());
        }
    });
    out
}

pub(super) fn is_device(kind: Kind) -> bool {
    matches!(kind, Kind::CharacterDevice | Kind::BlockDevice)
}

/// Hashes of what other archives hold are theirs to keep.
fn own_digest(manifest: &Manifest, entry: &Entry) -> Option<[u8; 32]> {
    entry.digest.filter(|_| entry.holder == manifest.sequence)
}

fn flags(manifest: &Manifest, entry: &Entry) -> u64 {
    let bit = |is: bool, bit: u64| if is { bit } else { 0 };
    u64::from(entry.flags.0)
        | bit(entry.place.is_some(), has::PLACE)
        | bit(own_digest(manifest, entry).is_some(), has::DIGEST)
        | bit(entry.link.is_some(), has::LINK)
        | bit(entry.attributes != 0, has::ATTRIBUTES)
        | bit(entry.base.is_some(), has::BASE)
}

/// How many bytes each path shares with the one before it.
fn shared(entries: &[Entry]) -> Vec<usize> {
    let mut before: &[u8] = &[];
    let mut lengths = Vec::with_capacity(entries.len());
    for entry in entries {
        lengths.push(entry.path.iter().zip(before).take_while(|(one, other)| one == other).count());
        before = &entry.path;
    }
    lengths
}
