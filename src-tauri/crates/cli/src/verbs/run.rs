//! `run`: the engine in the foreground, until a signal or the end of its time; with `--once` a single round.

use std::time::Duration;

use caretaker_api::{Client, Host, Running};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Clock, Span, Timestamp};
use caretaker_core::view::Status;
use caretaker_engine::{Engine, EngineOptions, Mode};
use caretaker_platform::clock::SystemClock;
use caretaker_platform::home::Home;
use caretaker_platform::lock::{self, EngineLock, Owner};
use caretaker_platform::signals::{ReloadSignals, Stop, StopSignals};
use caretaker_platform::socket;
use caretaker_platform::supervised::Lifeline;
use serde::Serialize;

use crate::arguments::Run;
use crate::context::{Context, PROGRAM, VERSION};
use crate::outcome::Outcome;

/// Between the two readings of `--once`, so that what counts up has a rate.
const BETWEEN_READINGS: Span = Span::from_seconds(1);
/// While waiting for the lock, how often to look whether its holder has become an engine.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// What `run --once` prints.
#[derive(Debug, Serialize)]
struct OneRound {
    at: Timestamp,
    rounds: u32,
    transitions: usize,
    notices: usize,
    alerts: usize,
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
    let lifeline = Lifeline::of_this_process();
    lifeline.ready(&format!("looks after {}", status.host.name));
    let outcome = tokio::select! {
        outcome = until_stopped(context, &running, wanted.length, &mut signals) => outcome,
        () = show_life(&running, &lifeline) => Ok(Outcome::Done),
    };
    lifeline.stopping();
    tokio::select! {
        () = running.stop() => {}
        // Who asks a second time does not want to wait: what is not flushed is recovered at the next start.
        _ = signals.next() => {}
    }
    outcome
}

/// Tells a supervisor again and again that the loops turn; never ends.
async fn show_life(running: &Running, lifeline: &Lifeline) {
    let clock = running.engine().clock();
    let Some(interval) = lifeline.interval() else { return std::future::pending().await };
    loop {
        lifeline.alive();
        clock.sleep(interval).await;
    }
}

async fn until_stopped(
    context: &Context,
    running: &Running,
    length: Option<Span>,
    signals: &mut StopSignals,
) -> Result<Outcome, Problem> {
    let mut reload =
        ReloadSignals::listen().map_err(|error| Problem::new(Code::Internal, format!("listen to signals: {error}")))?;
    let clock = running.engine().clock();
    let end = async {
        match length {
            Some(length) => clock.sleep(length).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(end);
    loop {
        tokio::select! {
            stop = signals.next() => return Ok(ended(stop)),
            () = &mut end => return Ok(Outcome::Done),
            () = reload.next() => match running.engine().reload().await {
                Ok(()) => context.terminal.note("The configuration was read again.\n"),
                Err(problem) => {
                    context.terminal.note(&format!("The configuration was not taken over: {problem}\n  hint: {}\n", problem.hint));
                }
            },
        }
    }
}

fn ended(stop: Stop) -> Outcome {
    match stop {
        Stop::Interrupt => Outcome::Interrupted,
        Stop::Terminate => Outcome::Done,
    }
}

/// Takes the lock of the home, unless an engine answers already or comes to answer while this waits.
async fn take_home(options: &mut EngineOptions) -> Result<EngineLock, Problem> {
    // A home that cannot be used is told as that, and not as one without an engine.
    options.home = options.home.prepare()?;
    let home = options.home.clone();
    let owner = Owner::this_process(PROGRAM, VERSION, options.ports.clock.moment().wall);
    if let Some(problem) = answered(&home).await? {
        return Err(problem);
    }
    let another = async {
        let clock = SystemClock::new();
        loop {
            clock.sleep(LOOK_AGAIN.into()).await;
            if let Some(problem) = answered(&home).await? {
                return Err::<EngineLock, Problem>(problem);
            }
        }
    };
    let path = home.lock();
    tokio::select! {
        biased;
        lock = EngineLock::acquire_within(&path, &owner, lock::PATIENCE) => lock,
        other = another => other,
    }
}

/// If an engine answers: that it does, and who it is.
async fn answered(home: &Home) -> Result<Option<Problem>, Problem> {
    let Some(stream) = socket::connect(home).await? else { return Ok(None) };
    drop(stream);
    let folder = home.folder().display();
    let who = match Client::over_socket(home.clone()).get::<Status>("/status").await {
        Ok(status) => {
            let engine = status.engine;
            let pid = engine.pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
            format!("{} {}{pid}", engine.program.unwrap_or_else(|| "an engine".to_owned()), engine.version)
        }
        Err(_) => lock::owner(&home.lock()).map_or_else(
            || "another engine".to_owned(),
            |owner| format!("{} {} (process {})", owner.program, owner.version, owner.pid),
        ),
    };
    let problem = Problem::new(Code::Busy, format!("{who} looks after `{folder}` already")).hint(
        "`caretaker status` asks it; end that process first to start another, or name another folder with --home",
    );
    Ok(Some(problem))
}

/// Measures twice, judges, delivers, ends.
async fn once(context: &Context, options: EngineOptions, lock: EngineLock) -> Result<Outcome, Problem> {
    let engine = Engine::open(options, Mode::Operation)?;
    let result = measure(&engine).await;
    engine.close().await;
    drop(lock);
    let round = result?;
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
    })
}
