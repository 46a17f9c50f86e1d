//! Who is the engine: attached, taken over, asked to open the window; and what happens without a screen.

use std::process::Stdio;

use caretaker_testkit::desktop::TrayHost;

use crate::stage::Stage;

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
async fn without_a_display_it_says_so_and_measures_all_the_same() {
    let mut stage = Stage::new();
    stage.alarm(None, None).await;
    let mut command = stage.command("caretaker-app");
    command.env_remove("DISPLAY").stderr(Stdio::piped());
    let app = stage.start(command);
    stage.status(|status| status.engine.last_round.is_some()).await;
    let process = i32::try_from(stage.child(app).id()).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(process).unwrap(), rustix::process::Signal::TERM)
        .unwrap();
    assert_eq!(stage.ended(app), Some(0));
    let mut said = String::new();
    std::io::Read::read_to_string(stage.child(app).stderr.as_mut().unwrap(), &mut said).unwrap();
    assert_eq!(said.lines().next(), Some("No display: Caretaker runs without a tray icon. Ctrl+C ends it."));
}
