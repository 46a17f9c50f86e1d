//! Work on archives in processes of their own: `caretaker`, which lies beside this program, with its hidden verb. The order
//! goes in as the first line, reports come out as lines, and the end of its input cancels the work.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use caretaker_core::backup::{Report, Work};
use caretaker_core::port::{PortFuture, Worker, Workers};
use caretaker_core::problem::{Code, Problem};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::companion::beside;

/// The hidden verb of the program `caretaker` that is a worker.
pub const WORK_VERB: &str = "work";
/// The hidden verb that copies one database of somebody else: the order on its input, the answer on its output, both JSON.
pub const COPY_VERB: &str = "copy-database";
/// The hidden verb that looks into the copy of one database.
pub const CHECK_VERB: &str = "check-database";
/// The hidden verb that looks after one database where it lies.
pub const CARE_VERB: &str = "care-database";
/// The hidden verb that clears expired rows of one database.
pub const CLEAR_VERB: &str = "clear-rows";
/// The program that has it.
const PROGRAM: &str = "caretaker";
/// How long a worker may take to clear up after it was cancelled; a disk that hangs must not hang the engine.
const CLEARING_UP: Duration = Duration::from_secs(10);
/// What is kept of its complaints.
const COMPLAINTS: u64 = 16 * 1024;

/// Workers of this machine.
#[derive(Clone, Debug, Default)]
pub struct SystemWorkers {
    /// Another program than the one beside this.
    program: Option<PathBuf>,
}

impl SystemWorkers {
    /// Those of a program elsewhere: tests do not lie beside it.
    pub fn of(program: impl Into<PathBuf>) -> Self {
        Self { program: Some(program.into()) }
    }
}

impl Workers for SystemWorkers {
    fn start<'a>(&'a self, work: &'a Work) -> PortFuture<'a, Result<Box<dyn Worker>, Problem>> {
        Box::pin(async move {
            let program = self.program.clone().map_or_else(|| beside(PROGRAM), Ok);
            let program = program.map_err(|error| not_started(Path::new(PROGRAM), &error))?;
            let started = SystemWorker::start(&program, work).await;
            Ok(Box::new(started.map_err(|error| not_started(&program, &error))?) as Box<dyn Worker>)
        })
    }
}

fn not_started(program: &Path, error: &io::Error) -> Problem {
    Problem::new(Code::Internal, format!("start `{}` for work on archives: {error}", program.display()))
        .hint("the two programs of Caretaker belong into one folder: install them again")
}

struct SystemWorker {
    child: Child,
    input: Option<ChildStdin>,
    reports: Lines<BufReader<ChildStdout>>,
    complaints: Option<JoinHandle<String>>,
    has_ended: bool,
    was_last: bool,
}

impl SystemWorker {
    async fn start(program: &Path, work: &Work) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(WORK_VERB)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Of its own group, so that Ctrl+C at a terminal reaches it through us, in order.
            .process_group(0)
            .spawn()?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let mut input = child.stdin.take().ok_or_else(gone)?;
        let output = child.stdout.take().ok_or_else(gone)?;
        let errors = child.stderr.take().ok_or_else(gone)?;
        let complaints = tokio::spawn(async move {
            let (mut kept, mut errors) = (Vec::new(), errors);
            let _ = (&mut errors).take(COMPLAINTS).read_to_end(&mut kept).await;
            // The rest is read and dropped, so that it never waits for a reader.
            let _ = tokio::io::copy(&mut errors, &mut tokio::io::sink()).await;
            String::from_utf8_lossy(&kept).into_owned()
        });
        let mut order = serde_json::to_vec(work)?;
        order.push(b'\n');
        input.write_all(&order).await?;
        input.flush().await?;
        Ok(Self {
            child,
            input: Some(input),
            reports: BufReader::new(output).lines(),
            complaints: Some(complaints),
            has_ended: false,
            was_last: false,
        })
    }

    async fn report(&mut self) -> Option<Report> {
        if self.has_ended {
            return None;
        }
        while let Ok(Some(line)) = self.reports.next_line().await {
            match serde_json::from_str::<Report>(&line) {
                Ok(report) => {
                    self.was_last |= report.is_last();
                    return Some(report);
                }
                Err(error) => tracing::warn!(%error, "a report of a worker could not be read"),
            }
        }
        self.has_ended = true;
        drop(self.input.take());
        let status = tokio::time::timeout(CLEARING_UP, self.child.wait()).await;
        if self.was_last {
            return None;
        }
        Some(Report::Failed(self.lost(status.ok().and_then(Result::ok)).await))
    }

    /// It ended without a word: killed, out of memory, or a mistake of ours.
    async fn lost(&mut self, status: Option<std::process::ExitStatus>) -> Problem {
        let said = match self.complaints.take() {
            Some(complaints) => tokio::time::timeout(Duration::from_secs(1), complaints).await,
            None => Ok(Ok(String::new())),
        };
        let said = said.ok().and_then(Result::ok).unwrap_or_default();
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let how = status.map_or_else(|| "it does not end".to_owned(), |status| status.to_string());
        let message = format!("the process that did the work ended unexpectedly ({how}) {line}");
        Problem::new(Code::Internal, message.trim_end()).hint("nothing half made counts; it can simply be tried again")
    }
}

impl Worker for SystemWorker {
    fn next(&mut self) -> PortFuture<'_, Option<Report>> {
        Box::pin(self.report())
    }

    fn cancel(&mut self) {
        drop(self.input.take());
    }
}
