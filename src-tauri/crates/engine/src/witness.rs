//! What logs said around an alert: read by a loop of its own, because a log may take seconds to answer, and handed to the
//! pipeline, which alone changes evidence. Once when the alert was raised, and once two minutes later.

use std::collections::BTreeMap;

use caretaker_core::alert::{AlertId, Evidence, RecentChange};
use caretaker_core::port::FoundRecords;
use caretaker_core::problem::Problem;
use caretaker_core::record::{LogEvidence, newest, oldest};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::Decision;
use tokio::sync::mpsc;

use crate::engine::Engine;
use crate::evidence::{LATELY, MOST_CHANGES};
use crate::following::FOLLOWED;
use crate::pipeline::{Pipeline, Work};

/// Alerts whose logs may wait to be read. What does not fit is read two minutes later.
pub(crate) const WAITING: usize = 64;
/// How far before an alert its logs are read.
const BEFORE: Span = Span::from_minutes(2);

/// Which side of the moment is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Until it was raised.
    Before,
    /// What came afterwards; with what came before, where that was not read yet.
    After,
}

/// An alert whose logs are to be read.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which alert.
    pub alert: AlertId,
    /// When it was raised.
    pub raised: Timestamp,
    /// Which side.
    pub side: Side,
}

/// What was read for an alert.
#[derive(Clone, Debug)]
pub struct Witnessed {
    wanted: Wanted,
    found: FoundRecords,
    changes: Vec<RecentChange>,
}

impl Wanted {
    fn range(&self) -> (Timestamp, Timestamp) {
        let from = self.raised - BEFORE;
        match self.side {
            Side::Before => (from, self.raised),
            Side::After => (from, self.raised + FOLLOWED),
        }
    }
}

impl Engine {
    /// Reads the logs for every alert that waits for them.
    pub async fn witness(&self) -> Result<(), Problem> {
        let mut waiting = self.0.witnessing.lock().await;
        match waiting.try_recv() {
            Ok(first) => self.look_into_logs(first, &mut waiting).await,
            Err(_) => Ok(()),
        }
    }

    /// Reads logs as they are asked for, until the future is dropped.
    pub(crate) async fn witness_loop(&self) {
        let mut waiting = self.0.witnessing.lock().await;
        while let Some(first) = waiting.recv().await {
            if let Err(problem) = self.look_into_logs(first, &mut waiting).await {
                tracing::warn!(%problem, "what logs said around an alert was not kept");
            }
        }
        std::future::pending::<()>().await;
    }

    /// Alerts that were raised in one round share one look.
    async fn look_into_logs(&self, first: Wanted, waiting: &mut mpsc::Receiver<Wanted>) -> Result<(), Problem> {
        let mut known: BTreeMap<(Timestamp, Timestamp), FoundRecords> = BTreeMap::new();
        let mut next = Some(first);
        while let Some(wanted) = next {
            let (from, until) = wanted.range();
            let found = if let Some(found) = known.get(&(from, until)) {
                found.clone()
            } else {
                let found = self.0.records.between(from, until).await;
                known.insert((from, until), found.clone());
                found
            };
            let changes = match wanted.side {
                Side::Before => self.0.records.changes(wanted.raised - LATELY).await,
                Side::After => Vec::new(),
            };
            let (read, now) = (Witnessed { wanted, found, changes }, self.now());
            self.ask(|reply| Work::Witnessed(Box::new(read), now, reply)).await?;
            next = waiting.try_recv().ok();
        }
        Ok(())
    }
}

impl Pipeline {
    /// Asks for the logs around an alert. Where too many wait, the look two minutes later brings both sides.
    pub(crate) fn want_records(&self, alert: &AlertId, raised: Timestamp, side: Side) {
        let _: Result<(), _> = self.witnesses.try_send(Wanted { alert: alert.clone(), raised, side });
    }

    /// Adds what logs said to the evidence of an alert. Evidence that cannot be read stays as it was.
    pub(crate) fn witnessed(&mut self, read: Witnessed, now: Timestamp) {
        let Ok(Some(evidence)) = self.state.evidence(&read.wanted.alert) else { return };
        let alert = read.wanted.alert.clone();
        let followed = vec![(alert, with_records(evidence, read))];
        self.commit(Decision { followed, ..Decision::default() }, now);
    }
}

fn with_records(mut evidence: Evidence, read: Witnessed) -> Evidence {
    let Witnessed { wanted, found, changes } = read;
    let (before, after): (Vec<_>, Vec<_>) = found.records.into_iter().partition(|record| record.at <= wanted.raised);
    let mut log = evidence.log.take().unwrap_or_else(|| {
        let (before, left_out) = newest(before);
        LogEvidence { source: found.source.clone(), note: found.note.clone(), before, after: Vec::new(), left_out }
    });
    if wanted.side == Side::After {
        let (after, left_out) = oldest(after);
        log.after = after;
        log.left_out = log.left_out.saturating_add(left_out);
    }
    evidence.log = Some(log);
    evidence.changes.extend(changes);
    evidence.changes.sort_by_key(|change| std::cmp::Reverse(change.at));
    evidence.changes.dedup();
    evidence.changes.truncate(MOST_CHANGES);
    evidence
}
