//! The window: the page in the real webview on real samples, and nothing left of it after closing.

use std::time::Duration;

use caretaker_core::view::QuietRequest;
use caretaker_testkit::desktop::TrayHost;
use hyper::Method;
use rustix::process::{Pid, Signal};

use crate::stage::{PATIENCE, Stage, eventually, eventually_within};
use crate::webdriver::Page;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_real_samples_through_the_two_commands() {
    let mut stage = Stage::new();
    stage.alarm(None, None).await;
    let page = Page::open(&mut stage).await;
    let text = page.until("return document.body.innerText.includes('CPU') && document.body.innerText").await;
    assert!(text.as_str().unwrap().contains("All is well"), "{text}");
    page.run("window.location.hash = '#/metrics?series=host.cpu.usage&range=1h'; return 1");
    // A chart is drawn when some of its pixels are not transparent.
    let drawn = "const canvas = document.querySelector('canvas'); if (!canvas || !canvas.width) return 0; \
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; \
        let painted = 0; for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 0) painted++; return painted;";
    let painted = page.until(drawn).await;
    assert!(painted.as_u64().unwrap() > 100, "{painted}");
    assert_eq!(page.run("return typeof window.__TAURI__"), "undefined", "the page has no wider door");
    stage.picture("window");
}

/// For as long as it is kept, a closed window opens again at once.
const KEPT: Duration = Duration::from_secs(45);
/// As `/proc` cuts it off.
const WINDOW: &str = "caretaker-windo";
/// The web engine's processes begin like this.
const WEB: &str = "WebKit";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_window_comes_back_at_once_and_later_leaves_nothing() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let app = stage.start_app().await;
    let app = stage.child(app).id();
    host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
    assert_eq!(engines_of_the_web(app), [""; 0], "an icon needs no web engine");

    host.activate().await;
    let window = stage.window(true).await;
    assert!(eventually(async || (!offspring(app, WEB).is_empty()).then_some(())).await.is_some());
    let program = offspring(app, WINDOW);
    assert_eq!(program.len(), 1);
    stage.close_window(&window);
    stage.window(false).await;
    host.activate().await;
    assert_eq!(stage.window(true).await, window, "the same window");
    assert_eq!(offspring(app, WINDOW), program, "of the same program");

    stage.close_window(&window);
    stage.window(false).await;
    let gone = async || (!is_running(program[0]) && offspring(app, WEB).is_empty()).then_some(());
    assert!(eventually_within(KEPT + PATIENCE, gone).await.is_some(), "{:?} are left", offspring(app, ""));
    assert_eq!(engines_of_the_web(app), [""; 0], "and the app has loaded none meanwhile");
    let waiting = eventually(async || offspring(app, WINDOW).first().copied()).await;
    let waiting = waiting.unwrap_or_else(|| panic!("no program waits for the next window"));
    // JavaScriptCore's allocator may have brought a thread of its own; GTK's and tokio's have names.
    let begun = threads(waiting);
    let is_bare = begun.len() <= 2 && begun.iter().all(|name| name.trim() == WINDOW);
    assert!(is_bare, "what waits has begun nothing: {begun:?}");
    host.activate().await;
    stage.window(true).await;
    assert_eq!(offspring(app, WINDOW), [waiting], "what waited shows the window");
    host.click("Quit Caretaker").await;
    assert!(eventually(async || (!is_running(app)).then_some(())).await.is_some(), "the app ends with a window open");
    stage.window(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_crashed_takes_nothing_along_and_opens_again() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let app = stage.start_app().await;
    let app = stage.child(app).id();
    host.activate().await;
    stage.window(true).await;
    let [program] = offspring(app, WINDOW)[..] else { panic!("there is one program with a window") };
    let process = Pid::from_raw(i32::try_from(program).unwrap()).unwrap();
    rustix::process::kill_process(process, Signal::KILL).unwrap();
    stage.window(false).await;
    host.activate().await;
    stage.window(true).await;
    let [other] = offspring(app, WINDOW)[..] else { panic!("there is one program with a window") };
    assert_ne!(program, other);
    stage.status(|status| status.engine.program.as_deref() == Some("caretaker-app")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_was_killed_leaves_no_window() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let app = stage.start_app().await;
    host.activate().await;
    stage.window(true).await;
    stage.child(app).kill().unwrap();
    stage.child(app).wait().unwrap();
    stage.window(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_switches_what_only_the_tray_app_knows() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let page = Page::open(&mut stage).await;
    let checked = |entries: &[caretaker_testkit::desktop::MenuEntry]| {
        entries.iter().find_map(|entry| entry.find("Start at login").and_then(|entry| entry.checked))
    };
    host.wait_for_menu(|entries| checked(entries) == Some(false)).await;
    page.run("window.location.hash = '#/settings'; return 1");
    page.until("return document.querySelector('[role=switch][aria-label=\"Start at login\"]') !== null").await;
    page.run("document.querySelector('[role=switch][aria-label=\"Start at login\"]').click(); return 1");
    host.wait_for_menu(|entries| checked(entries) == Some(true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_app_ends_while_pages_listen_and_much_happens() {
    let mut stage = Stage::new();
    stage.alarm(None, None).await;
    let page = Page::open(&mut stage).await;
    for _ in 0..3 {
        page.until("return document.body.innerText.includes('CPU')").await;
        page.run("window.location.reload(); return 1");
    }
    page.until("return document.body.innerText.includes('CPU')").await;
    let app = stage.status(|status| status.engine.pid.is_some()).await.engine.pid.unwrap();
    let client = stage.client();
    let busy = tokio::spawn(async move {
        let request = QuietRequest { r#for: "1h".to_owned() };
        while client.send::<serde_json::Value>(Method::PUT, "/quiet", &request).await.is_ok() {}
    });
    stage.status(|status| status.quiet.until.is_some()).await;
    rustix::process::kill_process(Pid::from_raw(i32::try_from(app).unwrap()).unwrap(), Signal::TERM).unwrap();
    let gone = eventually(async || (!is_running(app)).then_some(())).await;
    assert!(gone.is_some(), "the app hangs");
    busy.await.unwrap();
}

/// Whether the process is there and more than a leftover entry.
fn is_running(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// Processes that this one started, directly or not, whose name begins like this.
fn offspring(process: u32, name: &str) -> Vec<u32> {
    let read =
        |process: u32, what: &str| std::fs::read_to_string(format!("/proc/{process}/{what}")).unwrap_or_default();
    let children = read(process, &format!("task/{process}/children"));
    let children =
        children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()).filter(|one| is_running(*one));
    let mut found = Vec::new();
    for child in children {
        if read(child, "comm").starts_with(name) {
            found.push(child);
        }
        found.extend(offspring(child, name));
    }
    found
}

fn threads(process: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok()).collect()
}

/// What of GTK and WebKit a process has loaded.
fn engines_of_the_web(process: u32) -> Vec<String> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let heavy = ["libgtk", "libgdk", "libwebkit", "libjavascriptcore"];
    maps.lines().filter(|line| heavy.iter().any(|name| line.contains(name))).map(str::to_owned).collect()
}
