//! What a worker is asked to do with archives and databases, and what it tells meanwhile. A worker is a process of its own, `caretaker` with a hidden verb:
//! the order is the first line that it reads, as JSON; each report is a line that it writes; the end of its input cancels it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offsite::{ReachedByWorker, StoreNews, StoreOrder, StoreOutcome};
use super::outcome::{CreateOutcome, DrillOutcome, ExceptionView, FilePreview, RestoreOutcome, VerifyOutcome};
use super::{ArchivePath, Compression, KeyFacts, KeyOrder};
use crate::database::{DatabaseOrder, DatabaseOutcome};
use crate::problem::Problem;
use crate::retention::ArchiveType;
use crate::time::Timestamp;

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Make an archive.
    Create(CreateOrder),
    /// Check archives.
    Verify(VerifyOrder),
    /// Bring files back.
    Restore(RestoreOrder),
    /// Prove that they would come back.
    Drill(DrillOrder),
    /// Tell what archives hold, for the catalog.
    Read(ReadOrder),
    /// Show one file of an archive.
    Preview(PreviewOrder),
    /// Something about the key of a destination.
    Key(KeyOrder),
    /// Work at a store beyond this machine.
    Store(Box<StoreOrder>),
    /// Look after databases.
    Databases(Box<DatabaseOrder>),
}

/// What archives are about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Folders and single files, from `/`.
    pub folders: Vec<String>,
    /// SQLite databases, from `/`.
    pub sqlite: Vec<String>,
    /// PostgreSQL databases, as addresses.
    pub postgres: Vec<String>,
    /// What is left out.
    pub exclude: Vec<String>,
    /// Files and folders that are never read, whatever the job says: those of Caretaker that are no databases to be copied.
    pub never: Vec<String>,
}

/// Make an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateOrder {
    /// The set of archives; the id of the job.
    pub set: String,
    /// What kind of archive.
    pub kind: ArchiveType,
    /// What is saved.
    pub source: Source,
    /// The folder that is the destination.
    pub destination: String,
    /// Its identity, if it is known; a folder that never was a destination and is empty becomes one.
    pub identity: Option<String>,
    /// How archives are packed.
    pub compression: Compression,
    /// The public keys that archives are encrypted for; none for plain archives.
    pub recipients: Vec<String>,
    /// Files with private keys, for reading the state before.
    pub identities: Vec<String>,
    /// A folder of this work alone for copies of databases; it is made, and removed at the end.
    pub staging: String,
    /// The name of the machine.
    pub host: String,
    /// The moment of the start.
    pub now: Timestamp,
    /// Go as fast as possible, at normal priority.
    pub hurry: bool,
    /// Tell what would be done, and write nothing.
    pub dry_run: bool,
    /// An increment stays one as long as there is anything to compare it with; otherwise a chain that is old, long or heavy
    /// makes it a full archive.
    #[serde(default)]
    pub is_strict: bool,
    /// Caretaker's own configuration file, which archives of the type configuration hold as well.
    #[serde(default)]
    pub own_configuration: Option<String>,
    /// A folder that stays between runs, for hashes of pages; without it increments have whole copies of databases.
    #[serde(default)]
    pub cache: Option<String>,
    /// An increment becomes a full archive, whatever the archives that are there say: the full one is known to be damaged.
    #[serde(default)]
    pub is_full_due: bool,
    /// Somebody said that what is missing is meant to be missing: a source that is empty now is no mistake.
    #[serde(default)]
    pub accept_empty: bool,
    /// Somebody said that the key of the archives before is lost: everything is saved anew though nothing can be compared.
    #[serde(default)]
    pub accept_lost_key: bool,
}

/// How deep a check looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerifyDepth {
    /// Only the ends: that it is there, with its list of contents.
    Ends,
    /// Every frame with its checksum.
    #[default]
    Frames,
    /// SHA-256 of every file and of the whole archive as well.
    Deep,
}

/// Check archives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyOrder {
    /// The archives, by path and the SHA-256 that the catalog knows.
    pub archives: Vec<(String, Option<String>)>,
    /// How deep.
    pub depth: VerifyDepth,
    /// Files with private keys.
    pub identities: Vec<String>,
    /// Go as fast as possible.
    pub hurry: bool,
}

/// What happens where something is already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Conflict {
    /// What is there stays, and the restored one gets another name beside it.
    #[default]
    KeepBoth,
    /// What is there is replaced; never a folder by something else.
    Replace,
    /// What is there stays, and nothing is restored.
    Skip,
}

/// Bring files back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreOrder {
    /// The archive that is the restore point.
    pub archive: String,
    /// Where the archives of its set lie.
    pub shelf: String,
    /// What of it; everything when empty.
    pub paths: Vec<ArchivePath>,
    /// A part of the paths that is left away.
    pub strip: ArchivePath,
    /// Where to, from `/`.
    pub to: String,
    /// What happens where something is already.
    pub conflict: Conflict,
    /// Whether owners come back too; needs root.
    pub owners: bool,
    /// Files with private keys.
    pub identities: Vec<String>,
    /// Tell what would change, and write nothing.
    pub dry_run: bool,
    /// Go as fast as possible; otherwise it slows down while other programs are held up.
    #[serde(default)]
    pub hurry: bool,
}

/// Prove that an archive can be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillOrder {
    /// The archive that is the restore point.
    pub archive: String,
    /// Where the archives of its set lie.
    pub shelf: String,
    /// What it was made of, to compare with what is there now.
    pub source: Source,
    /// A folder of this work alone; it is made, and removed at the end.
    pub scratch: String,
    /// The most bytes that are brought back; of a larger archive only a part is, another one each time. Everything without it.
    #[serde(default)]
    pub most_bytes: Option<u64>,
    /// Which part comes this time; counts up from drill to drill.
    #[serde(default)]
    pub turn: u64,
    /// Where a PostgreSQL server takes scratch databases; none leaves dumps at their list of contents.
    pub scratch_postgres: Option<String>,
    /// Files with private keys.
    pub identities: Vec<String>,
    /// Go as fast as possible.
    pub hurry: bool,
}

/// Tell what archives hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOrder {
    /// The folder of a destination, or of one set in it.
    pub folder: String,
    /// Only archives with these identities; all when empty.
    pub only: Vec<String>,
    /// Files with private keys.
    pub identities: Vec<String>,
}

/// Show one file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewOrder {
    /// The archive that is the restore point.
    pub archive: String,
    /// Where the archives of its set lie.
    pub shelf: String,
    /// The file.
    pub path: ArchivePath,
    /// Where the file lies on the machine, to compare with; none when it came from no file.
    pub live: Option<String>,
    /// A folder of this work alone; it is made, and removed at the end.
    pub scratch: String,
    /// Files with private keys.
    pub identities: Vec<String>,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A file.
    #[default]
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A pipe or a device.
    Special,
}

/// One thing of an archive's tree, for the catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// Where.
    pub path: ArchivePath,
    /// What.
    pub kind: EntryKind,
    /// Bytes of the file.
    pub size: u64,
    /// When the content changed last.
    pub modified: Timestamp,
    /// Permission bits.
    pub mode: u32,
    /// The sequence of the archive that holds it; 0 when none does.
    pub holder: u32,
    /// The first eight bytes of the content's SHA-256, big-endian, whoever holds it; 0 for what has none.
    #[serde(default)]
    pub content: u64,
    /// What is worth knowing, in words of a list: `changed`, `unreadable`, `snapshot`, ...
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
}

/// How far a piece of work is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkProgress {
    /// What it does now, in a word or two: `reading`, `copying board.sqlite`, `comparing`.
    pub step: String,
    /// Files that are done.
    pub files: u64,
    /// Files in all; 0 while that is not known.
    pub files_expected: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Bytes in all; 0 while that is not known.
    pub bytes_expected: u64,
    /// Bytes that were written.
    pub written: u64,
}

/// What a worker tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// How far it is; a few times a second.
    Progress(WorkProgress),
    /// An archive whose entries follow.
    Archive(ArchiveFacts),
    /// Entries of the archive named last: all of them, or, when the archive names another in `against`, those that are new or
    /// changed since that one.
    Entries(Vec<CatalogEntry>),
    /// Paths of the archive named in `against` that the archive named last does not have.
    Gone(Vec<ArchivePath>),
    /// The archive is made.
    Created(Box<CreateOutcome>),
    /// The archives are checked.
    Verified(Vec<VerifyOutcome>),
    /// The files are back, or would be.
    Restored(Box<RestoreOutcome>),
    /// The drill is over.
    Drilled(Box<DrillOutcome>),
    /// What the run of the archive named last stored, and what did not go as planned in it; of an archive that was found.
    Stored {
        /// Files whose content it holds.
        files: u64,
        /// Bytes of those files.
        bytes: u64,
        /// What did not go as planned.
        exceptions: Vec<ExceptionView>,
    },
    /// A file that may be an archive and cannot be read.
    Unreadable {
        /// Its name, with the folder of its set.
        file: String,
        /// Why.
        reason: String,
    },
    /// All archives were read.
    Read,
    /// The file, as far as it can be shown.
    Preview(Box<FilePreview>),
    /// The key.
    Key(Box<KeyFacts>),
    /// Something about one archive at a store.
    News(StoreNews),
    /// Which targets were reached for since this was told last.
    Reached(Vec<ReachedByWorker>),
    /// The work at a store is done.
    AtStore(Box<StoreOutcome>),
    /// Databases were looked after.
    Databases(Box<DatabaseOutcome>),
    /// It did not work; the last report.
    Failed(Problem),
}

impl Report {
    /// Whether nothing follows it.
    pub const fn is_last(&self) -> bool {
        match self {
            Self::Progress(_)
            | Self::Archive(_)
            | Self::Entries(_)
            | Self::Gone(_)
            | Self::Stored { .. }
            | Self::Unreadable { .. }
            | Self::News(_)
            | Self::Reached(_) => false,
            Self::Created(_)
            | Self::Verified(_)
            | Self::Restored(_)
            | Self::Drilled(_)
            | Self::Read
            | Self::Preview(_)
            | Self::Key(_)
            | Self::AtStore(_)
            | Self::Databases(_)
            | Self::Failed(_) => true,
        }
    }
}

/// What is known of an archive without its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArchiveFacts {
    /// Its identity.
    pub id: String,
    /// The set that it belongs to.
    pub set: String,
    /// What kind of archive.
    #[schema(value_type = String)]
    pub kind: Option<ArchiveType>,
    /// Its place in the order.
    pub sequence: u32,
    /// The full archive that its chain begins with.
    pub chain: String,
    /// When its run began.
    pub at: Timestamp,
    /// The name of its file.
    pub file: String,
    /// Bytes of its file.
    pub bytes_stored: u64,
    /// Bytes of the tree's files.
    pub bytes_source: u64,
    /// Files in the tree.
    pub files: u64,
    /// SHA-256 of its file.
    pub sha256: String,
    /// The machine.
    pub host: String,
    /// Archives that hold something of its tree, by sequence, its own aside.
    pub needs: Vec<u32>,
    /// Whether it is encrypted.
    pub is_encrypted: bool,
    /// Whether its list of contents is lost, and what is known was put together from what is whole.
    #[serde(default)]
    pub is_damaged: bool,
    /// In a report: the archive that the entries which follow are differences to; none when they are the whole tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
}
