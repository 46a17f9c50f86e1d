//! Exports at intervals: files that are due are written, files of its own that are too many are deleted. When and which is
//! decided in `core::export`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use caretaker_core::export::{Due, ExportPlan, ExportRecord, WrittenFile};
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_core::view::{ExportView, ExportsView, Hint};
use caretaker_platform::files;
use caretaker_store::StateStore;

use super::ExportQuery;
use crate::engine::{Engine, Mode};

/// Mode of the files: measurements are nobody else's business.
const PRIVATE: u32 = 0o600;
/// A folder that is away is looked for again after this.
const RETRY: Span = Span::from_minutes(5);
/// Exports that come more often are recorded as operations only when something changes, or they would be all that the list
/// shows.
const RECORDED_FROM: Span = Span::from_hours(1);

/// What is known of each export, by its id. The engine is the only one who changes it.
#[derive(Debug, Default)]
pub(crate) struct Exporting {
    known: HashMap<String, Known>,
}

#[derive(Debug, Default)]
struct Known {
    record: ExportRecord,
    /// After a failure, in awake time.
    retry: Option<Span>,
}

impl Exporting {
    fn of(&mut self, id: &str, state: &StateStore) -> Result<&mut Known, Problem> {
        if !self.known.contains_key(id) {
            let stored = state.setting(&key(id))?;
            // What cannot be read was written by nobody: the export starts anew and deletes nothing of before.
            let record = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            self.known.insert(id.to_owned(), Known { record, retry: None });
        }
        Ok(self.known.entry(id.to_owned()).or_default())
    }
}

fn key(id: &str) -> String {
    format!("export.{id}")
}

fn part(id: &str) -> String {
    format!("export {id}")
}

impl Engine {
    /// Exports at intervals, with their newest files and what is wrong with them.
    pub async fn exports(&self) -> Result<ExportsView, Problem> {
        let now = self.now();
        let degraded = self.0.degraded.list();
        let plans = self.settings().exports.clone();
        let mut exporting = self.0.exporting.lock().await;
        let mut exports = Vec::new();
        for plan in plans {
            let record = &exporting.of(&plan.id, &self.0.state)?.record;
            let problem = degraded.iter().find(|entry| entry.part == part(&plan.id)).map(|entry| entry.why.clone());
            exports.push(ExportView {
                next: plan.next(record, now),
                last: record.files.last().cloned(),
                files: u32::try_from(record.files.len()).unwrap_or(u32::MAX),
                bytes: record.files.iter().fold(0, |sum, file| sum.saturating_add(file.bytes)),
                problem,
                plan,
            });
        }
        Ok(ExportsView { at: now, exports })
    }

    /// Writes a file of one export now; its schedule stays as it is.
    pub async fn export_now(&self, id: &str) -> Result<ExportView, Problem> {
        self.writable()?;
        let plan = self.settings().exports.iter().find(|plan| plan.id == id).cloned().ok_or_else(|| {
            Problem::new(Code::NotFound, format!("there is no export `{id}`"))
                .hint("`caretaker metrics exports` shows all; they stand in the configuration as [[export]]")
        })?;
        let due = Due { slot: self.now(), missed: 0 };
        {
            let mut exporting = self.0.exporting.lock().await;
            let known = exporting.of(id, &self.0.state)?;
            let slot = known.record.slot;
            let written = self.write_export(&plan, &mut known.record, due).await;
            known.record.slot = slot.or(known.record.slot);
            let kept = self.keep_record(id, &known.record).await;
            self.note(&plan, due, &written, true).await;
            written?;
            kept?;
        }
        let all = self.exports().await?.exports;
        all.into_iter().find(|view| view.plan.id == id).ok_or_else(|| Problem::new(Code::Internal, "it went away"))
    }

    /// Writes every file that is due.
    pub async fn export_due(&self) {
        let plans = self.settings().exports.clone();
        let mut exporting = self.0.exporting.lock().await;
        // What is no longer configured is not degraded either.
        let gone: Vec<String> =
            exporting.known.keys().filter(|id| !plans.iter().any(|plan| plan.id == **id)).cloned().collect();
        for id in gone {
            exporting.known.remove(&id);
            self.part_works(&part(&id));
        }
        let moment = self.0.clock.moment();
        for plan in &plans {
            let known = match exporting.of(&plan.id, &self.0.state) {
                Ok(known) => known,
                Err(problem) => {
                    self.part_failed(&part(&plan.id), problem.message, &problem.hint);
                    continue;
                }
            };
            let Some(due) = plan.due(&known.record, moment.wall) else { continue };
            if known.retry.is_some_and(|retry| moment.awake < retry) {
                continue;
            }
            let again = known.retry.is_some();
            let first = known.record.slot.is_none();
            let written = self.write_export(plan, &mut known.record, due).await;
            let kept = self.keep_record(&plan.id, &known.record).await;
            // What fails again is known to have failed; what works again is news.
            let news = if written.is_ok() { first || again || plan.every >= RECORDED_FROM } else { !again };
            known.retry = written.is_err().then_some(moment.awake + RETRY);
            self.note(plan, due, &written, news).await;
            if let Err(problem) = kept {
                tracing::warn!(%problem, "the record of an export could not be stored");
            }
        }
    }

    /// Exports whatever is due after each round, until the future is dropped.
    pub(crate) async fn export_loop(&self) {
        let mut rounds = self.0.latest.subscribe();
        while rounds.changed().await.is_ok() {
            if self.0.mode == Mode::Live {
                self.export_due().await;
            }
        }
        std::future::pending::<()>().await;
    }

    async fn write_export(
        &self,
        plan: &ExportPlan,
        record: &mut ExportRecord,
        due: Due,
    ) -> Result<WrittenFile, Problem> {
        let query = ExportQuery {
            format: Some(plan.format),
            names: plan.names.clone(),
            // What was missed for want of a folder was measured all the same.
            from: Some(due.slot - plan.since - plan.every * due.missed),
            to: Some(due.slot),
            step: plan.step,
        };
        let folder = PathBuf::from(&plan.folder);
        let checked = folder.clone();
        self.blocking(move |_| usable(&checked)).await?;
        let (_, text) = self.export(query).await?;
        let path = folder.join(plan.file_name(due.slot));
        let file = WrittenFile { path: path.display().to_string(), at: due.slot, bytes: text.len() as u64 };
        self.blocking(move |_| Ok(files::write_atomic(&path, text.as_bytes(), PRIVATE)?)).await?;
        record.slot = Some(due.slot);
        record.files.retain(|known| known.path != file.path);
        record.files.push(file.clone());
        let surplus = plan.surplus(&record.files, due.slot).to_vec();
        let kept =
            self.blocking(move |_| Ok(surplus.into_iter().filter(|file| !delete(file)).collect::<Vec<_>>())).await?;
        let many = plan.surplus(&record.files, due.slot).len();
        record.files.splice(..many, kept);
        Ok(file)
    }

    async fn keep_record(&self, id: &str, record: &ExportRecord) -> Result<(), Problem> {
        let text = serde_json::to_string(record).map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let key = key(id);
        self.blocking(move |inner| Ok(inner.state.put_setting(&key, Some(&text))?)).await
    }

    /// Says what became of it, where people look: in the list of operations and under `degraded`.
    async fn note(&self, plan: &ExportPlan, due: Due, written: &Result<WrittenFile, Problem>, news: bool) {
        match written {
            Ok(file) => {
                self.part_works(&part(&plan.id));
                let missed = match due.missed {
                    0 => String::new(),
                    1 => "; one before it was missed".to_owned(),
                    several => format!("; {several} before it were missed"),
                };
                let what = format!("Wrote {} ({}){missed}", file.path, Unit::Bytes.format(file.bytes as f64));
                if news {
                    self.record("export", what, Ok(())).await;
                }
            }
            Err(problem) => {
                self.part_failed(&part(&plan.id), problem.message.clone(), &problem.hint);
                if news {
                    self.record("export", format!("Export {}", plan.id), Err(problem)).await;
                }
            }
        }
        self.hint(Hint::Status);
    }
}

/// A folder that is not there is not made: it may be that of a disk that is not mounted.
fn usable(folder: &Path) -> Result<(), Problem> {
    match std::fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(Problem::new(Code::NotFound, format!("{} is no folder", folder.display()))
            .hint("name a folder as `folder` of this export")),
        Err(error) => Err(Problem::new(Code::NotFound, format!("find {}: {error}", folder.display()))
            .hint("make the folder, or mount its disk; the file is written then")),
    }
}

/// Deletes a file that this export wrote; says whether it is gone. What took its place and is no file is left alone.
fn delete(file: &WrittenFile) -> bool {
    let path = Path::new(&file.path);
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => match std::fs::remove_file(path) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(path = %file.path, %error, "an old export could not be deleted");
                false
            }
        },
        Ok(_) => true,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}
