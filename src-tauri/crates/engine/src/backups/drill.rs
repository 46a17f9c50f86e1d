//! Proves that the newest archive of a job can be restored, and remembers the proof.

use caretaker_core::backup::{DrillOrder, DrillOutcome, Report, Source, Work};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, ProofView};
use caretaker_store::{KnownArchive, Presence};

use super::activities::Begun;
use super::running::Running;
use super::staging::Staged;
use super::verify::{Hurry, path_of};
use crate::engine::Engine;

/// The most that one drill brings back; of a larger archive each drill proves another part.
const MOST_BYTES: u64 = 20 << 30;
/// Archives that are looked at for the newest one that is there.
const LOOKED_AT: usize = 1_000;

impl Engine {
    /// Restores the newest archive of a job to a scratch folder, compares, and opens its databases. Answers at once.
    pub async fn drill_backup(&self, job: &str) -> Result<ActivityView, Problem> {
        self.begin_drill(job, Hurry::Yes).await
    }

    /// The same, in the background or not.
    pub(crate) async fn begin_drill(&self, id: &str, hurry: Hurry) -> Result<ActivityView, Problem> {
        self.writable()?;
        let id = id.to_owned();
        let known = id.clone();
        let (archives, turn) = self
            .catalog(move |catalog| Ok((catalog.archives(Some(&known), LOOKED_AT)?, catalog.proofs(&known)?.len())))
            .await?;
        let job = match self.job(&id) {
            Ok(job) => Some(job),
            // Archives of a job that the configuration has no more can be proven as well.
            Err(problem) if archives.is_empty() => return Err(problem),
            Err(_) => None,
        };
        let archive = newest(&archives, self.now()).cloned().ok_or_else(|| {
            Problem::new(Code::NotFound, format!("failed to prove {id} restorable: it has no archive"))
                .hint(format!("`caretaker backup create {id}` makes one"))
        })?;
        self.refuse_out_of_reach(&archive).await?;
        let source = job.map_or_else(Source::default, |job| self.source_of(&job));
        let scratch = self.staged("drill-").await?;
        // Dumps are restored where they came from, into a database of their own that is removed again.
        let scratch_postgres = source.postgres.first().cloned();
        let order = DrillOrder {
            archive: path_of(&archive),
            shelf: archive.folder.clone(),
            source,
            scratch: scratch.path.clone(),
            most_bytes: Some(MOST_BYTES),
            turn: turn as u64,
            scratch_postgres,
            identities: self.identities().await?,
            hurry: hurry == Hurry::Yes,
        };
        let begun = Begun {
            kind: ActivityKind::Drill,
            job: Some(id.clone()),
            title: format!("Proving that {id} can be restored"),
            // Nothing may be removed while it is read.
            place: Some(self.place_of(&archive.destination)),
        };
        Ok(self.begin(begun, move |running| drill(running, id, archive, order, scratch)))
    }
}

/// The newest archive that stands for all files; one of another type only when there is none.
fn newest(archives: &[KnownArchive], now: Timestamp) -> Option<&KnownArchive> {
    let there = || archives.iter().filter(|archive| archive.presence == Presence::There);
    let is_whole = |archive: &&KnownArchive| {
        matches!(archive.facts.kind, Some(ArchiveType::Full | ArchiveType::Incremental) | None)
    };
    // One that was made while the clock stood ahead is not the newest for years.
    let is_past = |archive: &&KnownArchive| archive.facts.at <= now;
    there().filter(is_whole).find(is_past).or_else(|| there().find(is_whole)).or_else(|| there().next())
}

async fn drill(
    mut running: Running,
    job: String,
    archive: KnownArchive,
    order: DrillOrder,
    scratch: Staged,
) -> Result<ActivityResult, Problem> {
    let engine = running.engine.clone();
    let drilled = drilled(&mut running, &archive, order).await;
    engine.unstaged(&scratch).await?;
    let archive = archive.facts.id;
    let outcome = match drilled {
        Ok(Report::Drilled(outcome)) => *outcome,
        Ok(other) => return Err(Problem::new(Code::Internal, format!("a worker that drills told {other:?}"))),
        // An archive that cannot even be opened proves the opposite; what lies elsewhere or was ended proves nothing.
        Err(problem) if is_no_proof(problem.code) => return Err(problem),
        Err(problem) => {
            DrillOutcome { archive: archive.clone(), failures: vec![problem.message], ..DrillOutcome::default() }
        }
    };
    let proof = ProofView {
        at: engine.now(),
        job,
        result: if outcome.is_proven { "proven" } else { "failed" }.to_owned(),
        checked_files: outcome.checked_files,
        checked_bytes: outcome.checked_bytes,
        restore_mb_per_s: outcome.restore_mb_per_s,
        outcome: outcome.clone(),
    };
    engine.catalog(move |catalog| catalog.put_proof(&archive, &proof)).await?;
    Ok(ActivityResult::Drilled(Box::new(outcome)))
}

/// The archive is held here until it is proven, when it lies in no folder.
async fn drilled(running: &mut Running, archive: &KnownArchive, mut order: DrillOrder) -> Result<Report, Problem> {
    let engine = running.engine.clone();
    let brought = engine.bring(running, archive).await?;
    if let Some(brought) = &brought {
        (order.archive, order.shelf) = (brought.archive.clone(), brought.shelf.clone());
    }
    running.perform(&Work::Drill(order), None).await
}

fn is_no_proof(code: Code) -> bool {
    matches!(
        code,
        Code::Interrupted
            | Code::DestinationMissing
            | Code::KeyMissing
            | Code::DiskFull
            | Code::Busy
            | Code::Usage
            | Code::NotConfigured
    )
}
