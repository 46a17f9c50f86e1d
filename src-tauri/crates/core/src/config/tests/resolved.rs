//! From the file, the environment and the defaults to the settings.

use super::EVERYTHING;
use crate::config::{
    ChannelSettings, Document, Origin, Platform, ProblemCode, Settings, ValueOrigin, default_rules, reference,
};
use crate::metric::names;
use crate::rule::{Aggregate, Level, Route, Rule, Threshold};
use crate::time::Span;

fn resolve(text: &str, environment: &[(&str, &str)], platform: Platform) -> Settings {
    let document = Document::parse(text).unwrap();
    Settings::resolve(Some(&document), variables(environment), platform).unwrap()
}

fn variables(environment: &[(&str, &str)]) -> Vec<(String, String)> {
    environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn rule<'s>(settings: &'s Settings, id: &str) -> &'s Rule {
    settings.rules.iter().find(|rule| rule.id == id).unwrap()
}

#[test]
fn without_file_and_environment_everything_is_default() {
    let settings = Settings::resolve(None, [], Platform::Linux).unwrap();
    assert_eq!(settings, Settings::defaults(Platform::Linux));
    assert_eq!(settings, resolve("", &[], Platform::Linux));
    assert_eq!(settings.collect.interval, Span::from_seconds(30));
    assert_eq!(settings.rules, default_rules(Platform::Linux, Span::from_seconds(30)));
    assert!(!settings.api.enabled && settings.notify.native);
}

#[test]
fn settings_survive_json() {
    let settings = resolve(EVERYTHING, &[], Platform::MacOs);
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
}

#[test]
fn the_whole_example_is_taken_over() {
    let settings = resolve(EVERYTHING, &[], Platform::Linux);
    let cpu = rule(&settings, "cpu-high");
    assert_eq!((cpu.hold, cpu.clear_by, cpu.over), (Span::from_minutes(2), Some(5.0), Some(Span::from_minutes(5))));
    assert_eq!(cpu.filter.get("service"), Some("board"));
    let quiet = settings.notify.quiet[0];
    assert_eq!((quiet.from.minutes(), quiet.to.minutes(), quiet.except), (1_320, 420, Some(Level::Critical)));
    let unused = Document::parse(EVERYTHING).unwrap().unused_sections();
    let expected = ["rule.cpu-high.priority", "notify.channel.ops", "keep.logs", "service", "flag"];
    assert_eq!(unused, expected);
}

#[test]
fn each_system_has_its_memory_rule() {
    let [linux, mac] = [Platform::Linux, Platform::MacOs].map(Settings::defaults);
    assert_eq!(rule(&linux, "memory-high").metric, names::MEMORY_USAGE);
    assert_eq!(rule(&mac, "memory-high").metric, names::MEMORY_PRESSURE);
    assert!(linux.rules.iter().all(|rule| rule.id != "memory-pressure"));
    assert_eq!(rule(&mac, "memory-pressure").critical, Some(Threshold::Above(3.5)));
}

#[test]
fn a_built_in_rule_changes_only_in_the_keys_that_are_named() {
    let settings = resolve("[[rule]]\nid = \"cpu-high\"\nwarning = { above = 60 }\n", &[], Platform::Linux);
    let built_in = Settings::defaults(Platform::Linux);
    let expected = Rule { warning: Some(Threshold::Above(60.0)), ..rule(&built_in, "cpu-high").clone() };
    assert_eq!(settings.rules[0], expected);
    assert_eq!(settings.rules[1..], built_in.rules[1..]);
}

#[test]
fn a_rule_of_another_system_stays_out_unless_it_has_a_series() {
    let silent = resolve("[[rule]]\nid = \"memory-pressure\"\nfor = \"1m\"\n", &[], Platform::Linux);
    assert_eq!(silent, Settings::defaults(Platform::Linux));
    let own = "[[rule]]\nid = \"memory-pressure\"\nmetric = \"host.io.pressure\"\n";
    let settings = resolve(own, &[], Platform::Linux);
    assert_eq!(rule(&settings, "memory-pressure").critical, Some(Threshold::Above(3.5)));
}

#[test]
fn a_rule_of_a_later_version_waits() {
    let text = "[[rule]]\nid = \"check-failing\"\nwarning = { above = 1 }\nof = \"avg\"\n";
    let document = Document::parse(text).unwrap();
    assert_eq!(document.unused_sections(), ["rule.check-failing"]);
    assert_eq!(resolve(text, &[], Platform::Linux), Settings::defaults(Platform::Linux));
}

#[test]
fn a_rule_of_ones_own_gets_the_defaults() {
    let settings =
        resolve("[[rule]]\nid = \"queue\"\nmetric = \"board.queue\"\nwarning = { above = 1 }\n", &[], Platform::Linux);
    let own = settings.rules.last().unwrap();
    assert_eq!((own.title.as_str(), own.runbook.as_str(), own.of, own.over), ("queue", "queue", Aggregate::Last, None));
    assert_eq!((own.hold, own.keep_firing_for, own.enabled), (Span::ZERO, Span::from_minutes(1), true));
}

#[test]
fn a_window_without_figure_is_averaged_and_a_last_value_has_no_window() {
    let over = resolve("[[rule]]\nid = \"load-high\"\nover = \"5m\"\n", &[], Platform::Linux);
    assert_eq!(
        (rule(&over, "load-high").of, rule(&over, "load-high").over),
        (Aggregate::Avg, Some(Span::from_minutes(5)))
    );
    let last = resolve("[[rule]]\nid = \"cpu-high\"\nof = \"last\"\n", &[], Platform::Linux);
    assert_eq!((rule(&last, "cpu-high").of, rule(&last, "cpu-high").over), (Aggregate::Last, None));
}

#[test]
fn stale_means_three_of_the_configured_intervals() {
    let settings = resolve("[collect]\ninterval = \"10s\"\n", &[], Platform::Linux);
    assert_eq!(rule(&settings, "engine-stale").warning, Some(Threshold::Above(30.0)));
    let text = "[collect]\ninterval = \"10s\"\n[[rule]]\nid = \"engine-stale\"\nfor = \"1m\"\n";
    assert_eq!(rule(&resolve(text, &[], Platform::Linux), "engine-stale").warning, Some(Threshold::Above(30.0)));
}

#[test]
fn the_environment_goes_before_the_file() {
    let environment = [
        ("CARETAKER_COLLECT__INTERVAL", "10s"),
        ("CARETAKER_KEEP__FIVE_MINUTES", "1y"),
        ("CARETAKER_API__ENABLED", "true"),
        ("CARETAKER_HOME", "/somewhere"),
        ("PATH", "/bin"),
    ];
    let settings = resolve("[collect]\ninterval = \"1m\"\nprocesses = 3\n", &environment, Platform::Linux);
    assert_eq!((settings.collect.interval, settings.collect.processes), (Span::from_seconds(10), 3));
    assert_eq!(settings.keep.five_minutes, Span::from_days(365));
    assert!(settings.api.enabled);
    let alone = Settings::resolve(None, variables(&environment), Platform::Linux).unwrap();
    assert_eq!(alone.collect.interval, Span::from_seconds(10));
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    let environment = variables(&[
        ("CARETAKER_API__LISTEN", "0.0.0.0:80"),
        ("CARETAKER_COLLECT__INTERVAL", "1s"),
        ("CARETAKER_COLLECT__INTERVALL", "10s"),
        ("CARETAKER_KEEP__RAW", "30"),
        ("CARETAKER_NOTIFY__NATIVE", "yes"),
        ("CARETAKER_NOTIFY__QUIET", "[]"),
        ("CARETAKER_RULE__CPU_HIGH__ENABLED", "false"),
        ("CARETAKER_SERVICE", "ignored"),
        ("CARETAKER___", "x"),
    ]);
    let problems = Settings::resolve(None, environment, Platform::Linux).unwrap_err();
    let mut found: Vec<_> = problems.iter().map(|problem| (problem.key.as_str(), problem.code)).collect();
    found.sort_by_key(|(key, _)| *key);
    assert_eq!(
        found,
        [
            ("CARETAKER_API__LISTEN", ProblemCode::Forbidden),
            ("CARETAKER_COLLECT__INTERVAL", ProblemCode::OutOfRange),
            ("CARETAKER_COLLECT__INTERVALL", ProblemCode::UnknownKey),
            ("CARETAKER_KEEP__RAW", ProblemCode::InvalidUnit),
            ("CARETAKER_NOTIFY__NATIVE", ProblemCode::WrongType),
            ("CARETAKER_NOTIFY__QUIET", ProblemCode::UnknownKey),
            ("CARETAKER_RULE__CPU_HIGH__ENABLED", ProblemCode::UnknownKey),
            ("CARETAKER___", ProblemCode::UnknownKey),
        ]
    );
    assert!(problems.iter().all(|problem| problem.line == 0 && problem.column == 0));
}

#[test]
fn every_value_has_an_origin() {
    let text = "[collect]\ninterval = \"1m\"\nprocesses = 3\n[[rule]]\nid = \"cpu-high\"\n\nwarning = { above = 60 }\n[rule.where]\n\"a b\" = \"c\"\n[notify]\nquiet = [{ from = \"22:00\", to = \"07:00\" }]\n";
    let document = Document::parse(text).unwrap();
    let environment = variables(&[("CARETAKER_COLLECT__INTERVAL", "10s")]);
    let settings = Settings::resolve(Some(&document), environment.clone(), Platform::Linux).unwrap();
    let origins = settings.origins(Some(&document), environment);
    let origin = |key: &str, value: &str, origin: ValueOrigin| {
        let expected = Origin { key: key.to_owned(), value: value.to_owned(), origin };
        assert_eq!(origins.iter().find(|origin| origin.key == key), Some(&expected));
    };
    origin(
        "collect.interval",
        "\"10s\"",
        ValueOrigin::Environment { variable: "CARETAKER_COLLECT__INTERVAL".to_owned() },
    );
    origin("collect.processes", "3", ValueOrigin::File { line: 3 });
    origin("keep.raw", "\"30d\"", ValueOrigin::Default);
    origin("rule.cpu-high.warning.above", "60", ValueOrigin::File { line: 7 });
    origin("rule.cpu-high.critical.above", "90", ValueOrigin::Default);
    origin("rule.cpu-high.where.\"a b\"", "\"c\"", ValueOrigin::File { line: 9 });
    origin("rule.disk-space.enabled", "true", ValueOrigin::Default);
    origin("notify.quiet", "[{ from = \"22:00\", to = \"07:00\" }]", ValueOrigin::File { line: 11 });
    origin("api.listen", "\"127.0.0.1:7861\"", ValueOrigin::Default);
}

#[test]
fn the_reference_page_is_as_reviewed() {
    insta::assert_snapshot!(reference());
}

#[test]
fn a_rule_of_which_nobody_is_told_yet_is_noted() {
    let text = "[[rule]]\nid = \"load-high\"\nroute = \"daily\"\n[[rule]]\nid = \"cpu-high\"\nroute = \"second\"\n";
    let document = Document::parse(text).unwrap();
    let notes: Vec<_> = document.notes().iter().map(|note| (note.line, note.key.as_str())).collect();
    assert_eq!(notes, [(3, "rule.load-high.route"), (6, "rule.cpu-high.route")]);
    let served = "[[notify.channel]]\nid = \"a\"\nkind = \"ntfy\"\nurl = \"https://n.example/t\"\nroute = \"second\"\n";
    let keys = |text: &str| -> Vec<String> {
        Document::parse(text).unwrap().notes().iter().map(|note| note.key.clone()).collect()
    };
    assert_eq!(keys(&format!("{text}{served}")), ["rule.load-high.route"]);
    assert_eq!(keys(&format!("{text}{served}enabled = false\n")).len(), 2, "a channel that is off serves nobody");
}

#[test]
fn an_export_that_fits_no_series_is_a_mistake() {
    let text = |names: &str| format!("[[export]]\nid = \"a\"\nfolder = \"/srv\"\nnames = {names}\n");
    assert!(Document::parse(&text("[\"host.*\", \"host.disk.free{mount=/Home}\"]")).is_ok());
    let refused = Document::parse(&text("[\"Board.*\"]")).unwrap_err();
    assert!(refused[0].message.contains("fits no series"), "{refused:?}");
}

#[test]
fn a_channel_is_taken_over_with_its_defaults_and_noted_when_it_cannot_be_used() {
    let text = "[[notify.channel]]\nid = \"a\"\nkind = \"ntfy\"\nurl = \"https://n.example/t\"\n\
                [[notify.channel]]\nid = \"b\"\nkind = \"email\"\n\
                [[notify.channel]]\nid = \"c\"\nkind = \"webhook\"\nurl = \"secret:c\"\nenabled = false\n";
    let channels = resolve(text, &[], Platform::Linux).notify.channel;
    let first = &channels[0];
    assert_eq!((first.level, first.route, first.timeout), (Level::Warning, Route::Now, Span::from_seconds(10)));
    let served: Vec<bool> = channels.iter().map(ChannelSettings::is_served).collect();
    assert_eq!(served, [true, false, false]);
    let document = Document::parse(text).unwrap();
    let notes: Vec<_> = document.notes().iter().map(|note| (note.line, note.key.as_str())).collect();
    assert_eq!(notes, [(7, "notify.channel.b.kind"), (11, "notify.channel.c.url")]);
    assert_eq!(document.unused_sections(), ["notify.channel.b", "notify.channel.c"]);
    let keys: Vec<String> = resolve(text, &[], Platform::Linux)
        .origins(Some(&document), [])
        .into_iter()
        .filter(|origin| origin.key.starts_with("notify.channel.a"))
        .map(|origin| format!("{} {} {:?}", origin.key, origin.value, origin.origin))
        .collect();
    assert!(keys.contains(&"notify.channel.a.url \"https://n.example/…\" File { line: 4 }".to_owned()), "{keys:#?}");
    assert!(keys.contains(&"notify.channel.a.timeout \"10s\" Default".to_owned()), "{keys:#?}");
}
