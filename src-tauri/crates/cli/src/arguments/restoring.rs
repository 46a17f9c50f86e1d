//! `backup verify`, `restore`, `drill`, `browse`, `find`, `rebuild-catalog`, `adopt`.

use std::path::PathBuf;

use caretaker_core::backup::{ArchivePath, Conflict};
use clap::{Args, ValueEnum};

/// Which archives, how deep.
#[derive(Debug, Args)]
pub struct VerifyArchives {
    /// Identities of archives, or unique beginnings of them
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub ids: Vec<String>,
    /// All archives that are there
    #[arg(long)]
    pub all: bool,
    /// Compare the SHA-256 of every file and of the whole archive too
    #[arg(long)]
    pub deep: bool,
    /// The copies at this store in place of the archives here: they are fetched and read to the last byte
    #[arg(long, value_name = "DESTINATION")]
    pub at: Option<String>,
}

/// What, where to.
#[derive(Debug, Args)]
pub struct RestoreFiles {
    /// The restore point: identity of the archive, or a unique beginning of it
    #[arg(value_name = "ID")]
    pub id: String,
    /// The folder to restore into; it is made when it is not there
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// Only this file or folder, as `backup browse` shows it; may be given several times
    #[arg(long = "path", value_name = "PATH")]
    pub paths: Vec<ArchivePath>,
    /// Only tell what would change
    #[arg(long)]
    pub dry_run: bool,
    /// What happens where something is already: keep-both, replace or skip
    #[arg(long, value_name = "WAY", value_enum, default_value_t = ConflictWord::KeepBoth, hide_possible_values = true)]
    pub on_conflict: ConflictWord,
    /// Bring owners and groups back too; needs root
    #[arg(long)]
    pub owners: bool,
    /// At full speed; otherwise it slows down while other programs are held up
    #[arg(long)]
    pub now: bool,
}

/// What happens where something is already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConflictWord {
    /// What is there stays; the restored one gets another name
    KeepBoth,
    /// What is there is replaced
    Replace,
    /// What is there stays; nothing is restored
    Skip,
}

impl From<ConflictWord> for Conflict {
    fn from(word: ConflictWord) -> Self {
        match word {
            ConflictWord::KeepBoth => Self::KeepBoth,
            ConflictWord::Replace => Self::Replace,
            ConflictWord::Skip => Self::Skip,
        }
    }
}

/// Which job.
#[derive(Debug, Args)]
pub struct DrillJob {
    /// The job; every job of the configuration without it
    #[arg(value_name = "JOB")]
    pub job: Option<String>,
}

/// Which folder of which archive.
#[derive(Debug, Args)]
pub struct BrowseArchive {
    /// Identity of the archive, or a unique beginning of it
    #[arg(value_name = "ID")]
    pub id: String,
    /// A folder in it; its top without it
    #[arg(value_name = "PATH")]
    pub path: Option<ArchivePath>,
}

/// Which file.
#[derive(Debug, Args)]
pub struct FindFile {
    /// Its path, or a part of it
    #[arg(value_name = "PATH")]
    pub path: String,
    /// Only in archives of this job
    #[arg(long, value_name = "JOB")]
    pub job: Option<String>,
}

/// Which destination.
#[derive(Debug, Args)]
pub struct OneDestination {
    /// The destination, as the configuration names it
    #[arg(value_name = "DESTINATION")]
    pub destination: String,
}
