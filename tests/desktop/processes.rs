//! Who is the engine: attached, taken over, asked to open the window; and what happens without a screen.

use std::process::Stdio;
use std::time::Duration;

use caretaker_testkit::desktop::TrayHost;
use rustix::process::Signal;

use crate::stage::{PATIENCE, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_app_attaches_to_a_running_engine_and_takes_over_when_it_is_killed() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let mut command = stage.command("caretaker");
    command.arg("run");
    let engine = stage.start(command);
    stage.status(|status| status.engine.program.as_deref() == Some("caretaker")).await;
    stage.start_app().await;
    host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
    let status = stage.status(|_| true).await;
    assert_eq!(status.engine.program.as_deref(), Some("caretaker"), "the app did not push it away");
    stage.child(engine).kill().unwrap();
    stage.child(engine).wait().unwrap();
    stage.status(|status| status.engine.program.as_deref() == Some("caretaker-app")).await;
    host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_opens_the_window_of_the_first() {
    let mut stage = Stage::new();
    let _host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    stage.start_app().await;
    let mut second = stage.command("caretaker-app");
    second.args(["--open", "alerts"]).stderr(Stdio::piped());
    let output = tokio::task::block_in_place(|| second.output()).unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim(), "Caretaker is already running; its window was opened.");
    stage.window(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_starts_at_once_one_stays_and_the_other_opens_its_window() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let started = [(); 2].map(|()| {
        let mut command = stage.command("caretaker-app");
        command.arg("--hidden");
        stage.start(command)
    });
    stage.window(true).await;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut pause = tokio::time::interval(Duration::from_millis(100));
    let ended = loop {
        let ended: Vec<_> = started.iter().filter_map(|app| stage.over(*app)).collect();
        if !ended.is_empty() {
            break ended;
        }
        assert!(tokio::time::Instant::now() < deadline, "both stay");
        pause.tick().await;
    };
    assert!(ended.len() == 1 && ended[0].success(), "{ended:?}");
    host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
    assert_eq!(host.items(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_answers_no_more_turns_the_tray_grey_until_it_does() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let mut command = stage.command("caretaker");
    command.arg("run");
    let engine = stage.start(command);
    stage.status(|status| status.engine.program.as_deref() == Some("caretaker")).await;
    stage.start_app().await;
    let calm = host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
    stage.signal(engine, Signal::STOP);
    let grey = host.wait_for_item(|item| item.tool_tip_text.contains("no engine answers")).await;
    assert_ne!(grey.icon_pixmaps, calm.icon_pixmaps);
    stage.signal(engine, Signal::CONT);
    host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_display_it_names_the_engine_that_is_there() {
    let mut stage = Stage::new();
    stage.alarm(None, None).await;
    let mut command = stage.command("caretaker");
    command.arg("run");
    stage.start(command);
    stage.status(|status| status.engine.program.as_deref() == Some("caretaker")).await;
    let mut second = stage.command("caretaker-app");
    second.env_remove("DISPLAY").stderr(Stdio::piped());
    let output = tokio::task::block_in_place(|| second.output()).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("error: caretaker 0.") && said.contains("already"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_display_it_says_so_and_measures_all_the_same() {
    let mut stage = Stage::new();
    stage.alarm(None, None).await;
    let mut command = stage.command("caretaker-app");
    command.env_remove("DISPLAY").stderr(Stdio::piped());
    let app = stage.start(command);
    stage.status(|status| status.engine.last_round.is_some()).await;
    stage.signal(app, Signal::TERM);
    assert_eq!(stage.ended(app), Some(0));
    let mut said = String::new();
    std::io::Read::read_to_string(stage.child(app).stderr.as_mut().unwrap(), &mut said).unwrap();
    assert_eq!(said.lines().next(), Some("No display: Caretaker runs without a tray icon. Ctrl+C ends it."));
}
