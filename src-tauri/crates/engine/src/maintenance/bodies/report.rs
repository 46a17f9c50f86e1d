//! What all tasks of a period found, as one page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use caretaker_core::maintenance::{Asked, Finding, Outcome, RunResult, TaskRun, Tier, Weight, Work};
use caretaker_core::problem::Problem;
use chrono::{DateTime, Local};

use crate::engine::Engine;
use crate::words::count;

/// Runs that are read.
const MOST_RUNS: usize = 20_000;

/// Puts it together.
pub(super) async fn report(engine: &Engine, tier: Tier) -> Result<Outcome, Problem> {
    let since = engine.now() - tier.span();
    let runs = engine.blocking(|inner| Ok(inner.state.task_runs(None, MOST_RUNS)?)).await?;
    let settings = engine.settings();
    let is_report = |id: &str| settings.tasks.iter().any(|task| task.id == id && matches!(task.work, Work::Report(_)));
    let mut by_task: BTreeMap<String, Vec<TaskRun>> = BTreeMap::new();
    for run in runs.into_iter().filter(|run| run.started > since && run.ended.is_some() && run.asked != Asked::DryRun) {
        // What is not set up looked after nothing.
        if !is_report(&run.task) && run.outcome.result != RunResult::NotConfigured {
            by_task.entry(run.task.clone()).or_default().push(run);
        }
    }
    let mut findings = Vec::new();
    let mut page = format!("# {} report, {}\n\n", title(tier), day(engine));
    for runs in by_task.values() {
        let Some(newest) = runs.first() else { continue };
        let _ = writeln!(page, "## {}\n\n{}", newest.title, newest.outcome.sentence);
        let failed = runs.iter().filter(|run| run.outcome.result.is_failure()).count();
        if runs.len() > 1 || failed > 0 {
            let _ = writeln!(page, "{} in this time, {failed} of them failed.", count(runs.len(), "run"));
        }
        for finding in newest.outcome.findings.iter().filter(|finding| finding.weight == Weight::Attention) {
            let _ = writeln!(page, "- {}: {}", finding.about, finding.text);
            findings.push(Finding {
                is_new: false,
                about: format!("{}: {}", newest.title, finding.about),
                ..finding.clone()
            });
        }
        if newest.outcome.result.is_failure() {
            findings.push(Finding::attention(newest.title.clone(), newest.outcome.sentence.clone()));
        }
        page.push('\n');
    }
    let idle: Vec<&str> = settings
        .tasks
        .iter()
        .filter(|task| task.tier <= tier && !by_task.contains_key(&task.id) && !is_report(&task.id))
        .map(|task| task.title.as_str())
        .collect();
    if !idle.is_empty() {
        let _ = writeln!(page, "## Did not run\n\n{}", idle.join(", "));
    }
    if by_task.is_empty() {
        return Ok(Outcome { output: page, ..Outcome::ended(RunResult::Done, "No task ran in this time.") });
    }
    let sentence = match findings.len() {
        0 => format!("{} looked after, nothing to look at.", count(by_task.len(), "task")),
        number => format!("{} looked after, {} to look at.", count(by_task.len(), "task"), count(number, "thing")),
    };
    Ok(Outcome { output: page, ..Outcome::found(sentence, findings) })
}

const fn title(tier: Tier) -> &'static str {
    match tier {
        Tier::Daily => "Daily",
        Tier::Weekly => "Weekly",
        Tier::Monthly => "Monthly",
        Tier::Quarterly => "Quarterly",
        Tier::Yearly => "Yearly",
    }
}

fn day(engine: &Engine) -> String {
    let local: DateTime<Local> = engine.now().to_utc().into();
    local.format("%Y-%m-%d").to_string()
}
