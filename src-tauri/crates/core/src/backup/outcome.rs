//! What came of a piece of work.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ArchivePath;
use super::work::ArchiveFacts;

/// The code of an exception about a database that is damaged where it lies.
pub const BAD_DATABASE: &str = "bad-database";

/// Something that did not go as planned; the rest did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExceptionView {
    /// What it is about.
    pub path: ArchivePath,
    /// In a word: `changed`, `vanished`, `denied`, `unreadable`, `cloud-only`, `not-guaranteed`, `bad-database`, ...
    pub code: String,
    /// In a sentence.
    pub reason: String,
}

/// How a backup ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CreateResult {
    /// Everything is in the archive.
    Complete,
    /// The archive is good; some things are not in it, or not as they should be.
    CompleteWithExceptions,
    /// There is no archive.
    #[default]
    Failed,
}

/// An archive that was made, or in a dry run would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateOutcome {
    /// How it ended.
    pub result: CreateResult,
    /// The archive; in a dry run without an identity.
    pub archive: ArchiveFacts,
    /// The identity of its destination.
    pub destination: String,
    /// Files whose content it holds.
    pub stored_files: u64,
    /// Bytes of those files.
    pub stored_bytes: u64,
    /// Entries of the state before that are gone.
    pub gone: u64,
    /// Files of the state before that have another content now.
    pub altered: u64,
    /// Files of the state before.
    pub files_before: u64,
    /// Whether a newer archive than the one it was compared with could not be read, because its key is not here.
    #[serde(default)]
    pub is_key_missing: bool,
    /// What did not go as planned.
    pub exceptions: Vec<ExceptionView>,
    /// Bytes left at the destination.
    pub free_bytes: Option<u64>,
    /// How long it took, in milliseconds; the engine fills it.
    #[serde(default)]
    pub took_ms: u64,
}

impl CreateOutcome {
    /// Whether a database was found damaged where it lies.
    pub fn has_bad_database(&self) -> bool {
        self.exceptions.iter().any(|exception| exception.code == BAD_DATABASE)
    }
}

/// What a check found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerifyResult {
    /// Every byte that was looked at is as it was written.
    Intact,
    /// Something is not.
    #[default]
    Damaged,
    /// It is encrypted, and its key is not here: nothing in it could be looked at.
    Locked,
}

/// A file of an archive that is lost, or damage beside files, which has an empty path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DamagedFile {
    /// Which.
    pub path: ArchivePath,
    /// Why.
    pub reason: String,
    /// The archive with the newest older version of it that is whole.
    #[serde(default)]
    pub older: Option<String>,
}

/// Something that is where a restored file should go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InTheWay {
    /// The path in the archive.
    pub path: ArchivePath,
    /// What is there: a file that is `newer` or `older` than the restored one, or one of the `same time` with another content, a
    /// `folder`, or `something else`.
    pub what: String,
}

/// One archive that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifyOutcome {
    /// Its identity; empty when not even that could be read.
    pub id: String,
    /// Its file.
    pub archive: String,
    /// What was found.
    pub result: VerifyResult,
    /// What is damaged.
    pub damaged: Vec<DamagedFile>,
    /// Files that were read.
    pub files: u64,
    /// Bytes of those files.
    pub bytes: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// SHA-256 of the file, when all of it was read.
    #[serde(default)]
    pub sha256: String,
    /// What is odd beside the archive and no damage to it.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Files that are back, or in a dry run would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestoreOutcome {
    /// The folder.
    pub to: String,
    /// Files that were written.
    pub files: u64,
    /// Bytes of those files.
    pub bytes: u64,
    /// Files that were there already, as they should be.
    pub unchanged: u64,
    /// Files that stayed as they are because something was in their place.
    pub skipped: Vec<ArchivePath>,
    /// Files that got another name, with that name.
    pub renamed: Vec<(ArchivePath, String)>,
    /// Files that took the place of others.
    pub replaced: Vec<ArchivePath>,
    /// What was in the way of those that were skipped, renamed or put in its place.
    #[serde(default)]
    pub in_the_way: Vec<InTheWay>,
    /// Files that are lost, with the reason.
    pub lost: Vec<DamagedFile>,
    /// What did not go as planned beside that: owners, times, attributes.
    pub notes: Vec<String>,
    /// Bytes that are needed and that are free; of a dry run.
    pub needed_bytes: u64,
    /// Bytes that are free at the target.
    pub free_bytes: Option<u64>,
}

/// How a live file differs from its restored copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// It changed since the backup, as its size or time says: life goes on.
    Changed,
    /// It is new since the backup.
    New,
    /// It is gone since the backup.
    Gone,
    /// Same size and time, another content: the disk, the archive or somebody lies. The drill fails.
    Silent,
}

/// A live file that differs from its restored copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drift {
    /// Which.
    pub path: ArchivePath,
    /// How.
    pub kind: DriftKind,
}

/// A database that was opened from its restored copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenedDatabase {
    /// Which.
    pub path: ArchivePath,
    /// Whether it opens, is sound, and has the rows that were counted at the backup.
    pub is_good: bool,
    /// Rows, and what was expected when that differs; or why it is not good.
    pub detail: String,
    /// Rows in all its tables.
    pub rows: u64,
}

/// What a drill showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DrillOutcome {
    /// The archive.
    pub archive: String,
    /// Whether everything came back as it was.
    pub is_proven: bool,
    /// Why not, in sentences.
    pub failures: Vec<String>,
    /// Files that were restored and compared.
    pub checked_files: u64,
    /// Bytes of those files.
    pub checked_bytes: u64,
    /// How fast they came back.
    pub restore_mb_per_s: f64,
    /// How live files differ; the first thousand.
    pub drift: Vec<Drift>,
    /// Live files that differ, in all.
    pub drifted: u64,
    /// Databases that were opened.
    pub databases: Vec<OpenedDatabase>,
    /// Which part of the archive this was, in words; none when it was all of it.
    #[serde(default)]
    pub sample: Option<String>,
}

/// A file of an archive as it can be shown, beside the live file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FilePreview {
    /// Which.
    pub path: ArchivePath,
    /// Bytes in the archive.
    pub size: u64,
    /// `text`, `image` or `binary`.
    pub kind: String,
    /// The text, cut at 256 KiB; or an image of up to 2 MiB as a `data:` address.
    pub content: Option<String>,
    /// Whether it was cut.
    pub is_cut: bool,
    /// How the live file stands to it: `same`, `differs`, `gone`, `unknown`.
    pub live: String,
    /// Lines that differ from the live file, as a unified diff, for texts.
    pub difference: Option<String>,
}
