//! What was run: found, listed, and told as interrupted when a kill ended it.

use caretaker_core::problem::{Code, Problem};
use caretaker_core::runbook::{Library, Shelved};
use caretaker_core::view::{RunList, RunState, RunView};
use caretaker_platform::command::end_marked;
use caretaker_store::RunFilter;

use crate::engine::{Engine, Mode};

/// Why a run is interrupted.
const ENDED: &str = "Caretaker ended meanwhile";
/// Runs in one answer.
const USUAL_LIMIT: usize = 50;
const LARGEST_LIMIT: usize = 1_000;

/// The runbook of a name.
pub(crate) fn known<'l>(library: &'l Library, name: &str) -> Result<&'l Shelved, Problem> {
    library.find(name).ok_or_else(|| {
        let name: String = name.chars().take(64).collect();
        Problem::new(Code::NotFound, format!("there is no runbook `{name}`"))
            .hint("`caretaker runbook list` shows them, `caretaker runbook new ID` begins one")
    })
}

impl Engine {
    /// What was run, the newest first.
    pub async fn runbook_runs(
        &self,
        runbook: Option<String>,
        alert: Option<String>,
        limit: Option<usize>,
    ) -> Result<RunList, Problem> {
        let alert = match alert {
            Some(alert) => Some(self.find_alert(&alert).await?.id.0),
            None => None,
        };
        let filter = RunFilter { runbook, alert, limit: limit.unwrap_or(USUAL_LIMIT).min(LARGEST_LIMIT) };
        let runs = self.blocking(move |inner| Ok(inner.state.runs(&filter)?)).await?;
        Ok(RunList { runs: runs.into_iter().map(|run| self.as_it_stands(run)).collect() })
    }

    /// One run, by its identity or the beginning of it.
    pub async fn runbook_run(&self, id: &str) -> Result<RunView, Problem> {
        let wanted = id.to_owned();
        let mut found = self.blocking(move |inner| Ok(inner.state.find_run(&wanted)?)).await?;
        match found.len() {
            _ if id.is_empty() => Err(Problem::new(Code::NotFound, "there is no run without an id")),
            0 => Err(Problem::new(Code::NotFound, format!("there is no run `{id}`"))
                .hint("`caretaker runbook history` shows them")),
            1 => Ok(self.as_it_stands(found.swap_remove(0))),
            _ => Err(Problem::new(Code::Ambiguous, format!("several runs begin with `{id}`"))),
        }
    }

    /// A run that goes on with what it has printed; one whose program is gone as interrupted.
    fn as_it_stands(&self, run: RunView) -> RunView {
        // It goes on until the rule was judged again, though its end is stored already.
        if let Some(live) = self.live_runs().into_iter().find(|live| live.id == run.id) {
            return live;
        }
        // Its end may have been stored a moment ago; who asks again sees it.
        if run.state == RunState::Running && run.started < self.0.started { interrupted(run) } else { run }
    }

    /// Notes runs that a kill or a power cut interrupted, in their alerts too.
    pub(crate) async fn settle_runs(&self) -> Result<(), Problem> {
        if self.0.mode == Mode::ReadOnly {
            return Ok(());
        }
        let started = self.0.started;
        let going = self.blocking(move |inner| Ok(inner.state.running()?)).await?;
        for run in going.into_iter().filter(|run| run.started < started) {
            let ended = RunView { ended: Some(started), ..interrupted(run) };
            let stored = ended.clone();
            self.blocking(move |inner| {
                // Nobody watches it any more, and its time limit is gone.
                end_marked(&stored.id);
                Ok(inner.state.put_run(&stored)?)
            })
            .await?;
            self.note_run(&ended, started).await;
        }
        Ok(())
    }
}

fn interrupted(run: RunView) -> RunView {
    RunView { state: RunState::Interrupted, reason: ENDED.to_owned(), ..run }
}
