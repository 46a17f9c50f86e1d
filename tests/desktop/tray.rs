//! The icon and its menu, as a panel sees and clicks them.

use caretaker_core::view::OverallState;
use caretaker_testkit::desktop::TrayHost;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_icon_says_what_is_wrong_and_the_menu_acts() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    let app = stage.start_app().await;
    let calm = host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
    assert!(!calm.icon_pixmaps.is_empty(), "the icon comes as pixels");
    let menu = host.wait_for_menu(|entries| entries.iter().any(|entry| entry.label == "All is well")).await;
    for label in
        ["Open Caretaker", "Quiet", "For 1 hour", "Until tomorrow", "Resume", "Start at login", "Quit Caretaker"]
    {
        assert!(menu.iter().any(|entry| entry.find(label).is_some()), "{label} is not in {menu:?}");
    }

    stage.alarm(Some(-10), None).await;
    // The words and the shape both change.
    let warned = host
        .wait_for_item(|item| item.tool_tip_text.starts_with("Uptime") && item.icon_pixmaps != calm.icon_pixmaps)
        .await;
    host.wait_for_menu(|entries| {
        let says = |words: &str| entries.iter().any(|entry| entry.label.starts_with(words));
        says("1 thing needs you") && says("Warning: Up too long (Uptime")
    })
    .await;

    host.click("For 1 hour").await;
    stage.status(|status| status.quiet.until.is_some()).await;
    host.wait_for_item(|item| item.tool_tip_text.contains("quiet until") && item.icon_pixmaps != warned.icon_pixmaps)
        .await;
    host.click("Resume").await;
    let status = stage.status(|status| status.quiet.until.is_none()).await;
    assert_eq!(status.state, OverallState::Warning);

    host.click("Quit Caretaker").await;
    assert_eq!(stage.ended(app), Some(0));
    host.wait_until_empty().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_that_appears_late_or_comes_back_shows_the_icon() {
    let mut stage = Stage::new();
    stage.alarm(None, None).await;
    stage.start_app().await;
    let host = TrayHost::start(&stage.bus).await;
    host.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
    host.stop().await;
    let again = TrayHost::start(&stage.bus).await;
    again.wait_for_item(|item| item.tool_tip_text.contains("All is well")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn start_at_login_is_switched_in_the_menu() {
    let mut stage = Stage::new();
    let host = TrayHost::start(&stage.bus).await;
    stage.alarm(None, None).await;
    stage.start_app().await;
    let checked = |entries: &[caretaker_testkit::desktop::MenuEntry]| {
        entries.iter().find_map(|entry| entry.find("Start at login").and_then(|entry| entry.checked))
    };
    host.wait_for_menu(|entries| checked(entries) == Some(false)).await;
    host.click("Start at login").await;
    host.wait_for_menu(|entries| checked(entries) == Some(true)).await;
    host.click("Start at login").await;
    host.wait_for_menu(|entries| checked(entries) == Some(false)).await;
}
