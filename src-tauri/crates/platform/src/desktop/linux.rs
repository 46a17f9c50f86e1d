//! Linux: X11 or Wayland, and the StatusNotifierWatcher of the desktop, whose mere presence is the signal: the big desktops
//! answer "a host is registered" in any case.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::watch;
use zbus::fdo::DBusProxy;

use super::ShowError;
use crate::bus::{Bus, BusError, connect, owner_of};

/// The name that a desktop with a place for tray icons owns.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// How long to leave a bus alone that did not answer.
const RETRY: Duration = Duration::from_secs(10);

/// The name that file managers answer to; the bus starts one where none runs.
const FILE_MANAGER: &str = "org.freedesktop.FileManager1";

/// How long a file manager may take to start.
const OPENING: Duration = Duration::from_secs(10);

/// The file manager is asked over the bus: a program that is started here would end with its caller.
pub async fn show_folder(bus: &Bus, path: &str) -> Result<bool, ShowError> {
    let ask = async {
        let connection = connect(bus).await?;
        let proxy = zbus::Proxy::new(&connection, FILE_MANAGER, "/org/freedesktop/FileManager1", FILE_MANAGER).await?;
        match proxy.call_method("ShowFolders", &(vec![address(path)], "")).await {
            Ok(_) => Ok(true),
            Err(zbus::Error::MethodError(name, ..)) if is_nobody(&name) => Ok(false),
            Err(error) => Err(BusError::from(error)),
        }
    };
    match tokio::time::timeout(OPENING, ask).await {
        Ok(shown) => shown.map_err(|error| ShowError(error.to_string())),
        Err(_) => Err(ShowError("the file manager does not answer".to_owned())),
    }
}

fn is_nobody(error: &str) -> bool {
    error.ends_with(".ServiceUnknown") || error.ends_with(".NameHasNoOwner")
}

/// A path as an address: what could mean something in one is written with its number.
fn address(path: &str) -> String {
    let mut text = "file://".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// `DISPLAY` or `WAYLAND_DISPLAY` names one.
pub fn has_display() -> bool {
    names_a_display(std::env::var_os("DISPLAY").as_deref())
        || names_a_display(std::env::var_os("WAYLAND_DISPLAY").as_deref())
}

/// Whether the watcher's name has an owner.
pub async fn tray_host_present(bus: &Bus) -> bool {
    let ask = async {
        let connection = connect(bus).await?;
        Ok::<_, BusError>(owner_of(&connection, WATCHER).await?.is_some())
    };
    matches!(tokio::time::timeout(RETRY, ask).await, Ok(Ok(true)))
}

/// Follows the owner of the watcher's name over any number of buses.
pub async fn watch_tray_host(bus: Bus, present: watch::Sender<bool>) {
    let follow_for_ever = async {
        loop {
            let Err(error) = follow(&bus, &present).await;
            tracing::debug!(%error, "cannot see whether there is a place for the tray icon");
            set(&present, false);
            tokio::time::sleep(RETRY).await;
        }
    };
    tokio::select! {
        () = follow_for_ever => {}
        () = present.closed() => {}
    }
}

async fn follow(bus: &Bus, present: &watch::Sender<bool>) -> Result<Infallible, BusError> {
    let connection = connect(bus).await?;
    let mut changes = DBusProxy::new(&connection).await?.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await?;
    set(present, owner_of(&connection, WATCHER).await?.is_some());
    while let Some(change) = changes.next().await {
        set(present, change.args()?.new_owner().is_some());
    }
    Err(zbus::Error::Failure("the session bus is gone".into()).into())
}

fn set(present: &watch::Sender<bool>, now: bool) {
    present.send_if_modified(|before| std::mem::replace(before, now) != now);
}

fn names_a_display(variable: Option<&OsStr>) -> bool {
    variable.is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_an_address_that_means_nothing_else() {
        for (path, expected) in [
            ("/srv/board", "file:///srv/board"),
            ("/home/ann/My files #1?", "file:///home/ann/My%20files%20%231%3F"),
            ("/Ä/100%", "file:///%C3%84/100%25"),
        ] {
            assert_eq!(address(path), expected);
        }
    }

    #[test]
    fn an_empty_variable_names_no_display() {
        assert!(!names_a_display(None) && !names_a_display(Some(OsStr::new(""))));
        assert!(names_a_display(Some(OsStr::new(":0"))));
    }
}
