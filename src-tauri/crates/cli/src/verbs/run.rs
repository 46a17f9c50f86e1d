//! `run`: the engine in the foreground, until a signal or the end of its time; with `--once` a single round.

use caretaker_api::{Host, run_until_stopped, take_home};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::Degraded;
use caretaker_engine::{Engine, EngineOptions, Mode};
use caretaker_platform::lock::EngineLock;
use caretaker_platform::signals::{Stop, StopSignals};
use serde::Serialize;

use crate::arguments::Run;
use crate::context::{Context, VERSION};
use crate::outcome::Outcome;

/// Between the two readings of `--once`, so that what counts up has a rate.
const BETWEEN_READINGS: Span = Span::from_seconds(1);

/// What `run --once` prints.
#[derive(Debug, Serialize)]
struct OneRound {
    at: Timestamp,
    rounds: u32,
    transitions: usize,
    notices: usize,
    alerts: usize,
    degraded: Vec<Degraded>,
}

/// What `run` prints with `--json` when it ends.
#[derive(Debug, Serialize)]
struct Ran {
    from: Timestamp,
    to: Timestamp,
}

/// Hosts the engine of this home.
pub async fn run(context: &Context, wanted: &Run, mut signals: StopSignals) -> Result<Outcome, Problem> {
    let mut options = context.options()?;
    if let Some(named) = context.chosen_configuration().filter(|named| !named.exists()) {
        let note = format!("note: there is no {}; everything runs on defaults until there is one\n", named.display());
        context.terminal.note(&note);
    }
    let lock = tokio::select! {
        lock = take_home(&mut options) => lock?,
        stop = signals.next() => return Ok(ended(stop)),
    };
    if wanted.once {
        return tokio::select! {
            result = Box::pin(once(context, options, lock)) => result,
            _ = signals.next() => Err(Problem::new(Code::Interrupted, "the round was interrupted")),
        };
    }
    let running = Host::start(options, lock)?;
    let status = running.engine().status(None).await?;
    let note = format!("Caretaker {VERSION} looks after {}; data in {}\n", status.host.name, status.storage.home);
    context.terminal.note(&note);
    let reloaded = |result: Result<(), Problem>| match result {
        Ok(()) => context.terminal.note("The configuration was read again.\n"),
        Err(problem) => {
            let hint = &problem.hint;
            context.terminal.note(&format!("The configuration was not taken over: {problem}\n  hint: {hint}\n"));
        }
    };
    let from = Context::now();
    let stop = run_until_stopped(running, wanted.length, &mut signals, reloaded).await?;
    context.terminal.show(&Ran { from, to: Context::now() }, String::new)?;
    Ok(stop.map_or(Outcome::Done, ended))
}

fn ended(stop: Stop) -> Outcome {
    match stop {
        Stop::Interrupt => Outcome::Interrupted,
        Stop::Terminate => Outcome::Done,
    }
}

/// Measures twice, judges, delivers, ends.
async fn once(context: &Context, options: EngineOptions, lock: EngineLock) -> Result<Outcome, Problem> {
    let engine = Engine::open(options, Mode::Operation)?;
    let result = measure(&engine).await;
    engine.close().await;
    drop(lock);
    let round = result?;
    for part in &round.degraded {
        context.terminal.note(&format!("not working: {}: {}\n  hint: {}\n", part.part, part.why, part.hint));
    }
    context.terminal.show(&round, || {
        let alerts = match round.alerts {
            0 => "no alerts are open".to_owned(),
            1 => "1 alert is open".to_owned(),
            several => format!("{several} alerts are open"),
        };
        format!("Measured at {}; {alerts}.\n", round.at)
    })?;
    Ok(Outcome::Done)
}

async fn measure(engine: &Engine) -> Result<OneRound, Problem> {
    engine.prime().await?;
    engine.clock().sleep(BETWEEN_READINGS).await;
    let round = engine.round().await?;
    // Nobody comes back for them before the next run.
    if let Err(problem) = engine.witness().await {
        tracing::warn!(%problem, "what logs said around an alert was not kept");
    }
    // A desktop that does not answer is degraded, not a reason to lose what was measured.
    if let Err(problem) = engine.deliver().await {
        tracing::warn!(%problem, "notices wait for the next run");
    }
    let status = engine.status(None).await?;
    Ok(OneRound {
        at: round.id.at,
        rounds: 1,
        transitions: round.transitions,
        notices: round.notices,
        alerts: status.alerts.len(),
        degraded: status.degraded,
    })
}
