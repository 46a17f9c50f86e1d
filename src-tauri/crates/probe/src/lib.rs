//! Looks at programs that serve others on this machine. For now these are servers of local models: Ollama, llama.cpp,
//! LM Studio, vLLM and whatever else lists models as OpenAI's interface does.
//!
//! It only asks (GET) and never makes a server do anything: no look loads a model or keeps one loaded. The one exception is a
//! step of the owner's own (`step`), which may POST because the configuration says so. Connections come
//! from the port `Egress`; what is remembered over a restart is the engine's business, as are series and alerts.

mod candidate;
mod exposition;
mod field;
mod http;
mod llama;
mod lm_studio;
mod look;
mod ollama;
mod openai;
mod step;
mod watch;

pub use candidate::{Candidate, Hint, candidates};
pub use step::{StepAnswer, ask};
pub use watch::{Known, ModelWatch};
