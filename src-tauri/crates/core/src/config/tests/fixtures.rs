//! Every file of `tests/fixtures/config`: the valid ones are taken, the invalid ones give exactly the mistakes that
//! their first lines announce.

use super::fixtures;
use crate::config::{Document, ProblemCode};

#[test]
fn valid_files_are_taken() {
    for (name, text) in fixtures("valid") {
        let document = Document::parse(&text).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
        assert_eq!(document.text(), text, "{name}");
    }
}

#[test]
fn invalid_files_give_every_mistake_with_its_place() {
    let mut wrong = Vec::new();
    for (name, text) in fixtures("invalid") {
        let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# expect: ")).collect();
        let problems = Document::parse(&text).err().unwrap_or_default();
        let found: Vec<String> = problems
            .iter()
            .map(|problem| format!("{}:{} {} {}", problem.line, problem.column, problem.key, problem.code))
            .collect();
        if expected.is_empty() || found != expected {
            wrong.push(format!("{name}\n  expected {expected:#?}\n  found {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_kind_of_mistake_has_a_file() {
    let files = fixtures("invalid");
    let seen = |code: &str| {
        files.iter().any(|(_, text)| text.lines().any(|line| line.starts_with("# expect: ") && line.ends_with(code)))
    };
    let missing: Vec<_> = ProblemCode::ALL.into_iter().filter(|code| !seen(code.as_str())).collect();
    assert_eq!(missing, []);
}

/// The words of the messages, one for each file, so that a change of them is seen.
#[test]
fn messages_say_what_is_wrong_and_what_is_allowed() {
    let mut lines = Vec::new();
    for (name, text) in fixtures("invalid") {
        lines.push(name);
        lines.extend(Document::parse(&text).err().into_iter().flatten().map(|problem| format!("  {problem}")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}
