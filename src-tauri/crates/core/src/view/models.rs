//! Servers of local models: what answers on this machine, what it has installed and what it holds in memory.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Timestamp;

/// Which program answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelServerKind {
    /// Ollama.
    Ollama,
    /// The server of llama.cpp.
    LlamaCpp,
    /// LM Studio.
    LmStudio,
    /// vLLM.
    Vllm,
    /// Anything else that lists models as OpenAI's interface does.
    OpenaiCompatible,
}

impl ModelServerKind {
    /// The name that its makers gave it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama",
            Self::LlamaCpp => "llama.cpp",
            Self::LmStudio => "LM Studio",
            Self::Vllm => "vLLM",
            Self::OpenaiCompatible => "OpenAI-compatible server",
        }
    }
}

/// Whether the servers that are known answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelsState {
    /// None was ever found.
    #[default]
    NotConfigured,
    /// All that are known answer.
    Ok,
    /// One that answered before does not.
    Warning,
    /// Known from before, but nobody looked lately.
    Unknown,
}

/// A model on disk, or one that a server offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstalledModel {
    /// As the server calls it: `llama3.2:3b`.
    pub name: String,
    /// Size on disk in bytes, where the server tells.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// `Q4_K_M`.
    #[serde(default)]
    pub quantization: Option<String>,
    /// `llama`.
    #[serde(default)]
    pub family: Option<String>,
    /// `3.2B`.
    #[serde(default)]
    pub parameters: Option<String>,
    /// When its files changed last.
    #[serde(default)]
    pub modified: Option<Timestamp>,
}

/// A model in memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LoadedModel {
    /// As the server calls it.
    pub name: String,
    /// Memory that the server says it takes, in bytes. An estimate: Ollama's is too low on macOS.
    #[serde(default)]
    pub memory_bytes: Option<u64>,
    /// How much of it lies in memory of the GPU, %.
    #[serde(default)]
    pub gpu_percent: Option<f64>,
    /// Tokens of context.
    #[serde(default)]
    pub context: Option<u64>,
    /// When the server unloads it if nobody asks; null when it stays.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelServerView {
    /// Its address on this machine, also the label `server` of its series: `127.0.0.1:11434`.
    pub address: String,
    /// Which program it is.
    pub kind: ModelServerKind,
    /// The program's name for people.
    pub name: String,
    /// Its version, where it tells.
    #[serde(default)]
    pub version: Option<String>,
    /// Whether it answers.
    pub up: bool,
    /// Since when it has answered, or has not.
    pub since: Timestamp,
    /// When it was last asked.
    pub looked_at: Timestamp,
    /// Why it counts as down, or that it is still loading; empty when there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How long its answer took, in milliseconds.
    #[serde(default)]
    pub took_ms: Option<f64>,
    /// Models that it has or offers, by name; the last known ones while it is down.
    pub installed: Vec<InstalledModel>,
    /// Their size on disk in bytes, as far as the server tells.
    #[serde(default)]
    pub installed_bytes: Option<u64>,
    /// Models in memory; none while it is down.
    pub loaded: Vec<LoadedModel>,
    /// Tokens generated a second, where the server tells.
    #[serde(default)]
    pub tokens_per_second: Option<f64>,
}

/// Every server that is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelsView {
    /// The worst of the servers; `not_configured` when none was ever found.
    pub state: ModelsState,
    /// When this was put together.
    pub at: Timestamp,
    /// By address.
    pub servers: Vec<ModelServerView>,
}

/// Local models at a glance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelsSummary {
    /// The worst of the servers; `not_configured` when none was ever found.
    pub state: ModelsState,
    /// Servers that are known.
    pub servers: u32,
    /// Those of them that answer.
    pub up: u32,
    /// Models installed.
    pub installed: u32,
    /// Their size on disk in bytes, as far as the servers tell.
    pub installed_bytes: u64,
    /// Models in memory.
    pub loaded: u32,
    /// Memory that they take, in bytes, as far as the servers tell.
    pub memory_bytes: u64,
}

impl ModelsView {
    /// A view of servers, with the state that follows from them.
    pub fn of(mut servers: Vec<ModelServerView>, at: Timestamp) -> Self {
        servers.sort_by(|one, other| one.address.cmp(&other.address));
        let state = match servers.iter().all(|server| server.up) {
            _ if servers.is_empty() => ModelsState::NotConfigured,
            true => ModelsState::Ok,
            false => ModelsState::Warning,
        };
        Self { state, at, servers }
    }

    /// The figures of all servers together.
    pub fn summary(&self) -> ModelsSummary {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let loaded = || self.servers.iter().flat_map(|server| &server.loaded);
        ModelsSummary {
            state: self.state,
            servers: count(self.servers.len()),
            up: count(self.servers.iter().filter(|server| server.up).count()),
            installed: count(self.servers.iter().map(|server| server.installed.len()).sum()),
            installed_bytes: total(self.servers.iter().filter_map(|server| server.installed_bytes)),
            loaded: count(loaded().count()),
            memory_bytes: total(loaded().filter_map(|model| model.memory_bytes)),
        }
    }
}

/// A sum that strange figures cannot overflow.
fn total(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(address: &str, up: bool) -> ModelServerView {
        ModelServerView {
            address: address.to_owned(),
            kind: ModelServerKind::Ollama,
            name: "Ollama".to_owned(),
            version: None,
            up,
            since: Timestamp::default(),
            looked_at: Timestamp::default(),
            note: String::new(),
            took_ms: None,
            installed: vec![InstalledModel::default(); 2],
            installed_bytes: Some(u64::MAX),
            loaded: Vec::new(),
            tokens_per_second: None,
        }
    }

    #[test]
    fn nothing_found_is_not_set_up_and_one_that_is_down_is_a_warning() {
        let at = Timestamp::default();
        assert_eq!(ModelsView::of(Vec::new(), at).state, ModelsState::NotConfigured);
        assert_eq!(ModelsView::of(vec![server("a", true)], at).state, ModelsState::Ok);
        let view = ModelsView::of(vec![server("b", true), server("a", false)], at);
        assert_eq!((view.state, view.servers[0].address.as_str()), (ModelsState::Warning, "a"));
        let summary = view.summary();
        assert_eq!((summary.servers, summary.up, summary.installed), (2, 1, 4));
        assert_eq!(summary.installed_bytes, u64::MAX, "sizes that cannot be do not overflow");
    }
}
