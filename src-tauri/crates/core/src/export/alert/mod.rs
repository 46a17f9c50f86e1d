//! One alert with everything known of it as one file: HTML that stands alone, Markdown, or the document of the API. Reads
//! nothing; how a moment is written for people is an argument, because the zone belongs to the machine.

mod chart;
mod format;
mod html;
mod markdown;

pub use format::{AlertFormat, ParseAlertFormatError};

use crate::metric::{SeriesPoints, Unit};
use crate::rule::Threshold;
use crate::time::Timestamp;
use crate::view::AlertDetail;

/// Everything that goes into the file.
pub struct AlertExport<'e> {
    /// The alert.
    pub detail: &'e AlertDetail,
    /// Its series around it; none where nothing is kept of that time.
    pub series: Option<&'e SeriesPoints>,
    /// Name of the machine.
    pub host: &'e str,
    /// Version of the program.
    pub version: &'e str,
    /// When the file was made.
    pub now: Timestamp,
    /// A moment for people, to the second.
    pub moment: &'e dyn Fn(Timestamp) -> String,
    /// The zone that moments are written in: `UTC+01:00`.
    pub zone: &'e str,
}

impl AlertExport<'_> {
    /// The whole text in a format; it ends with a line break.
    pub fn write(&self, format: AlertFormat) -> String {
        match format {
            AlertFormat::Html => html::write(self),
            AlertFormat::Markdown => markdown::write(self),
            AlertFormat::Json => {
                // Every part of it was made to be written as JSON.
                let mut text = serde_json::to_string_pretty(self.detail).unwrap_or_default();
                text.push('\n');
                text
            }
        }
    }

    /// Rows of "what" and "how": the head of the file.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let alert = &self.detail.alert;
        let mut facts = vec![("Machine", self.host.to_owned()), ("Level", alert.level.to_string())];
        facts.push(("State", word(&alert.state)));
        facts.push(("First out of bounds", (self.moment)(alert.since)));
        facts.extend(alert.fired_at.map(|at| ("Raised", (self.moment)(at))));
        facts.extend(alert.resolved_at.map(|at| ("Over", (self.moment)(at))));
        if let Some(raised) = alert.fired_at {
            let until = alert.resolved_at.unwrap_or(self.now);
            facts.push(("Up for", until.since(raised).or_zero().in_words()));
        }
        let judged = if alert.judged.is_empty() { String::new() } else { format!(" as {}", alert.judged) };
        facts.push(("Value", format!("{}{judged}", alert.value_text)));
        facts.push(("At worst", alert.unit.format(alert.peak)));
        facts.extend(alert.threshold.map(|threshold| ("Bound", bound(threshold, alert.unit))));
        facts.push((
            "Series",
            crate::metric::SeriesKey { name: alert.metric.clone(), labels: alert.labels.clone() }.to_string(),
        ));
        let rule =
            self.detail.evidence.as_ref().map_or_else(|| alert.rule.clone(), |evidence| evidence.rule_text.clone());
        // What stands between backticks is a name in the window; a file has no use for them.
        facts.push(("Rule", rule.replace('`', "")));
        if let Some(taken) = &alert.acknowledged {
            let note = if taken.note.is_empty() { String::new() } else { format!(": {}", taken.note) };
            facts.push(("Taken on", format!("{}{note}", (self.moment)(taken.at))));
        }
        facts.push(("Id", alert.id.0.clone()));
        facts.push(("Times", format!("as clocks show in {}", self.zone)));
        facts
    }

    /// Heads and rows of every table behind the head of the file, in their order; empty ones are left out.
    fn tables(&self) -> Vec<Table> {
        let mut tables = Vec::new();
        let at = |moment: Timestamp| (self.moment)(moment);
        if let Some(evidence) = &self.detail.evidence {
            let bytes = |bytes: u64| Unit::Bytes.format(bytes as f64);
            tables.push(
                Table::new("What grew on the disk before", &["Folder", "Grew by", "Takes up", "Since"]).rows(
                    evidence
                        .grown
                        .iter()
                        .map(|one| [one.path.clone(), bytes(one.bytes), bytes(one.now_bytes), at(one.since)].into()),
                ),
            );
            tables.push(
                Table::new("Busiest and largest processes when it was raised", &["Process", "PID", "CPU", "Memory"])
                    .rows(evidence.processes.iter().map(|process| {
                        let cpu = process.cpu_percent.map(|percent| Unit::Percent.format(percent)).unwrap_or_default();
                        [process.name.clone(), process.pid.to_string(), cpu, bytes(process.memory_bytes)].into()
                    })),
            );
            tables.push(Table::new("The machine when it was raised", &["What", "Value"]).rows(
                evidence.companions.iter().map(|one| {
                    let key = crate::metric::SeriesKey { name: one.name.clone(), labels: one.labels.clone() };
                    let value = crate::alert::words::state_word(&one.name, one.value)
                        .map_or_else(|| one.unit.format(one.value), str::to_owned);
                    [crate::alert::words::subject(&key), value].into()
                }),
            ));
            tables.push(log(evidence, &at));
            let marks = evidence.marks.iter().map(|mark| (mark.at, mark.text.clone()));
            let mut before: Vec<(Timestamp, String)> =
                evidence.changes.iter().map(|change| (change.at, change.text.clone())).chain(marks).collect();
            before.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
            before.dedup();
            tables.push(
                Table::new("What changed lately", &["When", "What"])
                    .rows(before.into_iter().map(|(moment, text)| [at(moment), text].into())),
            );
        }
        tables.push(
            Table::new("What happened", &["When", "What"])
                .rows(self.detail.timeline.iter().map(|entry| [at(entry.at), entry.text.clone()].into())),
        );
        tables.push(Table::new("Who was told", &["When", "Channel", "What", "How", "Words"]).rows(
            self.detail.notices.iter().map(|notice| {
                let how = notice
                    .error
                    .as_ref()
                    .map_or_else(|| word(&notice.state), |why| format!("{}: {why}", word(&notice.state)));
                [at(notice.at), notice.channel.clone(), word(&notice.kind), how, notice.body.clone()].into()
            }),
        ));
        if let Some(evidence) = &self.detail.evidence {
            tables.push(Table::new("Samples around it", &["When", "Value"]).rows(
                evidence.samples.iter().chain(&evidence.after).map(|point| {
                    [
                        at(point.at),
                        point.value.map_or_else(|| "none".to_owned(), |value| self.detail.alert.unit.format(value)),
                    ]
                    .into()
                }),
            ));
        }
        tables.retain(|table| !table.rows.is_empty() || !table.note.is_empty());
        tables
    }
}

fn log(evidence: &crate::alert::Evidence, at: &dyn Fn(Timestamp) -> String) -> Table {
    let mut table = Table::new("Warnings from logs, two minutes before and after", &["When", "Level", "From", "What"]);
    let Some(log) = &evidence.log else { return table };
    table.rows = log
        .before
        .iter()
        .chain(&log.after)
        .map(|record| {
            let times = if record.times > 1 { format!(" ({} times)", record.times) } else { String::new() };
            vec![at(record.at), word(&record.level), record.source.clone(), format!("{}{times}", record.message)]
        })
        .collect();
    table.note = match (log.note.is_empty(), log.left_out, table.rows.is_empty()) {
        (false, _, _) => log.note.clone(),
        (true, 0, true) => format!("Nothing in {}.", log.source),
        (true, 0, false) => String::new(),
        (true, left_out, _) => format!("{left_out} more were left out."),
    };
    table
}

/// A table of the file.
struct Table {
    title: &'static str,
    heads: &'static [&'static str],
    rows: Vec<Vec<String>>,
    /// A sentence below it; may be empty.
    note: String,
}

impl Table {
    const fn new(title: &'static str, heads: &'static [&'static str]) -> Self {
        Self { title, heads, rows: Vec::new(), note: String::new() }
    }

    fn rows(mut self, rows: impl Iterator<Item = Vec<String>>) -> Self {
        self.rows = rows.collect();
        self
    }
}

fn bound(threshold: Threshold, unit: Unit) -> String {
    match threshold {
        Threshold::Above(bound) => format!("above {}", unit.format(bound)),
        Threshold::Below(bound) => format!("below {}", unit.format(bound)),
    }
}

/// A plain enumeration as the word that stands for it in JSON.
fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        Ok(_) | Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests;
