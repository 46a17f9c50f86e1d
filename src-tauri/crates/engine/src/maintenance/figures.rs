//! Maintenance as series: a failed task, and a machine that became slow, are samples that rules judge.

use std::sync::PoisonError;

use caretaker_core::maintenance::{BENCHMARK_PARTS, RunResult, TaskRun, share_of_median};
use caretaker_core::metric::{Reading, SeriesKey, Unit, names};
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;

use crate::engine::Engine;

/// What the newest benchmark is compared with.
const COMPARED: Span = Span::from_days(90);

impl Engine {
    /// Reads the newest runs again.
    pub(super) async fn refresh_task_figures(&self) -> Result<(), Problem> {
        self.blocking(|inner| {
            let newest = inner.state.newest_task_runs()?;
            let benchmarks = newest.iter().filter(|run| run.outcome.figures.iter().any(|figure| is_part(&figure.name)));
            let mut shares = Vec::new();
            for run in benchmarks {
                shares = parts(&inner.state.task_runs(Some(&run.task), 100)?);
            }
            *inner.maintenance.shares.lock().unwrap_or_else(PoisonError::into_inner) = shares;
            let newest = newest.into_iter().map(|run| (run.task.clone(), run)).collect();
            *inner.maintenance.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(newest);
            Ok(())
        })
        .await
    }

    /// The series of this round.
    pub(crate) fn task_readings(&self) -> Vec<Reading> {
        let maintenance = &self.0.maintenance;
        let settings = self.settings();
        let memories = maintenance.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = maintenance.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let mut readings = Vec::new();
        for run in newest.iter().flatten().map(|(_, run)| run) {
            if !settings.tasks.iter().any(|task| task.id == run.task) {
                continue;
            }
            // While it is tried again, nobody is told.
            let memory = memories.as_ref().and_then(|known| known.get(&run.task));
            let is_tried_again = memory.is_some_and(|memory| memory.failures > 0);
            let state = match run.outcome.result {
                RunResult::Failed | RunResult::TimedOut if !is_tried_again => 2.0,
                RunResult::Failed | RunResult::TimedOut | RunResult::Attention | RunResult::Interrupted => 1.0,
                RunResult::Done => 0.0,
                RunResult::Running | RunResult::NotConfigured | RunResult::Skipped | RunResult::Cancelled => continue,
            };
            let key = SeriesKey::labelled(names::TASK_STATE, "task", &run.task);
            readings.push(Reading::gauge(key, Unit::Count, state));
        }
        let shares = maintenance.shares.lock().unwrap_or_else(PoisonError::into_inner);
        readings.extend(shares.iter().map(|(part, share)| {
            Reading::gauge(SeriesKey::labelled(names::BENCHMARK_SHARE, "part", part), Unit::Percent, *share)
        }));
        readings
    }
}

fn is_part(name: &str) -> bool {
    BENCHMARK_PARTS.iter().any(|part| part.name == name)
}

/// The newest figure of each part beside those of the 90 days before it.
fn parts(runs: &[TaskRun]) -> Vec<(String, f64)> {
    let of = |run: &TaskRun, name: &str| {
        run.outcome.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    };
    let share = |name: &str| {
        let newest = runs.iter().find(|run| of(run, name).is_some())?;
        let before: Vec<f64> = runs
            .iter()
            .filter(|run| run.id < newest.id && newest.started.since(run.started) <= COMPARED)
            .filter_map(|run| of(run, name))
            .collect();
        Some((name.to_owned(), share_of_median(of(newest, name)?, &before)?))
    };
    BENCHMARK_PARTS.iter().filter_map(|part| share(part.name)).collect()
}
