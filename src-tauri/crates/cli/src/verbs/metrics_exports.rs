//! `metrics exports`: exports at intervals, and one of them now.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::export::{ExportPlan, KeepFiles};
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ExportView, ExportsView};
use hyper::Method;

use crate::arguments::Exports;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago};
use crate::request::Address;

const NONE: &str = "No exports are set up. For a file each day, add a section [[export]] with `id` and `folder` to the \
    configuration.\n";

/// Asks and shows, or has one written.
pub async fn exports(context: &Context, wanted: &Exports) -> Result<Outcome, Problem> {
    if let Some(id) = &wanted.now {
        return write(context, id).await;
    }
    let connection = context.connect(Access::Read).await?;
    let answer: Result<ExportsView, Problem> = connection.client.get("/metrics/exports").await;
    connection.close().await;
    let view = answer?;
    context
        .terminal
        .show(&view, || if view.exports.is_empty() { NONE.to_owned() } else { words(&context.terminal, &view) })?;
    Ok(Outcome::Done)
}

async fn write(context: &Context, id: &str) -> Result<Outcome, Problem> {
    let address = Address::new("/metrics/exports").segment(id);
    let connection = context.connect(Access::Write).await?;
    let answer: Result<ExportView, Problem> = connection.client.send(Method::POST, address.as_str(), &()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || {
        view.last.as_ref().map_or_else(String::new, |file| {
            format!("Written: {} ({})\n", file.path, Unit::Bytes.format(file.bytes as f64))
        })
    })?;
    Ok(Outcome::Done)
}

fn words(terminal: &Terminal, view: &ExportsView) -> String {
    let mut table = Table::new(&[
        Column::name("EXPORT"),
        Column::new("EVERY", Align::Left).dropped(2),
        Column::new("FORMAT", Align::Left).dropped(3),
        Column::new("NEXT", Align::Left),
        Column::new("FILES", Align::Right),
        Column::new("SIZE", Align::Right).dropped(1),
        Column::giving_way("FOLDER"),
    ]);
    for export in &view.exports {
        let plan = &export.plan;
        let colour = export.problem.is_some().then_some(Colour::Yellow);
        table.coloured([
            (plan.id.clone(), colour),
            (plan.every.in_words(), None),
            (plan.format.to_string(), None),
            (next(export, view.at), None),
            (format!("{}{}", export.files, most(plan)), None),
            (Unit::Bytes.format(export.bytes as f64), None),
            (plan.folder.clone(), Some(Colour::Dim)),
        ]);
    }
    let mut text = table.render(terminal);
    for export in &view.exports {
        if let Some(why) = &export.problem {
            let line = format!("▲ {}: {why}", export.plan.id);
            // Writing into a text cannot fail.
            let _ = write!(text, "\n{}\n", terminal.paint(Colour::Yellow, &terminal.wrap(&line, 2)));
        }
    }
    text
}

fn next(export: &ExportView, now: Timestamp) -> String {
    if export.next <= now { "now".to_owned() } else { ago(export.next, now) }
}

fn most(plan: &ExportPlan) -> String {
    match plan.keep {
        KeepFiles::Count(count) => format!(" of {count}"),
        KeepFiles::Age(age) => format!(" of {}", age.in_words()),
    }
}
