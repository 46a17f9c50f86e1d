//! `backup`.

use caretaker_core::retention::ArchiveType;
use clap::{Args, Subcommand, ValueEnum};

use super::key::Key;
use super::restoring::{BrowseArchive, DrillJob, FindFile, OneDestination, RestoreFiles, VerifyArchives};

/// What of backups.
#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Back up a job now
    Create(CreateBackup),
    /// Archives, the newest first
    List(ListArchives),
    /// One archive with everything about it
    Show(ShowArchive),
    /// What is in a folder of an archive
    Browse(BrowseArchive),
    /// All versions of a file, in all archives
    Find(FindFile),
    /// Check archives, to the last byte with --deep
    Verify(VerifyArchives),
    /// Bring files back; nothing is overwritten unless you say so
    Restore(RestoreFiles),
    /// Prove that a job can be restored: restore to scratch, compare, open its databases
    Drill(DrillJob),
    /// Make the catalog anew from the archives of a destination
    RebuildCatalog(OneDestination),
    /// Take over the destination that lies at its place, of another home or an earlier life
    Adopt(OneDestination),
    /// Try whether copies can be made at a store: reach, keys, list, write, remove
    Test(OneDestination),
    /// Remove archives beyond their term, or see which would be
    Prune(Prune),
    /// Answer what a job asks: a mass change, a missing source, a clock that was set, a lost key are meant
    AcceptChanges(AcceptChanges),
    /// Keys of encrypted backups, and their recovery sheets
    #[command(subcommand)]
    Key(Key),
}

/// Which job, how.
#[derive(Debug, Args)]
pub struct CreateBackup {
    /// The job, as the configuration names it
    #[arg(value_name = "JOB")]
    pub job: String,
    /// full, incremental, configuration or database [default: an increment, or everything when that is needed]
    #[arg(long = "type", value_name = "TYPE", value_enum, hide_possible_values = true)]
    pub kind: Option<TypeWord>,
    /// At full speed; otherwise other programs go first
    #[arg(long)]
    pub now: bool,
    /// Only tell what would be saved
    #[arg(long)]
    pub dry_run: bool,
}

/// Types of archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TypeWord {
    /// Everything
    Full,
    /// What changed
    Incremental,
    /// Configuration files only
    Configuration,
    /// Databases only
    Database,
}

impl From<TypeWord> for ArchiveType {
    fn from(word: TypeWord) -> Self {
        match word {
            TypeWord::Full => Self::Full,
            TypeWord::Incremental => Self::Incremental,
            TypeWord::Configuration => Self::Configuration,
            TypeWord::Database => Self::Database,
        }
    }
}

/// Which archives.
#[derive(Debug, Args)]
pub struct ListArchives {
    /// Only those of this job
    #[arg(value_name = "JOB")]
    pub job: Option<String>,
    /// So many at most [default: 500]
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
}

/// Which archive.
#[derive(Debug, Args)]
pub struct ShowArchive {
    /// Identity of the archive, or a unique beginning of it
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Which archives.
#[derive(Debug, Args)]
pub struct Prune {
    /// Only those of this job
    #[arg(value_name = "JOB")]
    pub job: Option<String>,
    /// Only tell what would be removed
    #[arg(long)]
    pub dry_run: bool,
}

/// Which job.
#[derive(Debug, Args)]
pub struct AcceptChanges {
    /// The job, as the configuration names it
    #[arg(value_name = "JOB")]
    pub job: String,
}
