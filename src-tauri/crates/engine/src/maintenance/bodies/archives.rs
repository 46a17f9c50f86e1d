//! Backups as maintenance sees them: how they stand; checks and proofs at chosen times.

use caretaker_core::backup::VerifyDepth;
use caretaker_core::maintenance::{Finding, Outcome, RunResult};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_core::view::{ActivityResult, ActivityView, JobView, ProtectionState, VerifyRequest};

use crate::engine::Engine;
use crate::words::count;

/// Between two looks whether work on archives has ended.
const LOOK: Span = Span::from_seconds(1);

/// How old backups and proofs of every job are.
pub(super) async fn review(engine: &Engine) -> Result<Outcome, Problem> {
    let view = engine.backups().await?;
    let own: Vec<&JobView> = view.jobs.iter().filter(|job| !job.is_own).collect();
    if own.is_empty() {
        return Err(Problem::new(Code::NotConfigured, "Your data is not backed up: there is no job for it."));
    }
    let findings = own.iter().map(|job| {
        let is_well = matches!(job.state, ProtectionState::Ok);
        let make = if is_well { Finding::note } else { Finding::attention };
        make(job.job.id.clone(), job.sentence.clone())
    });
    let findings: Vec<Finding> = findings
        .chain(
            view.destinations
                .iter()
                .filter(|one| !one.detail.is_empty())
                .map(|one| Finding::attention(one.destination.id.clone(), one.detail.clone())),
        )
        .collect();
    Ok(Outcome::found(view.summary.sentence.clone(), findings))
}

/// Reads archives to their last byte.
pub(super) async fn verify(engine: &Engine, job: Option<&str>) -> Result<Outcome, Problem> {
    let ids = match job {
        None => Vec::new(),
        Some(job) => {
            let list = engine.archives(Some(job.to_owned()), None).await?;
            list.archives.into_iter().map(|archive| archive.facts.id).collect()
        }
    };
    let begun = engine.verify_backups(VerifyRequest { ids, depth: VerifyDepth::Deep, at: None }).await?;
    let ended = follow(engine, begun).await?;
    let Some(ActivityResult::Verified(outcomes)) = ended.result else { return Ok(failed(&ended)) };
    let damaged: Vec<Finding> = outcomes
        .iter()
        .filter(|outcome| outcome.result != caretaker_core::backup::VerifyResult::Intact)
        .map(|outcome| Finding::attention(outcome.id.clone(), "The archive is damaged."))
        .collect();
    Ok(Outcome::found(format!("{} were read to the last byte.", count(outcomes.len(), "archive")), damaged))
}

/// Proves that a job restores.
pub(super) async fn drill(engine: &Engine, job: &str) -> Result<Outcome, Problem> {
    let begun = engine.drill_backup(job).await?;
    let ended = follow(engine, begun).await?;
    let Some(ActivityResult::Drilled(outcome)) = &ended.result else { return Ok(failed(&ended)) };
    Ok(if outcome.is_proven {
        Outcome::done(format!("It is proven that `{job}` restores."))
    } else {
        Outcome::found(
            format!("`{job}` does not restore as it should."),
            vec![Finding::attention(job, "The drill failed.").hint("see `caretaker backup drill`")],
        )
    })
}

async fn follow(engine: &Engine, begun: ActivityView) -> Result<ActivityView, Problem> {
    let mut view = begun;
    while !view.state.is_over() {
        engine.0.clock.sleep(LOOK).await;
        view = engine.activity(&view.id)?;
    }
    Ok(view)
}

fn failed(ended: &ActivityView) -> Outcome {
    let why = ended.problem.as_ref().map_or_else(|| "it ended without a result".to_owned(), ToString::to_string);
    Outcome::ended(RunResult::Failed, format!("{}: {why}", ended.title))
}
