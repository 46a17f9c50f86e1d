//! Without a display: an engine in the foreground until it is told to end.

use caretaker_api::Host;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Clock;
use caretaker_platform::clock::SystemClock;
use caretaker_platform::lock::{self, EngineLock, Owner};
use caretaker_platform::signals::{ReloadSignals, StopSignals};
use caretaker_platform::socket;

use crate::arguments::Arguments;
use crate::options::{PROGRAM, VERSION, engine_options, home};

/// Runs until SIGTERM or Ctrl+C.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Code::Internal, format!("start the runtime: {error}")))?;
    runtime.block_on(engine(arguments))
}

async fn engine(arguments: &Arguments) -> Result<(), Problem> {
    let home = home(arguments)?;
    if socket::connect(&home).await?.is_some() {
        return Err(lock::busy(&home.lock()));
    }
    let owner = Owner::this_process(PROGRAM, VERSION, SystemClock::new().moment().wall);
    let held = EngineLock::acquire_within(&home.lock(), &owner, lock::PATIENCE).await?;
    let signals = |error| Problem::new(Code::Internal, format!("listen for signals: {error}"));
    let mut stop = StopSignals::listen().map_err(signals)?;
    let mut reload = ReloadSignals::listen().map_err(signals)?;
    let running = Host::start(engine_options(arguments, &home, None), held)?;
    loop {
        tokio::select! {
            _ = stop.next() => break,
            () = reload.next() => {
                if let Err(problem) = running.engine().reload().await {
                    tracing::warn!(%problem, "the configuration was not taken over");
                }
            }
        }
    }
    running.stop().await;
    Ok(())
}
