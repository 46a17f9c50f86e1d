//! Linux: the session bus and systemd.

use std::path::Path;
use std::time::Duration;

use zbus::Connection;
use zbus::fdo::DBusProxy;

use super::{DesktopReadiness, NotificationReadiness};
use crate::bus::{Bus, connect, owner_of};
use crate::desktop::tray_host_present;
use crate::notify::{NOTIFICATIONS, ask};

/// What installs the engine as a service.
pub const SERVICE_PROGRAM: &str = "systemctl";

/// How long a daemon may think about who it is.
const LIMIT: Duration = Duration::from_secs(2);

/// systemd, if it runs this machine (sd_booted(3)).
pub fn service_supervisor() -> Option<&'static str> {
    Path::new("/run/systemd/system").is_dir().then_some("systemd")
}

/// Asks the session bus.
pub async fn desktop(bus: &Bus) -> DesktopReadiness {
    let connection = match connect(bus).await {
        Ok(connection) => connection,
        Err(error) => {
            return DesktopReadiness { session_error: Some(error.to_string()), ..DesktopReadiness::default() };
        }
    };
    let notifications = tokio::time::timeout(LIMIT, notifications(&connection))
        .await
        .unwrap_or_else(|_| silent(&format!("no answer within {} s", LIMIT.as_secs())));
    DesktopReadiness { session: true, session_error: None, notifications, tray: tray_host_present(bus).await }
}

async fn notifications(connection: &Connection) -> NotificationReadiness {
    match owner_of(connection, NOTIFICATIONS).await {
        Ok(Some(_)) => match ask(connection).await {
            Ok(server) => NotificationReadiness::Running {
                name: server.name,
                vendor: server.vendor,
                version: server.version,
                capabilities: server.capabilities.into_iter().collect(),
            },
            Err(error) => silent(&error),
        },
        Ok(None) => match startable(connection).await {
            Ok(true) => NotificationReadiness::Startable,
            Ok(false) => NotificationReadiness::Absent,
            Err(error) => silent(&error),
        },
        Err(error) => silent(&error),
    }
}

async fn startable(connection: &Connection) -> zbus::Result<bool> {
    let names = DBusProxy::new(connection).await?.list_activatable_names().await?;
    Ok(names.iter().any(|name| name.as_str() == NOTIFICATIONS))
}

fn silent(why: &dyn std::fmt::Display) -> NotificationReadiness {
    NotificationReadiness::Silent { why: why.to_string() }
}
