//! Servers of local models: as they were last seen, or asked now.

use caretaker_core::metric::names;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ModelsState, ModelsSummary, ModelsView};

use crate::engine::{Engine, Mode};

impl Engine {
    /// Every known server. `fresh` asks them now; otherwise a running engine answers with its newest round.
    pub async fn models(&self, fresh: bool) -> Result<ModelsView, Problem> {
        let now = self.now();
        let view = self
            .blocking(move |inner| {
                // Without rounds of its own an engine has nothing that is new.
                if fresh || inner.mode != Mode::Live {
                    let writes = inner.mode != Mode::ReadOnly;
                    return inner
                        .models
                        .look(now, writes)
                        .map_err(|error| Problem::new(Code::Internal, format!("look for model servers: {error}")));
                }
                Ok(inner.models.view(now))
            })
            .await?;
        Ok(ModelsView::clone(&view))
    }

    /// The servers in a few figures, without asking them.
    pub(crate) fn models_summary(&self, stale: bool) -> ModelsSummary {
        let mut summary = self.0.models.view(self.now()).summary();
        if self.mode() != Mode::Live {
            // What is in memory is not remembered, but the newest round measured it.
            let latest = self.latest();
            let sum = |name: &str| latest.all(name).map(|reading| reading.value).sum::<f64>();
            summary.loaded = sum(names::MODEL_LOADED) as u32;
            summary.memory_bytes = sum(names::MODEL_MEMORY) as u64;
        }
        if stale && summary.state != ModelsState::NotConfigured {
            summary.state = ModelsState::Unknown;
        }
        summary
    }
}
