//! The tray app put together: one runtime, one link to an engine, one tray, at most one window.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use caretaker_api::Desktop;
use caretaker_core::port::Notifier;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use caretaker_core::tray::{Look, look};
use caretaker_core::view::QuietRequest;
use caretaker_platform::bus::Bus;
use caretaker_platform::desktop as native;
use caretaker_platform::home::Home;
use hyper::Method;
use tauri::{AppHandle, Manager, RunEvent, Wry};
use tokio::sync::{oneshot, watch};

use crate::arguments::Arguments;
use crate::commands::{self, Doors};
use crate::desktop::AppDesktop;
use crate::ending::{self, Ending};
use crate::link::Link;
use crate::options;
use crate::say;
use crate::single;
use crate::tray::{Choice, Tray, choice};
use crate::window::Windows;

/// Set by WebDriver, which can only speak to a window that is there from the start.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Configuration and page, compiled in.
#[expect(clippy::disallowed_methods, reason = "Tauri's macro ends the process where its own files are broken")]
fn context() -> tauri::Context<Wry> {
    tauri::generate_context!()
}

/// Runs until Quit, logout or SIGTERM.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let failed = |what: &str, error: &dyn std::fmt::Display| Problem::new(Code::Internal, format!("{what}: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| failed("start the runtime", &error))?;
    tauri::async_runtime::set(runtime.handle().clone());
    let home = options::home(arguments)?;
    let route = arguments.open.clone().unwrap_or_default();
    // Held until the process is gone.
    let Some(_lock) = runtime.block_on(single::first(&home, &route))? else {
        say("Caretaker is already running; its window was opened.");
        return Ok(());
    };
    let automation = std::env::var_os(AUTOMATION).is_some();
    let (arguments, at_start) = (arguments.clone(), arguments.open.is_some() || automation);
    let builder = tauri::Builder::default();
    #[cfg(target_os = "macos")]
    let builder = builder.plugin(tauri_plugin_notification::init());
    let app = builder
        .plugin(tauri_plugin_autostart::init(
            tauri_plugin_autostart::MacosLauncher::LaunchAgent,
            Some(vec!["--hidden"]),
        ))
        .invoke_handler(tauri::generate_handler![commands::api, commands::watch, commands::ready])
        .setup(move |app| {
            #[cfg(target_os = "macos")]
            {
                app.set_activation_policy(tauri::ActivationPolicy::Accessory);
                crate::macos::stay_alive();
            }
            set_up(app.handle(), arguments, home, at_start.then_some(route));
            Ok(())
        })
        .build(context())
        .map_err(|error| failed("start the desktop part", &error).hint("is a display reachable?"))?;
    app.run(|app, event| match event {
        // Closing the last window is not the end: the tray stays.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => ending::end(app),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => app.state::<Arc<Windows>>().open(""),
        _ => {}
    });
    Ok(())
}

fn set_up(app: &AppHandle<Wry>, arguments: Arguments, home: Home, open: Option<String>) {
    let up = Arc::new(AtomicBool::new(false));
    let windows = Arc::new(Windows::new(app.clone()));
    let desktop = Arc::new(AppDesktop::new(app.clone(), Arc::clone(&up)));
    let link = Arc::new(Link::new(app_notifier(app)));
    let starts = desktop.view().start_at_login.unwrap_or(false);
    let tray = Arc::new(Tray::new(app.clone(), Arc::clone(&windows), up, look(None, time_of_day), starts));
    app.manage(Arc::clone(&windows));
    app.manage(Doors::new(Arc::clone(&link), Arc::clone(&desktop)));
    let (stop, stopped) = oneshot::channel();
    let (followed, linked) = (Arc::clone(&link), home);
    let task = tauri::async_runtime::spawn(async move { followed.run(&arguments, &linked, stopped).await });
    app.manage(Ending::new(stop, task));
    answer_menu(app, &link, &windows, &tray, &desktop);
    tauri::async_runtime::spawn(show_status(app.clone(), Arc::clone(&link), Arc::clone(&tray), desktop));
    tauri::async_runtime::spawn(open_when_asked(Arc::clone(&link), Arc::clone(&windows)));
    tauri::async_runtime::spawn(keep_tray_up(app.clone(), tray, Arc::clone(&windows), open.is_none()));
    tauri::async_runtime::spawn(ending::heed_signals(app.clone(), Arc::clone(&link)));
    #[cfg(target_os = "macos")]
    if let Err(error) = crate::macos::answer_clicks(app, link, Arc::clone(&windows)) {
        tracing::error!(%error, "clicks on notifications are not heard");
    }
    if let Some(route) = open {
        windows.open(&route);
    }
}

/// Where notifications are the app's own business, the one that shows them.
#[cfg(target_os = "macos")]
fn app_notifier(app: &AppHandle<Wry>) -> Option<Arc<dyn Notifier>> {
    Some(Arc::new(crate::macos::MacNotifier::new(app.clone())))
}

/// Elsewhere the engine speaks to the desktop itself.
#[cfg(not(target_os = "macos"))]
fn app_notifier(_app: &AppHandle<Wry>) -> Option<Arc<dyn Notifier>> {
    None
}

fn answer_menu(
    app: &AppHandle<Wry>,
    link: &Arc<Link>,
    windows: &Arc<Windows>,
    tray: &Arc<Tray>,
    desktop: &Arc<AppDesktop>,
) {
    let (link, windows, tray, desktop) = (Arc::clone(link), Arc::clone(windows), Arc::clone(tray), Arc::clone(desktop));
    app.on_menu_event(move |app, event| {
        let Some(choice) = choice(event.id().as_ref(), &tray.look()) else { return };
        match choice {
            Choice::Open(route) => windows.open(&route),
            Choice::Quiet(span) => drop(tauri::async_runtime::spawn(quiet(Arc::clone(&link), span))),
            Choice::StartAtLogin => {
                let wanted = !desktop.view().start_at_login.unwrap_or(false);
                if let Err(error) = desktop.set_start_at_login(wanted) {
                    tracing::error!(%error, "starting at login could not be switched");
                }
                tray.apply(tray.look(), desktop.view().start_at_login.unwrap_or(false));
            }
            Choice::Quit => app.exit(0),
        }
    });
}

async fn quiet(link: Arc<Link>, span: &'static str) {
    let request = QuietRequest { r#for: span.to_owned() };
    let done = match link.client() {
        Ok(client) => client.send::<serde_json::Value>(Method::PUT, "/quiet", &request).await.map(drop),
        Err(problem) => Err(problem),
    };
    if let Err(problem) = done {
        tracing::error!(%problem, "notifications could not be paused");
    }
}

/// Draws every new status.
async fn show_status(app: AppHandle<Wry>, link: Arc<Link>, tray: Arc<Tray>, desktop: Arc<AppDesktop>) {
    let mut status = link.status();
    loop {
        let look: Look = look(status.borrow_and_update().as_deref(), time_of_day);
        let (tray, desktop) = (Arc::clone(&tray), Arc::clone(&desktop));
        let drawn = app.run_on_main_thread(move || tray.apply(look, desktop.view().start_at_login.unwrap_or(false)));
        if drawn.is_err() || status.changed().await.is_err() {
            return;
        }
    }
}

/// Opens the window when a notification was clicked, or when a second start asks for it.
async fn open_when_asked(link: Arc<Link>, windows: Arc<Windows>) {
    let mut wanted = link.wanted_pages();
    while wanted.changed().await.is_ok() {
        let route = wanted.borrow_and_update().clone();
        windows.open(&route);
    }
}

/// Puts the icon up, now or when somebody who shows icons appears. Without any, the window is opened once, so that
/// whoever started the app sees that it runs.
async fn keep_tray_up(app: AppHandle<Wry>, tray: Arc<Tray>, windows: Arc<Windows>, may_open: bool) {
    let (sender, mut present) = watch::channel(native::tray_host_present(&Bus::session()).await);
    tauri::async_runtime::spawn(native::watch_tray_host(Bus::session(), sender));
    if may_open && !*present.borrow() && !std::env::args().any(|word| word == "--hidden") {
        windows.open("");
    }
    loop {
        let here = *present.borrow_and_update() || cfg!(target_os = "macos");
        let tray = Arc::clone(&tray);
        let done = app.run_on_main_thread(move || {
            if here {
                tray.put_up();
            } else {
                tray.take_down();
            }
        });
        if done.is_err() || present.changed().await.is_err() {
            return;
        }
    }
}

/// `15:04`, in local time.
fn time_of_day(at: Timestamp) -> String {
    at.to_utc().with_timezone(&chrono::Local).format("%H:%M").to_string()
}
