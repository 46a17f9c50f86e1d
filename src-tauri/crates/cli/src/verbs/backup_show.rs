//! `backup show`: one archive with everything about it.

use std::fmt::Write as _;

use caretaker_api::Access;
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ArchiveDetail, ChangesView, CopyState};

use super::backup_list::state;
use crate::arguments::ShowArchive;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, Terminal, ago, in_local_time};
use crate::request::Address;

/// Asks and shows.
pub async fn show(context: &Context, wanted: &ShowArchive) -> Result<Outcome, Problem> {
    let address = Address::new("/backups/archives").segment(&wanted.id);
    let connection = context.connect(Access::Read).await?;
    let answer: Result<ArchiveDetail, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let detail = answer?;
    let now = Context::now();
    context.terminal.show(&detail, || {
        let mut text = String::new();
        // Writing into a text cannot fail.
        let _ = write(&mut text, &context.terminal, &detail, now);
        text
    })?;
    Ok(Outcome::Done)
}

fn write(text: &mut String, terminal: &Terminal, detail: &ArchiveDetail, now: Timestamp) -> std::fmt::Result {
    let (archive, facts) = (&detail.archive, &detail.archive.facts);
    let bytes = |bytes: u64| Unit::Bytes.format(bytes as f64);
    let kind = facts.kind.map_or("", ArchiveType::word);
    let title = format!("{} {kind} backup", archive.job);
    writeln!(text, "{}  {}", terminal.paint(Colour::Bold, &title), ago(facts.at, now))?;
    writeln!(
        text,
        "  Holds    {} files, {}; of these {} in this archive",
        facts.files,
        bytes(facts.bytes_source),
        archive.stored_files
    )?;
    writeln!(text, "  Archive  {}", archive.path)?;
    writeln!(text, "           {}", bytes(facts.bytes_stored))?;
    writeln!(text, "  Id       {}", facts.id)?;
    writeln!(text, "  SHA-256  {}", facts.sha256)?;
    let (word, colour) = state(archive);
    let word = colour.map_or_else(|| word.to_owned(), |colour| terminal.paint(colour, word));
    let checked = archive.verified.as_ref().map(|check| format!(", looked at {}", ago(check.at, now)));
    writeln!(text, "  State    {word}{}", checked.unwrap_or_default())?;
    if let Some(check) = archive.verified.as_ref().filter(|check| !check.detail.is_empty()) {
        writeln!(text, "           {}", check.detail)?;
    }
    if !facts.needs.is_empty() {
        let needs: Vec<String> = facts.needs.iter().map(u32::to_string).collect();
        let noun = if needs.len() == 1 { "archive" } else { "archives" };
        writeln!(text, "  Needs    {noun} {} of this job", needs.join(", "))?;
    }
    if !detail.kept_because.is_empty() {
        writeln!(text, "  Stays    {}", detail.kept_because)?;
    }
    if let Some(next) = &detail.next_full {
        let at = next.at.map(|at| format!("{} ({})", in_local_time(&at.to_string(), now), ago(at, now)));
        let at = at.as_deref().unwrap_or("with the next backup");
        writeln!(text, "  Next     full {at}, because {}", next.because)?;
    }
    if let Some(changes) = &detail.changes {
        let ChangesView { changed, new, gone, .. } = changes;
        let parts = [(changed, "changed"), (new, "new"), (gone, "gone")].map(|(count, word)| (*count, word));
        let parts: Vec<String> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let words = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
        writeln!(text, "  Changes  {words} since the one before")?;
    }
    for copy in &archive.copies {
        let stands = match copy.state {
            CopyState::Pending => "not copied yet",
            CopyState::Replicated => "copied and read back",
            CopyState::Failed => "could not be copied",
            CopyState::Going => "being removed",
        };
        writeln!(text, "  Copy     {}: {stands} {}", copy.destination, copy.why.as_deref().unwrap_or_default())?;
    }
    for grown in detail.grown.iter().take(5) {
        writeln!(
            text,
            "  Grew     {} by {} to {}",
            grown.path,
            bytes(grown.grown_bytes.unsigned_abs()),
            bytes(grown.bytes)
        )?;
    }
    if !detail.exceptions.is_empty() {
        writeln!(text, "  Not as planned:")?;
        for exception in &detail.exceptions {
            writeln!(text, "    {}: {} ({})", exception.path, exception.code, exception.reason)?;
        }
    }
    Ok(())
}
