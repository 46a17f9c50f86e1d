//! Changing the text of a file: what was asked for is changed, and not a character of anything else.

use proptest::prelude::*;

use super::{EVERYTHING, fixtures};
use crate::config::{ConfigProblem, Document, Platform, ProblemCode, Settings};

const FILE: &str = r#"# My machine.

[collect]
interval = "30s"   # quiet fans
# processes = 5

# Rules of the house.
[[rule]]
id = "cpu-high"
warning = { above = 75 } # as always
for="2m"

[notify]
native = true
# the end
"#;

fn set(text: &str, key: &str, value: &str) -> Result<String, Vec<ConfigProblem>> {
    Document::parse(text).unwrap().set(key, value)
}

/// Setting a key gives the text with one replacement.
fn check_set(key: &str, value: &str, before: &str, after: &str) {
    assert_eq!(FILE.matches(before).count(), 1, "{before}");
    assert_eq!(set(FILE, key, value).unwrap(), FILE.replacen(before, after, 1), "{key} = {value}");
}

fn check_unset(key: &str, before: &str, after: &str) {
    assert_eq!(FILE.matches(before).count(), 1, "{before}");
    assert_eq!(Document::parse(FILE).unwrap().unset(key).unwrap(), FILE.replacen(before, after, 1), "{key}");
}

#[test]
fn a_value_is_replaced_and_comments_stay() {
    check_set("collect.interval", "10s", "\"30s\"   # quiet fans", "\"10s\"   # quiet fans");
    check_set("collect.interval", "\"10s\"", "\"30s\"", "\"10s\"");
    check_set("rule.cpu-high.warning.above", "70", "above = 75 }", "above = 70 }");
    check_set("rule.cpu-high.warning.above", "70.5", "above = 75 }", "above = 70.5 }");
    check_set("rule.cpu-high.warning", "{ above = 60 }", "{ above = 75 }", "{ above = 60 }");
    check_set("rule.cpu-high.for", "1m", "for=\"2m\"", "for=\"1m\"");
    check_set("notify.native", "false", "native = true", "native = false");
}

#[test]
fn a_new_key_goes_to_the_end_of_its_table() {
    check_set("collect.processes", "7", "# quiet fans\n", "# quiet fans\nprocesses = 7\n");
    check_set("rule.cpu-high.critical.above", "95", "for=\"2m\"\n", "for=\"2m\"\ncritical = { above = 95 }\n");
    check_set("rule.cpu-high.where.host", "mini", "for=\"2m\"\n", "for=\"2m\"\nwhere = { host = \"mini\" }\n");
    check_set(
        "notify.quiet",
        r#"[{ from = "22:00", to = "07:00" }]"#,
        "native = true\n",
        "native = true\nquiet = [{ from = \"22:00\", to = \"07:00\" }]\n",
    );
}

#[test]
fn a_new_table_goes_to_the_end_of_the_file() {
    check_set("keep.raw", "60d", "# the end\n", "# the end\n\n[keep]\nraw = \"60d\"\n");
    check_set(
        "rule.disk-space.warning.above",
        "80",
        "# the end\n",
        "# the end\n\n[[rule]]\nid = \"disk-space\"\nwarning = { above = 80 }\n",
    );
    let without_end = "[api]\nenabled = true";
    assert_eq!(set(without_end, "keep.raw", "60d").unwrap(), "[api]\nenabled = true\n\n[keep]\nraw = \"60d\"\n");
}

#[test]
fn an_empty_file_can_be_set() {
    assert_eq!(set("", "collect.interval", "10s").unwrap(), "[collect]\ninterval = \"10s\"\n");
    let rule = "[[rule]]\nid = \"cpu-high\"\nwarning = { above = 70 }\n";
    assert_eq!(set("", "rule.cpu-high.warning.above", "70").unwrap(), rule);
    assert_eq!(set("# only words\n", "keep.raw", "60d").unwrap(), "# only words\n\n[keep]\nraw = \"60d\"\n");
}

#[test]
fn entries_within_entries_are_found_by_their_ids() {
    let changed = set(EVERYTHING, "service.board.check.page.every", "1m").unwrap();
    assert_eq!(changed, EVERYTHING.replacen("every = \"30s\"\ntimeout", "every = \"1m\"\ntimeout", 1));
    let changed = set(EVERYTHING, "notify.channel.ops.level", "warning").unwrap();
    assert_eq!(changed, EVERYTHING.replacen("level = \"critical\"", "level = \"warning\"", 1));
    let kept = set(EVERYTHING, "backup.board.keep.full", "14d").unwrap();
    assert_eq!(kept, EVERYTHING.replacen("full = 7,", "full = \"14d\",", 1));
    let added = set(EVERYTHING, "service.board.check.other.kind", "tcp").unwrap();
    assert!(
        added.contains("pass_after = 2\n\n[[service.check]]\nid = \"other\"\nkind = \"tcp\"\n[[service.metrics]]"),
        "{added}"
    );
}

#[test]
fn lists_between_brackets_can_be_set_too() {
    let text = "rule = [{ id = \"cpu-high\", for = \"2m\" }]\n";
    assert_eq!(set(text, "rule.cpu-high.for", "1m").unwrap(), text.replace("2m", "1m"));
    let added = set(text, "rule.load-high.enabled", "false").unwrap();
    assert_eq!(added, "rule = [{ id = \"cpu-high\", for = \"2m\" }, { id = \"load-high\", enabled = false }]\n");
}

#[test]
fn a_change_that_would_be_a_mistake_is_refused() {
    for (key, value, blamed, code) in [
        ("collect.interval", "10", "collect.interval", ProblemCode::InvalidUnit),
        ("collect.interval", "1s", "collect.interval", ProblemCode::OutOfRange),
        ("collect.processes", "many", "collect.processes", ProblemCode::WrongType),
        ("collect.intervall", "10s", "collect.intervall", ProblemCode::UnknownKey),
        ("collect", "10s", "collect", ProblemCode::Syntax),
        ("rule", "{}", "rule", ProblemCode::InvalidValue),
        ("rule.cpu-high", "{}", "rule.cpu-high", ProblemCode::InvalidValue),
        ("rule.cpu-high.warning.above", "95", "rule.cpu-high.warning.above", ProblemCode::Contradictory),
        ("rule.queue.warning.above", "9", "rule.queue.metric", ProblemCode::MissingKey),
        ("notify.quiet", "at night", "notify.quiet", ProblemCode::Syntax),
        ("notify.quiet", "[{ from = '25:00', to = '07:00' }]", "notify.quiet[1].from", ProblemCode::InvalidValue),
        ("", "1", "", ProblemCode::Syntax),
        ("a..b", "1", "a..b", ProblemCode::Syntax),
    ] {
        let problems = set(FILE, key, value).unwrap_err();
        let found: Vec<_> = problems.iter().map(|problem| (problem.line, problem.key.as_str(), problem.code)).collect();
        assert_eq!(found, [(0, blamed, code)], "{key} = {value}");
    }
    let hint = set(FILE, "colect.interval", "10s").unwrap_err().remove(0).hint;
    assert_eq!(hint.as_deref(), Some("did you mean `collect`?"));
}

#[test]
fn a_key_is_removed_with_its_line() {
    check_unset("collect.interval", "interval = \"30s\"   # quiet fans\n", "");
    check_unset("rule.cpu-high.for", "for=\"2m\"\n", "");
    check_unset("rule.cpu-high.warning", "warning = { above = 75 } # as always\n", "");
    check_unset("rule.cpu-high.warning.above", "warning = { above = 75 } # as always\n", "");
    check_unset("notify.native", "native = true\n", "");
}

#[test]
fn an_entry_or_a_section_is_removed_as_a_whole() {
    let document = Document::parse(FILE).unwrap();
    let without_rule = document.unset("rule.cpu-high").unwrap();
    assert!(!without_rule.contains("[[rule]]") && without_rule.contains("# quiet fans"), "{without_rule}");
    let without_section = document.unset("collect").unwrap();
    assert!(!without_section.contains("[collect]") && without_section.contains("# the end"), "{without_section}");
}

#[test]
fn an_entry_with_nothing_but_its_id_goes_with_its_last_key() {
    let unset = |text: &str| Document::parse(text).unwrap().unset("rule.cpu-high.warning").unwrap();
    let rule = "[[rule]]\nid = \"cpu-high\"\nwarning = { above = 70 }\n";
    assert_eq!(unset(rule), "");
    assert_eq!(unset(&format!("[collect]\ninterval = \"10s\"\n\n{rule}")), "[collect]\ninterval = \"10s\"\n");
    let explained = format!("# Mine.\n{rule}");
    assert_eq!(unset(&explained), "# Mine.\n[[rule]]\nid = \"cpu-high\"\n", "what a person wrote stays");
    let more = format!("{rule}for = \"2m\"\n");
    assert_eq!(unset(&more), "[[rule]]\nid = \"cpu-high\"\nfor = \"2m\"\n");
}

#[test]
fn only_what_is_there_and_not_needed_can_be_removed() {
    let document = Document::parse(FILE).unwrap();
    for (key, code) in [
        ("keep.raw", ProblemCode::MissingKey),
        ("rule.disk-space.for", ProblemCode::MissingKey),
        ("rule.cpu-high.id", ProblemCode::MissingKey),
        ("collect.rounds", ProblemCode::UnknownKey),
    ] {
        assert_eq!(document.unset(key).unwrap_err()[0].code, code, "{key}");
    }
}

/// Keys with values that are right for them.
fn settable() -> impl Strategy<Value = (String, String)> {
    let rule = |key: &str, value: &str| (format!("rule.load-high.{key}"), value.to_owned());
    prop_oneof![
        (5_u32..3_600).prop_map(|seconds| ("collect.interval".to_owned(), format!("{seconds}s"))),
        (0_u32..=200).prop_map(|count| ("collect.processes".to_owned(), count.to_string())),
        (1_u32..=7_300).prop_map(|days| ("keep.raw".to_owned(), format!("{days}d"))),
        any::<bool>().prop_map(|native| ("notify.native".to_owned(), native.to_string())),
        (1_u16..=65_535).prop_map(|port| ("api.listen".to_owned(), format!("127.0.0.1:{port}"))),
        (0.5_f64..100.0).prop_map(move |bound| rule("warning.above", &bound.to_string())),
        "\\PC{0,30}".prop_map(move |title| rule("title", &format!("-{title}"))),
        "[a-z]{1,8}".prop_map(move |label| rule(&format!("where.{label}"), "value")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn what_is_set_is_read_back_and_can_be_unset(changes in prop::collection::vec(settable(), 1..6)) {
        for (_, text) in fixtures("valid") {
            let mut document = Document::parse(&text).unwrap();
            let comments = |text: &str| text.lines().filter(|line| line.trim_start().starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
            for (key, value) in &changes {
                let changed = document.set(key, value).unwrap();
                prop_assert_eq!(comments(&changed), comments(&text));
                document = Document::parse(&changed).unwrap();
                prop_assert_eq!(document.set(key, value).unwrap(), changed, "setting it again changes nothing");
                let settings = Settings::resolve(Some(&document), [], Platform::Linux).unwrap();
                let origins = settings.origins(Some(&document), []);
                let expected = value.parse::<f64>().map_or_else(|_| value.clone(), |number| number.to_string());
                let found = origins.iter().find(|origin| origin.key == *key).map(|origin| origin.value.clone());
                let found = found.and_then(|found| found.parse::<toml_edit::Value>().ok());
                let found = found.map(|found| found.as_str().map_or_else(|| found.to_string(), str::to_owned));
                prop_assert!(found == Some(expected) || key.ends_with("raw") || key.ends_with("interval"), "{} {:?}", key, found);
            }
            for (key, _) in &changes {
                if let Ok(text) = document.unset(key) {
                    document = Document::parse(&text).unwrap();
                }
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_can_make_it_panic(text in "\\PC*", key in "\\PC{0,20}", value in "\\PC{0,20}") {
        let _ = Document::parse(&text);
        let _ = Document::default().set(&key, &value);
        let _ = Document::default().unset(&key);
    }

    #[test]
    fn no_damage_to_a_file_can_make_it_panic(start in 0_usize..4_000, length in 0_usize..80, put in "[\\[\\]{}=\"'.,#a-z0-9\n ]{0,12}") {
        let letters: Vec<char> = EVERYTHING.chars().collect();
        let start = start.min(letters.len());
        let end = (start + length).min(letters.len());
        let damaged: String = letters[..start].iter().copied().chain(put.chars()).chain(letters[end..].iter().copied()).collect();
        if let Err(problems) = Document::parse(&damaged) {
            let lines = u32::try_from(damaged.lines().count()).unwrap() + 1;
            prop_assert!(!problems.is_empty() && problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
        }
    }
}
