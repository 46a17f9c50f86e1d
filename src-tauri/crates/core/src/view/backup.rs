//! Backups, as doors show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::activity::ActivityView;
use super::backup_change::{ChangesView, GrownView, NextFull, QuestionKind};
use super::key::KeyState;
pub use crate::backup::FilePreview;
use crate::backup::{
    ArchiveFacts, ArchivePath, CreateResult, Destination, DrillOutcome, EntryKind, ExceptionView, Job, MassChange,
    VerifyDepth, VerifyResult,
};
use crate::retention::ArchiveType;
use crate::time::Timestamp;

/// How well the owner's data are kept. Caretaker's own home does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProtectionState {
    /// There is no job of the owner's.
    #[default]
    NotConfigured,
    /// Every job has a good backup that is young enough.
    Ok,
    /// A job has none yet, or something about a job needs a look.
    Warning,
    /// A job has no good backup for too long, or a proof failed.
    Critical,
}

/// How well the owner's data are kept, at a glance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BackupsSummary {
    /// At a glance.
    pub state: ProtectionState,
    /// `Backed up 2 h ago, proven restorable 3 days ago`; `Your data is not backed up`.
    pub sentence: String,
    /// Jobs of the owner's.
    pub jobs: u32,
    /// The oldest of the jobs' newest good backups: everything is saved at least as of then.
    pub backed_up: Option<Timestamp>,
    /// The oldest of the jobs' newest proofs.
    pub proven: Option<Timestamp>,
    /// A backup that is being made, and how much of it is done, %.
    pub running: Option<String>,
    /// How much of it is done, %.
    pub running_percent: Option<f64>,
}

/// A check of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerificationView {
    /// When.
    pub at: Timestamp,
    /// How deep.
    pub depth: VerifyDepth,
    /// What was found.
    pub result: VerifyResult,
    /// In a sentence, when something is damaged.
    pub detail: String,
}

/// A proof: what a drill showed, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProofView {
    /// When.
    pub at: Timestamp,
    /// The job.
    pub job: String,
    /// `proven` or `failed`.
    pub result: String,
    /// Files that were restored and compared.
    pub checked_files: u64,
    /// Bytes of those files.
    pub checked_bytes: u64,
    /// How fast they came back.
    pub restore_mb_per_s: f64,
    /// Everything that it showed.
    pub outcome: DrillOutcome,
}

/// How a copy elsewhere stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CopyState {
    /// It is not made yet.
    #[default]
    Pending,
    /// It is there, and was read back.
    Replicated,
    /// It could not be made; it is tried again.
    Failed,
    /// It is beyond its term and being removed.
    Going,
}

/// A copy of an archive at another destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CopyView {
    /// The destination.
    pub destination: String,
    /// How it stands.
    pub state: CopyState,
    /// Since when.
    pub at: Timestamp,
    /// Why it failed.
    pub why: Option<String>,
    /// Whether what lies there is known to be wrong; it is put in its place anew.
    #[serde(default)]
    pub is_wrong: bool,
    /// What it is called there.
    #[serde(default)]
    pub key: String,
    /// Bytes of it.
    #[serde(default)]
    pub bytes: u64,
    /// What the store calls its content.
    #[serde(default)]
    pub tag: Option<String>,
    /// When it was last fetched and read to the last byte.
    #[serde(default)]
    pub fetched: Option<Timestamp>,
}

/// One archive: a restore point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ArchiveView {
    /// What is known of it.
    #[serde(flatten)]
    pub facts: ArchiveFacts,
    /// Its job.
    pub job: String,
    /// Its destination.
    pub destination: String,
    /// Where it lies.
    pub path: String,
    /// How its run ended.
    pub result: CreateResult,
    /// How many things did not go as planned.
    pub exceptions: u32,
    /// How long its run took, in milliseconds.
    pub took_ms: u64,
    /// Files whose content it holds.
    pub stored_files: u64,
    /// Its newest check.
    pub verified: Option<VerificationView>,
    /// When it was proven to restore.
    pub proven: Option<Timestamp>,
    /// Copies elsewhere.
    pub copies: Vec<CopyView>,
    /// Whether its file is where it should be, as it was last looked for.
    pub is_missing: bool,
}

/// Archives, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ArchiveList {
    /// When this was put together.
    pub at: Timestamp,
    /// The list.
    pub archives: Vec<ArchiveView>,
}

/// One archive with everything about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ArchiveDetail {
    /// The archive.
    pub archive: ArchiveView,
    /// What did not go as planned; the first thousand.
    pub exceptions: Vec<ExceptionView>,
    /// All checks, the newest first.
    pub verifications: Vec<VerificationView>,
    /// What grew most since the restore point before.
    pub grown: Vec<GrownView>,
    /// What changed since the restore point before; none for the first one.
    #[serde(default)]
    pub changes: Option<ChangesView>,
    /// Why it stays, in words; or that it goes.
    pub kept_because: String,
    /// When its job saves everything anew.
    #[serde(default)]
    pub next_full: Option<NextFull>,
}

/// One thing in a folder of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrowseEntry {
    /// Its last part, for people.
    pub name: String,
    /// Where.
    pub path: ArchivePath,
    /// What.
    pub kind: EntryKind,
    /// Bytes of a file, or of all files in a folder.
    pub size: u64,
    /// When the content changed last.
    pub modified: Timestamp,
    /// Permission bits.
    pub mode: u32,
    /// The archive that holds it, by sequence; 0 when none does.
    pub holder: u32,
    /// What is worth knowing.
    pub flags: Vec<String>,
}

/// A folder of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrowseView {
    /// The archive.
    pub id: String,
    /// The folder; empty at the top.
    pub path: ArchivePath,
    /// What is in it, folders first.
    pub entries: Vec<BrowseEntry>,
}

/// One version of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileVersion {
    /// The job.
    pub job: String,
    /// The path in its archives.
    pub path: ArchivePath,
    /// What.
    pub kind: EntryKind,
    /// Bytes.
    pub size: u64,
    /// When the content changed last.
    pub modified: Timestamp,
    /// The first restore point with this version.
    pub first: String,
    /// When that was made.
    pub first_at: Timestamp,
    /// The newest restore point with this version; restore from this one.
    pub last: String,
    /// When that was made.
    pub last_at: Timestamp,
    /// Restore points with this version.
    pub points: u32,
}

/// All versions of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionsView {
    /// What was looked for.
    pub path: String,
    /// By path, the newest first.
    pub versions: Vec<FileVersion>,
    /// There are more than are shown.
    pub is_cut: bool,
}

/// A backup that will be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextBackup {
    /// What type.
    pub kind: ArchiveType,
    /// When.
    pub at: Timestamp,
}

/// One job as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    /// What the configuration says.
    pub job: Job,
    /// Whether it is the job for Caretaker's own home.
    pub is_own: bool,
    /// At a glance.
    pub state: ProtectionState,
    /// In a sentence.
    pub sentence: String,
    /// Its newest good archive.
    pub last: Option<ArchiveView>,
    /// Why the newest run failed, when it did.
    pub last_failure: Option<String>,
    /// What comes next.
    pub next: Option<NextBackup>,
    /// When everything is saved anew.
    #[serde(default)]
    pub next_full: Option<NextFull>,
    /// Its archives.
    pub archives: u32,
    /// Bytes of its archives.
    pub bytes: u64,
    /// Its newest proof.
    pub proof: Option<ProofView>,
    /// Why nothing is removed, when so; a mass change waits for an answer.
    pub frozen: Option<String>,
    /// What waits for an answer: `accept-changes` gives it.
    #[serde(default)]
    pub question: Option<QuestionKind>,
    /// What a mass change was, until somebody answered.
    #[serde(default)]
    pub mass_change: Option<MassChange>,
    /// What goes on.
    pub activity: Option<ActivityView>,
}

/// One destination as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DestinationView {
    /// What the configuration says.
    pub destination: Destination,
    /// `there`, `waiting for disk`, `not prepared`, `unreachable`, `unknown`.
    pub state: String,
    /// In a sentence, when something is wrong.
    pub detail: String,
    /// Its identity.
    pub identity: Option<String>,
    /// Bytes free.
    pub free_bytes: Option<u64>,
    /// Bytes in all.
    pub total_bytes: Option<u64>,
    /// How far its key is, as far as files tell; `ready` only when its recovery sheet is confirmed.
    #[serde(default)]
    pub key: KeyState,
    /// Bytes of archives there.
    pub archive_bytes: u64,
    /// When it will be full at this pace.
    pub full_at: Option<Timestamp>,
    /// When it was last seen.
    pub seen: Option<Timestamp>,
    /// Copies that are there and were read back; of a store.
    #[serde(default)]
    pub copies: u32,
    /// Copies that are still to be made; of a store.
    #[serde(default)]
    pub pending: u32,
    /// When a copy was last fetched from there and read to its last byte; of a store.
    #[serde(default)]
    pub fetched: Option<Timestamp>,
}

/// Everything about backups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BackupsView {
    /// When this was put together.
    pub at: Timestamp,
    /// The owner's data at a glance.
    pub summary: BackupsSummary,
    /// The owner's jobs in the order of the file, then the one for Caretaker's own home.
    pub jobs: Vec<JobView>,
    /// Destinations.
    pub destinations: Vec<DestinationView>,
}

/// One archive in a plan of retention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionRow {
    /// Its identity.
    pub id: String,
    /// Its job.
    pub job: String,
    /// Its type.
    pub kind: ArchiveType,
    /// When it was made.
    pub at: Timestamp,
    /// Bytes of its file.
    pub bytes: u64,
    /// Why it stays or goes, in words.
    pub reason: String,
}

/// What stays and what goes, or went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PruneView {
    /// Whether it was only a preview.
    pub dry_run: bool,
    /// What stays.
    pub kept: Vec<RetentionRow>,
    /// What goes, or went.
    pub removed: Vec<RetentionRow>,
    /// Bytes that are freed.
    pub frees_bytes: u64,
    /// Why nothing is removed, when so, by job.
    pub frozen: Vec<(String, String)>,
    /// `9 fulls kept: 7 by rule, 2 needed`; a line for each type of each job.
    pub sentences: Vec<String>,
}

/// A catalog that was made anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RebuildView {
    /// The destination.
    pub destination: String,
    /// Archives that were found.
    pub archives: u32,
    /// Those that the catalog did not know.
    pub added: u32,
    /// Those that the catalog knew and that are not there.
    pub missing: u32,
    /// Files that are no archives, or that cannot be read, with the reason.
    pub unreadable: Vec<(String, String)>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}
