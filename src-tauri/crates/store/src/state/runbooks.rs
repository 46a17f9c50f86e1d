//! Runbooks: versions of the owner's own, and what was run.

use caretaker_core::time::Timestamp;
use caretaker_core::view::RunView;

use super::store::StateStore;
use crate::error::StoreError;
use crate::table::runbook::{self, RunFilter, SavedRunbook};

impl StateStore {
    /// Stores what changed of the owner's runbooks; `found` is each that is there with its text. Gives the number of changes.
    pub fn track_runbooks(&self, found: &[(String, String)], at: Timestamp) -> Result<usize, StoreError> {
        let found = found.to_vec();
        self.handle.write(move |writer| runbook::track(&writer.connection, &found, at))
    }

    /// Versions of a runbook of the owner, the newest first; a hundred are kept.
    pub fn runbook_versions(&self, id: &str) -> Result<Vec<SavedRunbook>, StoreError> {
        self.handle.read(|connection| runbook::versions(connection, id))
    }

    /// One version of a runbook of the owner.
    pub fn runbook_version(&self, id: &str, version: u32) -> Result<Option<SavedRunbook>, StoreError> {
        self.handle.read(|connection| runbook::text_of(connection, id, version))
    }

    /// Stores a run of a command, or how it stands now.
    pub fn put_run(&self, run: &RunView) -> Result<(), StoreError> {
        let run = run.clone();
        self.handle.write(move |writer| runbook::put_run(&writer.connection, &run))
    }

    /// Runs that fit, the newest first.
    pub fn runs(&self, filter: &RunFilter) -> Result<Vec<RunView>, StoreError> {
        self.handle.read(|connection| runbook::runs(connection, filter))
    }

    /// Runs whose identity begins so, at most two.
    pub fn find_run(&self, prefix: &str) -> Result<Vec<RunView>, StoreError> {
        self.handle.read(|connection| runbook::find_run(connection, prefix))
    }

    /// Runs that are said to go on, also those of a program that was killed.
    pub fn running(&self) -> Result<Vec<RunView>, StoreError> {
        self.handle.read(|connection| runbook::running(connection))
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::Access;

    fn open() -> (TempDir, StateStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = StateStore::open(&folder.path().join("caretaker.db"), Access::ReadWrite).unwrap();
        (folder, store)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    fn run(id: &str, second: i64, state: &str) -> RunView {
        serde_json::from_value(serde_json::json!({
            "id": id, "runbook": "disk-space", "step": 1, "title": "Look", "command": "df\n", "sha256": "00", "consent": "given",
            "door": "window", "user": "ada", "alert": "a1", "started": at(second), "ended": null, "state": state, "exit_code": null,
            "reason": "", "output": "", "is_cut": false, "after": null
        }))
        .unwrap()
    }

    #[test]
    fn a_version_is_stored_when_a_text_changes_or_goes() {
        let (_folder, store) = open();
        let found = |text: &str| vec![("mine".to_owned(), text.to_owned())];
        assert_eq!(store.track_runbooks(&found("one"), at(1)).unwrap(), 1);
        assert_eq!(store.track_runbooks(&found("one"), at(2)).unwrap(), 0);
        assert_eq!(store.track_runbooks(&found("two"), at(3)).unwrap(), 1);
        assert_eq!(store.track_runbooks(&[], at(4)).unwrap(), 1);
        assert_eq!(store.track_runbooks(&[], at(5)).unwrap(), 0);
        assert_eq!(store.track_runbooks(&found("two"), at(6)).unwrap(), 1);
        let versions = store.runbook_versions("mine").unwrap();
        let seen: Vec<(u32, Option<&str>)> = versions.iter().map(|one| (one.version, one.text.as_deref())).collect();
        assert_eq!(seen, [(4, Some("two")), (3, None), (2, Some("two")), (1, Some("one"))]);
        assert_eq!(store.runbook_version("mine", 1).unwrap().unwrap().at, at(1));
        assert_eq!(store.runbook_version("mine", 9).unwrap(), None);
        for number in 0..120 {
            store.track_runbooks(&found(&number.to_string()), at(10 + number)).unwrap();
        }
        assert_eq!(store.runbook_versions("mine").unwrap().len(), 100);
    }

    #[test]
    fn a_run_is_known_before_it_ends_and_found_by_what_it_answers() {
        let (folder, store) = open();
        store.put_run(&run("r1", 1, "running")).unwrap();
        store.put_run(&run("r2", 2, "done")).unwrap();
        drop(store);
        let store = StateStore::open(&folder.path().join("caretaker.db"), Access::ReadWrite).unwrap();
        let going: Vec<String> = store.running().unwrap().into_iter().map(|run| run.id).collect();
        assert_eq!(going, ["r1"]);
        store.put_run(&run("r1", 1, "interrupted")).unwrap();
        assert_eq!(store.running().unwrap(), []);
        let filter = RunFilter { runbook: Some("disk-space".to_owned()), alert: Some("a1".to_owned()), limit: 10 };
        let ids: Vec<String> = store.runs(&filter).unwrap().into_iter().map(|run| run.id).collect();
        assert_eq!(ids, ["r2", "r1"]);
        let other = RunFilter { alert: Some("a2".to_owned()), ..filter };
        assert_eq!(store.runs(&other).unwrap(), []);
        assert_eq!(store.find_run("r").unwrap().len(), 2);
        assert_eq!(store.find_run("r1").unwrap()[0].id, "r1");
    }
}
