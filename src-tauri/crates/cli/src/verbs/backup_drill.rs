//! `backup drill`: proves that jobs can be restored.

use std::fmt::Write as _;

use caretaker_api::{Access, Client};
use caretaker_core::backup::{DriftKind, DrillOutcome};
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityResult, ActivityView, BackupsView, ProofView};
use caretaker_platform::signals::StopSignals;
use hyper::Method;
use serde::Serialize;

use super::following::follow;
use crate::arguments::DrillJob;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, Terminal};
use crate::request::Address;

/// Sentences of each kind for people.
const NAMED: usize = 20;

/// What scripts get: the worst proof, and all of them.
#[derive(Debug, Serialize)]
struct Drilled {
    proof: Option<ProofView>,
    proofs: Vec<ProofView>,
}

/// Drills one job after the other.
pub async fn drill(context: &Context, wanted: &DrillJob, signals: &mut StopSignals) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let proofs = all(context, &connection.client, wanted, signals).await;
    connection.close().await;
    let proofs = proofs?;
    let worst = proofs.iter().find(|proof| !proof.outcome.is_proven).or(proofs.first()).cloned();
    let is_proven = worst.as_ref().is_some_and(|proof| proof.outcome.is_proven);
    let drilled = Drilled { proof: worst, proofs };
    context.terminal.show(&drilled, || drilled.proofs.iter().map(|proof| words(&context.terminal, proof)).collect())?;
    Ok(if is_proven { Outcome::Done } else { Outcome::Unhealthy })
}

async fn all(
    context: &Context,
    client: &Client,
    wanted: &DrillJob,
    signals: &mut StopSignals,
) -> Result<Vec<ProofView>, Problem> {
    let jobs = if let Some(job) = &wanted.job {
        vec![job.clone()]
    } else {
        let backups: BackupsView = client.get("/backups").await?;
        let with_archives = backups.jobs.iter().filter(|job| !job.is_own && job.archives > 0);
        with_archives.map(|job| job.job.id.clone()).collect()
    };
    if jobs.is_empty() {
        return Err(Problem::new(
            Code::NotFound,
            "there is nothing to prove: no job of the configuration has an archive",
        )
        .hint("`caretaker backup create JOB` makes the first"));
    }
    let mut proofs = Vec::new();
    for job in jobs {
        let address = Address::new("/backups").word("jobs").segment(&job).word("drill");
        let begun: ActivityView = client.send(Method::POST, address.as_str(), &()).await?;
        let ActivityResult::Drilled(outcome) = follow(context, client, begun, signals).await? else {
            return Err(Problem::new(Code::Internal, "the engine answered a drill with something else"));
        };
        proofs.push(proof(job, *outcome));
    }
    Ok(proofs)
}

fn proof(job: String, outcome: DrillOutcome) -> ProofView {
    ProofView {
        at: Context::now(),
        job,
        result: if outcome.is_proven { "proven" } else { "failed" }.to_owned(),
        checked_files: outcome.checked_files,
        checked_bytes: outcome.checked_bytes,
        restore_mb_per_s: outcome.restore_mb_per_s,
        outcome,
    }
}

fn words(terminal: &Terminal, proof: &ProofView) -> String {
    let outcome = &proof.outcome;
    let bytes = Unit::Bytes.format(proof.checked_bytes as f64);
    let (sign, said) = if outcome.is_proven {
        (terminal.paint(Colour::Green, "●"), "can be restored")
    } else {
        (terminal.paint(Colour::Red, "■"), "cannot be restored as it was")
    };
    // What is over in a moment has no pace worth telling.
    let pace =
        if proof.restore_mb_per_s < 1.0 { String::new() } else { format!(", at {:.0} MB/s", proof.restore_mb_per_s) };
    let mut text = format!(
        "{sign} {} {said}: {} files, {bytes} came back and were compared{pace}.\n",
        terminal.paint(Colour::Bold, &proof.job),
        proof.checked_files,
    );
    if let Some(sample) = &outcome.sample {
        let _ = writeln!(text, "  This was {sample}; the next drill takes another part.");
    }
    for failure in outcome.failures.iter().take(NAMED) {
        let _ = writeln!(text, "    {failure}");
    }
    let more = outcome.failures.len().saturating_sub(NAMED);
    if more > 0 {
        let _ = writeln!(text, "    and {more} more; `--json` names all");
    }
    for database in &outcome.databases {
        let _ = writeln!(text, "  Database {}: {}", database.path, database.detail);
    }
    if outcome.drifted > 0 {
        let count = |kind| outcome.drift.iter().filter(|drift| drift.kind == kind).count();
        let _ = writeln!(
            text,
            "  Since that backup: {} changed, {} new, {} gone.",
            count(DriftKind::Changed),
            count(DriftKind::New),
            count(DriftKind::Gone)
        );
    }
    text
}
