//! Connecting to a bus within a time limit, and the one question everybody asks of it.

use std::time::Duration;

use zbus::Connection;
use zbus::connection::Builder;
use zbus::fdo::DBusProxy;
use zbus::names::{BusName, OwnedUniqueName};

use super::Bus;

/// How long a connection may take to be made.
const LIMIT: Duration = Duration::from_secs(5);

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// Nobody listens, or nobody let us in.
    #[error("no session bus answers: {0}")]
    Unreachable(#[from] zbus::Error),
    /// Somebody listens and says nothing.
    #[error("the session bus did not answer within {} s", LIMIT.as_secs())]
    TimedOut,
}

/// A connection of its own. Must be called inside a tokio runtime, which then also serves the connection.
pub async fn connect(bus: &Bus) -> Result<Connection, BusError> {
    let builder = match &bus.address {
        None => Builder::session(),
        Some(address) => Builder::address(address.as_str()),
    }?;
    Ok(tokio::time::timeout(LIMIT, builder.build()).await.map_err(|_| BusError::TimedOut)??)
}

/// Whether there is a bus to connect to: a desktop session. A server without one has none, and that is no fault.
pub fn is_there(bus: &Bus) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let runtime = || set("XDG_RUNTIME_DIR").is_some_and(|folder| std::path::Path::new(&folder).join("bus").exists());
    bus.address.is_some() || set("DBUS_SESSION_BUS_ADDRESS").is_some() || runtime()
}

/// Who owns a well-known name right now; none when nobody does. Starts nothing.
pub async fn owner_of(connection: &Connection, name: &'static str) -> zbus::Result<Option<OwnedUniqueName>> {
    match DBusProxy::new(connection).await?.get_name_owner(BusName::try_from(name)?).await {
        Ok(owner) => Ok(Some(owner)),
        Err(zbus::fdo::Error::NameHasNoOwner(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
