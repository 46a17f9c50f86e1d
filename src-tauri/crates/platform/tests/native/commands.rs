//! Programs are started within bounds.

use std::time::Instant;

use caretaker_core::port::{CommandError, CommandLine, CommandResult, Commands, Ended};
use caretaker_core::time::Span;
use caretaker_platform::command::SystemCommands;

fn shell(script: &str) -> CommandLine {
    CommandLine::new("sh", ["-c", script])
}

async fn result(line: &CommandLine) -> CommandResult {
    SystemCommands.run(line).await.unwrap()
}

#[tokio::test]
async fn what_it_says_and_how_it_ends_come_back() {
    let said = result(&shell("echo out; echo err >&2; exit 3")).await;
    assert_eq!((said.ended, said.output.as_str(), said.errors.as_str()), (Ended::Code(3), "out\n", "err\n"));
    assert!(!said.cut && !said.succeeded());
    assert_eq!(result(&shell("kill -TERM $$")).await.ended, Ended::Signal(15));
}

#[tokio::test]
async fn the_environment_is_clean_and_there_is_no_input() {
    let mut line = shell("cat; env");
    line.environment.push(("GIVEN".to_owned(), "yes".to_owned()));
    let said = result(&line).await.output;
    let names: Vec<&str> = said.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert!(names.contains(&"GIVEN") && names.contains(&"PATH"), "{said}");
    // This very test runs under cargo, whose variables are nobody else's business.
    assert!(!names.iter().any(|name| name.starts_with("CARGO") || name.starts_with("NEXTEST")), "{said}");
}

#[tokio::test]
async fn too_much_output_is_cut_and_does_not_hold_up_the_program() {
    let mut line = shell("head -c 3000000 /dev/zero | tr '\\0' x; echo done >&2");
    line.output_bound = 1000;
    let said = result(&line).await;
    assert_eq!((said.output.len(), said.cut, said.errors.as_str()), (1000, true, "done\n"));
}

#[tokio::test]
async fn a_program_that_takes_too_long_ends_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let script = format!("sleep 600 & echo $! > '{}'; wait", file.display());
    let begun = Instant::now();
    let ended = SystemCommands.run(&shell(&script).within(Span::from_millis(500))).await;
    assert!(matches!(ended, Err(CommandError::TimedOut { .. })), "{ended:?}");
    assert!(begun.elapsed().as_secs() < 30);
    gone(std::fs::read_to_string(&file).unwrap().trim()).await;
}

#[tokio::test]
async fn what_is_left_in_the_background_neither_holds_up_nor_stays() {
    let begun = Instant::now();
    let said = result(&shell("sleep 600 & echo $!")).await;
    assert!(said.succeeded() && begun.elapsed().as_secs() < 20);
    gone(said.output.trim()).await;
}

#[tokio::test]
async fn a_missing_program_is_named() {
    let ended = SystemCommands.run(&CommandLine::new("no-such-program-here", Vec::<String>::new())).await;
    assert_eq!(ended, Err(CommandError::Missing("no-such-program-here".to_owned())));
}

/// Waits until the process is gone, or is only remembered by a parent that does not ask.
async fn gone(pid: &str) {
    let alive = || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        status.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim().starts_with('Z'))
    };
    let begun = Instant::now();
    while alive() {
        assert!(begun.elapsed().as_secs() < 20, "process {pid} is still there");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_program_is_told_on_its_standard_input_arrives_and_need_not_be_read() {
    let mut line = shell("cat; echo over");
    line.input = b"hello ".repeat(20_000);
    let result = SystemCommands.run(&line).await.unwrap();
    assert!(
        result.output.starts_with("hello hello ") && result.output.ends_with("hello over\n"),
        "{}",
        result.output.len()
    );
    let mut deaf = shell("exit 3");
    deaf.input = b"hello ".repeat(200_000);
    assert_eq!(SystemCommands.run(&deaf).await.unwrap().ended, Ended::Code(3));
}

#[tokio::test]
async fn what_is_printed_is_heard_while_the_program_still_runs() {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    // It goes on only when what it said was heard.
    let line = shell(&format!("echo first; while [ ! -e '{}' ]; do sleep 0.05; done; echo second >&2", gate.display()));
    let heard = std::sync::Mutex::new(Vec::new());
    let hearing = |piece: &[u8]| {
        heard.lock().unwrap().extend_from_slice(piece);
        if !gate.exists() {
            std::fs::File::create(&gate).unwrap();
        }
    };
    let said = SystemCommands.run_heard(&line, &hearing).await.unwrap();
    assert_eq!((said.output.as_str(), said.errors.as_str()), ("first\n", "second\n"));
    assert_eq!(String::from_utf8(heard.into_inner().unwrap()).unwrap(), "first\nsecond\n");
}

/// Starts a program that leaves the group and the session, and gives the number of that one.
#[cfg(target_os = "linux")]
const RUNAWAY: &str = "setsid sh -c 'echo $$; exec sleep 600' & sleep 0.3";

#[tokio::test]
#[cfg(target_os = "linux")]
async fn what_left_the_group_is_ended_by_its_mark() {
    let mut line = shell(RUNAWAY);
    line.mark = Some(format!("test-{}", std::process::id()));
    let said = result(&line).await;
    gone(said.output.trim()).await;
    // One that is cancelled leaves nothing behind either.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let mut line =
        shell(&format!("setsid sh -c 'echo $$ > {0}.new; mv {0}.new {0}; exec sleep 600' & wait", file.display()));
    line.mark = Some(format!("other-{}", std::process::id()));
    let running = tokio::spawn(async move { SystemCommands.run(&line).await.map(drop) });
    while !file.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    running.abort();
    let _ = running.await;
    gone(std::fs::read_to_string(&file).unwrap().trim()).await;
}
