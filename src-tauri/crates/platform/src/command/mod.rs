//! Starts other programs, the only place of the product that does: own process group, time limit, clean environment,
//! bounded output. What to start is decided elsewhere.

mod blocking;
pub mod companion;
mod environment;
mod group;
mod strays;
mod work;

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Instant;

use caretaker_core::port::{CommandError, CommandLine, CommandResult, Commands, Ended, Hearing, PortFuture};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use group::Group;

pub use blocking::{own_program, run_blocking};
pub use work::{CARE_VERB, CHECK_VERB, CLEAR_VERB, COPY_VERB, SystemWorkers, WORK_VERB};

/// Programs of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemCommands;

impl Commands for SystemCommands {
    fn run<'a>(&'a self, command: &'a CommandLine) -> PortFuture<'a, Result<CommandResult, CommandError>> {
        Box::pin(run(command, &|_| {}))
    }

    fn run_heard<'a>(
        &'a self,
        command: &'a CommandLine,
        heard: Hearing<'a>,
    ) -> PortFuture<'a, Result<CommandResult, CommandError>> {
        Box::pin(run(command, heard))
    }
}

async fn run(line: &CommandLine, heard: Hearing<'_>) -> Result<CommandResult, CommandError> {
    let name = line.program.display().to_string();
    let program = find(&line.program).ok_or_else(|| CommandError::Missing(name.clone()))?;
    let not_started = |error: io::Error| CommandError::NotStarted { program: name.clone(), why: error.to_string() };
    let begun = Instant::now();
    let mut child = Command::new(program)
        .args(&line.arguments)
        .env_clear()
        .envs(environment::clean())
        .envs(line.environment.iter().map(|(name, value)| (name, value)))
        .envs(line.mark.iter().map(|mark| (strays::MARK, mark)))
        .current_dir(line.folder.as_deref().unwrap_or("/".as_ref()))
        .stdin(if line.input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(not_started)?;
    // Declared after the child, so that the group is ended before the child is waited for.
    let group = Group::of(&child, line.mark.clone());
    let (mut output, mut errors) = (child.stdout.take(), child.stderr.take());
    let input = child.stdin.take();
    let feed = async {
        if let Some(mut input) = input {
            // A program need not read what it is told.
            let _ = input.write_all(&line.input).await;
        }
    };
    let work = async {
        // The end of the program counts, and not the end of what it left in the background with an open stream.
        let streams = async {
            let bound = line.output_bound;
            let (output, errors, ()) =
                tokio::join!(keep(output.as_mut(), bound, heard), keep(errors.as_mut(), bound, heard), feed);
            (output, errors)
        };
        tokio::pin!(streams);
        let status = tokio::select! {
            status = child.wait() => status?,
            streams = &mut streams => return Ok((child.wait().await?, streams)),
        };
        group.end();
        Ok::<_, io::Error>((status, streams.await))
    };
    let ended = tokio::time::timeout(line.limit.to_duration(), work).await;
    let Ok(ended) = ended else {
        return Err(CommandError::TimedOut { program: name, limit: line.limit });
    };
    let (status, (output, errors)) = ended.map_err(not_started)?;
    Ok(CommandResult {
        ended: outcome(status),
        cut: output.cut || errors.cut,
        output: output.text(),
        errors: errors.text(),
        took: begun.elapsed().into(),
    })
}

/// Ends what a killed engine left running under this mark.
pub fn end_marked(mark: &str) {
    strays::end(mark);
}

/// The search path that a program gets, with the folder of this program before it, so that `caretaker` is this very one.
pub fn path_with_own() -> String {
    let variables = environment::clean();
    let usual = variables.iter().find(|(name, _)| *name == "PATH").map(|(_, path)| path.to_string_lossy());
    let usual = usual.unwrap_or_default();
    match companion::folder() {
        Ok(folder) => format!("{}:{usual}", folder.display()),
        Err(_) => usual.into_owned(),
    }
}

fn find(program: &std::path::Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.exists().then(|| program.to_owned());
    }
    crate::readiness::find_program(program.to_str()?)
}

fn outcome(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Code(-1),
    }
}

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    cut: bool,
}

impl Kept {
    fn text(self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Reads to the end, so that the program never waits for a reader, and keeps the beginning.
async fn keep(stream: Option<&mut (impl AsyncRead + Unpin)>, bound: usize, heard: Hearing<'_>) -> Kept {
    let mut kept = Kept::default();
    let Some(stream) = stream else { return kept };
    let mut piece = vec![0; 8 * 1024];
    while let Ok(read @ 1..) = stream.read(&mut piece).await {
        heard(piece.get(..read).unwrap_or_default());
        let room = bound.saturating_sub(kept.bytes.len()).min(read);
        kept.bytes.extend(piece.iter().take(room));
        kept.cut |= room < read;
    }
    kept
}
