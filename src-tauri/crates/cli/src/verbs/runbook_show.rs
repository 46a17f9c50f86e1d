//! `runbook list`, `show`, `new`, `versions`, `diff`, `rollback`.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::runbook::Origin;
use caretaker_core::view::{
    RollbackRequest, RunbookDifference, RunbookList, RunbookSummary, RunbookVersions, RunbookView, StepView,
};
use hyper::Method;
use serde::de::DeserializeOwned;

use crate::arguments::{DiffRunbook, ListRunbooks, OneRunbook, RollBackRunbook};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago, blocks, command};
use crate::request::Address;

async fn ask<T: DeserializeOwned>(context: &Context, address: &Address) -> Result<T, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<T, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    answer
}

/// Lists.
pub async fn list(context: &Context, wanted: &ListRunbooks) -> Result<Outcome, Problem> {
    let term = (!wanted.terms.is_empty()).then(|| wanted.terms.join(" "));
    let list: RunbookList = ask(context, &Address::new("/runbooks").parameter("term", term)).await?;
    context.terminal.show(&list, || table(&context.terminal, &list))?;
    Ok(Outcome::Done)
}

fn table(terminal: &Terminal, list: &RunbookList) -> String {
    let mut table = Table::new(&[
        Column::whole("ID"),
        Column::giving_way("TITLE"),
        Column::new("STEPS", Align::Right),
        Column::new("COMMANDS", Align::Right),
        Column::new("", Align::Left),
    ]);
    for runbook in &list.runbooks {
        table.coloured([
            (runbook.id.clone(), None),
            (runbook.title.clone(), None),
            (runbook.steps.to_string(), None),
            (runbook.commands.to_string(), None),
            (remarks(runbook), (!runbook.open.is_empty()).then_some(Colour::Yellow)),
        ]);
    }
    let mut text = if list.runbooks.is_empty() {
        "No runbook has all of these words.\n".to_owned()
    } else {
        table.render(terminal)
    };
    for why in &list.unusable {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{} {}", terminal.paint(Colour::Yellow, "Not a runbook:"), why);
    }
    text
}

fn remarks(runbook: &RunbookSummary) -> String {
    let origin = match runbook.origin {
        Origin::Shipped => None,
        Origin::Own => Some("own".to_owned()),
        Origin::Replaced => Some("own, in place of the shipped one".to_owned()),
    };
    let open = (!runbook.open.is_empty()).then(|| format!("answers {}", plural(runbook.open.len(), "open alert")));
    let problems = (runbook.problems > 0).then(|| plural(runbook.problems as usize, "mistake"));
    [open, origin, problems].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// Shows one.
pub async fn show(context: &Context, wanted: &OneRunbook) -> Result<Outcome, Problem> {
    let view: RunbookView = ask(context, &Address::new("/runbooks").segment(&wanted.id)).await?;
    context.terminal.show(&view, || words(&context.terminal, &view))?;
    Ok(Outcome::Done)
}

fn words(terminal: &Terminal, view: &RunbookView) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = write(&mut text, terminal, view);
    text
}

fn write(text: &mut String, terminal: &Terminal, view: &RunbookView) -> std::fmt::Result {
    let summary = &view.summary;
    writeln!(text, "{}  {}", terminal.paint(Colour::Bold, &summary.title), terminal.paint(Colour::Dim, &summary.id))?;
    let answers = [("Answers", &summary.alerts), ("Services", &summary.services), ("Tags", &summary.tags)];
    for (what, list) in answers.into_iter().filter(|(_, list)| !list.is_empty()) {
        writeln!(text, "  {} {}", terminal.paint(Colour::Dim, what), list.join(", "))?;
    }
    if summary.origin != Origin::Shipped {
        writeln!(text, "  {} {}", terminal.paint(Colour::Dim, "File"), view.path)?;
    }
    for alert in &summary.open {
        writeln!(text, "  {} {} ({})", terminal.paint(Colour::Yellow, "Open:"), alert.summary, alert.id)?;
    }
    for mistake in &view.mistakes {
        writeln!(text, "  {} line {}: {}", terminal.paint(Colour::Red, "Mistake:"), mistake.line, mistake.message)?;
    }
    writeln!(text, "\n{}", blocks(terminal, &view.intro).trim_end())?;
    for step in &view.procedure {
        writeln!(
            text,
            "\n{} {}",
            terminal.paint(Colour::Bold, &format!("{}.", step.number)),
            terminal.paint(Colour::Bold, &step.title)
        )?;
        let body = blocks(terminal, &readable(step));
        if !body.is_empty() {
            writeln!(text, "\n{}", body.trim_end())?;
        }
        if let Some(found) = &step.command {
            writeln!(text, "\n{}", command(terminal, &found.text).trim_end())?;
            let approved = if found.is_approved { "; approved in the configuration" } else { "" };
            let hint = format!(
                "    run: caretaker runbook run {} --step {}   sha256 {}{approved}",
                summary.id, step.number, found.sha256
            );
            writeln!(text, "{}", terminal.paint(Colour::Dim, &hint))?;
        }
    }
    Ok(())
}

/// What stands in a step beside commands: the one of this system follows, those of others are of no use here.
fn readable(step: &StepView) -> Vec<caretaker_core::runbook::Block> {
    let is_command =
        |block: &caretaker_core::runbook::Block| matches!(block, caretaker_core::runbook::Block::Action { .. });
    step.blocks.iter().filter(|block| !is_command(block)).cloned().collect()
}

/// Begins one.
pub async fn new(context: &Context, wanted: &OneRunbook) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let address = Address::new("/runbooks").segment(&wanted.id);
    let answer: Result<RunbookView, Problem> = connection.client.send(Method::POST, address.as_str(), &()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || format!("{}\nOpen it in an editor; what is saved counts at once.\n", view.path))?;
    Ok(Outcome::Done)
}

/// Lists versions.
pub async fn versions(context: &Context, wanted: &OneRunbook) -> Result<Outcome, Problem> {
    let address = Address::new("/runbooks").segment(&wanted.id).word("versions");
    let list: RunbookVersions = ask(context, &address).await?;
    let now = Context::now();
    context.terminal.show(&list, || {
        if list.versions.is_empty() {
            return format!(
                "The runbook {} is the shipped one; `caretaker runbook new {}` begins one of your own.\n",
                list.id, list.id
            );
        }
        let columns = [
            Column::new("VERSION", Align::Right),
            Column::new("SEEN", Align::Left),
            Column::new("LINES", Align::Right),
        ];
        let mut table = Table::new(&columns);
        for version in &list.versions {
            let lines = if version.is_removed { "removed".to_owned() } else { version.lines.to_string() };
            table.row([version.version.to_string(), ago(version.at, now), lines]);
        }
        table.render(&context.terminal)
    })?;
    Ok(Outcome::Done)
}

/// Compares two versions.
pub async fn diff(context: &Context, wanted: &DiffRunbook) -> Result<Outcome, Problem> {
    let address = Address::new("/runbooks").segment(&wanted.id).word("difference");
    let address = address.parameter("from", Some(wanted.from)).parameter("to", Some(wanted.to));
    let difference: RunbookDifference = ask(context, &address).await?;
    context.terminal.show(&difference, || {
        if difference.text.is_empty() {
            return "They are the same.\n".to_owned();
        }
        caretaker_core::runbook::plain(&difference.text)
    })?;
    Ok(Outcome::Done)
}

/// Puts an earlier version in place.
pub async fn roll_back(context: &Context, wanted: &RollBackRunbook) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let address = Address::new("/runbooks").segment(&wanted.id).word("rollback");
    let request = RollbackRequest { version: wanted.number };
    let answer: Result<RunbookView, Problem> = connection.client.send(Method::POST, address.as_str(), &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || format!("Version {} is in place: {}\n", wanted.number, view.path))?;
    Ok(Outcome::Done)
}
