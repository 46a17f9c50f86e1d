//! Databases that were damaged and are set aside: a fact for as long as their files lie in the home, whoever moved them there
//! and however long ago. It shows among the parts, as a sample that a rule judges, in the list of operations and on charts.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use caretaker_core::metric::{Mark, MarkKind, Reading, SeriesKey, Unit, names};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{MetricsStore, Operation, StateStore};

use crate::degraded::DegradedParts;

/// Files by the beginning of their name, with the part that it shows as. The catalog tells of itself.
const DATABASES: [(&str, &str); 2] = [("metrics", "samples database"), ("caretaker", "state database")];

/// Between two looks at every page because somebody met damage.
const SUSPICIOUS: Span = Span::from_minutes(1);

/// What lies in the home, as last looked at, and what this process put there.
#[derive(Debug, Default)]
pub(crate) struct SetAside(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// How many there are of each database.
    count: [usize; DATABASES.len()],
    /// In words, what was done since the start.
    done: Vec<String>,
    /// When somebody last met damage.
    suspected: Option<Timestamp>,
}

impl SetAside {
    /// Looks which files there are, and says so among the parts; says whether that changed them.
    pub fn look(&self, home: &Path, degraded: &DegradedParts, now: Timestamp) -> bool {
        let files = files(home);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = false;
        for (place, (stem, part)) in known.count.iter_mut().zip(DATABASES) {
            let mut of_it: Vec<&PathBuf> = files.iter().filter(|file| is_of(file, stem)).collect();
            // Their stamps make the names rise.
            of_it.sort();
            *place = of_it.len();
            changed |= match of_it.last() {
                None => degraded.recovered(part),
                Some(newest) => {
                    let why = format!("`{stem}.db` was damaged; the file was set aside and a new one was started");
                    let hint = format!(
                        "what could not be read is kept in {}: mend a copy of it, or move it out of the home when nobody needs it, and this ends",
                        newest.display()
                    );
                    degraded.report(part, why, &hint, now)
                }
            };
        }
        changed
    }

    /// One sample for each database of which a damaged file lies in the home.
    pub fn readings(&self) -> Vec<Reading> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = known.count.iter().zip(DATABASES).filter(|(count, _)| **count > 0);
        counted
            .map(|(count, (stem, _))| {
                let key = SeriesKey::labelled(names::OWN_DATABASE_DAMAGED, "database", stem);
                Reading::gauge(key, Unit::Count, *count as f64)
            })
            .collect()
    }

    /// Stores that a file was set aside just now: as an operation, and as a mark where its samples end. What cannot be
    /// stored holds up nothing: the file is there to be seen.
    pub fn tell(&self, (metrics, state): (&MetricsStore, &StateStore), kept: &Path, now: Timestamp) {
        let name = kept.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.split('.').next().unwrap_or_default();
        let what = format!("`{stem}.db` was damaged: it was set aside as `{name}`, and a new one was begun");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).done.push(what.clone());
        let operation =
            Operation { at: now, kind: "database".to_owned(), what, result: "done".to_owned(), took: Span::ZERO };
        let mut stored = state.record_operation(&operation);
        if stem == DATABASES[0].0 {
            let text = format!("Samples until here lie in `{name}`, which was damaged and set aside");
            let marked = metrics.mark(&Mark { kind: MarkKind::SetAside, at: now, until: None, text });
            stored = stored.and(marked);
        }
        if let Err(error) = stored {
            tracing::warn!(%error, "that a database was set aside could not be recorded");
        }
    }

    /// Whether a look at every page is due because somebody met damage: it costs too much for each who does.
    pub fn may_suspect(&self, now: Timestamp) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = known.suspected.is_none_or(|last| now < last || now.since(last) >= SUSPICIOUS);
        if is_due {
            known.suspected = Some(now);
        }
        is_due
    }

    /// What was set aside since the start, in words.
    pub fn done(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).done.clone()
    }
}

fn files(home: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(home) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}

/// `metrics.damaged-20261121T045733400Z.db`, and not its log.
fn is_of(file: &Path, stem: &str) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let rest = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix(".damaged-"));
    rest.is_some_and(|rest| Path::new(rest).extension().is_some_and(|extension| extension == "db"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_fact_as_long_as_the_file_lies_there() {
        let home = tempfile::tempdir().unwrap();
        let (parts, known, at) = (DegradedParts::default(), SetAside::default(), Timestamp::from_millis(1));
        let put = |name: &str| std::fs::File::create(home.path().join(name)).map(drop).unwrap();
        for other in ["metrics.db", "metrics.damaged-1Z.db-wal", "caretaker.toml", "catalog.damaged-1Z.db"] {
            put(other);
        }
        assert!(!known.look(home.path(), &parts, at) && known.readings().is_empty(), "{:?}", parts.list());
        put("metrics.damaged-1Z.db");
        put("metrics.damaged-2Z.db");
        assert!(known.look(home.path(), &parts, at));
        let listed = parts.list();
        let [part] = listed.as_slice() else { panic!("{listed:?}") };
        assert!(part.part == "samples database" && part.hint.contains("metrics.damaged-2Z.db"), "{part:?}");
        let readings = known.readings();
        assert_eq!(readings.iter().map(|one| one.value).collect::<Vec<_>>(), [2.0]);
        for gone in ["metrics.damaged-1Z.db", "metrics.damaged-2Z.db"] {
            std::fs::remove_file(home.path().join(gone)).unwrap();
        }
        assert!(known.look(home.path(), &parts, at) && parts.list().is_empty() && known.readings().is_empty());
    }
}
