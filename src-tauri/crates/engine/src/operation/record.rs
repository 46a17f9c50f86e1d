//! The list of what was done: by people, by the configuration, by Caretaker itself.

use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
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
        let stored = self.blocking(move |inner| Ok(inner.state.record_operation(&operation)?)).await;
        if let Err(problem) = stored {
            tracing::warn!(%problem, "an operation could not be recorded");
        }
        self.hint(Hint::Status);
    }
}
