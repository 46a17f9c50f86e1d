//! The tray app put together, in one process, because a Mac's pages have processes of their own anyway: one runtime, one
//! link to an engine, one tray, at most one window.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use caretaker_api::{Client, Desktop, desktop_router};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::tray::{Look, look};
use caretaker_platform::home::Home;
use tauri::{AppHandle, Manager, RunEvent, Wry};
use tokio::sync::oneshot;

use super::desktop::AppDesktop;
use super::ending::{self, Ending};
use super::notifier::{MacNotifier, answer_clicks};
use super::stay_alive;
use super::tray::{Tray, choice};
use crate::arguments::Arguments;
use crate::backing_up::{back_up, cancel_backups};
use crate::link::Link;
use crate::menu::Choice;
use crate::options;
use crate::quiet::quiet;
use crate::say;
use crate::single;
use crate::time_of_day;
use crate::window::{Doors, Windows, commands, context};

/// Set by WebDriver, which can only speak to a window that is there from the start.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

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
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_autostart::init(
            tauri_plugin_autostart::MacosLauncher::LaunchAgent,
            Some(vec!["--hidden"]),
        ))
        .invoke_handler(tauri::generate_handler![commands::api, commands::watch, commands::ready])
        .setup(move |app| {
            app.set_activation_policy(tauri::ActivationPolicy::Accessory);
            stay_alive();
            set_up(app.handle(), arguments, home, at_start.then_some(route));
            Ok(())
        })
        .build(context())
        .map_err(|error| failed("start the desktop part", &error).hint("is a display reachable?"))?;
    app.run(|app, event| match event {
        // Closing the last window is not the end: the tray stays.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => ending::end(app),
        RunEvent::Reopen { .. } => app.state::<Arc<Windows>>().open(""),
        _ => {}
    });
    Ok(())
}

fn set_up(app: &AppHandle<Wry>, arguments: Arguments, home: Home, open: Option<String>) {
    let up = Arc::new(AtomicBool::new(false));
    let windows = Arc::new(Windows::new(app.clone()));
    let desktop = Arc::new(AppDesktop::new(app.clone(), Arc::clone(&up)));
    let link = Arc::new(Link::new(Some(Arc::new(MacNotifier::new(app.clone())))));
    let starts = desktop.view().start_at_login.unwrap_or(false);
    let tray = Arc::new(Tray::new(app.clone(), up, look(None, time_of_day), starts));
    app.manage(Arc::clone(&windows));
    let own = Client::in_process(desktop_router(desktop.clone()));
    app.manage(Doors::new(Arc::clone(&link), own));
    let (stop, stopped) = oneshot::channel();
    let (followed, linked) = (Arc::clone(&link), home);
    let task = tauri::async_runtime::spawn(async move { followed.run(&arguments, &linked, stopped).await });
    app.manage(Ending::new(stop, task));
    answer_menu(app, &link, &windows, &tray, &desktop);
    tauri::async_runtime::spawn(show_status(app.clone(), Arc::clone(&link), Arc::clone(&tray), desktop));
    tauri::async_runtime::spawn(open_when_asked(Arc::clone(&link), Arc::clone(&windows)));
    tray.put_up();
    tauri::async_runtime::spawn(ending::heed_signals(app.clone(), Arc::clone(&link)));
    if let Err(error) = answer_clicks(app, link, Arc::clone(&windows)) {
        tracing::error!(%error, "clicks on notifications are not heard");
    }
    if let Some(route) = open {
        windows.open(&route);
    }
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
            Choice::BackUp => drop(tauri::async_runtime::spawn(back_up(Arc::clone(&link)))),
            Choice::CancelBackup => drop(tauri::async_runtime::spawn(cancel_backups(Arc::clone(&link)))),
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
