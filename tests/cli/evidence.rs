//! What an alert keeps and hands on, maintenance, previews, what grew, and the file for watchdogs, by the real program.

use std::io::Write;

use caretaker_core::view::{AlertDetail, AlertList, FoldersView, SilencePreview, SilenceView, Status};

use crate::world::World;

const RULES: &str = r#"
[[rule]]
id = "always"
title = "Memory used"
metric = "host.memory.usage"
warning = { above = 0 }
for = "0s"

[[rule]]
id = "never"
metric = "host.memory.usage"
warning = { above = 100 }
"#;

fn fired() -> (World, String) {
    let world = World::configured(RULES);
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let list: AlertList = world.read(&["alerts", "list", "--json"]);
    let alert = list.alerts.into_iter().find(|alert| alert.rule == "always").expect("memory is never empty");
    (world, alert.id.0)
}

#[test]
fn the_log_of_this_machine_is_read_or_said_to_be_unreadable() {
    let (world, id) = fired();
    let detail: AlertDetail = world.read(&["alerts", "show", &id, "--json"]);
    let log = detail.evidence.unwrap().log.expect("a single round waits for it");
    assert!(log.source.is_empty() != log.note.is_empty(), "{log:?}");
    let text = world.run(&["alerts", "show", &id]).out;
    assert!(text.contains("Warnings from logs, 2 min before and after"), "{text}");
    assert!(text.contains("Changed within the day before"), "{text}");
}

#[test]
fn an_alert_is_exported_to_stdout_and_into_a_private_file() {
    use std::os::unix::fs::PermissionsExt;
    let (world, id) = fired();
    let page = world.run(&["alerts", "export", &id]);
    assert_eq!(page.code, 0);
    assert!(page.out.starts_with("<!doctype html>") && page.out.trim_end().ends_with("</html>"), "{}", page.out);
    let file = world.beside("alert.md");
    let said = world.run(&["alerts", "export", &id, "--format", "markdown", "--output", file.to_str().unwrap()]);
    assert_eq!((said.code, said.out.starts_with("Written: ")), (0, true), "{}", said.out);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# Memory used\n"), "{text}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let detail: AlertDetail = world.run(&["alerts", "export", &id, "--format", "json"]).document();
    assert_eq!(detail.alert.id.0, id);
    assert_eq!(world.run(&["alerts", "export", &id, "--json"]).code, 2, "a page is no JSON document");
    assert_eq!(world.run(&["alerts", "export", "nothing"]).code, 4);
    assert_eq!(world.run(&["alerts", "export", &id, "--format", "pdf"]).code, 2);
    assert_eq!(world.run(&["alerts", "export", &id, "--output", "/dev/null"]).code, 2);
}

#[test]
fn maintenance_is_planned_listed_and_ended() {
    let (world, _) = fired();
    let preview: SilencePreview = world.read(&["alerts", "maintenance", "--for", "2h", "--dry-run", "--json"]);
    assert!(preview.alerts.iter().any(|alert| alert.rule == "always"), "{preview:?}");
    let words = world.run(&["alerts", "maintenance", "--for", "2h", "--dry-run"]).out;
    assert!(words.contains("Would silence Everything until") && words.contains("Nothing was changed"), "{words}");
    let list: AlertList = world.read(&["alerts", "list", "--json"]);
    assert!(list.silences.is_empty(), "a preview makes nothing");

    let open: SilenceView = world.read(&["alerts", "maintenance", "--for", "2h", "--reason", "new memory", "--json"]);
    assert!(open.silence.is_maintenance());
    let status: Status = world.read(&["status", "--json"]);
    assert_eq!(status.silences.len(), 1);
    assert!(world.run(&["status"]).out.contains("Everything until "));
    let planned = world.run(&[
        "alerts",
        "maintenance",
        "--from",
        "2d",
        "--for",
        "90m",
        "--label",
        "mount=/",
        "--reason",
        "updates",
    ]);
    assert!(planned.out.starts_with("Will silence Everything (mount /) from "), "{}", planned.out);
    assert!(world.run(&["alerts", "list"]).out.contains("Everything (mount /)"));
    assert_eq!(world.run(&["alerts", "unsilence", "*"]).code, 0);
    let status: Status = world.run(&["status", "--json"]).document();
    assert!(status.silences.is_empty());
    for bad in [
        vec!["--for", "8d", "--reason", "x"],
        vec!["--for", "2h"],
        vec!["--reason", "x"],
        vec!["--for", "2h", "--until", "03:00", "--reason", "x"],
        vec!["--from", "yesterday", "--for", "2h", "--reason", "x"],
        vec!["--for", "2h", "--reason", " "],
    ] {
        let words: Vec<&str> = ["alerts", "maintenance"].into_iter().chain(bad.iter().copied()).collect();
        assert_eq!(world.run(&words).code, 2, "{bad:?}");
    }
}

#[test]
fn a_silence_says_beforehand_what_it_mutes_and_may_last_until_it_is_resolved() {
    let (world, id) = fired();
    let words = world.run(&["alerts", "silence", "always", "--for", "2h", "--label", "mount=/gone", "--dry-run"]).out;
    assert!(words.contains("No series that is measured now has these labels"), "{words}");
    let said = world.run(&["alerts", "silence", &id, "--until-resolved", "--reason", "known"]);
    assert!(said.out.contains("until it is resolved"), "{}", said.out);
    assert!(world.run(&["alerts", "list"]).out.contains("until it is resolved"));
    let nothing = world.run(&["alerts", "silence", "never", "--until-resolved", "--reason", "x"]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("nothing is up that it would mute"), "{}", nothing.err);
    assert_eq!(world.run(&["alerts", "silence", "always", "--reason", "x"]).code, 2, "a length is needed");
}

#[test]
fn the_windows_of_the_file_are_checked_and_an_open_one_is_listed() {
    let window =
        "[[notify.maintenance]]\nid = \"always-open\"\nevery = \"daily 00:00\"\nfor = \"1d\"\nreason = \"moving\"\n";
    let world = World::configured(&format!("{RULES}{window}"));
    assert_eq!(world.run(&["config", "validate"]).code, 0);
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let status: Status = world.read(&["status", "--json"]);
    assert_eq!(status.silences[0].silence.window.as_deref(), Some("always-open"));
    let refused = world.run(&["alerts", "unsilence", "always-open"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("notify.maintenance.always-open"), "{}", refused.err);
}

#[test]
fn a_home_without_looks_says_that_none_was_made() {
    let (world, _) = fired();
    let view: FoldersView = world.read(&["folders", "--json"]);
    assert!(view.disks.iter().all(|disk| disk.at.is_none() && disk.note.contains("once a day")), "{view:?}");
    assert_eq!(world.run(&["folders", "/not/measured"]).code, 4);
    assert_eq!(world.run(&["folders", "/not/measured", "--now"]).code, 4);
}

#[test]
fn a_round_touches_the_heartbeat() {
    let (world, _) = fired();
    let path = world.home().join("heartbeat");
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let mut file = std::fs::File::options().write(true).open(&path).unwrap();
    file.write_all(b"").unwrap();
    file.set_modified(long_ago).unwrap();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    assert!(std::fs::metadata(&path).unwrap().modified().unwrap() > long_ago);
    assert_eq!(world.run(&["health", "ready", "--max-age", "120s"]).code, 0);
    assert_eq!(world.run(&["health", "ready", "--max-age", "0s"]).code, 1);
}
