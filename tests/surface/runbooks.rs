//! The shipped runbooks: every file is part of the program, every command is one that a shell and this program understand.

use std::io::Write;
use std::process::{Command, Stdio};

use caretaker_core::runbook::{Block, Library, Runbook, SHIPPED};
use caretaker_tests::workspace;

fn runbooks() -> impl Iterator<Item = Runbook> {
    SHIPPED.iter().map(|(id, text)| Runbook::read(&id.parse().unwrap(), text))
}

#[test]
fn every_file_is_part_of_the_program() {
    let folder = std::fs::read_dir(workspace::root().join("docs/runbooks")).unwrap();
    let files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    let mut names: Vec<String> =
        files.iter().map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    let shipped: Vec<&str> = SHIPPED.iter().map(|(id, _)| *id).collect();
    assert_eq!(names, shipped);
    for (id, text) in SHIPPED {
        let file = files.iter().find(|file| file.file_stem().unwrap().to_str() == Some(id)).unwrap();
        assert_eq!(&std::fs::read_to_string(file).unwrap(), text, "{id}");
    }
}

/// The words of a line up to whatever a shell would make of the rest; variables stand for some value.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" || ").next().unwrap_or_default();
    let line = line.split(" 2>").next().unwrap_or_default().split(" # ").next().unwrap_or_default();
    let mut words = Vec::new();
    let mut quoted = false;
    let mut word = String::new();
    for letter in line.trim().chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            letter => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words.into_iter().map(|word| if word.starts_with("${") { "some-name".to_owned() } else { word }).collect()
}

/// Lines that call this program, also those between other lines of a shell and those that are to be typed.
fn calls(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split("     #").next().unwrap_or_default().trim());
    lines.filter(|line| line.starts_with("caretaker ")).map(str::to_owned).collect()
}

#[test]
fn every_call_of_caretaker_is_one_that_it_understands() {
    let mut checked = 0;
    for runbook in runbooks() {
        for block in runbook.steps.iter().flat_map(|step| &step.blocks) {
            let text = match block {
                Block::Action { action } => action.text.as_str(),
                Block::Code { text, .. } => text.as_str(),
                Block::Paragraph { .. } | Block::Heading { .. } | Block::Item { .. } | Block::Quote { .. } => continue,
            };
            for line in calls(text) {
                let words = words(&line);
                let words: Vec<&str> = words.iter().map(String::as_str).skip(1).collect();
                let understood = caretaker_cli::understands(&words);
                assert_eq!(understood, Ok(()), "{}: `{line}`", runbook.id);
                checked += 1;
            }
        }
    }
    assert!(checked > 80, "{checked}");
    assert!(caretaker_cli::understands(&["backup", "frobnicate"]).is_err());
    assert!(caretaker_cli::understands(&["logs", "search"]).is_err(), "a verb of a later version is of no use");
}

#[test]
fn every_command_is_one_that_a_shell_understands() {
    let mut checked = 0;
    for runbook in runbooks() {
        for step in &runbook.steps {
            for block in &step.blocks {
                let Block::Action { action } = block else { continue };
                let mut shell =
                    Command::new("sh").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
                shell.stdin.take().unwrap().write_all(action.text.as_bytes()).unwrap();
                let said = shell.wait_with_output().unwrap();
                let complaint = String::from_utf8_lossy(&said.stderr).into_owned();
                assert!(said.status.success() && complaint.is_empty(), "{}, {}: {complaint}", runbook.id, step.title);
                // A step gets no terminal: what asks for a password would fail.
                assert!(!action.text.contains("sudo "), "{}: {}", runbook.id, action.text);
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn every_rule_of_the_settings_leads_to_a_runbook() {
    use caretaker_core::config::{Platform, Settings};
    let library = Library::new([]);
    for platform in [Platform::Linux, Platform::MacOs] {
        for rule in Settings::defaults(platform).rules {
            let found = library.for_rule(&rule.id, &rule.runbook);
            assert!(!found.is_empty(), "{} names `{}`", rule.id, rule.runbook);
        }
    }
}
