//! Runbooks as they are written, and as somebody would write them who means harm.

use proptest::prelude::*;

use super::*;
use crate::config::Platform;
use crate::time::Span;

fn read(text: &str) -> Runbook {
    Runbook::read(&"disk-space".parse().unwrap(), text)
}

const FRONT: &str = "---\nid: disk-space\ntitle: Disk nearly full\nalerts: [disk-space]\n---\n";

fn body(text: &str) -> Runbook {
    read(&format!("{FRONT}{text}"))
}

fn plain(text: &str) -> Phrase {
    Phrase { text: text.to_owned(), ..Phrase::default() }
}

#[test]
fn headings_are_steps_and_fenced_blocks_their_commands() {
    let runbook = body(
        "Little room is left.\nIt fills.\n\n## Look\n\nSee `df`:\n\n```sh linux limit=5m\ndf -h\n```\n\n```sh macos\ndf -g\n```\n\n\
         ## Read\n\n- one\n  - **two**\n\n1. first\n2. second\n\n> said\n\n```text\nnot run\n```\n",
    );
    assert_eq!(runbook.problems, []);
    assert_eq!(
        (runbook.title.as_str(), runbook.summary.as_str()),
        ("Disk nearly full", "Little room is left. It fills.")
    );
    let [look, read] = runbook.steps.as_slice() else { panic!("{:?}", runbook.steps) };
    assert_eq!((look.number, look.title.as_str()), (1, "Look"));
    let linux = look.action(Platform::Linux).unwrap();
    assert_eq!((linux.text.as_str(), linux.limit, linux.line), ("df -h\n", Span::from_minutes(5), 14));
    assert_eq!(linux.sha256, Sha256::of("df -h\n"));
    assert_eq!(look.action(Platform::MacOs).unwrap().text, "df -g\n");
    assert_eq!(read.action(Platform::Linux), None);
    let strong = Phrase { style: PhraseStyle::Strong, ..plain("two") };
    let said: Vec<Block> = vec![
        Block::Item { depth: 0, number: None, phrases: vec![plain("one")] },
        Block::Item { depth: 1, number: None, phrases: vec![strong] },
        Block::Item { depth: 0, number: Some(1), phrases: vec![plain("first")] },
        Block::Item { depth: 0, number: Some(2), phrases: vec![plain("second")] },
        Block::Quote { phrases: vec![plain("said")] },
        Block::Code { language: "text".to_owned(), text: "not run\n".to_owned() },
    ];
    assert_eq!(read.blocks, said);
}

#[test]
fn links_lead_to_runbooks_or_name_the_web_and_nothing_else() {
    let runbook = body(
        "[a](restore.md) [b](https://example.org/x) [c](javascript:alert(1)) [d](../../etc/passwd) ![e](http://x/y.png)\n",
    );
    let Some(Block::Paragraph { phrases }) = runbook.intro.first() else { panic!() };
    let led: Vec<_> = phrases
        .iter()
        .filter(|one| one.text.trim() != "")
        .map(|one| (one.text.trim(), one.runbook.as_deref(), one.web.as_deref()))
        .collect();
    assert_eq!(led, [("a", Some("restore"), None), ("b", None, Some("https://example.org/x")), ("c d e", None, None)]);
}

#[test]
fn html_and_scripts_are_text() {
    let runbook = body("<script>alert(1)</script>\n\nUse `show <ID>` or <b onclick=x>this</b>.\n");
    let said = format!("{:?}", runbook.intro);
    assert!(said.contains("<script>alert(1)</script>") && said.contains("<b onclick=x>"), "{said}");
    assert!(runbook.intro.iter().all(|block| matches!(block, Block::Paragraph { .. })));
}

#[test]
fn what_is_doubtful_is_shown_and_never_run() {
    for (text, line, said) in [
        ("```sh\nls\n```\n", 6, "stands in a step"),
        ("## A\n```sh\nls\n```\n```sh\nrm\n```\n", 10, "one command for each system"),
        ("## A\n```sh linux\nls\n```\n```sh\nrm\n```\n", 10, "one command for each system"),
        ("## A\n```sh\nls\n", 7, "not closed"),
        ("## A\n```sh\n```\n", 7, "empty"),
        ("## A\n```sh windows\nls\n```\n", 7, "`windows` means nothing"),
        ("## A\n```sh\nls \u{202E}x\n```\n", 7, "U+202E"),
        ("## A\n```caretaker\nrm x\n```\n", 7, "begins with `caretaker`"),
        ("##\n", 6, "no title"),
    ] {
        let runbook = body(text);
        assert_eq!(runbook.problems.len(), 1, "{text}: {:?}", runbook.problems);
        let problem = &runbook.problems[0];
        assert_eq!(problem.line, line, "{text}: {problem:?}");
        assert!(problem.message.contains(said), "{text}: {problem:?}");
        let commands =
            runbook.steps.iter().flat_map(|step| &step.blocks).filter(|block| matches!(block, Block::Action { .. }));
        assert_eq!(commands.count(), usize::from(said.starts_with("one command")), "{text}");
    }
}

#[test]
fn the_name_of_the_file_counts_and_not_what_the_file_says() {
    let runbook = read("---\nid: other\n---\n# Title\n");
    assert_eq!((runbook.id.as_str(), runbook.title.as_str()), ("disk-space", "Title"));
    assert!(runbook.problems[0].message.contains("the name of the file counts"), "{:?}", runbook.problems);
}

#[test]
fn huge_and_deeply_nested_texts_are_bounded() {
    let huge = body(&"x".repeat(LARGEST + 1));
    assert!(huge.problems[0].message.contains("larger than"), "{:?}", huge.problems);
    assert!(huge.intro.is_empty());
    let nested = body(&format!("{}- x\n{}\n{}", ">".repeat(50_000), "- ".repeat(20_000), "*".repeat(50_000)));
    assert!(nested.intro.len() <= MOST_BLOCKS);
    let many = body(&"## A\n\n- a\n".repeat(1_000));
    assert_eq!(many.steps.len(), MOST_STEPS);
    assert!(many.problems.iter().any(|problem| problem.message.contains("left out")), "{:?}", many.problems);
    let brackets = body(&"[".repeat(60_000));
    assert_eq!(brackets.intro.len(), 1);
}

#[test]
fn lines_that_end_as_on_windows_are_the_same_command() {
    let runbook = read("---\r\nid: disk-space\r\n---\r\n## A\r\n\r\n```sh\r\nls\r\nid\r\n```\r\n");
    assert_eq!(runbook.problems, []);
    assert_eq!(runbook.steps[0].action(Platform::Linux).unwrap().text, "ls\nid\n");
}

proptest! {
    #[test]
    fn any_text_is_read_and_every_command_stands_in_it(text in "(.|\n|```|## |sh|- |> |\\*|<b>|---\n){0,60}") {
        let runbook = body(&text);
        for step in &runbook.steps {
            let actions: Vec<&Action> = step.blocks.iter().filter_map(|block| match block {
                Block::Action { action } => Some(action),
                _ => None,
            }).collect();
            prop_assert!(actions.len() <= 2);
            for action in actions {
                prop_assert_eq!(&action.sha256, &Sha256::of(&action.text));
                prop_assert!(refused(action.kind, &action.text).is_none());
                for line in action.text.lines() {
                    prop_assert!(text.contains(line));
                }
            }
        }
    }
}
