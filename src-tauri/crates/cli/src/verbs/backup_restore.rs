//! `backup restore`: brings files back, or says what would change.

use std::fmt::Write as _;

use caretaker_api::Access;
use caretaker_core::backup::RestoreOutcome;
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityResult, ActivityView, RestoreRequest};
use caretaker_platform::signals::StopSignals;
use hyper::Method;
use serde::Serialize;

use super::following::follow;
use crate::arguments::RestoreFiles;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, Terminal};
use crate::request::Address;

/// Names in each list for people.
const NAMED: usize = 20;

/// What scripts get.
#[derive(Debug, Serialize)]
struct Restored {
    dry_run: bool,
    #[serde(flatten)]
    outcome: RestoreOutcome,
}

/// Begins, watches, shows.
pub async fn restore(context: &Context, wanted: &RestoreFiles, signals: &mut StopSignals) -> Result<Outcome, Problem> {
    let to = std::path::absolute(&wanted.to).unwrap_or_else(|_| wanted.to.clone());
    let to = to.to_str().ok_or_else(|| Problem::new(Code::Usage, "the name of the folder is no UTF-8"))?;
    let request = RestoreRequest {
        to: to.to_owned(),
        paths: wanted.paths.clone(),
        on_conflict: wanted.on_conflict.into(),
        owners: wanted.owners,
        dry_run: wanted.dry_run,
        now: wanted.now,
    };
    let connection = context.connect(Access::Write).await?;
    let restored = async {
        let address = Address::new("/backups/archives").segment(&wanted.id).word("restore");
        let begun: ActivityView = connection.client.send(Method::POST, address.as_str(), &request).await?;
        follow(context, &connection.client, begun, signals).await
    };
    let restored = restored.await;
    connection.close().await;
    let ActivityResult::Restored(outcome) = restored? else {
        return Err(Problem::new(Code::Internal, "the engine answered a restore with something else"));
    };
    let restored = Restored { dry_run: wanted.dry_run, outcome: *outcome };
    context.terminal.show(&restored, || words(&context.terminal, &restored))?;
    Ok(if restored.outcome.lost.is_empty() { Outcome::Done } else { Outcome::Unhealthy })
}

fn words(terminal: &Terminal, restored: &Restored) -> String {
    let outcome = &restored.outcome;
    let bytes = Unit::Bytes.format(outcome.bytes as f64);
    let files = |count: u64| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    let mut text = String::new();
    if restored.dry_run {
        let free = outcome.free_bytes.map(|free| format!(" of {} free", Unit::Bytes.format(free as f64)));
        let free = free.unwrap_or_default();
        let _ = writeln!(text, "Would restore {} ({bytes}{free}) to {}.", files(outcome.files), outcome.to);
    } else {
        let is_whole = outcome.lost.is_empty();
        let sign = if is_whole { terminal.paint(Colour::Green, "●") } else { terminal.paint(Colour::Red, "■") };
        let _ = writeln!(text, "{sign} Restored {} ({bytes}) to {}.", files(outcome.files), outcome.to);
    }
    if outcome.unchanged > 0 {
        let _ = writeln!(text, "  {} there already, with the same content.", files(outcome.unchanged));
    }
    let what = |path: &caretaker_core::backup::ArchivePath| {
        let found = outcome.in_the_way.iter().find(|one| one.path == *path);
        found.map(|one| format!(" (there: {})", one.what)).unwrap_or_default()
    };
    let renamed = outcome.renamed.iter().map(|(path, to)| format!("{path} as {to}{}", what(path)));
    list(&mut text, "Kept beside what is there", renamed);
    list(&mut text, "Replaced", outcome.replaced.iter().map(|path| format!("{path}{}", what(path))));
    list(
        &mut text,
        "Left out, because something is there",
        outcome.skipped.iter().map(|path| format!("{path}{}", what(path))),
    );
    let lost = outcome.lost.iter().map(|file| match &file.older {
        Some(older) => format!("{}: {}; an older version is in {}", file.path, file.reason, short(older)),
        None => format!("{}: {}", file.path, file.reason),
    });
    list(&mut text, "Lost", lost);
    list(&mut text, "Not as it was", outcome.notes.iter().cloned());
    if restored.dry_run {
        text.push_str("Nothing was changed.\n");
    }
    text
}

fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

fn list(text: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    let count = lines.len();
    if count == 0 {
        return;
    }
    let _ = writeln!(text, "  {title}:");
    for line in lines.take(NAMED) {
        let _ = writeln!(text, "    {line}");
    }
    if count > NAMED {
        let _ = writeln!(text, "    and {} more; `--json` names all", count - NAMED);
    }
}
