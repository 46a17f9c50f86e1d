//! Which D-Bus is meant. A plain value on every platform, so that callers compile everywhere; only Linux connects to it.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(crate) use linux::{BusError, connect, is_there, owner_of};

/// The bus of the session, or one at a given address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bus {
    address: Option<String>,
}

impl Bus {
    /// The bus of this person's session: `DBUS_SESSION_BUS_ADDRESS`, else the socket in the runtime folder.
    pub const fn session() -> Self {
        Self { address: None }
    }

    /// The bus at an address such as `unix:path=/run/user/1000/bus`.
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: Some(address.into()) }
    }
}
