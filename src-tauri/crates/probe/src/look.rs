//! One look at one address: which program answers, and what it says of its models. A stranger is asked one question; all
//! questions are GET, so that no look loads a model.

use std::net::SocketAddr;

use caretaker_core::egress::Egress;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{InstalledModel, LoadedModel, ModelServerKind};
use tokio::time::Instant;

use crate::candidate::{Candidate, Hint};
use crate::http::{Answer, GetError, get};
use crate::{llama, lm_studio, ollama, openai};

/// What a server said. What it was not asked, or did not tell, is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Its version.
    pub version: Option<String>,
    /// Models that it has or offers.
    pub installed: Option<Vec<InstalledModel>>,
    /// Models in memory.
    pub loaded: Vec<LoadedModel>,
    /// Tokens generated a second.
    pub tokens_per_second: Option<f64>,
    /// That it is still loading.
    pub note: String,
    /// How long its first answer took, in milliseconds.
    pub took_ms: f64,
}

/// What a look at an address that nobody knows came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// A server of models.
    Server(ModelServerKind, Box<Said>),
    /// Nobody listens, or somebody who is no server of models.
    Nothing,
}

/// How much is asked of a server that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What changes from minute to minute.
    Brief,
    /// Everything.
    Full,
}

/// Finds out who answers at an address.
pub async fn identify(egress: &dyn Egress, candidate: Candidate, now: Timestamp) -> Sight {
    let address = candidate.address;
    let (first_ollama, then_other) = match candidate.hint {
        Hint::Ollama => (true, false),
        Hint::OpenAi => (false, false),
        Hint::Any => (true, true),
    };
    if first_ollama {
        match again(egress, address, ModelServerKind::Ollama, Depth::Full, now).await {
            Ok(said) => return Sight::Server(ModelServerKind::Ollama, Box::new(said)),
            Err(GetError::Refused) => return Sight::Nothing,
            Err(_) => {}
        }
    }
    if !first_ollama || then_other {
        let begun = Instant::now();
        let listed = get(egress, address, "/v1/models").await.ok().and_then(|answer| openai::models(&answer.json()?));
        if let Some(listed) = listed {
            let took_ms = millis(begun);
            let (kind, said) = beyond_the_list(egress, address, listed, Depth::Full).await;
            return Sight::Server(kind, Box::new(Said { took_ms, ..said }));
        }
    }
    Sight::Nothing
}

/// Looks again at a server that is known.
pub async fn again(
    egress: &dyn Egress,
    address: SocketAddr,
    kind: ModelServerKind,
    depth: Depth,
    now: Timestamp,
) -> Result<Said, GetError> {
    let begun = Instant::now();
    match kind {
        ModelServerKind::Ollama => ask_ollama(egress, address, depth, now).await,
        ModelServerKind::LlamaCpp
        | ModelServerKind::LmStudio
        | ModelServerKind::Vllm
        | ModelServerKind::OpenaiCompatible => {
            let answer = get(egress, address, "/v1/models").await?;
            let took_ms = millis(begun);
            if llama::is_loading(answer.status, &answer.body) {
                return Ok(Said { note: "it is loading a model".to_owned(), took_ms, ..Said::default() });
            }
            let listed = answer.json().as_ref().and_then(openai::models).ok_or_else(|| strange(&answer))?;
            // A list does not name LM Studio; who was one keeps being asked as one.
            let listed = match (kind, listed.kind) {
                (ModelServerKind::LmStudio, ModelServerKind::OpenaiCompatible) => openai::Listed { kind, ..listed },
                _ => listed,
            };
            let (_, said) = beyond_the_list(egress, address, listed, depth).await;
            Ok(Said { took_ms, ..said })
        }
    }
}

async fn ask_ollama(egress: &dyn Egress, address: SocketAddr, depth: Depth, now: Timestamp) -> Result<Said, GetError> {
    let begun = Instant::now();
    if depth == Depth::Brief {
        let answer = get(egress, address, "/api/ps").await?;
        let took_ms = millis(begun);
        let loaded = answer.json().and_then(|json| ollama::ps(&json, now)).ok_or_else(|| strange(&answer))?;
        return Ok(Said { loaded, took_ms, ..Said::default() });
    }
    let answer = get(egress, address, "/api/version").await?;
    let took_ms = millis(begun);
    let version = answer.json().as_ref().and_then(ollama::version).ok_or_else(|| strange(&answer))?;
    let (tags, ps) = tokio::join!(get(egress, address, "/api/tags"), get(egress, address, "/api/ps"));
    let installed = tags.ok().and_then(|answer| ollama::tags(&answer.json()?, now));
    let loaded = ps.ok().and_then(|answer| ollama::ps(&answer.json()?, now)).unwrap_or_default();
    Ok(Said { version: Some(version), installed, loaded, took_ms, ..Said::default() })
}

/// What each program says besides the list of models that all have.
async fn beyond_the_list(
    egress: &dyn Egress,
    address: SocketAddr,
    listed: openai::Listed,
    depth: Depth,
) -> (ModelServerKind, Said) {
    let in_memory = |context: Option<u64>| -> Vec<LoadedModel> {
        let loaded =
            |model: &InstalledModel| LoadedModel { name: model.name.clone(), context, ..LoadedModel::default() };
        listed.models.iter().map(loaded).collect()
    };
    let json = async |path: &str| get(egress, address, path).await.ok().and_then(|answer| answer.json());
    match (listed.kind, depth) {
        (ModelServerKind::LlamaCpp, depth) => {
            let metrics = get(egress, address, "/metrics").await.ok().filter(|answer| answer.status == 200);
            let rate = metrics.and_then(|answer| llama::tokens_per_second(&String::from_utf8_lossy(&answer.body)));
            let known = match depth {
                Depth::Full => json("/props").await.map(|answer| llama::properties(&answer)).unwrap_or_default(),
                Depth::Brief => llama::Properties::default(),
            };
            let loaded = in_memory(known.context);
            let said = Said { version: known.version, loaded, tokens_per_second: rate, ..Said::default() };
            (ModelServerKind::LlamaCpp, Said { installed: Some(listed.models), ..said })
        }
        (ModelServerKind::Vllm, depth) => {
            let version = match depth {
                Depth::Full => json("/version").await.and_then(|answer| ollama::version(&answer)),
                Depth::Brief => None,
            };
            let loaded = in_memory(None);
            (ModelServerKind::Vllm, Said { version, loaded, installed: Some(listed.models), ..Said::default() })
        }
        (ModelServerKind::LmStudio, _) | (ModelServerKind::OpenaiCompatible, Depth::Full) => {
            match json("/api/v0/models").await.as_ref().and_then(lm_studio::models) {
                Some((installed, loaded)) => {
                    (ModelServerKind::LmStudio, Said { loaded, installed: Some(installed), ..Said::default() })
                }
                None => (listed.kind, Said { installed: Some(listed.models), ..Said::default() }),
            }
        }
        (ModelServerKind::OpenaiCompatible | ModelServerKind::Ollama, _) => {
            (listed.kind, Said { installed: Some(listed.models), ..Said::default() })
        }
    }
}

fn strange(answer: &Answer) -> GetError {
    GetError::Broken(match answer.status {
        200 => "it is not what a server of models says".to_owned(),
        status => format!("status {status}"),
    })
}

fn millis(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1_000.0
}
