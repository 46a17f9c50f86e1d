//! `folders`: the largest folders of each disk, and how they grew.

use std::fmt::Write;
use std::time::Duration;

use caretaker_api::{Access, Client};
use caretaker_core::folder::sentence;
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{DiskFolders, FoldersView, SurveyRequest};
use hyper::Method;

use crate::arguments::Folders;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago};

/// Between two looks whether a walk has ended.
const LOOK: Duration = Duration::from_millis(300);
/// Growth below this is none.
const LEAST: i64 = 1_000_000;

/// Asks and shows.
pub async fn show(context: &Context, wanted: &Folders) -> Result<Outcome, Problem> {
    let connection = context.connect(if wanted.now { Access::Write } else { Access::Read }).await?;
    let answer = ask(context, &connection.client, wanted).await;
    connection.close().await;
    let mut view = answer?;
    if let Some(mount) = &wanted.mount {
        let known: Vec<String> = view.disks.iter().map(|disk| disk.mount.clone()).collect();
        view.disks.retain(|disk| disk.mount == *mount);
        if view.disks.is_empty() {
            return Err(Problem::new(Code::NotFound, format!("no disk is measured at {mount}")).hint(format!(
                "measured are: {}",
                if known.is_empty() { "none yet".to_owned() } else { known.join(", ") }
            )));
        }
    }
    let now = Context::now();
    context.terminal.show(&view, || words(&context.terminal, &view, now))?;
    Ok(Outcome::Done)
}

async fn ask(context: &Context, client: &Client, wanted: &Folders) -> Result<FoldersView, Problem> {
    if !wanted.now {
        return client.get("/folders").await;
    }
    let request = SurveyRequest { mount: wanted.mount.clone() };
    let mut view: FoldersView = client.send(Method::POST, "/folders/survey", &request).await?;
    let mut told = String::new();
    while let Some(disk) = view.disks.iter().find(|disk| disk.is_looking) {
        if told != disk.mount {
            told.clone_from(&disk.mount);
            context.terminal.note(&format!("Looking at {}; other programs go first.\n", disk.mount));
        }
        tokio::time::sleep(LOOK).await;
        view = client.get("/folders").await?;
    }
    Ok(view)
}

fn words(terminal: &Terminal, view: &FoldersView, now: Timestamp) -> String {
    if view.disks.is_empty() {
        return "No disk was measured yet.\n".to_owned();
    }
    let disks: Vec<String> = view
        .disks
        .iter()
        .map(|disk| {
            let mut text = String::new();
            // Writing into a text cannot fail.
            let _ = write(&mut text, terminal, disk, now);
            text
        })
        .collect();
    disks.join("\n")
}

fn write(text: &mut String, terminal: &Terminal, disk: &DiskFolders, now: Timestamp) -> std::fmt::Result {
    let bytes = |bytes: u64| Unit::Bytes.format(bytes as f64);
    let seen = disk.at.map(|at| {
        let took = disk.took_ms.map(|took| format!(", in {}", Span::from_millis(took).in_words())).unwrap_or_default();
        format!("  {} in {} files, looked at {}{took}", bytes(disk.bytes), disk.files, ago(at, now))
    });
    writeln!(
        text,
        "{}{}",
        terminal.paint(Colour::Bold, &disk.mount),
        terminal.paint(Colour::Dim, &seen.unwrap_or_default())
    )?;
    if !disk.note.is_empty() {
        writeln!(text, "  {}", terminal.wrap(&disk.note, 2))?;
    }
    if disk.unreadable > 0 {
        let note = format!("{} folders may not be read by this user and are not counted.", disk.unreadable);
        writeln!(text, "  {}", terminal.wrap(&note, 2))?;
    }
    if let Some(purgeable) = disk.purgeable_bytes.filter(|purgeable| *purgeable > 0) {
        writeln!(text, "  {} of the space in use would be freed by the system when it is needed.", bytes(purgeable))?;
    }
    for grown in &disk.grown {
        writeln!(text, "  {} {}", terminal.paint(Colour::Yellow, "▲"), sentence(grown))?;
    }
    if disk.folders.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[
        Column::new("SIZE", Align::Right),
        Column::new("1 DAY", Align::Right),
        Column::new("7 DAYS", Align::Right),
        Column::name("FOLDER"),
    ])
    .indented(2);
    for folder in &disk.folders {
        table.coloured([
            (bytes(folder.bytes), None),
            (change(folder.day_bytes), None),
            (change(folder.week_bytes), None),
            (folder.path.clone(), None),
        ]);
    }
    writeln!(text, "{}", table.render(terminal).trim_end())
}

/// `+34 GB`, `-2 GB`, `0`; empty while nothing is known of then.
fn change(bytes: Option<i64>) -> String {
    match bytes {
        None => String::new(),
        Some(change) if change.abs() < LEAST => "0".to_owned(),
        Some(change) => {
            let sign = if change < 0 { "-" } else { "+" };
            format!("{sign}{}", Unit::Bytes.format(change.unsigned_abs() as f64))
        }
    }
}
