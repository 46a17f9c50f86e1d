//! `status`: everything at a glance, worst first, and an exit code by state.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{BackupsSummary, ModelsState, ModelsSummary, Overview, Status as View, Tile};

use super::{alerts_list, status_self};
use crate::arguments::Status;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago, in_local_time, overall_sign, remaining, sparkline};
use crate::request::Address;

/// Columns of a sparkline: one for three minutes.
const SPARK: usize = 20;

/// Asks and shows.
pub async fn show(context: &Context, wanted: &Status) -> Result<Outcome, Problem> {
    if wanted.own {
        return status_self::show(context).await;
    }
    let address = Address::new("/status").parameter("max_age", wanted.max_age);
    let connection = context.connect(Access::Read).await?;
    let answer: Result<View, Problem> = connection.client.get(address.as_str()).await;
    // The hour behind the figures is for people only, and no reason to fail.
    let hour = if context.terminal.json() { None } else { connection.client.get::<Overview>("/overview").await.ok() };
    connection.close().await;
    let status = answer?;
    context.terminal.show(&status, || words(&context.terminal, &status, hour.as_ref()))?;
    Ok(status.state.into())
}

fn words(terminal: &Terminal, status: &View, hour: Option<&Overview>) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = write(&mut text, terminal, status, hour);
    text
}

fn write(text: &mut String, terminal: &Terminal, status: &View, hour: Option<&Overview>) -> std::fmt::Result {
    let sign = overall_sign(status.state);
    writeln!(text, "{}  {}", terminal.sign(sign), terminal.paint(Colour::Bold, &status.verdict))?;
    writeln!(text, "  {}", terminal.paint(Colour::Dim, &machine(status)))?;
    if status.engine.last_round.is_none() {
        writeln!(text, "\n  Nothing measured yet: start Caretaker or `caretaker run`")?;
    }
    if let Some(hour) = hour.filter(|hour| !hour.tiles.is_empty()) {
        writeln!(text, "\n{}", tiles(terminal, hour).trim_end())?;
    }
    if !status.alerts.is_empty() {
        writeln!(
            text,
            "\n{}",
            alerts_list::table(terminal, &status.alerts, status.at).indented(2).render(terminal).trim_end()
        )?;
    }
    if !status.degraded.is_empty() {
        writeln!(text, "\n  {}", terminal.paint(Colour::Bold, "Not working"))?;
        for part in &status.degraded {
            writeln!(
                text,
                "  {} {} (since {})",
                terminal.paint(Colour::Yellow, "▲"),
                part.part,
                ago(part.since, status.at)
            )?;
            writeln!(text, "    {}", terminal.wrap(&part.why, 4))?;
            if !part.hint.is_empty() {
                writeln!(text, "    {}", terminal.wrap(&format!("hint: {}", part.hint), 4))?;
            }
        }
    }
    writeln!(text, "\n{}", foot(terminal, status).trim_end())
}

fn machine(status: &View) -> String {
    let host = &status.host;
    let mut parts = vec![host.name.clone(), format!("{} {}", host.os, host.os_version).trim().to_owned()];
    if host.cores > 0 {
        parts.push(format!("{} cores", host.cores));
    }
    if host.memory_bytes > 0 {
        parts.push(caretaker_core::metric::Unit::Bytes.format(host.memory_bytes as f64));
    }
    if let Some(boot) = host.boot_at {
        parts.push(format!("up {}", status.at.since(boot).or_zero().in_words()));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

fn tiles(terminal: &Terminal, hour: &Overview) -> String {
    let mut table = Table::new(&[
        Column::new("", Align::Left),
        Column::new("", Align::Right),
        Column::whole("").dropped(1),
        Column::giving_way(""),
    ])
    .indented(2);
    for tile in &hour.tiles {
        let sign = overall_sign(tile.state);
        let colour = matches!(sign.colour, Colour::Yellow | Colour::Red).then_some(sign.colour);
        let spark = sparkline(&tile.points, tile.unit, hour.from, hour.to, SPARK);
        table.coloured([
            (tile.title.clone(), None),
            (tile.text.clone(), colour),
            (spark, colour),
            (details(tile), Some(Colour::Dim)),
        ]);
    }
    table.render(terminal)
}

fn details(tile: &Tile) -> String {
    let reason = if tile.reason.is_empty() { None } else { Some(tile.reason.clone()) };
    let details = tile.details.iter().map(|detail| format!("{} {}", detail.label.to_lowercase(), detail.text));
    reason.into_iter().chain(details).collect::<Vec<_>>().join(", ")
}

/// Who measures, where it is kept, what is muted, what is not set up.
fn foot(terminal: &Terminal, status: &View) -> String {
    let mut table = Table::new(&[Column::new("", Align::Left), Column::giving_way("")]).indented(2);
    let mut line = |label: &str, text: String| table.coloured([(label.to_owned(), Some(Colour::Dim)), (text, None)]);
    line("Engine", engine(status));
    let storage = &status.storage;
    let size = caretaker_core::metric::Unit::Bytes.format(storage.total_bytes as f64);
    let since = storage.oldest.map(|oldest| format!(", {} of history", status.at.since(oldest).or_zero().in_words()));
    line("Data", format!("{}, {size}{}", storage.home, since.unwrap_or_default()));
    if let Some(until) = status.quiet.until.filter(|until| *until > status.at) {
        line("Quiet", format!("no notifications {}", remaining(until, status.at)));
    }
    for (index, muted) in muted(status).into_iter().enumerate() {
        line(if index == 0 { "Muted" } else { "" }, muted);
    }
    line("Backups", backups(&status.backups));
    line("Care", status.maintenance.sentence.clone());
    if let Some(last) = status.operations.first() {
        line("Last", format!("{}, {}", in_local_time(&last.what, status.at), ago(last.at, status.at)));
    }
    if status.models.state == ModelsState::NotConfigured {
        line("Not set up", "services, models".to_owned());
    } else {
        line("Models", models(&status.models));
        line("Not set up", "services".to_owned());
    }
    table.render(terminal)
}

/// The proof line, and what goes on.
fn backups(backups: &BackupsSummary) -> String {
    let percent = backups.running_percent.map(|percent| format!(", {percent:.0} %")).unwrap_or_default();
    match &backups.running {
        Some(job) => format!("backing up {job}{percent}; {}", backups.sentence),
        None => backups.sentence.clone(),
    }
}

/// What silences and snoozes mute, until when, and why.
fn muted(status: &View) -> Vec<String> {
    let silences = status.silences.iter().map(|view| {
        format!("{} {}: {}", view.what, alerts_list::lasting(&view.silence, status.at), view.silence.reason)
    });
    let by_silence = |until| status.silences.iter().any(|view| view.silence.until == until);
    let snoozed = status.alerts.iter().filter_map(|alert| {
        let until = alert.silenced_until.filter(|until| !by_silence(*until))?;
        Some(format!("{} {}: snoozed", alert.title, remaining(until, status.at)))
    });
    silences.chain(snoozed).collect()
}

fn models(models: &ModelsSummary) -> String {
    let bytes = |size: u64| caretaker_core::metric::Unit::Bytes.format(size as f64);
    let servers = match models.state {
        ModelsState::NotConfigured => String::new(),
        ModelsState::Unknown => "not looked at lately, ".to_owned(),
        ModelsState::Warning => format!("{} of {} servers up, ", models.up, models.servers),
        ModelsState::Ok if models.servers == 1 => "the server is up, ".to_owned(),
        ModelsState::Ok => format!("{} servers up, ", models.servers),
    };
    let memory = if models.memory_bytes > 0 { format!(" ({})", bytes(models.memory_bytes)) } else { String::new() };
    let size = if models.installed_bytes > 0 { format!(" ({})", bytes(models.installed_bytes)) } else { String::new() };
    format!("{servers}{} loaded{memory}, {} installed{size}", models.loaded, models.installed)
}

fn engine(status: &View) -> String {
    let engine = &status.engine;
    let rounds = |at: Timestamp| {
        let every = Span::from_millis(engine.interval_ms).in_words();
        if engine.running {
            format!("a round every {every}, the last {}", ago(at, status.at))
        } else {
            format!("the last round {}", ago(at, status.at))
        }
    };
    let who = match (engine.running, &engine.program, engine.pid) {
        (true, Some(program), Some(pid)) => format!("{program} {}, process {pid}", engine.version),
        (true, _, _) => format!("running, {}", engine.version),
        (false, _, _) => "not running".to_owned(),
    };
    let last = engine.last_round.map(|at| format!(", {}", rounds(at)));
    format!("{who}{}", last.unwrap_or_default())
}
