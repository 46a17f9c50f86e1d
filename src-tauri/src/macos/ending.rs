//! How the app ends: what asks for it, and what must be over before the process goes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use caretaker_platform::signals::{ReloadSignals, StopSignals};
use hyper::Method;
use tauri::async_runtime::JoinHandle;
use tauri::{AppHandle, Manager, Wry};
use tokio::sync::oneshot;

use crate::link::Link;
use crate::window::Windows;

/// An engine ends in less; a desktop that logs out does not wait longer.
const LIMIT: Duration = Duration::from_secs(3);

/// What ends with the app: the link's stop, and its task.
pub struct Ending(Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>);

impl Ending {
    /// Ends the link with `stop`, and waits for `task`.
    pub fn new(stop: oneshot::Sender<()>, task: JoinHandle<()>) -> Self {
        Self(Mutex::new(Some((stop, task))))
    }
}

/// Ends the link and a hosted engine within two seconds. The menu, a signal and the system's logout all come here, on
/// the main thread: whatever might wait for that thread ends first.
pub fn end(app: &AppHandle<Wry>) {
    app.state::<Arc<Windows>>().stop_watching();
    let ending = app.state::<Ending>().0.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some((stop, task)) = ending {
        let _: Result<(), ()> = stop.send(());
        let ended = tauri::async_runtime::block_on(async { tokio::time::timeout(LIMIT, task).await });
        if ended.is_err() {
            tracing::error!("the engine did not end in time; the next start recovers what it had");
        }
    }
}

/// SIGTERM and Ctrl+C end the app in order; SIGHUP reads the configuration again.
pub async fn heed_signals(app: AppHandle<Wry>, link: Arc<Link>) {
    let (Ok(mut stop), Ok(mut reload)) = (StopSignals::listen(), ReloadSignals::listen()) else {
        tracing::warn!("signals cannot be heard; the system ends the app without notice");
        return;
    };
    loop {
        tokio::select! {
            _ = stop.next() => return app.exit(0),
            () = reload.next() => {
                if let Ok(client) = link.client() {
                    let reloaded = client.send::<serde_json::Value>(Method::POST, "/configuration/reload", &()).await;
                    if let Err(problem) = reloaded {
                        tracing::warn!(%problem, "the configuration was not taken over");
                    }
                }
            }
        }
    }
}
