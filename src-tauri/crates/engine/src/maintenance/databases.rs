//! What is remembered of databases: a sample of each in every round, the cause of an alert about one, and which backup has it whole.

use std::path::Path;
use std::sync::PoisonError;

use caretaker_core::alert::{Change, Transition};
use caretaker_core::backup::{BAD_DATABASE, Job};
use caretaker_core::database::{Integrity, Judged, KnownDatabase, KnownDatabases};
use caretaker_core::metric::{Reading, SeriesKey, Unit, names};
use caretaker_core::problem::Problem;
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;
use caretaker_store::Presence;

use crate::engine::{Engine, Inner, Mode};
use crate::pipeline::Pipeline;

/// The folder of the home with copies of databases from before rows were cleared in them.
pub(crate) const COPIES: &str = "before-cleanup";
/// Where it is kept.
const KEY: &str = "databases.known";
/// Archives of a job that are looked at for one that has a database whole.
const ARCHIVES: usize = 200;

fn known(inner: &Inner) -> Result<KnownDatabases, Problem> {
    let mut held = inner.maintenance.databases.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = held.as_ref().filter(|_| inner.mode == Mode::Live) {
        return Ok(known.clone());
    }
    // What cannot be read is looked at anew.
    let read = inner.state.setting(KEY)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(held.insert(read).clone())
}

impl Engine {
    /// Databases as they were seen last.
    pub(crate) async fn known_databases(&self) -> Result<KnownDatabases, Problem> {
        self.blocking(known).await
    }

    /// Takes over what was seen. A look at everything forgets what is not there any more, except in folders that it could not go through.
    pub(super) async fn remember_databases(
        &self,
        judged: Judged,
        unsearched: Option<Vec<String>>,
    ) -> Result<(), Problem> {
        self.change_databases(move |known| {
            if let Some(unsearched) = unsearched {
                known.retain(|path, one| {
                    let is_out_of_sight = unsearched.iter().any(|folder| Path::new(path).starts_with(folder));
                    one.is_own || is_out_of_sight || judged.unseen.contains(path)
                });
            }
            known.retain(|path, _| !judged.gone.contains(path));
            known.extend(judged.seen);
        })
        .await
    }

    /// Takes over what was seen of Caretaker's own.
    pub(super) async fn remember_own_database(&self, name: &str, damage: Option<String>) -> Result<(), Problem> {
        let path = self.home().folder().join(name).display().to_string();
        let last_good = match &damage {
            Some(_) => self.good_backups().await?.sentence(&path),
            None => String::new(),
        };
        let integrity = if damage.is_some() { Integrity::Damaged } else { Integrity::Whole };
        let what = damage.unwrap_or_default();
        let seen = KnownDatabase { integrity, what, last_good, looked: self.now(), is_own: true, bytes: 0 };
        self.change_databases(move |known| drop(known.insert(path, seen))).await
    }

    async fn change_databases(&self, change: impl FnOnce(&mut KnownDatabases) + Send + 'static) -> Result<(), Problem> {
        self.blocking(move |inner| {
            let before = known(inner)?;
            let mut now = before.clone();
            change(&mut now);
            if now != before {
                let text = serde_json::to_string(&now).unwrap_or_default();
                inner.state.put_setting(KEY, Some(&text))?;
                *inner.maintenance.databases.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
            }
            Ok(())
        })
        .await
    }

    /// The series of this round.
    pub(crate) async fn database_readings(&self) -> Vec<Reading> {
        let is_read = self.0.maintenance.databases.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        // The first round of an engine has them too: an alert does not end because of a restart.
        if !is_read && let Err(problem) = self.known_databases().await {
            tracing::warn!(%problem, "what is known of databases could not be read");
        }
        let known = self.0.maintenance.databases.lock().unwrap_or_else(PoisonError::into_inner);
        let all = known.iter().flatten();
        all.map(|(path, one)| {
            let key = SeriesKey::labelled(names::DATABASE_INTEGRITY, "database", path);
            Reading::gauge(key, Unit::Count, f64::from(u8::from(one.integrity == Integrity::Whole)))
        })
        .collect()
    }

    /// For each job the newest archive without an exception about a database.
    pub(super) async fn good_backups(&self) -> Result<GoodBackups, Problem> {
        let mut goods = Vec::new();
        for job in self.jobs() {
            let id = job.id.clone();
            let newest = self
                .catalog(move |catalog| {
                    for archive in catalog.archives(Some(&id), ARCHIVES)? {
                        let holds_files = archive.facts.kind != Some(ArchiveType::Configuration);
                        if archive.presence != Presence::There || !holds_files {
                            continue;
                        }
                        let exceptions = catalog.exceptions(&archive.destination, &archive.facts.id)?;
                        if !exceptions.iter().any(|exception| exception.code == BAD_DATABASE) {
                            return Ok(Some(archive.facts.at));
                        }
                    }
                    Ok(None)
                })
                .await?;
            goods.push((job, newest));
        }
        Ok(GoodBackups(goods))
    }
}

/// Jobs, each with its newest good archive.
pub(super) struct GoodBackups(Vec<(Job, Option<Timestamp>)>);

impl GoodBackups {
    /// Which backup has a database whole.
    pub fn sentence(&self, path: &str) -> String {
        let holds = |job: &Job| {
            job.sqlite.iter().any(|one| one == path)
                || job.folders.iter().any(|folder| Path::new(path).starts_with(folder))
        };
        let of = self.0.iter().filter(|(job, _)| holds(job));
        match of.max_by_key(|(_, at)| *at) {
            Some((job, Some(at))) => format!("the last good backup is of {at}, by the job `{}`", job.id),
            Some((job, None)) => format!("the job `{}` has no good backup of it", job.id),
            None => "no backup job saves it".to_owned(),
        }
    }
}

impl Pipeline {
    /// Gives alerts about a damaged database what contradicts in it, and the backup that has it whole, as their cause.
    pub(crate) fn explain_databases(&mut self, transitions: &mut [Transition]) {
        for one in transitions.iter_mut().filter(|one| matches!(one.change, Change::Fired { .. })) {
            if one.alert.series.name != names::DATABASE_INTEGRITY {
                continue;
            }
            let stored = self.state.setting(KEY).ok().flatten();
            let known: KnownDatabases = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            let path = one.alert.series.labels.get("database").unwrap_or_default();
            if let Some(cause) = known.get(path).and_then(KnownDatabase::cause) {
                one.alert.cause = Some(cause.clone());
                self.evaluator.with_alert(&one.alert.id, |alert| alert.cause = Some(cause));
            }
        }
    }
}
