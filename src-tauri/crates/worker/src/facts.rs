//! An archive and its tree in the words of the catalog.

use caretaker_backup::format::hex;
use caretaker_backup::format::manifest::{Entry, Exception, Flags, Holder, Kind, Reason};
use caretaker_backup::format::name::Type;
use caretaker_backup::format::time::Time;
use caretaker_core::backup::{ArchivePath, CatalogEntry, EntryKind, ExceptionView};
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;

/// The type of an archive for the crate `backup`.
pub const fn type_of(kind: ArchiveType) -> Type {
    match kind {
        ArchiveType::Full => Type::Full,
        ArchiveType::Incremental => Type::Incremental,
        ArchiveType::Configuration => Type::Configuration,
        ArchiveType::Database => Type::Database,
    }
}

/// And back.
pub const fn kind_of(kind: Type) -> ArchiveType {
    match kind {
        Type::Full => ArchiveType::Full,
        Type::Incremental => ArchiveType::Incremental,
        Type::Configuration => ArchiveType::Configuration,
        Type::Database => ArchiveType::Database,
    }
}

/// A moment as files have it.
pub const fn time_of(at: Timestamp) -> Time {
    let millis = at.as_millis();
    Time { seconds: millis.div_euclid(1_000), nanoseconds: millis.rem_euclid(1_000) as u32 * 1_000_000 }
}

/// A moment of a file, as far as stamps reach.
pub const fn stamp_of(time: Time) -> Timestamp {
    Timestamp::from_millis(time.seconds.saturating_mul(1_000).saturating_add(time.nanoseconds as i64 / 1_000_000))
}

/// Archives that hold something of a tree, its own aside.
pub fn needs(holders: &[Holder], own: u32) -> Vec<u32> {
    holders.iter().map(|holder| holder.sequence).filter(|sequence| *sequence != own).collect()
}

/// One thing of a tree.
pub fn entry(entry: &Entry) -> CatalogEntry {
    CatalogEntry {
        path: ArchivePath::new(entry.path.clone()),
        kind: match entry.kind {
            Kind::File => EntryKind::File,
            Kind::Folder => EntryKind::Folder,
            Kind::Symlink => EntryKind::Symlink,
            Kind::Fifo | Kind::CharacterDevice | Kind::BlockDevice => EntryKind::Special,
        },
        size: entry.size,
        modified: stamp_of(entry.modified),
        mode: entry.mode,
        holder: entry.holder,
        content: entry.digest.map_or(0, content),
        flags: flags(entry.flags),
    }
}

/// The first eight bytes of a digest.
pub fn content(digest: [u8; 32]) -> u64 {
    digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// What is worth knowing, in words.
pub fn flags(flags: Flags) -> Vec<String> {
    let words = [
        (Flags::CHANGED, "changed"),
        (Flags::CLOUD_ONLY, "cloud-only"),
        (Flags::UNREADABLE, "unreadable"),
        (Flags::SNAPSHOT, "snapshot"),
        (Flags::RAW_DATABASE, "not-guaranteed"),
        (Flags::SPARSE, "sparse"),
        (Flags::PAGES, "pages"),
    ];
    words.into_iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, word)| word.to_owned()).collect()
}

/// Something that did not go as planned.
pub fn exception(exception: &Exception) -> ExceptionView {
    let code = match exception.reason {
        Reason::Vanished => "vanished",
        Reason::Denied => "denied",
        Reason::Changed => "changed",
        Reason::ReadError => "unreadable",
        Reason::Replaced => "replaced",
        Reason::Socket => "socket",
        Reason::CloudOnly => "cloud-only",
        Reason::NotReplaced => "not-copied",
        Reason::RawDatabase => "not-guaranteed",
    };
    ExceptionView {
        path: ArchivePath::new(exception.path.clone()),
        code: code.to_owned(),
        reason: exception.words.clone(),
    }
}

/// A digest as people compare it.
pub fn digest(digest: &[u8; 32]) -> String {
    hex(digest)
}
