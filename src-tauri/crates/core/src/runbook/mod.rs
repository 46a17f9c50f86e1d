//! Runbooks: Markdown with front matter that says what to do about an alert, whose steps may carry commands. Everything here is text
//! in, facts out: nothing reads a file, and nothing is run.

mod action;
mod approval;
mod block;
mod body;
mod front;
mod id;
mod library;
mod problem;
mod search;
mod shipped;
mod template;
mod transcript;
mod variables;

pub use action::{Action, ActionKind, LONGEST_ACTION, LONGEST_LIMIT, Sha256, USUAL_LIMIT};
pub use approval::{Approval, approves};
pub use block::{Block, Phrase, PhraseStyle, Step};
pub use body::{LARGEST, Runbook};
pub use id::{ParseRunbookIdError, RunbookId};
pub use library::{Library, Origin, Shelved, WrittenRunbook};
pub use problem::RunbookProblem;
pub use shipped::SHIPPED;
pub use template::template;
pub use transcript::{Transcript, plain};
pub use variables::{AlertValues, variables};
