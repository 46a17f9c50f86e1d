//! `[[backup]]`: what is backed up, when, and for how long. Read and checked; acting upon it comes later.

use schemars::JsonSchema;

use crate::config::fields::Fields;
use crate::config::kept::Kept;

const COMPRESSIONS: [&str; 3] = ["zstd", "gzip", "none"];

/// A backup job.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct BackupSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// Folders that are saved.
    pub folders: Option<Vec<String>>,
    /// Names and patterns that are left out.
    pub exclude: Option<Vec<String>>,
    /// PostgreSQL databases, as addresses.
    pub postgres: Option<Vec<String>>,
    /// Ids of the destinations.
    pub to: Option<Vec<String>>,
    /// When everything is saved (`weekly sun 03:00`); without it on demand.
    pub full: Option<String>,
    /// When what changed is saved (`daily 03:00`); without it on demand. Due together with `full`, only that runs.
    pub incremental: Option<String>,
    /// How much is kept of each type.
    pub keep: Option<KeptSection>,
    /// How archives are compressed.
    #[schemars(extend("enum" = COMPRESSIONS, "default" = "zstd"))]
    pub compression: Option<String>,
    /// Whether archives are encrypted.
    #[schemars(extend("default" = false))]
    pub encrypt: Option<bool>,
}

/// How much is kept of each type of backup: a count (`7`) or an age (`"30d"`).
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct KeptSection {
    /// Full backups.
    pub full: Option<Kept>,
    /// Incremental backups.
    pub incremental: Option<Kept>,
    /// Backups of configuration files.
    pub configuration: Option<Kept>,
    /// Backups of databases.
    pub database: Option<Kept>,
}

impl BackupSection {
    /// Reads and checks one job.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            id: fields.id(),
            folders: fields.texts("folders"),
            exclude: fields.texts("exclude"),
            postgres: fields.texts("postgres"),
            to: fields.texts("to"),
            full: fields.text("full"),
            incremental: fields.text("incremental"),
            keep: fields.table("keep", KeptSection::read),
            compression: fields.one_of("compression", &COMPRESSIONS),
            encrypt: fields.truth("encrypt"),
        }
    }
}

impl KeptSection {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            full: fields.kept("full"),
            incremental: fields.kept("incremental"),
            configuration: fields.kept("configuration"),
            database: fields.kept("database"),
        }
    }
}
