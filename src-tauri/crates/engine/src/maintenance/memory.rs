//! What is remembered of tasks: read once, and written through.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use caretaker_core::maintenance::{TaskMemory, TaskRun};
use caretaker_core::problem::Problem;
use caretaker_core::time::Timestamp;

use crate::engine::{Engine, Inner, Mode};

const PAUSED: &str = "maintenance.paused_until";

fn memories(inner: &Inner) -> Result<BTreeMap<String, TaskMemory>, Problem> {
    let mut known = inner.maintenance.memories.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(memories) = known.as_ref().filter(|_| inner.mode == Mode::Live) {
        return Ok(memories.clone());
    }
    let read: BTreeMap<String, TaskMemory> = inner.state.task_memories()?.into_iter().collect();
    Ok(known.insert(read).clone())
}

impl Engine {
    /// What is remembered of every task.
    pub(super) async fn task_memories(&self) -> Result<BTreeMap<String, TaskMemory>, Problem> {
        self.blocking(memories).await
    }

    /// Changes what is remembered of some tasks, each by its name.
    pub(super) async fn remember_tasks(
        &self,
        ids: Vec<String>,
        change: impl Fn(&str, &mut TaskMemory) + Send + 'static,
    ) -> Result<(), Problem> {
        self.blocking(move |inner| {
            drop(memories(inner)?);
            let mut known = inner.maintenance.memories.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(known) = known.as_mut() else { return Ok(()) };
            let mut changed = Vec::new();
            for id in ids {
                let before = known.get(&id).cloned();
                let mut memory = before.clone().unwrap_or_default();
                change(&id, &mut memory);
                if before.as_ref() != Some(&memory) {
                    changed.push((id, memory));
                }
            }
            if changed.is_empty() {
                return Ok(());
            }
            // Stored first: what is in memory only would be done twice after a kill.
            inner.state.put_task_memories(&changed)?;
            known.extend(changed);
            Ok(())
        })
        .await
    }

    /// Changes what is remembered of one task.
    pub(crate) async fn remember_task(
        &self,
        id: &str,
        change: impl Fn(&mut TaskMemory) + Send + 'static,
    ) -> Result<(), Problem> {
        self.remember_tasks(vec![id.to_owned()], move |_, memory| change(memory)).await
    }

    /// Until when nothing begins.
    pub(super) async fn maintenance_paused(&self) -> Result<Option<Timestamp>, Problem> {
        self.blocking(|inner| {
            let mut known = inner.maintenance.paused.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(paused) = known.filter(|_| inner.mode == Mode::Live) {
                return Ok(paused);
            }
            let stored = inner.state.setting(PAUSED)?;
            Ok(*known.insert(stored.and_then(|text| text.parse().ok())))
        })
        .await
    }

    /// Pauses until a moment, or goes on.
    pub(crate) async fn put_maintenance_paused(&self, until: Option<Timestamp>) -> Result<(), Problem> {
        self.blocking(move |inner| {
            inner.state.put_setting(PAUSED, until.map(|until| until.to_string()).as_deref())?;
            *inner.maintenance.paused.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
            Ok(())
        })
        .await
    }

    /// The newest run of every task.
    pub(super) async fn newest_task_runs(&self) -> Result<BTreeMap<String, TaskRun>, Problem> {
        self.blocking(|inner| {
            let mut known = inner.maintenance.newest.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(newest) = known.as_ref().filter(|_| inner.mode == Mode::Live) {
                return Ok(newest.clone());
            }
            let runs = inner.state.newest_task_runs()?.into_iter().map(|run| (run.task.clone(), run)).collect();
            Ok(known.insert(runs).clone())
        })
        .await
    }
}
