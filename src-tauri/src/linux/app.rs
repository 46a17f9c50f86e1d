//! The tray app put together: one thread, one link to an engine, one tray, at most one program with a window. One loop
//! owns them all.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use caretaker_api::{Client, Desktop, desktop_router};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::tray::look;
use caretaker_core::view::Status;
use caretaker_platform::bus::Bus;
use caretaker_platform::desktop as native;
use caretaker_platform::home::Home;
use caretaker_platform::signals::{ReloadSignals, StopSignals};
use hyper::Method;
use tokio::sync::{mpsc, oneshot, watch};

use super::desktop::AppDesktop;
use super::tray::Tray;
use super::window::Window;
use crate::arguments::Arguments;
use crate::backing_up::{back_up, cancel_backups};
use crate::link::Link;
use crate::menu::Choice;
use crate::options;
use crate::quiet::quiet;
use crate::say;
use crate::single;
use crate::time_of_day;

/// Set by WebDriver, which can only speak to a window that is there from the start.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";
/// An engine ends in less; a desktop that logs out does not wait longer.
const LIMIT: Duration = Duration::from_secs(3);
/// What still runs after everything has ended hangs, and is left behind.
const LEFT_BEHIND: Duration = Duration::from_millis(150);
/// Clicks that nobody has answered yet.
const CHOICES: usize = 8;

/// Runs until Quit, logout or SIGTERM.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Code::Internal, format!("start the runtime: {error}")))?;
    let ended = runtime.block_on(app(arguments));
    runtime.shutdown_timeout(LEFT_BEHIND);
    ended
}

async fn app(arguments: &Arguments) -> Result<(), Problem> {
    let signals = |error| Problem::new(Code::Internal, format!("listen for signals: {error}"));
    let home = options::home(arguments)?;
    let route = arguments.open.clone().unwrap_or_default();
    // Held until the process is gone.
    let Some(_lock) = single::first(&home, &route).await? else {
        say("Caretaker is already running; its window was opened.");
        return Ok(());
    };
    let (stop, reload) = (StopSignals::listen().map_err(signals)?, ReloadSignals::listen().map_err(signals)?);
    let link = Arc::new(Link::new(None));
    let mut app = App::new(home.clone(), arguments, Arc::clone(&link));
    let (end, ended) = oneshot::channel();
    let given = arguments.clone();
    let task = tokio::spawn(async move { link.run(&given, &home, ended).await });
    let wanted = arguments.open.is_some() || std::env::var_os(AUTOMATION).is_some();
    if wanted {
        app.window.open(&route).await;
    }
    app.work(stop, reload, !wanted && !arguments.hidden).await;
    let _: Result<(), ()> = end.send(());
    app.tray.take_down().await;
    app.window.end().await;
    if tokio::time::timeout(LIMIT, task).await.is_err() {
        tracing::error!("the engine did not end in time; the next start recovers what it had");
    }
    Ok(())
}

struct App {
    link: Arc<Link>,
    desktop: Arc<AppDesktop>,
    tray: Tray,
    window: Window,
    chosen: mpsc::Receiver<Choice>,
    /// Heard from before there is an engine that could ask for one, so that none is missed.
    wanted: watch::Receiver<String>,
}

impl App {
    fn new(home: Home, arguments: &Arguments, link: Arc<Link>) -> Self {
        let up = Arc::new(AtomicBool::new(false));
        let desktop = Arc::new(AppDesktop::new(Arc::clone(&up)));
        let (choose, chosen) = mpsc::channel(CHOICES);
        let tray = Tray::new(up, look(None, time_of_day), desktop.starts_at_login(), choose);
        let window = Window::new(home, arguments.verbose, Client::in_process(desktop_router(desktop.clone())));
        let wanted = link.wanted_pages();
        Self { link, desktop, tray, window, chosen, wanted }
    }

    /// Answers whatever happens, until something asks for the end. Without anybody who shows icons the window is opened
    /// once, where that is wanted, so that whoever started the app sees that it runs.
    async fn work(&mut self, mut stop: StopSignals, mut reload: ReloadSignals, may_open: bool) {
        let (sender, mut present) = watch::channel(native::tray_host_present(&Bus::session()).await);
        tokio::spawn(native::watch_tray_host(Bus::session(), sender));
        if may_open && !*present.borrow() {
            self.window.open("").await;
        }
        present.mark_changed();
        let mut status = self.link.status();
        status.mark_changed();
        loop {
            tokio::select! {
                _ = stop.next() => return,
                () = reload.next() => self.reload().await,
                Ok(()) = present.changed() => {
                    let here = *present.borrow_and_update();
                    if here { self.tray.put_up().await } else { self.tray.take_down().await }
                }
                Ok(()) = status.changed() => {
                    let now = status.borrow_and_update().clone();
                    self.show(now.as_deref()).await;
                }
                // A notification was clicked, or a second start asks.
                Ok(()) = self.wanted.changed() => {
                    let route = self.wanted.borrow_and_update().clone();
                    self.window.open(&route).await;
                }
                event = self.window.next() => {
                    self.window.heed(event).await;
                    // The page may have switched what the menu shows.
                    self.refresh().await;
                }
                Some(choice) = self.chosen.recv() => match choice {
                    Choice::Open(route) => self.window.open(&route).await,
                    Choice::Quiet(span) => drop(tokio::spawn(quiet(Arc::clone(&self.link), span))),
                    Choice::BackUp => drop(tokio::spawn(back_up(Arc::clone(&self.link)))),
                    Choice::CancelBackup => drop(tokio::spawn(cancel_backups(Arc::clone(&self.link)))),
                    Choice::StartAtLogin => self.switch_login().await,
                    Choice::Quit => return,
                },
            }
        }
    }

    async fn show(&mut self, status: Option<&Status>) {
        self.tray.apply(look(status, time_of_day), self.desktop.starts_at_login()).await;
    }

    async fn switch_login(&mut self) {
        if let Err(error) = self.desktop.set_start_at_login(!self.desktop.starts_at_login()) {
            tracing::error!(%error, "starting at login could not be switched");
        }
        self.refresh().await;
    }

    async fn refresh(&mut self) {
        let look = self.tray.look().clone();
        self.tray.apply(look, self.desktop.starts_at_login()).await;
    }

    async fn reload(&self) {
        let Ok(client) = self.link.client() else { return };
        let reloaded = client.send::<serde_json::Value>(Method::POST, "/configuration/reload", &()).await;
        if let Err(problem) = reloaded {
            tracing::warn!(%problem, "the configuration was not taken over");
        }
    }
}
