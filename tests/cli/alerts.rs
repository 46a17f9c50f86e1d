//! `caretaker alerts`.

use caretaker_core::alert::{Silence, State};
use caretaker_core::view::{AlertDetail, AlertList, AlertView, OverallState, RuleList, SilenceList, Status};

use crate::world::World;

const ALWAYS: &str = r#"
[[rule]]
id = "always"
metric = "host.memory.usage"
warning = { above = 0 }
for = "0s"

[[rule]]
id = "cpu-high"
enabled = false
"#;

fn fired() -> (World, AlertView) {
    let world = World::configured(ALWAYS);
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let list: AlertList = world.read(&["alerts", "list", "--json"]);
    let alert = list.alerts.into_iter().find(|alert| alert.rule == "always").expect("memory is never empty");
    (world, alert)
}

#[test]
fn an_alert_is_listed_and_shown_by_the_beginning_of_its_id() {
    let (world, alert) = fired();
    assert_eq!(alert.state, State::Firing);
    let none: AlertList = world.read(&["alerts", "list", "--level", "critical", "--json"]);
    assert!(none.alerts.is_empty());
    let recent: AlertList = world.read(&["alerts", "list", "--hours", "1", "--all", "--json"]);
    assert!(recent.alerts.iter().any(|one| one.id == alert.id));
    let text = world.run(&["alerts", "list"]).out;
    let shown = text.lines().find(|line| line.contains("always")).unwrap().split_whitespace().last().unwrap();
    let detail: AlertDetail = world.read(&["alerts", "show", shown, "--json"]);
    assert_eq!(detail.alert.id, alert.id, "the id in the list is enough");
    assert!(!detail.timeline.is_empty());
    let evidence = detail.evidence.expect("evidence is frozen when an alert fires");
    assert!(evidence.rule_text.contains("emory"), "{}", evidence.rule_text);
    let text = world.run(&["alerts", "show", shown]).out;
    for expected in ["warning", "Raised as a warning", "always", &alert.id.0] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn an_acknowledged_alert_still_counts() {
    let (world, alert) = fired();
    let taken: AlertView = world.read(&["alerts", "ack", &alert.id.0, "--note", "on it", "--json"]);
    assert_eq!(taken.acknowledged.unwrap().note, "on it");
    let status = world.run(&["status", "--json"]);
    assert_eq!((status.code, status.document::<Status>().state), (3, OverallState::Warning));
    let list = world.run(&["alerts", "list"]).out;
    assert!(list.contains("acknowledged"), "{list}");
    let detail = world.run(&["alerts", "show", &alert.id.0]).out;
    assert!(detail.contains("Acknowledged: on it"), "{detail}");
}

#[test]
fn a_silenced_alert_does_not_count_until_the_silence_ends() {
    let (world, alert) = fired();
    let words = ["alerts", "silence", "always", "--for", "2h", "--reason", "known", "--json"];
    let silence: Silence = world.read(&words);
    assert_eq!((silence.rule.as_deref(), silence.reason.as_str()), (Some("always"), "known"));
    assert_eq!(world.run(&["status"]).code, 0);
    let list = world.run(&["alerts", "list"]).out;
    assert!(list.contains("silenced") && list.contains("SILENCED") && list.contains("known"), "{list}");
    let ended: SilenceList = world.read(&["alerts", "unsilence", "always", "--json"]);
    assert_eq!(ended.silences.len(), 1);
    assert_eq!(world.run(&["status"]).code, 3);
    let silence: Silence =
        world.read(&["alerts", "silence", &alert.id.0, "--for", "1h", "--reason", "this one", "--json"]);
    assert_eq!(silence.alert, Some(alert.id));
    assert_eq!(world.run(&["status"]).code, 0);
}

#[test]
fn a_silence_holds_only_where_its_labels_fit() {
    let (world, _) = fired();
    let words = ["alerts", "silence", "always", "--label", "mount=/", "--for", "1h", "--reason", "x"];
    assert_eq!(world.run(&words).code, 0);
    assert_eq!(world.run(&["status"]).code, 3, "memory has no mount");
}

#[test]
fn rules_are_listed_with_their_bounds() {
    let world = World::new();
    let list: RuleList = world.read(&["alerts", "rules", "--json"]);
    assert!(list.rules.iter().any(|rule| rule.id == "disk-space"));
    assert_eq!(world.run(&["run", "--once"]).code, 0, "units come from what was measured");
    let text = world.run(&["alerts", "rules"]).out;
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for expected in [
        "cpu-high mean of host.cpu.usage over 5 min above 75 % above 90 % 1 min",
        "disk-forecast time left of host.disk.free over 7 d below 7 d below 1 d at once",
        "engine-stale caretaker.sample.age above 90s at once",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}: {text}");
    }
}

#[test]
fn a_backtest_speaks_of_the_time_that_is_stored_and_says_when() {
    let (world, _) = fired();
    let said = world.run(&["alerts", "backtest", "always", "--since", "2y"]);
    assert!(said.out.contains("that are stored of the last 730 d it would have fired once"), "{said:?}");
    let row = said.out.lines().find(|line| line.contains("still up")).unwrap();
    let from: Vec<&str> = row.split_whitespace().take(2).collect();
    assert!(from[0].len() == 10 && from[1].len() == 5 && from[1].contains(':'), "a day and a time: {row}");
    let quiet = world.run(&["alerts", "backtest", "always", "--since", "2y", "--set", "warning.above=100"]);
    assert!(quiet.out.contains("that are stored of the last 730 d it would not have fired."), "{quiet:?}");
}

/// A busy CPU, whatever this machine does, and the load that comes of it.
const BUSY: &str = r#"
[collect]
interval = "5s"

[[rule]]
id = "cpu-high"
metric = "host.memory.usage"
warning = { above = 0 }
for = "0s"

[[rule]]
id = "load-high"
metric = "host.memory.usage"
warning = { above = 0 }
for = "0s"
"#;

#[test]
fn what_explains_an_alert_is_named() {
    let world = World::configured(BUSY);
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let list: AlertList = world.read(&["alerts", "list", "--json"]);
    let of = |rule: &str| list.alerts.iter().find(|alert| alert.rule == rule).unwrap_or_else(|| panic!("{list:?}"));
    let cause = of("load-high").explained_by.as_ref().expect("a busy CPU explains the load");
    assert_eq!((&cause.id, of("cpu-high").explained_by.is_some()), (&of("cpu-high").id, false));
    let shown = world.run(&["alerts", "show", &of("load-high").id.0]).out;
    assert!(shown.contains("Explained by") && shown.contains(&cause.id.0), "{shown}");
}
