//! Runs the command of a step: agreed to by the hash of its bytes, executed from memory, heard while it goes on, noted in the timeline of
//! the alert.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use caretaker_core::alert::State;
use caretaker_core::alert::{AlertId, Change, Instance, words};
use caretaker_core::port::{CommandError, CommandResult, Ended};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::runbook::{Transcript, approves};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ActivityKind, ActivityResult, AlertAfter, Consent, Hint, RunRequest, RunState, RunView};
use uuid::Uuid;

use crate::backups::{Begun, Running};
use crate::engine::{Engine, Mode};
use crate::pipeline::Work;

/// A run that goes on. The locks are held for a look or a change only.
pub(crate) struct Live {
    view: RunView,
    said: Mutex<Transcript>,
}

impl Live {
    /// The run with what was printed so far.
    pub fn view(&self) -> RunView {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        RunView { output: said.text(), is_cut: said.is_cut(), ..self.view.clone() }
    }

    fn hear(&self, piece: &[u8]) {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push(piece);
    }
}

impl Engine {
    /// Runs the command of a step and answers at once. Nothing runs without a yes: the hash of the command that was shown, or the
    /// configuration.
    pub async fn run_step(&self, id: &str, request: RunRequest) -> Result<RunView, Problem> {
        self.writable()?;
        self.settle_runs().await?;
        let (library, _) = self.library().await?;
        let shelved = super::history::known(&library, id)?;
        let runbook = &shelved.runbook;
        let step = runbook.steps.iter().find(|step| step.number == request.step).ok_or_else(|| {
            let message = format!("the runbook `{}` has no step {}", runbook.id, request.step);
            Problem::new(Code::NotFound, message).hint(format!("it has {} steps", runbook.steps.len()))
        })?;
        let action = step.action(self.0.platform).ok_or_else(|| {
            let message = format!("step {} of `{}` has no command for this system", step.number, runbook.id);
            Problem::new(Code::Usage, message).hint("it is for reading; do what it says")
        })?;
        let consent = match &request.sha256 {
            Some(agreed) if *agreed == action.sha256 => Consent::Given,
            Some(_) => {
                let message =
                    format!("step {} of `{}` has changed since it was shown; nothing was run", step.number, runbook.id);
                return Err(Problem::new(Code::Usage, message).hint("look at it again, then say yes to what it is now"));
            }
            None if approves(&self.settings().approvals, &runbook.id, &action.sha256) => Consent::Configured,
            None => {
                let message = format!("nobody agreed to step {} of `{}`; nothing was run", step.number, runbook.id);
                let hint = format!(
                    "say `--yes`, or put `[[approval]]` with `sha256 = \"{}\"` into the configuration",
                    action.sha256
                );
                return Err(Problem::new(Code::Usage, message).hint(hint));
            }
        };
        let alert = match &request.alert {
            Some(id) => Some(self.find_alert(id).await?),
            None => self.only_open_alert(&library, runbook.id.as_str()),
        };
        let view = RunView {
            id: Uuid::now_v7().to_string(),
            runbook: runbook.id.to_string(),
            step: step.number,
            title: step.title.clone(),
            command: action.text.clone(),
            sha256: action.sha256.clone(),
            consent,
            door: request.door,
            user: std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default(),
            alert: alert.as_ref().map(|alert| alert.id.0.clone()),
            started: self.now(),
            ended: None,
            state: RunState::Running,
            exit_code: None,
            reason: String::new(),
            output: String::new(),
            is_cut: false,
            after: None,
        };
        let line = self.command_of(&view.id, &action.text, action.limit, alert.as_ref());
        let live = Arc::new(Live { view: view.clone(), said: Mutex::default() });
        self.claim(&live)?;
        // It is known before it begins, so that a kill leaves its trace.
        let begins = view.clone();
        if let Err(problem) = self.blocking(move |inner| Ok(inner.state.put_run(&begins)?)).await {
            self.forget(&view.id);
            return Err(problem);
        }
        let begun = Begun {
            kind: ActivityKind::Runbook,
            job: None,
            title: format!("Runbook {}, step {}: {}", view.runbook, view.step, view.title),
            place: None,
        };
        self.begin_as(view.id.clone(), begun, move |running| perform(running, live, line));
        Ok(view)
    }

    /// Takes the step for this run; the same step twice at once is a mistake.
    fn claim(&self, live: &Arc<Live>) -> Result<(), Problem> {
        let mut all = self.0.runbooks.live.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = (&live.view.runbook, live.view.step);
        if all.values().any(|other| (&other.view.runbook, other.view.step) == wanted) {
            let message = format!("step {} of `{}` is running already", wanted.1, wanted.0);
            return Err(Problem::new(Code::Busy, message).hint("wait until it has ended, or cancel it"));
        }
        all.insert(live.view.id.clone(), Arc::clone(live));
        Ok(())
    }

    fn forget(&self, id: &str) {
        self.0.runbooks.live.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Runs that go on in this process.
    pub(super) fn live_runs(&self) -> Vec<RunView> {
        let all = self.0.runbooks.live.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().map(|live| live.view()).collect()
    }

    /// The one alert that is up and that this runbook answers; none when there are several, because a guess would act upon the wrong one.
    fn only_open_alert(&self, library: &caretaker_core::runbook::Library, runbook: &str) -> Option<Instance> {
        let latest = self.latest();
        let mut answered =
            latest.open.iter().filter(|alert| alert.is_raised() && self.answers(library, runbook, alert));
        let first = answered.next()?;
        answered.next().is_none().then(|| first.clone())
    }

    /// Whether a runbook answers an alert.
    pub(crate) fn answers(&self, library: &caretaker_core::runbook::Library, runbook: &str, alert: &Instance) -> bool {
        let named = self.named_runbook(alert);
        library.for_rule(&alert.rule, &named).iter().any(|one| one.runbook.id.as_str() == runbook)
    }

    /// Stores how a run ended, and tells the alert.
    async fn ended_run(&self, live: &Live, end: End) -> RunView {
        let mut view = live.view();
        (view.state, view.exit_code, view.reason) = (end.state, end.exit_code, end.reason);
        view.ended = Some(self.now());
        self.store_run(&view).await;
        if view.alert.is_some() {
            self.note_run(&view, self.now()).await;
            view.after = self.judged_again(&view).await;
            self.store_run(&view).await;
        }
        self.forget(&view.id);
        self.hint(Hint::Status);
        view
    }

    async fn store_run(&self, view: &RunView) {
        let stored = view.clone();
        if let Err(problem) = self.blocking(move |inner| Ok(inner.state.put_run(&stored)?)).await {
            tracing::error!(%problem, "the end of a command could not be stored");
        }
    }

    /// Adds a run to the timeline of its alert.
    pub(super) async fn note_run(&self, view: &RunView, at: Timestamp) {
        let Some(alert) = view.alert.clone() else { return };
        let result = if view.reason.is_empty() {
            view.state.word().to_owned()
        } else {
            format!("{}: {}", view.state.word(), view.reason)
        };
        let change = Change::Ran {
            runbook: view.runbook.clone(),
            step: view.step,
            title: view.title.clone(),
            sha256: view.sha256.to_string(),
            run: view.id.clone(),
            result,
        };
        if let Err(problem) = self.ask(|reply| Work::Noted(AlertId(alert), change, at, reply)).await {
            tracing::warn!(%problem, "a command could not be added to the timeline of its alert");
        }
    }

    /// The check after the command: one round more, and the alert as it is judged then.
    async fn judged_again(&self, view: &RunView) -> Option<AlertAfter> {
        let is_ending = self.0.backups.is_ending.load(Ordering::Relaxed);
        if self.0.mode == Mode::Live && !is_ending {
            let _ = self.round().await;
        }
        let alert = self.find_alert(view.alert.as_deref()?).await.ok()?;
        let rule = self.settings().rules.iter().find(|rule| rule.id == alert.rule).cloned();
        let now = self.now();
        let summary = match alert.state {
            State::Resolved => "It is over".to_owned(),
            State::Pending | State::Firing | State::Recovering => words::summary(&alert, rule.as_ref()),
        };
        Some(AlertAfter { at: now, state: alert.state, summary })
    }
}

/// How a command ended.
struct End {
    state: RunState,
    exit_code: Option<i32>,
    reason: String,
}

impl End {
    fn of(ended: Result<CommandResult, CommandError>) -> Self {
        let end = |state, exit_code, reason: String| Self { state, exit_code, reason };
        match ended {
            Ok(CommandResult { ended: Ended::Code(0), .. }) => end(RunState::Done, Some(0), String::new()),
            Ok(CommandResult { ended: Ended::Code(code), .. }) => {
                end(RunState::Failed, Some(code), format!("it ended with exit code {code}"))
            }
            Ok(CommandResult { ended: Ended::Signal(signal), .. }) => {
                end(RunState::Failed, None, format!("signal {signal} ended it"))
            }
            Err(CommandError::TimedOut { limit, .. }) => {
                end(RunState::TimedOut, None, format!("it was ended after {}", limit.in_words()))
            }
            Err(error) => end(RunState::Failed, None, error.to_string()),
        }
    }
}

async fn perform(
    mut running: Running,
    live: Arc<Live>,
    line: caretaker_core::port::CommandLine,
) -> Result<ActivityResult, Problem> {
    let engine = running.engine.clone();
    let commands = Arc::clone(&engine.0.commands);
    let heard = |piece: &[u8]| live.hear(piece);
    let end = tokio::select! {
        ended = commands.run_heard(&line, &heard) => End::of(ended),
        () = running.cancelled() => {
            let is_ending = engine.0.backups.is_ending.load(Ordering::Relaxed);
            let (state, reason) = if is_ending {
                (RunState::Interrupted, "Caretaker ended meanwhile")
            } else {
                (RunState::Cancelled, "somebody ended it")
            };
            End { state, exit_code: None, reason: reason.to_owned() }
        }
    };
    let view = engine.ended_run(&live, end).await;
    match view.state {
        RunState::Done | RunState::Running => Ok(ActivityResult::Ran),
        RunState::Failed => Err(Problem::new(Code::Internal, view.reason)),
        RunState::TimedOut => Err(Problem::new(Code::TimedOut, view.reason)),
        RunState::Cancelled | RunState::Interrupted => Err(Problem::new(Code::Interrupted, view.reason)),
    }
}
