//! `backup prune`: what is removed, and why everything else stays; and `backup accept-changes`.

use std::fmt::Write as _;

use caretaker_api::Access;
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityResult, ActivityView, BackupsView, PruneRequest, PruneView};
use caretaker_platform::signals::StopSignals;
use hyper::Method;

use super::following::follow;
use crate::arguments::{AcceptChanges, Prune};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago};
use crate::request::Address;

/// Asks and shows; without `--dry-run` removes.
pub async fn prune(context: &Context, wanted: &Prune, signals: &mut StopSignals) -> Result<Outcome, Problem> {
    let view: PruneView = if wanted.dry_run {
        let address = Address::new("/backups/retention").parameter("job", wanted.job.as_deref());
        let connection = context.connect(Access::Read).await?;
        let answer = connection.client.get(address.as_str()).await;
        connection.close().await;
        answer?
    } else {
        let connection = context.connect(Access::Write).await?;
        let request = PruneRequest { job: wanted.job.clone(), dry_run: false };
        let pruned = async {
            let begun: ActivityView = connection.client.send(Method::POST, "/backups/prune", &request).await?;
            follow(context, &connection.client, begun, signals).await
        };
        let pruned = pruned.await;
        connection.close().await;
        match pruned? {
            ActivityResult::Pruned(view) => *view,
            _ => return Err(Problem::new(Code::Internal, "the engine answered with something else than a plan")),
        }
    };
    context.terminal.show(&view, || words(&context.terminal, &view))?;
    Ok(Outcome::Done)
}

fn words(terminal: &Terminal, view: &PruneView) -> String {
    let mut text = String::new();
    let now = Context::now();
    let bytes = |bytes: u64| Unit::Bytes.format(bytes as f64);
    if view.removed.is_empty() {
        text.push_str(if view.dry_run { "Nothing would be removed.\n" } else { "Nothing was removed.\n" });
    } else {
        let mut table = Table::new(&[
            Column::whole("MADE"),
            Column::name("JOB"),
            Column::new("TYPE", Align::Left),
            Column::new("SIZE", Align::Right),
            Column::whole("ID"),
        ]);
        for row in &view.removed {
            table.coloured([
                (ago(row.at, now), None),
                (row.job.clone(), None),
                (row.kind.word().to_owned(), None),
                (bytes(row.bytes), None),
                (row.id.chars().take(12).collect(), Some(Colour::Dim)),
            ]);
        }
        text.push_str(&table.render(terminal));
        let verb = if view.dry_run { "would free" } else { "freed" };
        let _ = writeln!(text, "This {verb} {}.", bytes(view.frees_bytes));
    }
    for (job, why) in &view.frozen {
        let _ = writeln!(text, "{} {job}: {why}", terminal.paint(Colour::Yellow, "▲"));
    }
    for sentence in &view.sentences {
        let _ = writeln!(text, "{sentence}");
    }
    text
}

/// Says that what changed is meant.
pub async fn accept(context: &Context, wanted: &AcceptChanges) -> Result<Outcome, Problem> {
    let address = Address::new("/backups").word("jobs").segment(&wanted.job).word("accept-changes");
    let connection = context.connect(Access::Write).await?;
    let answer: Result<BackupsView, Problem> = connection.client.send(Method::POST, address.as_str(), &()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || {
        let frozen = view.jobs.iter().find(|one| one.job.id == wanted.job).and_then(|one| one.frozen.as_deref());
        let then = frozen.unwrap_or("old archives are removed again by rule");
        format!("The changes of {} are accepted; {then}.\n", wanted.job)
    })?;
    Ok(Outcome::Done)
}
