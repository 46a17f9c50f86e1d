//! `backup list`: a line an archive.

use caretaker_api::Access;
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ArchiveList, ArchiveView};

use crate::arguments::ListArchives;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, ago};
use crate::request::Address;

/// Characters of an identity that are shown, and enough to name it by.
const SHORT: usize = 12;

/// Asks and shows.
pub async fn list(context: &Context, wanted: &ListArchives) -> Result<Outcome, Problem> {
    let address =
        Address::new("/backups/archives").parameter("job", wanted.job.as_deref()).parameter("limit", wanted.limit);
    let connection = context.connect(Access::Read).await?;
    let answer: Result<ArchiveList, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let list = answer?;
    let now = Context::now();
    context.terminal.show(&list, || {
        if list.archives.is_empty() {
            return "There are no archives yet: `caretaker backup create JOB` makes the first.\n".to_owned();
        }
        table(&list.archives, now).render(&context.terminal)
    })?;
    Ok(Outcome::Done)
}

fn table(archives: &[ArchiveView], now: Timestamp) -> Table {
    let mut table = Table::new(&[
        Column::whole("MADE"),
        Column::name("JOB"),
        Column::new("TYPE", Align::Left),
        Column::new("FILES", Align::Right),
        Column::new("SIZE", Align::Right),
        Column::new("STATE", Align::Left),
        Column::whole("ID"),
    ]);
    for archive in archives {
        let facts = &archive.facts;
        let (state, colour) = state(archive);
        table.coloured([
            (ago(facts.at, now), None),
            (archive.job.clone(), None),
            (facts.kind.map_or("", ArchiveType::word).to_owned(), None),
            (facts.files.to_string(), None),
            (Unit::Bytes.format(facts.bytes_stored as f64), None),
            (state.to_owned(), colour),
            (facts.id.chars().take(SHORT).collect(), Some(Colour::Dim)),
        ]);
    }
    table
}

/// The strongest thing that can be said of an archive, in a word or two.
pub fn state(archive: &ArchiveView) -> (&'static str, Option<Colour>) {
    use caretaker_core::backup::VerifyResult;
    let damaged = archive.verified.as_ref().is_some_and(|check| check.result == VerifyResult::Damaged);
    let locked = archive.verified.as_ref().is_some_and(|check| check.result == VerifyResult::Locked);
    match (archive.is_missing, damaged, archive.proven, &archive.verified) {
        (true, _, _, _) => ("missing", Some(Colour::Red)),
        (_, true, _, _) => ("damaged", Some(Colour::Red)),
        (false, false, _, _) if locked => ("key missing", Some(Colour::Yellow)),
        (_, _, Some(_), _) => ("proven", Some(Colour::Green)),
        (_, _, None, Some(_)) => ("verified", None),
        (_, _, None, None) => ("not verified", Some(Colour::Yellow)),
    }
}
