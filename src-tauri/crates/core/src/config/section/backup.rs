//! `[[backup]]`: what is backed up, when, and for how long.

use schemars::JsonSchema;

use crate::backup::{Compression, Job, OWN_JOB};
use crate::config::fields::Fields;
use crate::config::kept::Kept;
use crate::config::problem::ProblemCode;
use crate::retention::{Keep, Policy};
use crate::schedule::Schedule;

const COMPRESSIONS: [(&str, Compression); 3] =
    [("zstd", Compression::Zstd), ("gzip", Compression::Gzip), ("none", Compression::None)];
const SCHEDULES: [&str; 4] = ["full", "incremental", "database", "configuration"];

/// A backup job.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct BackupSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// Folders and single files that are saved, from `/`. SQLite databases in them are copied consistently.
    pub folders: Option<Vec<String>>,
    /// Names and patterns that are left out.
    pub exclude: Option<Vec<String>>,
    /// SQLite databases outside of those folders, from `/`.
    pub sqlite: Option<Vec<String>>,
    /// PostgreSQL databases: addresses (`postgres:///board`), names on this machine, or `env:NAME`.
    pub postgres: Option<Vec<String>>,
    /// Ids of the destinations.
    pub to: Option<Vec<String>>,
    /// When everything is saved (`weekly sun 03:00`); without it on demand.
    pub full: Option<String>,
    /// When what changed is saved (`daily 03:00`); without it on demand. Due together with `full`, only that runs.
    pub incremental: Option<String>,
    /// When only the databases are saved; without it on demand.
    pub database: Option<String>,
    /// When only configuration files are saved; without it on demand.
    pub configuration: Option<String>,
    /// How much is kept of each type.
    pub keep: Option<KeptSection>,
    /// How archives are compressed.
    #[schemars(with = "Option<String>", extend("enum" = ["zstd", "gzip", "none"], "default" = "zstd"))]
    pub compression: Option<Compression>,
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
        let job = Self {
            id: fields.id(),
            folders: fields.texts("folders"),
            exclude: fields.texts("exclude"),
            sqlite: fields.texts("sqlite"),
            postgres: fields.texts("postgres"),
            to: fields.texts("to"),
            full: fields.text("full"),
            incremental: fields.text("incremental"),
            database: fields.text("database"),
            configuration: fields.text("configuration"),
            keep: fields.table("keep", KeptSection::read),
            compression: fields.word("compression", &COMPRESSIONS),
            encrypt: fields.truth("encrypt"),
        };
        job.check(fields);
        job
    }

    fn check(&self, fields: &mut Fields<'_, '_>) {
        for (key, paths) in [("folders", &self.folders), ("sqlite", &self.sqlite)] {
            if let Some(path) = paths.iter().flatten().find(|path| !path.starts_with('/')) {
                let message = format!("`{key}` has `{path}`; allowed are paths that begin with `/`");
                fields.problem(key, ProblemCode::InvalidValue, message);
            }
        }
        let schedules = [&self.full, &self.incremental, &self.database, &self.configuration];
        for (key, text) in SCHEDULES.into_iter().zip(schedules) {
            if let Some(Err(error)) = text.as_deref().map(str::parse::<Schedule>) {
                fields.problem(key, ProblemCode::InvalidValue, format!("`{key}`: failed to {error}"));
            }
        }
        let has_source =
            [&self.folders, &self.sqlite, &self.postgres].into_iter().flatten().any(|list| !list.is_empty());
        if !has_source && self.id.as_deref() != Some(OWN_JOB) {
            let message = format!("`{}` saves nothing: it needs `folders`, `sqlite` or `postgres`", fields.path());
            fields.problem("folders", ProblemCode::MissingKey, message);
        }
    }

    /// The job with every default filled in; none while it has no id.
    pub(in crate::config) fn resolve(&self) -> Option<Job> {
        let schedule = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        Some(Job {
            id: self.id.clone()?,
            folders: self.folders.clone().unwrap_or_default(),
            sqlite: self.sqlite.clone().unwrap_or_default(),
            postgres: self.postgres.clone().unwrap_or_default(),
            exclude: self.exclude.clone().unwrap_or_default(),
            to: self.to.clone().unwrap_or_default(),
            full: schedule(&self.full),
            incremental: schedule(&self.incremental),
            database: schedule(&self.database),
            configuration: schedule(&self.configuration),
            keep: self.keep.clone().unwrap_or_default().resolve(),
            compression: self.compression.unwrap_or_default(),
            encrypt: self.encrypt.unwrap_or(false),
        })
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

    fn resolve(&self) -> Policy {
        let usual = Policy::default();
        let of = |kept: Option<Kept>, usual: Keep| match kept {
            None => usual,
            Some(Kept::Count(count)) => Keep::Newest(count),
            Some(Kept::Age(age)) => Keep::For(age),
        };
        Policy {
            full: of(self.full, usual.full),
            incremental: of(self.incremental, usual.incremental),
            configuration: of(self.configuration, usual.configuration),
            database: of(self.database, usual.database),
        }
    }
}
