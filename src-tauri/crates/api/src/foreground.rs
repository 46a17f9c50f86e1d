//! Being the engine in the foreground: taking the home, and running until a signal. What a person reads of it is the
//! business of the program.

use std::time::Duration;

use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_core::view::Status;
use caretaker_engine::{Engine, EngineOptions};
use caretaker_platform::home::Home;
use caretaker_platform::lock::{self, EngineLock, Owner};
use caretaker_platform::signals::{ReloadSignals, Stop, StopSignals};
use caretaker_platform::socket;
use caretaker_platform::supervised::Lifeline;

use crate::client::Client;
use crate::host::Running;

/// While waiting for the lock, how often to look whether its holder has become an engine.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Prepares the home and takes its lock, unless an engine answers there already or comes to answer while this waits.
pub async fn take_home(options: &mut EngineOptions) -> Result<EngineLock, Problem> {
    // A home that cannot be used is told as that, and not as one without an engine.
    options.home = options.home.prepare()?;
    let home = &options.home;
    let owner = Owner::this_process(&options.program, &options.version, options.ports.clock.moment().wall);
    if let Some(problem) = answered(home).await? {
        return Err(problem);
    }
    let another = async {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            if let Some(problem) = answered(home).await? {
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

/// Runs until a signal, which is returned, or until `length` is over. `reloaded` hears how each SIGHUP ended.
pub async fn run_until_stopped(
    running: Running,
    length: Option<Span>,
    signals: &mut StopSignals,
    mut reloaded: impl FnMut(Result<(), Problem>),
) -> Result<Option<Stop>, Problem> {
    let mut reload =
        ReloadSignals::listen().map_err(|error| Problem::new(Code::Internal, format!("listen to signals: {error}")))?;
    let clock = running.engine().clock();
    let end = async {
        match length {
            Some(length) => clock.sleep(length).await,
            None => std::future::pending().await,
        }
    };
    let lifeline = Lifeline::of_this_process();
    lifeline.ready("measures and judges");
    let (life, turning) = (show_life(running.engine().clone(), &lifeline), end);
    tokio::pin!(life, turning);
    let ended = loop {
        tokio::select! {
            stop = signals.next() => break Some(stop),
            () = &mut turning => break None,
            () = &mut life => break None,
            () = reload.next() => reloaded(running.engine().reload().await),
        }
    };
    lifeline.stopping();
    tokio::select! {
        () = running.stop() => {}
        // Who asks a second time does not want to wait: what is not flushed is recovered at the next start.
        _ = signals.next() => {}
    }
    Ok(ended)
}

/// Tells a supervisor, if there is one, again and again that the loops turn; never ends.
async fn show_life(engine: Engine, lifeline: &Lifeline) {
    let clock = engine.clock();
    let Some(interval) = lifeline.interval() else { return std::future::pending().await };
    loop {
        lifeline.alive();
        clock.sleep(interval).await;
    }
}

/// If an engine answers: that it does, and who it is. One that holds the home and hangs is told as that.
async fn answered(home: &Home) -> Result<Option<Problem>, Problem> {
    let Some(stream) = socket::connect(home).await? else { return Ok(None) };
    drop(stream);
    let who = match Client::over_socket(home.clone()).get::<Status>("/status").await {
        Ok(status) => {
            let engine = status.engine;
            let pid = engine.pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
            format!("{} {}{pid}", engine.program.unwrap_or_else(|| "an engine".to_owned()), engine.version)
        }
        Err(problem) if problem.code == Code::Busy => return Err(problem),
        // It ended while it was asked.
        Err(problem) if problem.code == Code::NotRunning => return Ok(None),
        Err(_) => lock::owner(&home.lock()).map_or_else(
            || "another engine".to_owned(),
            |owner| format!("{} {} (process {})", owner.program, owner.version, owner.pid),
        ),
    };
    let folder = home.folder().display();
    let problem = Problem::new(Code::Busy, format!("{who} looks after `{folder}` already")).hint(
        "`caretaker status` asks it; end that process first to start another, or name another folder with --home",
    );
    Ok(Some(problem))
}
