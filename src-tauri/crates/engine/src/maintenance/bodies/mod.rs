//! What tasks do, a file for each theme. Each gives an outcome; what cannot be done is one too.

mod answers;
mod archives;
mod audit;
mod benchmark;
mod capacity;
mod cleanup;
mod configuration;
mod databases;
mod history;
mod program;
mod report;
mod review;
mod rotation;
mod stack;
mod updates;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use caretaker_core::maintenance::{Asked, Outcome, RunResult, Task, Touch, Work};
use caretaker_core::problem::{Code, Problem};
use tokio::sync::oneshot;

use crate::engine::Engine;

/// Tells work on another thread that nobody wants it any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is so.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Does the work of a task.
pub(super) async fn perform(engine: &Engine, task: &Task, asked: Asked, stop: &Stop) -> Outcome {
    if let Some(need) = task.need() {
        return Outcome::ended(RunResult::NotConfigured, need.sentence());
    }
    // What only reads says what it would read; what changes something has a plan of its own.
    let is_dry = asked == Asked::DryRun;
    if is_dry && task.touch == Touch::Reads {
        return Outcome::done(format!("It would do this and change nothing: {}", task.does));
    }
    let done = match &task.work {
        Work::Review(tier) => review::review(engine, *tier).await,
        Work::ModelServers => answers::model_servers(engine).await,
        Work::Configuration => configuration::check(engine).await,
        Work::Integrity => history::integrity(engine).await,
        Work::Backups => archives::review(engine).await,
        Work::Terms => history::terms(engine).await,
        Work::Benchmark => benchmark::benchmark(engine, asked, stop).await,
        Work::Updates => updates::updates(engine).await,
        Work::Audit(scope) => audit::audit(engine, &task.id, scope, stop).await,
        Work::Capacity => capacity::capacity(engine).await,
        Work::Defaults => Ok(configuration::defaults(engine)),
        Work::StackAge(scan) => stack::age(engine, scan, stop).await,
        Work::Report(tier) => report::report(engine, *tier).await,
        Work::Vulnerabilities(scan) => stack::vulnerabilities(engine, scan, stop).await,
        Work::Cleanup(wanted) => cleanup::cleanup(engine, wanted, is_dry, stop).await,
        Work::Rotate(wanted) => rotation::rotate(engine, wanted, is_dry, stop).await,
        Work::Command(step) => program::command(engine, step, task.limit, is_dry).await,
        Work::Http(step) => program::http(engine, step, task.limit, is_dry).await,
        Work::Verify(job) => archives::verify(engine, job.as_deref()).await,
        Work::Drill(job) => archives::drill(engine, job).await,
        Work::SqliteCare(care) => Box::pin(databases::sqlite(engine, task, care, is_dry)).await,
        Work::SqliteFit => databases::fit(engine, task).await,
        Work::PostgresCare(care) => databases::postgres(engine, task, care).await,
        Work::SqlCleanup(wanted) => databases::rows(engine, task, wanted, is_dry).await,
        Work::Later(need) => Ok(Outcome::ended(RunResult::NotConfigured, need.sentence())),
    };
    done.unwrap_or_else(|problem| match problem.code {
        Code::NotConfigured => Outcome::ended(RunResult::NotConfigured, problem.message),
        _ => Outcome::ended(RunResult::Failed, problem.to_string()),
    })
}

/// Does blocking work on a thread of its own that every other program goes before.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let (reply, answer) = oneshot::channel();
    std::thread::Builder::new()
        .name("maintenance".to_owned())
        .stack_size(1024 * 1024)
        .spawn(move || {
            caretaker_platform::folders::lower_priority();
            // Whoever asked may be gone by now, which is no fault of ours.
            let _: Result<(), T> = reply.send(work());
        })
        .map_err(|error| Problem::new(Code::Internal, format!("start a thread: {error}")))?;
    answer.await.map_err(|_| Problem::new(Code::Internal, "the work ended unexpectedly"))
}
