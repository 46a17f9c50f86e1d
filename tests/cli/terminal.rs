//! What reaches a terminal: colours only where a person looks and wants them.

use std::process::Stdio;

use crate::world::{Said, World};

const ESCAPE: char = '\u{1b}';

/// Runs the program under util-linux `script`, which gives it a terminal; none where there is no such program: that of
/// macOS takes other words.
fn on_a_terminal(world: &World, words: &str, variables: &[(&str, &str)]) -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let program = caretaker_tests::program("caretaker");
    let line = format!("stty columns 72 rows 24; {} {words}", program.display());
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null());
    command.env_remove("NO_COLOR").env("TERM", "xterm-256color").env("CARETAKER_HOME", world.home());
    let output = command.envs(variables.iter().copied()).output().ok()?;
    Some(Said::from(output).out)
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    for words in [&["status"][..], &["alerts", "list"], &["metrics", "list"], &["doctor"], &["--help"], &["statsu"]] {
        let said = world.run(words);
        assert!(!said.out.contains(ESCAPE) && !said.err.contains(ESCAPE), "{words:?}: {said:?}");
    }
    let Some(shown) = on_a_terminal(&world, "status", &[]) else { return };
    assert!(shown.contains(ESCAPE), "{shown}");
    for (words, variables) in [
        ("status", [("NO_COLOR", "1")]),
        ("status", [("TERM", "dumb")]),
        ("status --no-color", [("LANG", "C")]),
        ("status --json --no-color", [("LANG", "C")]),
    ] {
        let shown = on_a_terminal(&world, words, &variables).unwrap();
        assert!(!shown.contains(ESCAPE) && shown.contains("host") | shown.contains("CPU"), "{words}: {shown}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    for words in ["status", "alerts rules", "metrics list", "metrics show host.memory.usage --since 1h"] {
        let Some(shown) = on_a_terminal(&world, &format!("{words} --no-color"), &[]) else { return };
        let wide: Vec<&str> =
            shown.lines().map(|line| line.trim_end_matches('\r')).filter(|line| line.chars().count() > 72).collect();
        assert!(wide.is_empty(), "{words}: {wide:#?}");
    }
}

#[test]
fn a_chart_is_drawn_where_a_person_looks() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let Some(shown) = on_a_terminal(&world, "metrics show host.memory.usage --since 10m", &[]) else { return };
    assert!(shown.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c)), "{shown}");
    assert!(shown.contains("mean") && shown.contains("sample"), "{shown}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = World::new();
    let mut child = world.command(&["api", "openapi"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
}
