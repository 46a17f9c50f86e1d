//! The window's program. It waits, loaded, until a window is wanted; then it is one window with the page, two ways out of it. What the page asks goes to the engine's socket, or
//! for what only the tray app knows, to the tray app.

#[path = "../window/commands.rs"]
mod commands;
#[path = "../window/context.rs"]
mod context;
#[path = "../window/life.rs"]
mod life;
mod link;
mod tray_app;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use caretaker_core::problem::{Code, Problem};
use caretaker_platform::command::companion::principal;
use caretaker_platform::home::Home;
use clap::Parser;
use tauri::Manager;
use tracing_subscriber::EnvFilter;

use commands::Doors;
use life::Windows;
use link::Link;
use tray_app::TrayApp;

/// The way to the tray app's own addresses.
type DesktopDoor = Arc<TrayApp>;

/// The window of Caretaker's tray app, which starts it.
#[derive(Debug, Parser)]
#[command(name = "caretaker-window", version)]
struct Arguments {
    /// Data folder of the engine that is shown.
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
    /// Say more on standard error.
    #[arg(long)]
    verbose: bool,
}

/// Runs until the window is destroyed or the tray app is gone.
pub fn run() -> ExitCode {
    avoid_blank_windows();
    let arguments = Arguments::parse();
    caretaker_platform::memory::tune_allocator();
    let fallback = if arguments.verbose { "caretaker=debug,info" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(fallback));
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
    match show(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            tracing::error!(%problem, "there is no window");
            ExitCode::from(problem.code.exit_code())
        }
    }
}

/// WebKit's DMA-BUF renderer shows white windows on many drivers; a chart needs no such speed.
fn avoid_blank_windows() {
    const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(RENDERER).is_none() {
        // SAFETY: the first statement of the program; there is no other thread that could read the environment.
        unsafe { std::env::set_var(RENDERER, "1") };
    }
}

fn show(arguments: &Arguments) -> Result<(), Problem> {
    let failed = |what: &str, error: &dyn std::fmt::Display| Problem::new(Code::Internal, format!("{what}: {error}"));
    let home = Home::locate(Some(&arguments.home))?;
    let lost = |error| failed("find the tray app that started this", &error);
    let stream = principal().map_err(lost)?;
    let mut lines = BufReader::new(stream.try_clone().map_err(lost)?).lines();
    // Until somebody wants to see a window, this program is loaded and has begun nothing: no display, no thread.
    let Some(Ok(first)) = lines.next() else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| failed("start the runtime", &error))?;
    tauri::async_runtime::set(runtime.handle().clone());
    let link = Arc::new(Link::new(home));
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![commands::api, commands::watch, commands::ready])
        .setup(move |app| {
            let windows = Arc::new(Windows::new(app.handle().clone()));
            let tray_app = Arc::new(TrayApp::new(stream));
            app.manage(Arc::clone(&windows));
            app.manage(Doors::new(link, Arc::clone(&tray_app)));
            tray_app.listen(&first, lines, app.handle().clone(), windows)?;
            Ok(())
        })
        .build(context::context())
        .map_err(|error| failed("start the window", &error).hint("is a display reachable?"))?;
    app.run(|_, _| {});
    Ok(())
}
