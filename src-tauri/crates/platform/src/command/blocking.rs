//! Programs for a process that has no runtime of its own and nothing else to do meanwhile: a worker.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use caretaker_core::port::{CommandError, CommandLine, CommandResult};

use super::{companion, run};

/// Between two looks whether somebody wants it to end.
const LOOK: Duration = Duration::from_millis(50);

/// Runs a program to its end; nothing when `is_cancelled` said so first, and then it was ended with all that it started.
pub fn run_blocking(
    line: &CommandLine,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<CommandResult>, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        CommandError::NotStarted { program: line.program.display().to_string(), why: error.to_string() }
    })?;
    let cancelled = async {
        while !is_cancelled() {
            tokio::time::sleep(LOOK).await;
        }
    };
    runtime.block_on(async {
        tokio::select! {
            result = run(line, &|_| {}) => result.map(Some),
            () = cancelled => Ok(None),
        }
    })
}

/// Where the program lies that runs here: for a hidden verb of its own in another process.
pub fn own_program() -> io::Result<PathBuf> {
    companion::own()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use caretaker_core::time::Span;

    use super::*;

    #[test]
    fn a_program_runs_to_its_end_or_to_the_wish_that_it_ends() {
        let line = CommandLine { input: b"to be read".to_vec(), ..CommandLine::new("cat", [""; 0]) };
        let result = run_blocking(&line, &|| false).unwrap().unwrap();
        assert_eq!(result.output, "to be read");
        let asked = AtomicU32::new(0);
        let line = CommandLine::new("sleep", ["60"]).within(Span::from_seconds(60));
        let ended = run_blocking(&line, &|| asked.fetch_add(1, Ordering::Relaxed) > 2).unwrap();
        assert_eq!(ended, None);
        let line = line.within(Span::from_millis(50));
        assert!(matches!(run_blocking(&line, &|| false), Err(CommandError::TimedOut { .. })));
    }
}
