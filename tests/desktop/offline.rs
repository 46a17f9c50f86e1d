//! The tray app on a screen, in a namespace with nothing but loopback: after a minute its icon, notification and window are as ever.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use caretaker_core::view::Status;
use caretaker_testkit::desktop::{NotificationDaemon, TrayHost};

use crate::stage::{Stage, eventually_within};

const A_MINUTE: i64 = 60_000;
/// Two of them, and what a busy machine takes to start.
const PATIENCE: Duration = Duration::from_secs(120);

/// The same program in a network namespace of its own; the sockets of screen and bus are files and stay in reach.
fn cut_off(command: &Command) -> Command {
    let mut alone = Command::new("unshare");
    alone.args(["--map-root-user", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]);
    alone.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => alone.env(name, value),
            None => alone.env_remove(name),
        };
    }
    alone.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
    alone
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_minute_without_a_network_changes_nothing_on_the_screen() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    let daemon = NotificationDaemon::start(&stage.bus, &["actions", "body"]).await;
    stage.alarm(None, None).await;
    let mut app = stage.command("caretaker-app");
    app.arg("--hidden");
    stage.start(cut_off(&app));
    let measured = eventually_within(PATIENCE, async || {
        let status: Status = stage.client().get("/status").await.ok()?;
        let (first, last) = (status.engine.started?, status.engine.last_round?);
        (last.since(first).as_millis() >= A_MINUTE).then_some(status)
    });
    let status = measured.await.unwrap_or_else(|| panic!("a minute of rounds never came"));
    assert_eq!(status.degraded, [], "{status:?}");
    host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;

    stage.alarm(Some(-5), None).await;
    let shown = daemon.wait_for(|shown| !shown.is_empty()).await;
    assert_eq!(shown[0].summary, "Up too long");
    daemon.invoke(shown[0].id, "default").await;
    assert!(!stage.window(true).await.is_empty());
    let status = stage.status(|status| !status.alerts.is_empty()).await;
    assert_eq!(status.degraded, [], "{status:?}");
}
