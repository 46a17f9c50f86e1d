//! What tasks do, each kind with what it needs to know.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::task::Need;
use super::tier::Tier;
use crate::database::{CareSteps, StoredAs};
use crate::time::Span;

/// Words for `kind` in the file.
pub const TASK_KINDS: [&str; 25] = [
    "sqlite-care",
    "postgres-care",
    "sql-cleanup",
    "sqlite-fit",
    "cleanup",
    "rotate",
    "verify",
    "drill",
    "integrity",
    "audit",
    "vulnerabilities",
    "benchmark",
    "report",
    "command",
    "http",
    "review",
    "model-servers",
    "configuration",
    "backups",
    "terms",
    "updates",
    "capacity",
    "defaults",
    "stack-age",
    "later",
];

/// Whether a word for `kind` is one that this version acts upon.
pub fn is_known_kind(kind: &str) -> bool {
    TASK_KINDS.contains(&kind) && kind != "later"
}

/// How what is cleared away goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remove {
    /// Into the folder `trash` beside it, from where a later run deletes it.
    #[default]
    Trash,
    /// At once and for good.
    Delete,
}

/// Clean-up by age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cleanup {
    /// Where.
    pub folders: Vec<String>,
    /// Only files whose name fits one of these, with `*` for anything; all when there is none.
    pub names: Vec<String>,
    /// Files that were not changed for so long.
    pub older_than: Span,
    /// How they go.
    pub remove: Remove,
}

/// Rotation of logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rotation {
    /// Files, with `*` in the last part for anything.
    pub files: Vec<String>,
    /// How many old ones stay.
    pub keep: u32,
    /// What is run afterwards, so that the service opens its log anew.
    pub reload: Vec<String>,
    /// Whether the file is copied and emptied, because its service cannot open it anew.
    pub copytruncate: bool,
}

/// A scan of lock files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Scan {
    /// Where lock files are looked for.
    pub folders: Vec<String>,
    /// The folder with an export of OSV.
    pub osv: Option<String>,
}

/// Care of SQLite databases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SqliteCare {
    /// The one; all that are known without.
    pub database: Option<String>,
    /// What is done with them.
    pub steps: CareSteps,
}

/// A look at PostgreSQL databases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostgresCare {
    /// The address of the one; all that backup jobs name without. It may hold a password, so that nobody is told.
    #[serde(skip)]
    pub database: Option<String>,
}

/// Clearing of rows that have expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SqlCleanup {
    /// File of the database.
    pub database: Option<String>,
    /// The table.
    pub table: Option<String>,
    /// The column that says when a row was made or ends.
    pub column: Option<String>,
    /// How the column says that; found out from its values without.
    pub stored_as: Option<StoredAs>,
    /// Rows whose time is longer ago go.
    pub older_than: Span,
}

/// What an audit of rights looks at beyond the system's own places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Audit {
    /// Folders that are gone through.
    pub folders: Vec<String>,
}

/// A program of the owner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandStep {
    /// The program and its arguments; with a shell, the one line for it.
    pub command: Vec<String>,
    /// How it is started.
    pub by: StartOf,
    /// Where it starts.
    pub folder: Option<String>,
}

/// How a program is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartOf {
    /// By itself, word by word.
    #[default]
    Words,
    /// Through `sh -c`, because the file says so.
    Shell,
}

/// A request to a program on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HttpStep {
    /// Its address.
    pub url: String,
    /// How it is asked.
    pub method: HttpMethod,
    /// The answer that counts as good; 200 to 299 without.
    pub status: Option<u16>,
}

/// How a program is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HttpMethod {
    /// For an answer.
    #[default]
    Get,
    /// To do something; without a body.
    Post,
}

/// The work of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// The machine's figures of a period beside those of the period before.
    Review(Tier),
    /// Whether servers of local models answer, and in which time.
    ModelServers,
    /// Whether the configuration is sound, what changed in it, and what Caretaker itself could not do.
    Configuration,
    /// Whether Caretaker's own databases are whole, and how large they are.
    Integrity,
    /// How the owner's data is kept and proven.
    Backups,
    /// Whether history is kept for its terms and no longer.
    Terms,
    /// How fast the machine is.
    Benchmark,
    /// What the system's own records say of updates and restarts.
    Updates,
    /// Rights, owners, administrators, open ports.
    Audit(Audit),
    /// How full disks are, when they will be full, and what grew.
    Capacity,
    /// Which values differ from what they are by default.
    Defaults,
    /// How old the locked versions are.
    StackAge(Scan),
    /// What all tasks of a tier found.
    Report(Tier),
    /// Known vulnerabilities of locked versions.
    Vulnerabilities(Scan),
    /// Old files.
    Cleanup(Cleanup),
    /// Logs.
    Rotate(Rotation),
    /// A program of the owner's.
    Command(CommandStep),
    /// A request.
    Http(HttpStep),
    /// Archives are checked: those of this job, or of all.
    Verify(Option<String>),
    /// A job is proven to restore.
    Drill(String),
    /// SQLite databases.
    SqliteCare(SqliteCare),
    /// Whether databases are still right for SQLite.
    SqliteFit,
    /// PostgreSQL databases.
    PostgresCare(PostgresCare),
    /// Expired rows.
    SqlCleanup(SqlCleanup),
    /// What this version cannot do yet.
    Later(Need),
}

impl Work {
    /// The word for `kind`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Review(_) => "review",
            Self::ModelServers => "model-servers",
            Self::Configuration => "configuration",
            Self::Integrity => "integrity",
            Self::Backups => "backups",
            Self::Terms => "terms",
            Self::Benchmark => "benchmark",
            Self::Updates => "updates",
            Self::Audit(_) => "audit",
            Self::Capacity => "capacity",
            Self::Defaults => "defaults",
            Self::StackAge(_) => "stack-age",
            Self::Report(_) => "report",
            Self::Vulnerabilities(_) => "vulnerabilities",
            Self::Cleanup(_) => "cleanup",
            Self::Rotate(_) => "rotate",
            Self::Command(_) => "command",
            Self::Http(_) => "http",
            Self::Verify(_) => "verify",
            Self::Drill(_) => "drill",
            Self::SqliteCare(_) => "sqlite-care",
            Self::SqliteFit => "sqlite-fit",
            Self::PostgresCare(_) => "postgres-care",
            Self::SqlCleanup(_) => "sql-cleanup",
            Self::Later(_) => "later",
        }
    }

    /// What it lacks.
    pub fn need(&self) -> Option<Need> {
        match self {
            Self::Later(need) => Some(*need),
            Self::Cleanup(cleanup) => cleanup.folders.is_empty().then_some(Need::Folders),
            Self::SqlCleanup(rows) => {
                let is_named = rows.database.is_some() && rows.table.is_some() && rows.column.is_some();
                (!is_named).then_some(Need::ExpiredRows)
            }
            Self::Rotate(rotation) => rotation.files.is_empty().then_some(Need::RotatedFiles),
            Self::StackAge(scan) => scan.folders.is_empty().then_some(Need::Folders),
            Self::Vulnerabilities(scan) => {
                (scan.folders.is_empty() || scan.osv.is_none()).then_some(Need::VulnerabilityRecords)
            }
            Self::Review(_)
            | Self::ModelServers
            | Self::Configuration
            | Self::Integrity
            | Self::Backups
            | Self::Terms
            | Self::Benchmark
            | Self::Updates
            | Self::Audit(_)
            | Self::Capacity
            | Self::Defaults
            | Self::Report(_)
            | Self::Command(_)
            | Self::Http(_)
            | Self::Verify(_)
            | Self::Drill(_)
            | Self::SqliteCare(_)
            | Self::SqliteFit
            | Self::PostgresCare(_) => None,
        }
    }

    /// Whether it starts programs or asks others, which only the socket and the window may have done.
    pub fn reaches_beyond(&self) -> bool {
        self.changes_others() || matches!(self, Self::PostgresCare(_))
    }

    /// Whether it changes or removes what is not Caretaker's own, or may do so.
    pub fn changes_others(&self) -> bool {
        match self {
            Self::Command(_) | Self::Http(_) | Self::Rotate(_) | Self::Cleanup(_) | Self::SqlCleanup(_) => true,
            Self::SqliteCare(care) => care.steps.writes(),
            Self::Review(_)
            | Self::ModelServers
            | Self::Configuration
            | Self::Integrity
            | Self::Backups
            | Self::Terms
            | Self::Benchmark
            | Self::Updates
            | Self::Audit(_)
            | Self::Capacity
            | Self::Defaults
            | Self::StackAge(_)
            | Self::Report(_)
            | Self::Vulnerabilities(_)
            | Self::Verify(_)
            | Self::Drill(_)
            | Self::SqliteFit
            | Self::PostgresCare(_)
            | Self::Later(_) => false,
        }
    }
}
