//! `maintain run` and `maintain history`: a run with everything about it, and the runs before it.

use std::fmt::Write as _;

use caretaker_api::Access;
use caretaker_core::maintenance::{Asked, RunResult, TaskRun, Weight};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityResult, ActivityView, RunTaskRequest, TaskHistory};
use caretaker_platform::signals::StopSignals;
use hyper::Method;

use super::following::follow;
use super::maintain::{last, moment};
use crate::arguments::{RunTask, TaskRuns};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal};
use crate::request::Address;

/// Runs a task and shows what came of it.
pub async fn run(context: &Context, wanted: &RunTask, signals: &mut StopSignals) -> Result<Outcome, Problem> {
    let address = Address::new("/maintenance").word("tasks").segment(&wanted.task).word("run");
    let request = RunTaskRequest { dry_run: wanted.dry_run };
    let connection = context.connect(Access::Write).await?;
    let ran = async {
        let begun: ActivityView = connection.client.send(Method::POST, address.as_str(), &request).await?;
        follow(context, &connection.client, begun, signals).await
    };
    let ran = ran.await;
    connection.close().await;
    let ActivityResult::Maintained(run) = ran? else {
        return Err(Problem::new(Code::Internal, "the engine answered with something else than a run"));
    };
    context.terminal.show(&*run, || words(&context.terminal, &run))?;
    Ok(match run.outcome.result {
        RunResult::Failed | RunResult::TimedOut | RunResult::Interrupted => Outcome::Unhealthy,
        RunResult::Cancelled => Outcome::Interrupted,
        RunResult::Running | RunResult::Done | RunResult::Attention | RunResult::NotConfigured | RunResult::Skipped => {
            Outcome::Done
        }
    })
}

/// What ran, or one run.
pub async fn history(context: &Context, wanted: &TaskRuns) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    if let Some(id) = wanted.run {
        let address = Address::new("/maintenance/runs").segment(&id.to_string());
        let answer: Result<TaskRun, Problem> = connection.client.get(address.as_str()).await;
        connection.close().await;
        let run = answer?;
        context.terminal.show(&run, || words(&context.terminal, &run))?;
        return Ok(Outcome::Done);
    }
    let address = Address::new("/maintenance/runs")
        .parameter("task", wanted.task.as_deref())
        .parameter("limit", Some(wanted.limit));
    let answer: Result<TaskHistory, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || table(&context.terminal, &view))?;
    Ok(Outcome::Done)
}

fn table(terminal: &Terminal, view: &TaskHistory) -> String {
    if view.runs.is_empty() {
        return "Nothing ran yet.\n".to_owned();
    }
    let mut table = Table::new(&[
        Column::new("RUN", Align::Right),
        Column::whole("BEGAN"),
        Column::name("TASK"),
        Column::new("TOOK", Align::Right),
        Column::new("RESULT", Align::Left),
        Column::giving_way(""),
    ]);
    for run in &view.runs {
        let (word, colour) = last(Some(run));
        let took = run.took().map(|took| match took.as_millis() {
            millis @ ..1_000 => format!("{millis} ms"),
            _ => took.in_words(),
        });
        table.coloured([
            (run.id.to_string(), Some(Colour::Dim)),
            (moment(run.started), None),
            (run.task.clone(), None),
            (took.unwrap_or_default(), None),
            (word, colour),
            (run.outcome.sentence.clone(), Some(Colour::Dim)),
        ]);
    }
    table.render(terminal)
}

fn words(terminal: &Terminal, run: &TaskRun) -> String {
    let outcome = &run.outcome;
    let (word, colour) = last(Some(run));
    let word = colour.map_or_else(|| word.clone(), |colour| terminal.paint(colour, &word));
    let dry = if run.asked == Asked::DryRun { " (dry run)" } else { "" };
    let mut text = format!("{word}  {}{dry}: {}\n", run.title, outcome.sentence);
    for finding in &outcome.findings {
        let shape = match finding.weight {
            Weight::Attention => terminal.paint(Colour::Yellow, "▲"),
            Weight::Note => terminal.paint(Colour::Dim, "·"),
        };
        let new = if finding.is_new { " (new)" } else { "" };
        let _ = writeln!(text, "{shape} {}: {}{new}", finding.about, finding.text);
        if !finding.hint.is_empty() {
            let _ = writeln!(text, "  {}", terminal.paint(Colour::Dim, &finding.hint));
        }
    }
    if !outcome.output.is_empty() {
        let _ = writeln!(text, "\n{}", outcome.output.trim_end());
    }
    text
}
