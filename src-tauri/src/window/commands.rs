//! The three commands of the page: ask, listen, and say that it has painted. Nothing else is open to it.

use std::sync::Arc;

use caretaker_api::PREFIX;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::Hint;
use hyper::Method;
use serde::Serialize;
use serde_json::Value;
use tauri::State;
use tauri::ipc::Channel;

use super::life::Windows;
use super::{DesktopDoor, Link};

/// What an address answered.
#[derive(Serialize)]
pub struct Reply {
    status: u16,
    body: Value,
}

/// Everything that commands need.
pub struct Doors {
    /// The way to the engine.
    pub link: Arc<Link>,
    /// The tray app's own addresses.
    pub desktop: DesktopDoor,
}

impl Doors {
    /// Doors over an engine's link and the tray app's desktop.
    pub fn new(link: Arc<Link>, desktop: DesktopDoor) -> Self {
        Self { link, desktop }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Result<Reply, Problem> {
        let method: Method =
            method.parse().map_err(|_| Problem::new(Code::Usage, format!("`{method}` is no method")))?;
        let path = path.strip_prefix(PREFIX).unwrap_or(path);
        let body = body.filter(|body| !body.is_null()).map(|body| body.to_string().into_bytes());
        let own = path == "/desktop" || path.starts_with("/desktop/");
        let (status, answer) = if own {
            self.desktop.raw(method, path, body).await?
        } else {
            self.link.client()?.raw(method, path, body).await?
        };
        // What is no JSON is a text, such as an export.
        let text = || Value::String(String::from_utf8_lossy(&answer).into_owned());
        let body =
            if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer).unwrap_or_else(|_| text()) };
        Ok(Reply { status, body })
    }
}

/// Calls an address of the API.
#[tauri::command]
pub async fn api(doors: State<'_, Doors>, method: String, path: String, body: Option<Value>) -> Result<Reply, Problem> {
    match doors.ask(&method, &path, body).await {
        Ok(reply) => Ok(reply),
        Err(problem) => {
            let status = problem.code.http_status();
            Ok(Reply { status, body: serde_json::json!({ "error": problem }) })
        }
    }
}

/// Sends hints to the page for as long as its window lives and can be seen.
#[tauri::command]
pub async fn watch(
    doors: State<'_, Doors>,
    windows: State<'_, Arc<Windows>>,
    channel: Channel<Hint>,
) -> Result<(), Problem> {
    let mut hints = doors.link.hints();
    // The first on every stream: what comes after it is news.
    channel.send(Hint::Hello).map_err(|error| Problem::new(Code::Internal, format!("speak to the page: {error}")))?;
    let seen = Arc::clone(&windows);
    windows.watch_with(tauri::async_runtime::spawn(async move {
        let mut missed = false;
        loop {
            let hint = match hints.recv().await {
                Ok(hint) => hint,
                // Who missed hints looks at everything again.
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => Hint::Hello,
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            };
            // A hidden window is told nothing; when it shows again it reads everything anew anyway.
            if !seen.is_visible() {
                missed = true;
                continue;
            }
            let hint = if std::mem::take(&mut missed) { Hint::Hello } else { hint };
            if channel.send(hint).is_err() {
                return;
            }
        }
    }));
    Ok(())
}

/// The page has painted: its window may be shown.
#[tauri::command]
pub fn ready(windows: State<'_, Arc<Windows>>) {
    windows.painted();
}
