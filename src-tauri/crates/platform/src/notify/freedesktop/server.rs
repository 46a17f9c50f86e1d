//! Who draws the notifications and what that program can do.

use std::collections::BTreeSet;

use zbus::Connection;

use crate::clock::boot_identity;

/// The name under which a notification daemon is found.
pub const NAME: &str = "org.freedesktop.Notifications";
/// Where it answers.
pub const PATH: &str = "/org/freedesktop/Notifications";

/// A running notification daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationServer {
    /// Product: `dunst`, `gnome-shell`.
    pub name: String,
    /// Who makes it.
    pub vendor: String,
    /// Its version.
    pub version: String,
    /// Which version of the specification it follows.
    pub specification: String,
    /// What it can do, in the words of the specification: `actions`, `body-markup`.
    pub capabilities: BTreeSet<String>,
    /// Its unique name on the bus. Calls go there, so that an id is never handed to a successor.
    pub(super) address: String,
    /// Differs when the machine, the bus or the daemon was started anew: ids count only within one.
    pub(super) identity: String,
}

impl NotificationServer {
    pub(super) fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }
}

/// Asks the daemon who it is. The bus starts one if none runs and it knows how.
pub async fn ask(connection: &Connection) -> zbus::Result<NotificationServer> {
    let reply = connection.call_method(Some(NAME), PATH, Some(NAME), "GetServerInformation", &()).await?;
    let address = reply.header().sender().ok_or(zbus::Error::MissingField)?.to_string();
    let (name, vendor, version, specification): (String, String, String, String) = reply.body().deserialize()?;
    let reply = connection.call_method(Some(address.as_str()), PATH, Some(NAME), "GetCapabilities", &()).await?;
    let capabilities: Vec<String> = reply.body().deserialize()?;
    Ok(NotificationServer {
        identity: identity(connection, &address),
        name,
        vendor,
        version,
        specification,
        capabilities: capabilities.into_iter().collect(),
        address,
    })
}

/// What ids of this daemon are bound to. Unique names start again on each bus, and not every bus has an identity of its
/// own for each start, so the boot belongs to it too.
pub fn identity(connection: &Connection, address: &str) -> String {
    let boot = boot_identity().unwrap_or_default();
    format!("{} {} {address}", boot.trim(), connection.server_guid().as_str())
}
