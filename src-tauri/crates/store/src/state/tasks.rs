//! Maintenance in `caretaker.db`: what ran, and what is remembered of each task.

use caretaker_core::maintenance::{Outcome, TaskMemory, TaskRun};
use caretaker_core::time::Timestamp;

use super::store::StateStore;
use crate::error::StoreError;
use crate::table::{task_memory, task_run};

impl StateStore {
    /// Stores the beginning of a run and gives its number; 150 of each task are kept.
    pub fn begin_task_run(&self, run: &TaskRun) -> Result<i64, StoreError> {
        let run = run.clone();
        self.handle.write(move |writer| task_run::begin(&writer.connection, &run))
    }

    /// Stores the end of a run.
    pub fn end_task_run(&self, id: i64, ended: Timestamp, outcome: &Outcome) -> Result<(), StoreError> {
        let outcome = outcome.clone();
        self.handle.write(move |writer| task_run::end(&writer.connection, id, ended, &outcome))
    }

    /// Runs of a task, or of all, the newest first.
    pub fn task_runs(&self, task: Option<&str>, limit: usize) -> Result<Vec<TaskRun>, StoreError> {
        self.handle.read(|connection| task_run::list(connection, task, limit))
    }

    /// The newest run of each task that is over and was no dry run.
    pub fn newest_task_runs(&self) -> Result<Vec<TaskRun>, StoreError> {
        self.handle.read(|connection| task_run::newest(connection))
    }

    /// Runs that have no end: they go on, or were interrupted.
    pub fn unfinished_task_runs(&self) -> Result<Vec<TaskRun>, StoreError> {
        self.handle.read(|connection| task_run::unfinished(connection))
    }

    /// One run.
    pub fn task_run(&self, id: i64) -> Result<Option<TaskRun>, StoreError> {
        self.handle.read(|connection| task_run::get(connection, id))
    }

    /// What is remembered of every task.
    pub fn task_memories(&self) -> Result<Vec<(String, TaskMemory)>, StoreError> {
        self.handle.read(|connection| task_memory::all(connection))
    }

    /// Stores what is remembered of some tasks.
    pub fn put_task_memories(&self, memories: &[(String, TaskMemory)]) -> Result<(), StoreError> {
        let memories = memories.to_vec();
        self.handle.write(move |writer| task_memory::put(&writer.connection, &memories))
    }
}

#[cfg(test)]
mod tests {
    use caretaker_core::maintenance::{Asked, RunResult};

    use super::*;
    use crate::database::Access;

    fn store() -> (tempfile::TempDir, StateStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = StateStore::open(&folder.path().join("caretaker.db"), Access::ReadWrite).unwrap();
        (folder, store)
    }

    fn run(task: &str, started: i64) -> TaskRun {
        TaskRun { task: task.to_owned(), started: Timestamp::from_millis(started), ..TaskRun::default() }
    }

    #[test]
    fn a_run_without_an_end_is_found_again_and_old_ones_go() {
        let (_folder, store) = store();
        for number in 0..160 {
            let id = store.begin_task_run(&run("a", number)).unwrap();
            store.end_task_run(id, Timestamp::from_millis(number + 1), &Outcome::done("fine")).unwrap();
        }
        let open = store.begin_task_run(&run("b", 1_000)).unwrap();
        assert_eq!(store.task_runs(Some("a"), 1_000).unwrap().len(), 150);
        let unfinished = store.unfinished_task_runs().unwrap();
        assert_eq!((unfinished.len(), unfinished[0].id, unfinished[0].task.as_str()), (1, open, "b"));
        let newest = store.newest_task_runs().unwrap();
        assert_eq!((newest.len(), newest[0].started.as_millis()), (1, 159));
        store.end_task_run(open, Timestamp::from_millis(1_100), &Outcome::ended(RunResult::Interrupted, "")).unwrap();
        assert_eq!(store.task_run(open).unwrap().unwrap().outcome.result, RunResult::Interrupted);
        let dry = TaskRun { asked: Asked::DryRun, ..run("a", 2_000) };
        let dry = store.begin_task_run(&dry).unwrap();
        store.end_task_run(dry, Timestamp::from_millis(2_001), &Outcome::done("would")).unwrap();
        assert!(
            store.newest_task_runs().unwrap().iter().all(|run| run.id != dry),
            "a dry run says nothing of the task"
        );
    }

    #[test]
    fn memories_are_kept_by_task() {
        let (_folder, store) = store();
        let memory = TaskMemory { since: Some(Timestamp::from_millis(7)), ..TaskMemory::default() };
        store.put_task_memories(&[("a".to_owned(), memory.clone()), ("b".to_owned(), TaskMemory::default())]).unwrap();
        store.put_task_memories(&[("b".to_owned(), memory.clone())]).unwrap();
        let all = store.task_memories().unwrap();
        assert_eq!(all, [("a".to_owned(), memory.clone()), ("b".to_owned(), memory)]);
    }
}
