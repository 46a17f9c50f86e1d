//! Tells whoever started this program that it is ready, alive and stopping: sd_notify(3), a datagram to a socket. Without
//! such a supervisor it does nothing.

use std::os::unix::net::UnixDatagram;

use caretaker_core::time::Span;

/// The line to the supervisor.
#[derive(Debug, Default)]
pub struct Lifeline {
    socket: Option<UnixDatagram>,
    interval: Option<Span>,
}

impl Lifeline {
    /// The one that the environment names (`NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`).
    pub fn of_this_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mine = text("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let limit = text("WATCHDOG_USEC").filter(|_| mine).and_then(|micros| micros.parse::<i64>().ok());
        Self {
            socket: text("NOTIFY_SOCKET").and_then(|name| open(&name)),
            // Half of the limit, as sd_watchdog_enabled(3) advises.
            interval: limit.filter(|micros| *micros > 0).map(|micros| Span::from_millis((micros / 2000).max(1))),
        }
    }

    /// How often to say [`Lifeline::alive`]; none if nobody waits for it.
    pub fn interval(&self) -> Option<Span> {
        self.interval.filter(|_| self.socket.is_some())
    }

    /// The work has begun.
    pub fn ready(&self, what: &str) {
        self.say(&format!("READY=1\nSTATUS={what}"));
    }

    /// The loops still turn.
    pub fn alive(&self) {
        self.say("WATCHDOG=1");
    }

    /// The end has begun.
    pub fn stopping(&self) {
        self.say("STOPPING=1");
    }

    fn say(&self, text: &str) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.send(text.as_bytes()) {
            tracing::warn!(%error, "the supervisor could not be told");
        }
    }
}

fn open(name: &str) -> Option<UnixDatagram> {
    let socket = UnixDatagram::unbound().ok()?;
    // A supervisor that does not read must not hold up an engine.
    socket.set_nonblocking(true).ok()?;
    match connect(&socket, name) {
        Ok(()) => Some(socket),
        Err(error) => {
            tracing::warn!(%error, name, "the supervisor's socket cannot be used");
            None
        }
    }
}

#[cfg(target_os = "linux")]
fn connect(socket: &UnixDatagram, name: &str) -> std::io::Result<()> {
    use std::os::linux::net::SocketAddrExt;
    match name.strip_prefix('@') {
        Some(abstract_name) => socket.connect_addr(&std::os::unix::net::SocketAddr::from_abstract_name(abstract_name)?),
        None => socket.connect(name),
    }
}

#[cfg(not(target_os = "linux"))]
fn connect(socket: &UnixDatagram, name: &str) -> std::io::Result<()> {
    socket.connect(name)
}
