//! The loop that begins tasks that are due.

use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use caretaker_core::maintenance::{Outcome, RunResult, Standing, Surroundings, Task, standings};
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use chrono::Local;

use crate::engine::Engine;

/// Between two looks at the times of tasks.
const LOOK: Span = Span::from_seconds(20);

impl Engine {
    pub(crate) async fn maintenance_loop(&self) {
        loop {
            if let Err(problem) = self.maintenance_due().await {
                tracing::warn!(%problem, "tasks that are due could not be looked for");
            }
            self.0.clock.sleep(LOOK).await;
        }
    }

    /// Begins every task that is due.
    pub async fn maintenance_due(&self) -> Result<(), Problem> {
        if !self.0.maintenance.is_begun.swap(true, Ordering::Relaxed) {
            self.tasks_interrupted_before().await?;
            self.refresh_task_figures().await?;
        }
        let around = self.surroundings().await?;
        let settings = self.settings();
        let now = around.now;
        let scheduled: Vec<String> =
            settings.tasks.iter().filter(|task| task.is_scheduled()).map(|task| task.id.clone()).collect();
        // A task that is switched on begins its times then.
        self.remember_tasks(scheduled, move |_, memory| {
            memory.since.get_or_insert(now);
            memory.mend_clock(now);
        })
        .await?;
        // One that is switched off, or waits for what it needs, begins anew when it is on again.
        let off: Vec<String> =
            settings.tasks.iter().filter(|task| !task.is_scheduled()).map(|task| task.id.clone()).collect();
        let known = self.task_memories().await?;
        let off = off.into_iter().filter(|id| known.get(id).is_some_and(|memory| memory.since.is_some())).collect();
        self.remember_tasks(off, |_, memory| memory.since = None).await?;
        let memories = self.task_memories().await?;
        let running = self.running_tasks();
        for (task, standing) in
            settings.tasks.iter().zip(standings(&settings.tasks, &memories, &running, &around, &Local))
        {
            match standing {
                Standing::Due(due) => self.begin_due(task, due).await?,
                Standing::Replaced(due, by) => {
                    tracing::debug!(task = task.id, by, "a larger task stands for it");
                    self.remember_tasks(vec![task.id.clone()], move |_, memory| memory.dealt_with(due.slot)).await?;
                }
                Standing::Idle | Standing::Running | Standing::Waiting(..) => {}
            }
        }
        Ok(())
    }

    /// Tasks that run, or wait for another one.
    pub(super) fn running_tasks(&self) -> BTreeSet<String> {
        self.0.maintenance.running.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the machine stands.
    pub(super) async fn surroundings(&self) -> Result<Surroundings, Problem> {
        let moment = self.0.clock.moment();
        let awake = self.0.maintenance.woken.lock().unwrap_or_else(PoisonError::into_inner).look(moment).awake;
        Ok(Surroundings {
            now: moment.wall,
            awake,
            is_busy: self.is_machine_busy(),
            is_on_battery: caretaker_platform::background::is_on_battery(),
            paused_until: self.maintenance_paused().await?,
        })
    }

    /// Marks what a kill or a power cut ended, and lets each task's policy decide what becomes of it.
    async fn tasks_interrupted_before(&self) -> Result<(), Problem> {
        let (now, start) = (self.now(), self.0.started);
        self.blocking(move |inner| {
            for run in inner.state.unfinished_task_runs()?.into_iter().filter(|run| run.started <= start) {
                let outcome = Outcome::ended(RunResult::Interrupted, "Caretaker ended while it ran.");
                inner.state.end_task_run(run.id, now, &outcome)?;
            }
            Ok(())
        })
        .await?;
        let memories = self.task_memories().await?;
        let tasks: Vec<Task> = self.settings().tasks.clone();
        let left: Vec<String> =
            memories.into_iter().filter(|(_, memory)| memory.running.is_some()).map(|(id, _)| id).collect();
        self.remember_tasks(left, move |id, memory| {
            let task = tasks.iter().find(|task| task.id == id);
            let (policy, retries) = task.map_or_else(Default::default, |task| (task.interrupted, task.retries));
            memory.interrupted(policy, now, retries);
        })
        .await
    }
}
