//! The program that shows the window: told where to open, answered what only the tray app knows. It ends by itself some
//! time after the window was closed, and another is started that waits: loading WebKit's libraries takes as long as a
//! person notices, and holds far less memory than a page.

use std::process::ExitStatus;
use std::time::Duration;

use caretaker_api::Client;
use caretaker_platform::command::companion::Companion;
use caretaker_platform::home::Home;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::Instant;

use crate::words::{Answer, FromWindow, Question, ToWindow, line};

const PROGRAM: &str = "caretaker-window";
/// A program that takes no words for so long hangs.
const PATIENCE: Duration = Duration::from_secs(2);
/// Starts, logins and closings have other work to do first.
const SETTLED: Duration = Duration::from_secs(10);
/// How long its end is waited for when the app ends.
const FAREWELL: Duration = Duration::from_millis(500);

/// The window of this app, whether its program runs or not.
pub struct Window {
    home: Home,
    verbose: bool,
    desktop: Client,
    running: Option<Running>,
    /// When to start a program that waits; none while one runs, or after one failed.
    due: Option<Instant>,
}

struct Running {
    companion: Companion,
    says: Lines<BufReader<OwnedReadHalf>>,
    hears: OwnedWriteHalf,
    /// Asked for, and not confirmed yet.
    asked: Vec<String>,
    /// Has shown a window before.
    proven: bool,
}

/// What comes from the window's program, or for it.
pub enum Event {
    /// Nothing runs, and the time has come for a program that waits.
    Due,
    /// A line.
    Said(String),
    /// Its end.
    Ended(Option<ExitStatus>),
}

impl Window {
    /// No program yet. `desktop` answers what only the tray app knows.
    pub fn new(home: Home, verbose: bool, desktop: Client) -> Self {
        Self { home, verbose, desktop, running: None, due: Some(Instant::now() + SETTLED) }
    }

    /// Opens the window on a page, or brings it there.
    pub async fn open(&mut self, route: &str) {
        self.start();
        let Some(running) = &mut self.running else { return };
        running.asked.push(route.to_owned());
        running.tell(&ToWindow::Open { route: route.to_owned() }).await;
    }

    /// Has a program that can show a window, if there can be one.
    fn start(&mut self) {
        if self.running.is_some() {
            return;
        }
        self.due = None;
        match Running::start(&self.home, self.verbose) {
            Ok(running) => self.running = Some(running),
            Err(error) => tracing::error!(%error, "the window's program could not be started"),
        }
    }

    /// Waits for the next thing that the program says or does; for ever while there is none. May be dropped at any
    /// time without losing any.
    pub async fn next(&mut self) -> Event {
        match (&mut self.running, self.due) {
            (None, None) => std::future::pending().await,
            (None, Some(due)) => {
                tokio::time::sleep_until(due).await;
                Event::Due
            }
            (Some(running), _) => match running.says.next_line().await {
                Ok(Some(line)) => Event::Said(line),
                Ok(None) | Err(_) => Event::Ended(running.companion.ended().await.ok()),
            },
        }
    }

    /// Does what the event asks for.
    pub async fn heed(&mut self, event: Event) {
        match event {
            Event::Due => self.start(),
            Event::Said(line) => match serde_json::from_str(&line) {
                Ok(FromWindow::Opened) => self.opened(),
                Ok(FromWindow::Ask(question)) => self.answer(question).await,
                Err(error) => tracing::warn!(%error, "the window's program said what nobody understands"),
            },
            Event::Ended(status) => self.ended(status).await,
        }
    }

    /// Ends the program, and waits a moment for it.
    pub async fn end(mut self) {
        if let Some(Running { mut companion, says, hears, .. }) = self.running.take() {
            // The end of the stream is the word for it.
            drop((says, hears));
            drop(tokio::time::timeout(FAREWELL, companion.ended()).await);
        }
    }

    fn opened(&mut self) {
        if let Some(running) = &mut self.running {
            running.proven = true;
            if !running.asked.is_empty() {
                running.asked.remove(0);
            }
        }
    }

    async fn answer(&mut self, Question { number, method, path, body }: Question) {
        let answer = match method.parse() {
            Ok(method) => self.desktop.raw(method, &path, body.map(String::into_bytes)).await,
            Err(_) => return,
        };
        let (status, body) = match answer {
            Ok((status, body)) => (status, String::from_utf8_lossy(&body).into_owned()),
            Err(problem) => (problem.code.http_status(), serde_json::json!({ "error": problem }).to_string()),
        };
        if let Some(running) = &mut self.running {
            running.tell(&ToWindow::Answer(Answer { number, status, body })).await;
        }
    }

    /// A window that was asked for just when its program ended is opened by another one.
    async fn ended(&mut self, status: Option<ExitStatus>) {
        let Some(running) = self.running.take() else { return };
        let failed = status.is_none_or(|status| !status.success());
        if failed {
            let how = status.map(|status| status.to_string()).unwrap_or_default();
            tracing::error!(%how, "the window's program failed");
        } else {
            self.due = Some(Instant::now() + SETTLED);
        }
        // What never showed a window would not show one the next time either.
        if let Some(route) = running.asked.last().filter(|_| running.proven) {
            Box::pin(self.open(route)).await;
        }
    }
}

impl Running {
    fn start(home: &Home, verbose: bool) -> std::io::Result<Self> {
        let folder = home.folder().to_string_lossy();
        let mut arguments = vec!["--home", &folder];
        if verbose {
            arguments.push("--verbose");
        }
        let (companion, stream) = Companion::start(PROGRAM, &arguments)?;
        let (says, hears) = stream.into_split();
        Ok(Self { companion, says: BufReader::new(says).lines(), hears, asked: Vec::new(), proven: false })
    }

    /// What cannot be said need not be heard: the end of the program comes as an event.
    async fn tell(&mut self, words: &ToWindow) {
        let Ok(line) = line(words) else { return };
        let told = tokio::time::timeout(PATIENCE, self.hears.write_all(&line)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!("the window's program does not listen");
        }
    }
}
