//! Why a notice was not taken, by what can be done about it.

use crate::bus::BusError;

/// Why one try failed, by what can be done about it.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error("no notification daemon answers on the session bus ({0})")]
    NoServer(zbus::Error),
    #[error("the notification daemon or the session bus went away ({0})")]
    Gone(zbus::Error),
    #[error("the notification daemon refused it: {0}")]
    Refused(zbus::Error),
}

/// Tells a server that is gone from one that does not want the notice.
pub fn refused(error: zbus::Error) -> Failure {
    const GONE: [&str; 4] = ["ServiceUnknown", "NameHasNoOwner", "NoReply", "Disconnected"];
    match &error {
        zbus::Error::MethodError(name, ..)
            if !GONE.iter().any(|gone| name.as_str().strip_prefix("org.freedesktop.DBus.Error.") == Some(gone)) =>
        {
            Failure::Refused(error)
        }
        _ => Failure::Gone(error),
    }
}
