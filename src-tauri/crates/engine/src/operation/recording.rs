//! Figures that others push, and their counters.

use caretaker_core::problem::{Code, Problem};
use caretaker_core::push;
use caretaker_core::view::{Hint, RecordedView, ResetRequest, ResetView, SamplesRequest};

use crate::engine::Engine;
use crate::pipeline::Work;

impl Engine {
    /// Stores pushed samples, all or none; they are judged with the next round.
    pub async fn record_samples(&self, request: SamplesRequest) -> Result<RecordedView, Problem> {
        self.writable()?;
        let now = self.now();
        let wishes = push::check(request.samples, now, self.settings().keep.raw)?;
        self.ask(|reply| Work::Push(wishes, now, reply)).await?
    }

    /// Sets the counters of that name back to zero.
    pub async fn reset_counters(&self, request: ResetRequest) -> Result<ResetView, Problem> {
        self.writable()?;
        if request.name.is_empty() {
            return Err(Problem::new(Code::Usage, "the name of the counter is missing")
                .hint("`caretaker metrics list` shows all series"));
        }
        let now = self.now();
        let view = self.ask(|reply| Work::Reset(request, now, reply)).await??;
        for one in &view.reset {
            self.record("metrics", format!("Reset the counter {} from {} to 0", one.key, one.before), Ok(())).await;
        }
        self.hint(Hint::Round);
        Ok(view)
    }
}
