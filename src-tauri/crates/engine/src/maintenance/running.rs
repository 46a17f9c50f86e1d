//! One run of a task: its row, its limit, its work, its end.

use std::sync::PoisonError;

use caretaker_core::maintenance::{Asked, DueTask, Outcome, RunResult, Task, TaskRun};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, Hint};

use super::bodies::{self, Stop};
use crate::backups::{Begun, Running};
use crate::engine::{Engine, Mode};

/// One task at a time works here: they would only slow each other down.
const PLACE: &str = " maintenance";

/// Takes a task off the list of those that run, however its run ends.
struct Listed {
    engine: Engine,
    id: String,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.engine.0.maintenance.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Engine {
    /// Begins a task because its time has come. What it is begun for is remembered first.
    pub(super) async fn begin_due(&self, task: &Task, due: DueTask) -> Result<(), Problem> {
        let now = self.now();
        self.remember_tasks(vec![task.id.clone()], move |_, memory| memory.begin(&due, now)).await?;
        drop(self.begin_task(task.clone(), Asked::Schedule, Some(due)));
        Ok(())
    }

    /// Begins a run and answers at once.
    pub(crate) fn begin_task(&self, task: Task, asked: Asked, due: Option<DueTask>) -> ActivityView {
        self.0.maintenance.running.lock().unwrap_or_else(PoisonError::into_inner).insert(task.id.clone());
        let listed = Listed { engine: self.clone(), id: task.id.clone() };
        let begun = Begun {
            kind: ActivityKind::Maintain,
            job: Some(task.id.clone()),
            title: task.title.clone(),
            place: Some(PLACE.to_owned()),
        };
        self.begin(begun, move |running| async move {
            let listed = listed;
            let run = Box::pin(carry_out(running, &task, asked, due)).await;
            drop(listed);
            run.map(|run| ActivityResult::Maintained(Box::new(run)))
        })
    }
}

async fn carry_out(mut running: Running, task: &Task, asked: Asked, due: Option<DueTask>) -> Result<TaskRun, Problem> {
    let engine = running.engine.clone();
    let before = engine.newest_task_runs().await?.remove(&task.id);
    let memory = engine.task_memories().await?.remove(&task.id).unwrap_or_default();
    let tries = due.filter(|due| memory.failed_slot == Some(due.slot)).map_or(0, |_| memory.failures);
    let mut run = TaskRun {
        task: task.id.clone(),
        title: task.title.clone(),
        asked,
        slot: due.map(|due| due.slot),
        missed: due.map_or(0, |due| due.missed),
        tries,
        started: engine.now(),
        ..TaskRun::default()
    };
    let row = run.clone();
    run.id = engine.blocking(move |inner| Ok(inner.state.begin_task_run(&row)?)).await?;
    engine.hint(Hint::Status);
    let stop = Stop::default();
    let work = tokio::time::timeout(task.limit.to_duration(), bodies::perform(&engine, task, asked, &stop));
    let outcome = tokio::select! {
        done = work => done.unwrap_or_else(|_| {
            Outcome::ended(RunResult::TimedOut, format!("It was ended after {}.", task.limit.in_words()))
        }),
        () = running.cancelled() => {
            if engine.is_ending() {
                Outcome::ended(RunResult::Interrupted, "Caretaker ended while it ran.")
            } else {
                Outcome::ended(RunResult::Cancelled, "Somebody ended it.")
            }
        }
    };
    stop.now();
    let outcome = outcome.bounded(before.as_ref().map(|run| &run.outcome));
    run.ended = Some(engine.now());
    run.outcome = outcome;
    let (id, ended, kept) = (run.id, engine.now(), run.outcome.clone());
    engine.blocking(move |inner| Ok(inner.state.end_task_run(id, ended, &kept)?)).await?;
    settle(&engine, task, &run, due).await?;
    if run.outcome.result.is_failure() && asked != Asked::DryRun {
        let problem = Problem::new(Code::Internal, run.outcome.sentence.clone());
        let took = run.took().unwrap_or_default();
        engine.record_long("maintenance", task.title.clone(), Some(&problem), run.started, took).await;
    }
    engine.refresh_task_figures().await?;
    engine.hint(Hint::Status);
    Ok(run)
}

/// Remembers how a run for a slot ended.
async fn settle(engine: &Engine, task: &Task, run: &TaskRun, due: Option<DueTask>) -> Result<(), Problem> {
    let Some(due) = due.filter(|_| engine.mode() == Mode::Live) else { return Ok(()) };
    let (now, retries, result) = (engine.now(), task.retries, run.outcome.result);
    engine
        .remember_tasks(vec![task.id.clone()], move |_, memory| match result {
            RunResult::Failed | RunResult::TimedOut | RunResult::Skipped => memory.failed(due.slot, now, retries),
            // The next start decides.
            RunResult::Interrupted => {}
            RunResult::Running
            | RunResult::Done
            | RunResult::Attention
            | RunResult::NotConfigured
            | RunResult::Cancelled => memory.dealt_with(due.slot),
        })
        .await
}
