//! Work that goes on, as the one who does it sees it: a worker, its progress, and whether somebody wants it to end.

use std::future::Future;
use std::time::Duration;

use caretaker_core::backup::{Report, Work, WorkProgress};
use caretaker_core::egress::Reached;
use caretaker_core::problem::{Code, Problem};
use tokio::sync::watch;

use super::catalog::Intake;
use crate::engine::Engine;

/// How long a worker that was cancelled may be silent. A disk that hangs must not hang the engine.
const CLEARING_UP: Duration = Duration::from_secs(10);

/// Takes what a worker tells beside how far it is and how it ended.
pub(crate) trait Hear: Send {
    /// Takes a report; gives back what it has no use for.
    fn hear(&mut self, report: Report) -> impl Future<Output = Result<Option<Report>, Problem>> + Send;
}

/// Has no use for anything.
struct Deaf;

impl Hear for Deaf {
    async fn hear(&mut self, report: Report) -> Result<Option<Report>, Problem> {
        Ok(Some(report))
    }
}

impl Hear for Intake {
    fn hear(&mut self, report: Report) -> impl Future<Output = Result<Option<Report>, Problem>> + Send {
        self.take(report)
    }
}

/// An activity from inside.
pub(crate) struct Running {
    pub engine: Engine,
    pub(super) id: String,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Running {
    /// Whether somebody wants it to end.
    pub fn is_cancelled(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Waits until somebody wants it to end.
    pub async fn cancelled(&mut self) {
        if self.stopped.wait_for(|stopped| *stopped).await.is_err() {
            // Nobody can want it any more.
            std::future::pending::<()>().await;
        }
    }

    /// Notes how far it is.
    pub fn progress(&self, progress: WorkProgress) {
        self.engine.progressed(&self.id, progress);
    }

    /// Has a worker do it, and gives its last report. What it tells of archives goes into the catalog through `intake`.
    pub async fn perform(&mut self, work: &Work, intake: Option<&mut Intake>) -> Result<Report, Problem> {
        match intake {
            Some(intake) => self.perform_hearing(work, intake).await,
            None => self.perform_hearing(work, &mut Deaf).await,
        }
    }

    /// The same, with somebody who hears what it tells.
    pub async fn perform_hearing(&mut self, work: &Work, hearing: &mut impl Hear) -> Result<Report, Problem> {
        let mut worker = self.engine.0.workers.start(work).await?;
        let mut is_ending = false;
        loop {
            let report = if is_ending {
                let report = tokio::time::timeout(CLEARING_UP, worker.next()).await;
                report.map_err(|_| Problem::new(Code::Interrupted, "it was cancelled; it still clears up"))?
            } else {
                tokio::select! {
                    report = worker.next() => report,
                    () = self.cancelled() => {
                        worker.cancel();
                        is_ending = true;
                        continue;
                    }
                }
            };
            let report = match report {
                Some(Report::Progress(progress)) => {
                    self.progress(progress);
                    continue;
                }
                Some(Report::Reached(reached)) => {
                    let reached: Vec<Reached> = reached.into_iter().map(Into::into).collect();
                    self.engine.0.egress.count(&reached);
                    continue;
                }
                Some(report) => match hearing.hear(report).await? {
                    Some(report) => report,
                    None => continue,
                },
                None => {
                    return Err(Problem::new(Code::Internal, "the process that did the work ended without a word"));
                }
            };
            match report {
                Report::Failed(problem) if is_ending => {
                    return Err(Problem { code: Code::Interrupted, ..problem });
                }
                Report::Failed(problem) => return Err(problem),
                report if report.is_last() => return Ok(report),
                _ => {}
            }
        }
    }
}
