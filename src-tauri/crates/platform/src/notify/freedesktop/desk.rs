//! What the notifier and its listener share: what is shown, who is told of clicks, and the last activation token.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use caretaker_core::port::ActionSink;

use super::notification::meaning;
use super::server::NotificationServer;
use super::shown::Shown;
use crate::files::write_atomic;

/// The shared part. Locks are held for a few assignments at a time, never across an await.
pub struct Desk {
    file: Option<PathBuf>,
    sink: ActionSink,
    shown: OnceLock<Mutex<Shown>>,
    server: Mutex<Option<Arc<NotificationServer>>>,
    token: Mutex<Option<String>>,
    /// Held from the call until the server's number is written down, so that a click that is faster than the reply still
    /// finds its alert.
    pub order: tokio::sync::Mutex<()>,
}

impl Desk {
    pub fn new(file: Option<PathBuf>, sink: ActionSink) -> Self {
        Self {
            file,
            sink,
            shown: OnceLock::new(),
            server: Mutex::default(),
            token: Mutex::default(),
            order: tokio::sync::Mutex::default(),
        }
    }

    /// What is shown; read from the file at first use.
    pub fn shown(&self) -> MutexGuard<'_, Shown> {
        let load = || Mutex::new(self.file.as_deref().map(Shown::load).unwrap_or_default());
        unpoisoned(self.shown.get_or_init(load))
    }

    /// Writes down what is shown. Failing at that costs a duplicate after a restart, not the notice.
    pub async fn save(&self) {
        let Some(path) = self.file.clone() else { return };
        let shown = self.shown().clone();
        let written = tokio::task::spawn_blocking(move || {
            let bytes = serde_json::to_vec(&shown).map_err(|error| error.to_string())?;
            write_atomic(&path, &bytes, 0o600).map_err(|error| error.to_string())
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error, "could not write which notifications are shown"),
            Err(error) => tracing::warn!(%error, "could not write which notifications are shown"),
        }
    }

    /// The daemon that answered last, for as long as it has the name.
    pub fn server(&self) -> Option<Arc<NotificationServer>> {
        unpoisoned(&self.server).clone()
    }

    pub fn set_server(&self, server: Arc<NotificationServer>) {
        *unpoisoned(&self.server) = Some(server);
    }

    /// The newest token with which a window may come to the front; each is good for one window.
    pub fn take_token(&self) -> Option<String> {
        unpoisoned(&self.token).take()
    }

    /// The server says: here is a token for what the person is about to do.
    pub fn token_given(&self, sender: &str, id: u32, token: String) {
        let ours = {
            let shown = self.shown();
            shown.is_from(sender) && shown.number(id).is_some()
        };
        if ours {
            *unpoisoned(&self.token) = Some(token);
        }
    }

    /// The server says: the person chose this. Some servers tell every program, so only our own numbers count.
    pub fn action_invoked(&self, sender: &str, id: u32, key: &str) {
        let route = {
            let shown = self.shown();
            shown.number(id).filter(|_| shown.is_from(sender)).map(|entry| entry.route.clone())
        };
        if let Some(action) = route.and_then(|route| meaning(key, route)) {
            (self.sink)(action);
        }
    }

    /// The server says: this is no longer on the screen. True if it was ours and that was news.
    pub fn notification_closed(&self, sender: &str, id: u32) -> bool {
        let mut shown = self.shown();
        shown.is_from(sender) && shown.close(id)
    }
}

/// A panic between two assignments of a leaf lock cannot leave them half done in a way that matters here.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
