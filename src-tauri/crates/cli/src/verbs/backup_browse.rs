//! `backup browse` and `backup find`: what is in an archive, and all versions of a file.

use caretaker_api::Access;
use caretaker_core::backup::EntryKind;
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::view::{BrowseView, VersionsView};

use crate::arguments::{BrowseArchive, FindFile};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, ago};
use crate::request::Address;

/// Characters of an identity that are shown, and enough to name it by.
const SHORT: usize = 12;

/// Asks and shows a folder.
pub async fn browse(context: &Context, wanted: &BrowseArchive) -> Result<Outcome, Problem> {
    let address =
        Address::new("/backups/archives").segment(&wanted.id).word("browse").parameter("path", wanted.path.as_ref());
    let connection = context.connect(Access::Read).await?;
    let answer: Result<BrowseView, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || folder(&view).render(&context.terminal))?;
    Ok(Outcome::Done)
}

fn folder(view: &BrowseView) -> Table {
    let now = Context::now();
    let mut table = Table::new(&[
        Column::name("NAME"),
        Column::new("SIZE", Align::Right),
        Column::whole("CHANGED"),
        Column::new("NOTE", Align::Left),
    ]);
    for entry in &view.entries {
        let (sign, colour) = match entry.kind {
            EntryKind::Folder => ("/", Some(Colour::Bold)),
            EntryKind::Symlink => ("@", None),
            EntryKind::File | EntryKind::Special => ("", None),
        };
        // A folder that is only on the way has no time.
        let changed = if entry.modified.as_millis() == 0 { String::new() } else { ago(entry.modified, now) };
        table.coloured([
            (format!("{}{sign}", entry.name), colour),
            (Unit::Bytes.format(entry.size as f64), None),
            (changed, None),
            (entry.flags.join(", "), Some(Colour::Dim)),
        ]);
    }
    table
}

/// Asks and shows all versions.
pub async fn find(context: &Context, wanted: &FindFile) -> Result<Outcome, Problem> {
    let address =
        Address::new("/backups/versions").parameter("path", Some(&wanted.path)).parameter("job", wanted.job.as_deref());
    let connection = context.connect(Access::Read).await?;
    let answer: Result<VersionsView, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || {
        if view.versions.is_empty() {
            return format!("No archive has `{}`.\n", view.path);
        }
        let more = if view.is_cut { "There are more; name more of the path.\n" } else { "" };
        format!("{}{more}", versions(&view).render(&context.terminal))
    })?;
    Ok(if view.versions.is_empty() { Outcome::NotFound } else { Outcome::Done })
}

fn versions(view: &VersionsView) -> Table {
    let now = Context::now();
    let mut table = Table::new(&[
        Column::name("PATH"),
        Column::new("JOB", Align::Left),
        Column::new("SIZE", Align::Right),
        Column::whole("CHANGED"),
        Column::whole("LAST IN"),
        Column::whole("ARCHIVE"),
    ]);
    for version in &view.versions {
        table.coloured([
            (version.path.to_string(), None),
            (version.job.clone(), None),
            (Unit::Bytes.format(version.size as f64), None),
            (ago(version.modified, now), None),
            (ago(version.last_at, now), None),
            (version.last.chars().take(SHORT).collect(), Some(Colour::Dim)),
        ]);
    }
    table
}
