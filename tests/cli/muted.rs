//! What people mute and take on, and what is told of an alert whose rule is gone.

use caretaker_core::view::{AlertDetail, AlertList, AlertView, SilenceList, SilenceView, Status};

use crate::world::{World, put};

const RULES: &str = r#"
[[rule]]
id = "always"
title = "Memory used"
metric = "host.memory.usage"
warning = { above = 0 }
for = "0s"

[[rule]]
id = "cpu-high"
enabled = false
"#;

fn fired() -> (World, AlertView) {
    let world = World::configured(RULES);
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let list: AlertList = world.read(&["alerts", "list", "--json"]);
    let alert = list.alerts.into_iter().find(|alert| alert.rule == "always").expect("memory is never empty");
    (world, alert)
}

fn silence(world: &World, target: &str, length: &str, reason: &str) -> SilenceView {
    world.read(&["alerts", "silence", target, "--for", length, "--reason", reason, "--json"])
}

#[test]
fn what_is_muted_is_known_to_scripts_and_said_to_people() {
    let (world, _) = fired();
    let made = silence(&world, "always", "2h", "known");
    assert_eq!(made.what, "Memory used", "people know the title");
    let list: AlertList = world.read(&["alerts", "list", "--json"]);
    assert_eq!(list.silences, std::slice::from_ref(&made));
    let status: Status = world.read(&["status", "--json"]);
    assert_eq!(status.silences, std::slice::from_ref(&made));
    let words = world.run(&["status"]).out;
    let line = words.lines().find(|line| line.contains("Muted")).unwrap_or_else(|| panic!("{words}"));
    assert!(line.contains("Memory used until") && line.contains("known"), "{line}");
    let said = world.run(&["alerts", "silence", "disk-space", "--for", "1h", "--reason", "x"]).out;
    assert!(said.contains(", id "), "{said}");
}

#[test]
fn no_moment_reaches_people_as_programs_write_it() {
    let (world, _) = fired();
    silence(&world, "always", "350d", "known");
    let words = world.run(&["status"]).out;
    let last = words.lines().find(|line| line.contains("Last ")).unwrap_or_else(|| panic!("{words}"));
    assert!(last.contains("Silenced Memory used until ") && !last.contains("Z,"), "{last}");
    let year = last.split_whitespace().find(|word| word.len() == 4 && word.starts_with("20"));
    assert!(year.is_some(), "the year of a day in another one: {last}");
}

#[test]
fn a_second_silence_of_the_same_changes_the_first() {
    let (world, _) = fired();
    let first = silence(&world, "always", "2h", "known");
    let second = silence(&world, "always", "4h", "known better");
    assert_eq!(second.silence.id, first.silence.id);
    let list: AlertList = world.read(&["alerts", "list", "--json"]);
    assert_eq!(list.silences, [second]);
    let narrower: SilenceView = world
        .read(&["alerts", "silence", "always", "--label", "mount=/", "--for", "1h", "--reason", "another", "--json"]);
    assert_ne!(narrower.silence.id, first.silence.id, "other labels are another silence");
}

#[test]
fn one_silence_is_ended_by_the_id_in_the_list() {
    let (world, _) = fired();
    silence(&world, "always", "2h", "known");
    let disk = silence(&world, "disk-space", "2h", "big");
    let table = world.run(&["alerts", "list"]).out;
    let line = table.lines().find(|line| line.contains("big")).unwrap_or_else(|| panic!("{table}"));
    let id = line.split_whitespace().last().unwrap();
    assert!(disk.silence.id.0.starts_with(id), "{line}");
    let ended: SilenceList = world.read(&["alerts", "unsilence", id, "--json"]);
    assert_eq!(ended.silences, [disk]);
    assert_eq!(world.read::<AlertList>(&["alerts", "list", "--json"]).silences.len(), 1);
    assert!(world.run(&["alerts", "unsilence", "--help"]).out.contains("RULE"));
}

#[test]
fn a_silence_without_sense_is_refused() {
    let (world, alert) = fired();
    for (target, length, reason, code, said) in [
        ("always", "100w", "x", 2, "a year at most"),
        ("always", "1h", " ", 2, "needs a reason"),
        ("always", "1h", "", 2, "reason"),
        ("", "1h", "x", 2, "RULE|ALERT-ID"),
        ("nope", "1h", "x", 4, "no rule and no alert `nope`"),
    ] {
        let answer = world.run(&["alerts", "silence", target, "--for", length, "--reason", reason]);
        assert_eq!(answer.code, code, "{target} {length}: {answer:?}");
        assert!(answer.err.contains(said), "{said}: {answer:?}");
    }
    let empty = world.run(&["alerts", "show", ""]);
    assert!(empty.code == 2 && empty.err.contains("<ID>"), "{empty:?}");
    put(&world.home().join("caretaker.toml"), b"");
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let over = world.run(&["alerts", "silence", &alert.id.0, "--for", "1h", "--reason", "x"]);
    assert!(over.code == 4 && over.err.contains("is over"), "{over:?}");
    assert_eq!(world.read::<AlertList>(&["alerts", "list", "--json"]).silences, []);
}

#[test]
fn the_first_note_stays_when_somebody_takes_the_alert_on_again() {
    let (world, alert) = fired();
    let first: AlertView = world.read(&["alerts", "ack", &alert.id.0, "--note", "on it", "--json"]);
    let again: AlertView = world.read(&["alerts", "ack", &alert.id.0, "--json"]);
    assert_eq!(again.acknowledged, first.acknowledged);
    let detail: AlertDetail = world.read(&["alerts", "show", &alert.id.0, "--json"]);
    let times = detail.timeline.iter().filter(|entry| entry.text.starts_with("Acknowledged")).count();
    assert_eq!(times, 1, "{:?}", detail.timeline);
    let status: Status = world.run(&["status", "--json"]).document();
    assert_eq!(status.operations.iter().filter(|one| one.kind == "acknowledge").count(), 1);
    assert!(world.run(&["alerts", "show", &alert.id.0]).out.contains("on it"));
}

#[test]
fn an_alert_that_is_over_is_told_by_the_rule_that_raised_it() {
    let (world, alert) = fired();
    for (name, text) in [
        ("another bound", RULES.replace("above = 0", "above = 99.9")),
        ("no rule", "[[rule]]\nid = \"cpu-high\"\nenabled = false\n".to_owned()),
    ] {
        put(&world.home().join("caretaker.toml"), text.as_bytes());
        assert_eq!(world.run(&["run", "--once"]).code, 0);
        let list: AlertList = world.read(&["alerts", "list", "--hours", "1", "--json"]);
        let told = list.alerts.iter().find(|one| one.id == alert.id).unwrap_or_else(|| panic!("{name}: {list:?}"));
        assert_eq!((told.title.as_str(), told.threshold), ("Memory used", alert.threshold), "{name}");
        assert!(told.summary.ends_with("(warning above 0 %)"), "{name}: {}", told.summary);
        let detail: AlertDetail = world.read(&["alerts", "show", &alert.id.0, "--json"]);
        assert_eq!(detail.alert, *told, "{name}");
    }
}
