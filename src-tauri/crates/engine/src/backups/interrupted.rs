//! Work that a kill or a power cut ended: found at the next start, because who begins long work says so first.

use std::sync::PoisonError;

use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ActivityKind, ActivityView};
use serde::{Deserialize, Serialize};

use super::activities::kind_word;
use crate::engine::{Engine, Inner};

const KEY: &str = "backup.running";

/// What is known of work that goes on, for whoever starts after it was killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Running {
    id: String,
    /// What kind of work; work of an older program was on archives.
    #[serde(default)]
    kind: ActivityKind,
    title: String,
    started: Timestamp,
}

fn change(inner: &Inner, change: impl FnOnce(&mut Vec<Running>)) -> Result<Vec<Running>, Problem> {
    let _alone = inner.backups.remembering.lock().unwrap_or_else(PoisonError::into_inner);
    let stored = inner.state.setting(KEY)?;
    let before: Vec<Running> = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let mut running = before.clone();
    change(&mut running);
    if running != before {
        let text = serde_json::to_string(&running).map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        inner.state.put_setting(KEY, Some(&text))?;
    }
    Ok(before)
}

impl Engine {
    /// Says that work begins.
    pub(super) async fn note_beginning(&self, view: &ActivityView) -> Result<(), Problem> {
        let running =
            Running { id: view.id.clone(), kind: view.kind, title: view.title.clone(), started: view.started };
        self.blocking(move |inner| change(inner, |list| list.push(running)).map(drop)).await
    }

    /// Says that it ended.
    pub(super) async fn note_end(&self, id: &str) -> Result<(), Problem> {
        let id = id.to_owned();
        self.blocking(move |inner| change(inner, |list| list.retain(|running| running.id != id)).map(drop)).await
    }

    /// Records what was interrupted before this start. What it left lying, the next run at its destination clears away; what
    /// was due is due still.
    pub(super) async fn interrupted_before(&self) -> Result<(), Problem> {
        let start = self.0.started;
        let before = self.blocking(move |inner| change(inner, |list| list.retain(|one| one.started >= start))).await?;
        self.clear_staging().await?;
        let interrupted = before.into_iter().filter(|one| one.started < start);
        for running in interrupted {
            let problem = Problem::new(Code::Internal, "Caretaker ended meanwhile");
            let took = self.now().since(running.started).or_zero();
            self.record_long(kind_word(running.kind), running.title, Some(&problem), running.started, took).await;
        }
        Ok(())
    }
}
