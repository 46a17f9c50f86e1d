//! A run as it is kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outcome::{Asked, Outcome};
use crate::time::{Span, Timestamp};

/// A run of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskRun {
    /// Its number; later runs have larger ones.
    pub id: i64,
    /// The task.
    pub task: String,
    /// The task's name for people, as it was then.
    pub title: String,
    /// Who wanted it.
    pub asked: Asked,
    /// The moment that it was meant for; null for runs by hand.
    pub slot: Option<Timestamp>,
    /// How many before it passed without a run, as in sleep.
    pub missed: u32,
    /// How often it had been tried before for the same moment.
    pub tries: u32,
    /// When it began.
    pub started: Timestamp,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// What it brought.
    pub outcome: Outcome,
}

impl TaskRun {
    /// How long it took.
    pub fn took(&self) -> Option<Span> {
        Some(self.ended?.since(self.started).or_zero())
    }
}
