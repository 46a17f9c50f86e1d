//! `alerts show`: one alert with the chart that led to it, what ran then, what happened since, and who was told.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::alert::Evidence;
use caretaker_core::folder::sentence;
use caretaker_core::metric::Unit;
use caretaker_core::notice::{NATIVE, NoticeKind, NoticeState};
use caretaker_core::problem::Problem;
use caretaker_core::record::RecordLevel;
use caretaker_core::rule::Threshold;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{AlertDetail, AlertView, NoticeView, RunbookLink};

use super::alerts_list::state;
use crate::arguments::ShowAlert;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago, chart, in_local_time, level_sign, local};
use crate::request::Address;

/// Asks and shows.
pub async fn show(context: &Context, wanted: &ShowAlert) -> Result<Outcome, Problem> {
    let address = Address::new("/alerts").segment(&wanted.id);
    let connection = context.connect(Access::Read).await?;
    let answer: Result<AlertDetail, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let detail = answer?;
    let now = Context::now();
    context.terminal.show(&detail, || words(&context.terminal, &detail, now))?;
    Ok(Outcome::Done)
}

/// Everything about an alert, as text.
pub fn words(terminal: &Terminal, detail: &AlertDetail, now: Timestamp) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = write(&mut text, terminal, detail, now);
    text
}

fn write(text: &mut String, terminal: &Terminal, detail: &AlertDetail, now: Timestamp) -> std::fmt::Result {
    let alert = &detail.alert;
    writeln!(text, "{}  {}", terminal.sign(level_sign(alert.level)), terminal.paint(Colour::Bold, &alert.summary))?;
    writeln!(text, "\n{}", facts(terminal, alert, detail.runbooks.first(), now).trim_end())?;
    if let Some(evidence) = &detail.evidence {
        write_evidence(text, terminal, evidence, (alert.unit, now))?;
    }
    if !detail.timeline.is_empty() {
        writeln!(text, "\n  {}", terminal.paint(Colour::Bold, "What happened"))?;
        let mut table = moments();
        for entry in &detail.timeline {
            table.row([when(entry.at, now), in_local_time(&entry.text, now)]);
        }
        writeln!(text, "{}", table.render(terminal).trim_end())?;
    }
    if !detail.notices.is_empty() {
        writeln!(text, "\n  {}", terminal.paint(Colour::Bold, "Who was told"))?;
        let mut table = moments();
        for notice in &detail.notices {
            table.row([when(notice.at, now), told(notice)]);
        }
        writeln!(text, "{}", table.render(terminal).trim_end())?;
    }
    Ok(())
}

fn moments() -> Table {
    Table::new(&[Column::new("", Align::Left), Column::giving_way("")]).indented(2)
}

fn when(at: Timestamp, now: Timestamp) -> String {
    let age = now.since(at);
    // What is young is told to the second.
    let range = if age < Span::from_hours(24) { Span::ZERO } else { age };
    format!("{} ({})", local(at, range), ago(at, now))
}

fn facts(terminal: &Terminal, alert: &AlertView, runbook: Option<&RunbookLink>, now: Timestamp) -> String {
    let mut table = Table::new(&[Column::new("", Align::Left), Column::giving_way("")]).indented(2);
    let mut line = |label: &str, text: String| table.coloured([(label.to_owned(), Some(Colour::Dim)), (text, None)]);
    line("Title", alert.title.clone());
    line("State", state(alert, now));
    line("Since", when(alert.since, now));
    if let Some(raised) = alert.fired_at.filter(|raised| *raised != alert.since) {
        line("Raised", when(raised, now));
    }
    let bound = alert.threshold.map(|threshold| match threshold {
        Threshold::Above(bound) => format!("; {} above {}", alert.level, alert.unit.format(bound)),
        Threshold::Below(bound) => format!("; {} below {}", alert.level, alert.unit.format(bound)),
    });
    let range = alert.range_text.as_ref().map(|range| format!(" ({range})")).unwrap_or_default();
    let judged = if alert.judged.is_empty() { String::new() } else { format!(" as {}", alert.judged) };
    line(
        "Value",
        format!(
            "{}{range}{judged}, at worst {}{}",
            alert.value_text,
            alert.unit.format(alert.peak),
            bound.unwrap_or_default()
        ),
    );
    let labels: Vec<String> = alert.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    line("Series", format!("{} {}", alert.metric, labels.join(" ")).trim_end().to_owned());
    line("Rule", alert.rule.clone());
    if let Some(cause) = &alert.explained_by {
        line("Explained by", format!("{}; told when that is over: caretaker alerts show {}", cause.text, cause.id.0));
    }
    if let Some(acknowledged) = &alert.acknowledged {
        let note = if acknowledged.note.is_empty() { String::new() } else { format!(": {}", acknowledged.note) };
        line("Taken on", format!("{}{note}", when(acknowledged.at, now)));
    }
    if let Some(runbook) = runbook {
        line("Runbook", format!("{}: caretaker runbook show {}", runbook.title, runbook.id));
    }
    line("Id", alert.id.0.clone());
    table.render(terminal)
}

fn write_evidence(
    text: &mut String,
    terminal: &Terminal,
    evidence: &Evidence,
    (unit, now): (Unit, Timestamp),
) -> std::fmt::Result {
    writeln!(text, "\n  {}", terminal.paint(Colour::Bold, "When it was raised"))?;
    writeln!(text, "  {}", terminal.wrap(&evidence.rule_text, 2))?;
    let samples = &evidence.samples;
    if let (true, Some(first), Some(last)) =
        (terminal.interactive() && samples.len() > 1, samples.first(), samples.last())
    {
        let width = terminal.width().unwrap_or(80).min(80).saturating_sub(2);
        for line in chart(samples, unit, first.at, last.at + Span::from_millis(1), width) {
            writeln!(text, "  {line}")?;
        }
    }
    if !evidence.processes.is_empty() {
        let mut table = Table::new(&[
            Column::new("PROCESS", Align::Left),
            Column::new("PID", Align::Right),
            Column::new("CPU", Align::Right),
            Column::new("MEMORY", Align::Right),
        ])
        .indented(2);
        for process in evidence.processes.iter().take(5) {
            table.row([
                process.name.clone(),
                process.pid.to_string(),
                process.cpu_percent.map(|percent| Unit::Percent.format(percent)).unwrap_or_default(),
                Unit::Bytes.format(process.memory_bytes as f64),
            ]);
        }
        writeln!(text, "\n{}", table.render(terminal).trim_end())?;
    }
    write_context(text, terminal, evidence, now)
}

/// What grew, what logs said, what was changed.
fn write_context(text: &mut String, terminal: &Terminal, evidence: &Evidence, now: Timestamp) -> std::fmt::Result {
    if !evidence.grown.is_empty() {
        writeln!(text, "\n  {}", terminal.paint(Colour::Bold, "What grew on the disk"))?;
        for grown in &evidence.grown {
            writeln!(text, "  {}", sentence(grown))?;
        }
    }
    if let Some(log) = &evidence.log {
        writeln!(text, "\n  {}", terminal.paint(Colour::Bold, "Warnings from logs, 2 min before and after"))?;
        let records = || log.before.iter().chain(&log.after);
        let mut table = Table::new(&[
            Column::new("", Align::Left),
            Column::new("", Align::Left),
            Column::new("", Align::Left),
            Column::giving_way(""),
        ])
        .indented(2);
        for record in records() {
            let colour = if record.level == RecordLevel::Warning { Colour::Yellow } else { Colour::Red };
            let level = match record.level {
                RecordLevel::Warning => "warning",
                RecordLevel::Error => "error",
                RecordLevel::Critical => "critical",
            };
            let times = if record.times > 1 { format!(" ({} times)", record.times) } else { String::new() };
            table.coloured([
                (local(record.at, Span::ZERO), Some(Colour::Dim)),
                (level.to_owned(), Some(colour)),
                (record.source.clone(), None),
                (format!("{}{times}", record.message), None),
            ]);
        }
        if records().next().is_some() {
            writeln!(text, "{}", table.render(terminal).trim_end())?;
        } else if log.note.is_empty() {
            writeln!(text, "  None in {}.", log.source)?;
        }
        if log.left_out > 0 {
            writeln!(text, "  {} more were left out.", log.left_out)?;
        }
        if !log.note.is_empty() {
            writeln!(text, "  {}", terminal.wrap(&log.note, 2))?;
        }
    }
    if !evidence.changes.is_empty() {
        writeln!(text, "\n  {}", terminal.paint(Colour::Bold, "Changed within the day before"))?;
        let mut table = moments();
        for change in &evidence.changes {
            table.row([when(change.at, now), in_local_time(&change.text, now)]);
        }
        writeln!(text, "{}", table.render(terminal).trim_end())?;
    }
    Ok(())
}

fn told(notice: &NoticeView) -> String {
    let what = match notice.kind {
        NoticeKind::Raise => "raised",
        NoticeKind::Update => "updated",
        NoticeKind::Close if notice.channel == NATIVE => "taken away",
        NoticeKind::Close => "told that it is over",
    };
    let how = match notice.state {
        NoticeState::Pending => "waits to be delivered",
        NoticeState::Delivered => "delivered",
        NoticeState::Superseded => "replaced by a newer one",
        // Without a reason nobody was there; with one it was refused, or the reason lasted.
        NoticeState::Expired if notice.error.is_some() => "given up",
        NoticeState::Expired => "nobody took it in time",
    };
    let error = notice.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
    format!("{}: {what}, {how}{error}", notice.channel)
}
