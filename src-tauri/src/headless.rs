//! Without a display: an engine in the foreground until it is told to end.

use std::time::Duration;

use caretaker_api::{Host, run_until_stopped, take_home};
use caretaker_core::problem::{Code, Problem};
use caretaker_platform::signals::StopSignals;

use crate::arguments::Arguments;
use crate::options::{engine_options, home};

/// What still runs after the engine has stopped hangs, and is left behind.
const LEFT_BEHIND: Duration = Duration::from_millis(150);

/// Runs until SIGTERM or Ctrl+C.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Code::Internal, format!("start the runtime: {error}")))?;
    let ended = runtime.block_on(engine(arguments));
    runtime.shutdown_timeout(LEFT_BEHIND);
    ended
}

async fn engine(arguments: &Arguments) -> Result<(), Problem> {
    let signals = |error| Problem::new(Code::Internal, format!("listen for signals: {error}"));
    let mut stop = StopSignals::listen().map_err(signals)?;
    let mut options = engine_options(arguments, &home(arguments)?, None);
    let lock = tokio::select! {
        lock = take_home(&mut options) => lock?,
        _ = stop.next() => return Ok(()),
    };
    let running = Host::start(options, lock)?;
    let reloaded = |result: Result<(), Problem>| {
        if let Err(problem) = result {
            tracing::warn!(%problem, "the configuration was not taken over");
        }
    };
    run_until_stopped(running, None, &mut stop, reloaded).await.map(drop)
}
