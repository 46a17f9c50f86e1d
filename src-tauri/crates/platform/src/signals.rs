//! Signals as futures: stop and reload. What stopping means is decided by the engine.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Which signal asked this program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// SIGINT: a person at a terminal.
    Interrupt,
    /// SIGTERM: the system, a supervisor, a logout.
    Terminate,
}

/// Waits for SIGINT and SIGTERM. From its making on, neither ends the program by itself.
#[derive(Debug)]
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Takes the signals over. Must be called inside a tokio runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The next one. A second one is how an impatient person asks again.
    pub async fn next(&mut self) -> Stop {
        tokio::select! {
            _ = self.interrupt.recv() => Stop::Interrupt,
            _ = self.terminate.recv() => Stop::Terminate,
        }
    }
}

/// Does something on a thread of its own once SIGINT or SIGTERM comes, for programs without a runtime.
pub fn on_stop(action: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        StopSignals::listen()?
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(signals.next());
        action();
    })?;
    Ok(())
}

/// Waits for SIGHUP: read the configuration again.
#[derive(Debug)]
pub struct ReloadSignals {
    hangup: Signal,
}

impl ReloadSignals {
    /// Takes the signal over. Must be called inside a tokio runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { hangup: signal(SignalKind::hangup())? })
    }

    /// The next one; several in quick succession are one.
    pub async fn next(&mut self) {
        // The stream of a signal ends only with the runtime, which ends this future too.
        if self.hangup.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::{Signal as Number, getpid, kill_process};

    #[tokio::test]
    async fn stop_and_reload_arrive_each_at_its_own_listener() {
        let (mut stop, mut reload) = (StopSignals::listen().unwrap(), ReloadSignals::listen().unwrap());
        kill_process(getpid(), Number::HUP).unwrap();
        reload.next().await;
        kill_process(getpid(), Number::TERM).unwrap();
        assert_eq!(stop.next().await, Stop::Terminate);
        kill_process(getpid(), Number::INT).unwrap();
        assert_eq!(stop.next().await, Stop::Interrupt);
    }
}
