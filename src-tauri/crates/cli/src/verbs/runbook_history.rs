//! `runbook history`: what was run, and one run with everything that it printed.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::view::{Consent, Door, RunList, RunState, RunView};

use crate::arguments::RunHistory;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago, command};
use crate::request::Address;

/// Asks and shows.
pub async fn history(context: &Context, wanted: &RunHistory) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    if let Some(id) = &wanted.run {
        let address = Address::new("/runbook-runs").segment(id);
        let answer: Result<RunView, Problem> = connection.client.get(address.as_str()).await;
        connection.close().await;
        let run = answer?;
        context.terminal.show(&run, || one(&context.terminal, &run))?;
        return Ok(Outcome::Done);
    }
    let address = Address::new("/runbook-runs")
        .parameter("runbook", wanted.runbook.as_ref())
        .parameter("alert", wanted.alert.as_ref())
        .parameter("limit", Some(wanted.limit));
    let answer: Result<RunList, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let list = answer?;
    context.terminal.show(&list, || table(&context.terminal, &list))?;
    Ok(Outcome::Done)
}

fn colour(state: RunState) -> Colour {
    match state {
        RunState::Running => Colour::Dim,
        RunState::Done => Colour::Green,
        RunState::Failed | RunState::TimedOut | RunState::Cancelled | RunState::Interrupted => Colour::Red,
    }
}

fn table(terminal: &Terminal, list: &RunList) -> String {
    if list.runs.is_empty() {
        return "Nothing was run yet.\n".to_owned();
    }
    let now = Context::now();
    let mut table = Table::new(&[
        Column::new("WHEN", Align::Left),
        Column::new("RUNBOOK", Align::Left),
        Column::new("STEP", Align::Right),
        Column::giving_way("TITLE"),
        Column::new("RESULT", Align::Left),
        Column::new("BY", Align::Left),
        Column::whole("ID"),
    ]);
    for run in &list.runs {
        table.coloured([
            (ago(run.started, now), None),
            (run.runbook.clone(), None),
            (run.step.to_string(), None),
            (run.title.clone(), None),
            (run.state.word().to_owned(), Some(colour(run.state))),
            (by(run), None),
            (run.id.chars().take(23).collect(), Some(Colour::Dim)),
        ]);
    }
    table.render(terminal)
}

fn by(run: &RunView) -> String {
    let door = match run.door {
        Door::CommandLine => "command line",
        Door::Window => "window",
        Door::Program => "a program",
    };
    if run.user.is_empty() { door.to_owned() } else { format!("{}, {door}", run.user) }
}

fn one(terminal: &Terminal, run: &RunView) -> String {
    let mut text = String::new();
    let title = terminal.paint(Colour::Bold, &format!("{}, step {}: {}", run.runbook, run.step, run.title));
    let reason = if run.reason.is_empty() { String::new() } else { format!(": {}", run.reason) };
    let consent = match run.consent {
        Consent::Given => "agreed to when it was run",
        Consent::Configured => "approved in the configuration",
    };
    // Writing into a text cannot fail.
    let _ = writeln!(text, "{title}\n  {}{reason}", run.state.word());
    let _ = writeln!(text, "  {} by {}, {consent}", ago(run.started, Context::now()), by(run));
    let _ = writeln!(text, "  sha256 {}", run.sha256);
    if let Some(alert) = &run.alert {
        let _ = writeln!(text, "  Alert {alert}");
    }
    if let Some(after) = &run.after {
        let _ = writeln!(text, "  Afterwards: {}", after.summary);
    }
    let _ = writeln!(text, "\n{}\n{}", command(terminal, &run.command), run.output.trim_end());
    text
}
