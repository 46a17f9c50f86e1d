//! Maintenance: which tasks there are, when each is due, what came of it. Pure: the moment, the zone and what is remembered are
//! arguments; doing the work is the engine's.

mod benchmark;
mod calendar;
mod due;
mod memory;
mod outcome;
mod ready_made;
mod review;
mod run;
#[cfg(test)]
mod simulation;
mod task;
mod tier;
mod work;

pub use benchmark::{BENCHMARK_PARTS, BenchmarkPart, SLOW_PERCENT, share_of_median};
pub use calendar::{Planned, calendar};
pub use due::{DueTask, LONGEST_WAIT, SETTLE, SPREAD, Standing, Surroundings, Wait, standings};
pub use memory::{Attempt, TaskMemory};
pub use outcome::{Asked, Figure, Finding, Outcome, RunResult, Weight};
pub use ready_made::{READY_MADE, ReadyMade};
pub use review::{ReviewedFigure, compared};
pub use run::TaskRun;
pub use task::{Interrupted, Need, Task, Touch, Window};
pub use tier::Tier;
pub use work::{
    Audit, Cleanup, CommandStep, HttpMethod, HttpStep, PostgresCare, Remove, Rotation, Scan, SqlCleanup, SqliteCare,
    StartOf, TASK_KINDS, Work, is_known_kind,
};
