//! The list of what was done: by people, by the configuration, by Caretaker itself.

use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::Hint;
use caretaker_store::Operation;

use crate::engine::Engine;

impl Engine {
    /// Records something that was done or failed. A record that cannot be written holds up nothing.
    pub(crate) async fn record(&self, kind: &str, what: String, result: Result<(), &Problem>) {
        let (what, result) = match result {
            Ok(()) => (what, "done"),
            Err(problem) => (format!("{what}: {problem}"), "failed"),
        };
        let at = self.now();
        let operation = Operation { at, kind: kind.to_owned(), what, result: result.to_owned(), took: Span::ZERO };
        self.store_operation(operation).await;
    }

    /// Records long work with its beginning and how long it took.
    pub(crate) async fn record_long(
        &self,
        kind: &str,
        title: String,
        problem: Option<&Problem>,
        at: Timestamp,
        took: Span,
    ) {
        let (what, result) = match problem {
            None => (title, "done"),
            Some(problem) if problem.code == Code::Interrupted => (format!("{title}: cancelled"), "cancelled"),
            Some(problem) => (format!("{title}: {problem}"), "failed"),
        };
        self.store_operation(Operation { at, kind: kind.to_owned(), what, result: result.to_owned(), took }).await;
    }

    async fn store_operation(&self, operation: Operation) {
        let stored = self.blocking(move |inner| Ok(inner.state.record_operation(&operation)?)).await;
        if let Err(problem) = stored {
            tracing::warn!(%problem, "an operation could not be recorded");
        }
        self.hint(Hint::Status);
    }
}
