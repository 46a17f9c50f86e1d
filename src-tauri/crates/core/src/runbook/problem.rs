//! What is wrong with the text of a runbook, and on which line. A runbook with problems is shown all the same.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookProblem {
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong and what is allowed, in one sentence.
    pub message: String,
}

impl RunbookProblem {
    pub(super) fn new(line: u32, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}
