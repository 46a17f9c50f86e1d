//! The window: the page in the real webview on real samples, and nothing left of it after closing.

use std::process::Command;

use caretaker_core::view::QuietRequest;
use caretaker_testkit::desktop::TrayHost;
use hyper::Method;
use rustix::process::{Pid, Signal};

use crate::stage::{Stage, eventually};
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_window_is_destroyed_and_leaves_no_web_process() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let app = stage.start_app().await;
    host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
    host.activate().await;
    let window = stage.window(true).await;
    let parent = stage.child(app).id();
    assert!(eventually(async || (web_processes(parent) > 0).then_some(())).await.is_some());
    stage.close_window(&window);
    stage.window(false).await;
    let gone = eventually(async || (web_processes(parent) == 0).then_some(())).await;
    assert!(gone.is_some(), "a web process is left");
    host.activate().await;
    stage.window(true).await;
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

/// Children of the app that render pages.
fn web_processes(parent: u32) -> usize {
    let output = Command::new("pgrep").args(["-P", &parent.to_string(), "-f", "WebKitWebProcess"]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().count()
}
