//! The tray app that started this program: it says where to open, answers what only it knows, and its end is ours.

use std::collections::HashMap;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use caretaker_core::problem::{Code, Problem};
use hyper::Method;
use hyper::body::Bytes;
use tauri::{AppHandle, Wry};
use tokio::sync::oneshot;

use super::life::Windows;
use crate::words::{Answer, FromWindow, Question, ToWindow, line};

/// An answer that has not come by then will not come.
const PATIENCE: Duration = Duration::from_secs(10);

/// The way back.
pub struct TrayApp {
    /// Whole lines only, so one at a time.
    stream: Mutex<UnixStream>,
    numbers: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Answer>>>,
}

impl TrayApp {
    /// The way back over this stream.
    pub fn new(stream: UnixStream) -> Self {
        Self { stream: Mutex::new(stream), numbers: AtomicU64::new(0), waiting: Mutex::default() }
    }

    /// Heeds the first words, then what the tray app says further, in a thread of its own, for as long as there is a
    /// tray app.
    pub fn listen(
        self: &Arc<Self>,
        first: &str,
        more: impl Iterator<Item = std::io::Result<String>> + Send + 'static,
        app: AppHandle<Wry>,
        windows: Arc<Windows>,
    ) -> std::io::Result<()> {
        self.hear(first, &app, &windows);
        let tray_app = Arc::clone(self);
        std::thread::Builder::new().name("tray-app".to_owned()).spawn(move || {
            for line in more.map_while(Result::ok) {
                tray_app.hear(&line, &app, &windows);
            }
            app.exit(0);
        })?;
        Ok(())
    }

    fn hear(self: &Arc<Self>, line: &str, app: &AppHandle<Wry>, windows: &Arc<Windows>) {
        match serde_json::from_str(line) {
            Ok(words) => self.heed(words, app, windows),
            Err(error) => tracing::warn!(%error, "the tray app said what nobody understands"),
        }
    }

    /// Calls an address of the tray app's own, and hands back status and body as they came.
    pub async fn raw(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<(u16, Bytes), Problem> {
        let lost = || {
            Problem::new(Code::NotRunning, "the tray app does not answer").hint("Quit Caretaker and start it again.")
        };
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let body = body.map(|body| String::from_utf8_lossy(&body).into_owned());
        let (sender, answer) = oneshot::channel();
        self.waiting().insert(number, sender);
        let asked = Question { number, method: method.to_string(), path: path.to_owned(), body };
        self.tell(&FromWindow::Ask(asked));
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        self.waiting().remove(&number);
        let answer = answer.map_err(|_| lost())?.map_err(|_| lost())?;
        Ok((answer.status, answer.body.into()))
    }

    fn heed(self: &Arc<Self>, words: ToWindow, app: &AppHandle<Wry>, windows: &Arc<Windows>) {
        match words {
            ToWindow::Open { route } => {
                let (tray_app, windows) = (Arc::clone(self), Arc::clone(windows));
                // Confirmed from the thread that opens, or not at all: when that has ended already, the tray app
                // starts another program.
                drop(app.run_on_main_thread(move || {
                    windows.open(&route);
                    tray_app.tell(&FromWindow::Opened);
                }));
            }
            ToWindow::Answer(answer) => {
                if let Some(waiting) = self.waiting().remove(&answer.number) {
                    drop(waiting.send(answer));
                }
            }
        }
    }

    /// What cannot be said has nobody to hear it: the listening thread sees the end.
    fn tell(&self, words: &FromWindow) {
        if let Ok(line) = line(words) {
            drop(self.stream.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line));
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u64, oneshot::Sender<Answer>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
