//! `doctor`: this machine and Caretaker's set-up, checked; on wish with every sensor, or with the configuration in
//! force, without credentials.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::view::{CheckState, CheckView, ConfigurationView, DoctorView, OriginView, SensorsView};
use serde::Serialize;

use super::sensors;
use crate::arguments::{Doctor, DoctorGroup};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, check_sign};

/// What `--dump` adds.
#[derive(Debug, Serialize)]
struct Dump {
    path: String,
    exists: bool,
    values: Vec<OriginView>,
    unused: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    view: DoctorView,
    /// Only when the group of the sensors is asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    sensors: Option<SensorsView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration: Option<Dump>,
}

/// Asks and shows.
pub async fn check(context: &Context, wanted: &Doctor) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<DoctorView, Problem> = connection.client.get("/doctor").await;
    let configuration: Option<Result<ConfigurationView, Problem>> =
        if wanted.dump { Some(connection.client.get("/configuration").await) } else { None };
    let sensors: Option<Result<SensorsView, Problem>> = match wanted.group {
        Some(DoctorGroup::Sensors) => Some(connection.client.get("/doctor/sensors").await),
        _ => None,
    };
    connection.close().await;
    let mut view = answer?;
    if let Some(group) = wanted.group {
        view.checks.retain(|check| check.group == group.name());
        view.state = worst(&view.checks);
    }
    let report = Report { view, sensors: sensors.transpose()?, configuration: configuration.transpose()?.map(dump) };
    context.terminal.show(&report, || words(&context.terminal, &report))?;
    Ok(report.view.state.into())
}

fn worst(checks: &[CheckView]) -> CheckState {
    [CheckState::Failed, CheckState::Warning, CheckState::Ok]
        .into_iter()
        .find(|state| checks.iter().any(|check| check.state == *state))
        .unwrap_or(CheckState::Absent)
}

fn dump(view: ConfigurationView) -> Dump {
    let values = view.origins.into_iter().map(redacted).collect();
    Dump { path: view.path, exists: view.exists, values, unused: view.unused }
}

/// Hides what could be a credential. References such as `secret:NAME` and `env:NAME` say nothing and stay.
fn redacted(entry: OriginView) -> OriginView {
    const SENSITIVE: [&str; 9] =
        ["url", "key", "token", "password", "secret", "command", "postgres", "endpoint", "user"];
    let name = entry.key.rsplit('.').next().unwrap_or_default();
    let text = entry.value.trim_start_matches('"');
    let reference = text.starts_with("secret:") || text.starts_with("env:");
    if reference || !SENSITIVE.iter().any(|word| name.contains(word)) {
        return entry;
    }
    OriginView { value: "(hidden)".to_owned(), ..entry }
}

fn words(terminal: &Terminal, report: &Report) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = write(&mut text, terminal, report);
    text
}

fn write(text: &mut String, terminal: &Terminal, report: &Report) -> std::fmt::Result {
    if report.view.checks.is_empty() {
        writeln!(text, "There is nothing to check here: this machine or this version has none of it.")?;
    }
    let widest = report.view.checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
    let mut group = "";
    for check in in_groups(&report.view.checks) {
        if check.group != group {
            let gap = if group.is_empty() { "" } else { "\n" };
            group = &check.group;
            writeln!(text, "{gap}{}", terminal.paint(Colour::Bold, &capitalised(group)))?;
        }
        let sign = check_sign(check.state);
        // Fine is told by the shape; everything else has its word too.
        let word = if check.state == CheckState::Ok { String::new() } else { format!("{}: ", sign.word) };
        let detail = terminal.wrap(&format!("{word}{}", check.detail), widest + 6);
        writeln!(text, "  {} {:widest$}  {detail}", terminal.paint(sign.colour, sign.shape), check.name)?;
        if !check.why.is_empty() {
            let why = terminal.wrap(&format!("why: {}", check.why), widest + 6);
            writeln!(text, "    {:widest$}  {why}", "")?;
        }
        if !check.hint.is_empty() {
            let hint = terminal.wrap(&format!("hint: {}", check.hint), widest + 6);
            writeln!(text, "    {:widest$}  {hint}", "")?;
        }
    }
    if let Some(view) = &report.sensors {
        writeln!(text, "\n{}", sensors::words(terminal, view))?;
    }
    let Some(dump) = &report.configuration else { return Ok(()) };
    writeln!(text, "\n{}", terminal.paint(Colour::Bold, "Configuration in force"))?;
    let mut table =
        Table::new(&[Column::new("", Align::Left), Column::giving_way(""), Column::new("", Align::Left)]).indented(2);
    for value in &dump.values {
        table.row([value.key.clone(), value.value.clone(), value.origin.clone()]);
    }
    write!(text, "{}", table.render(terminal))
}

/// The checks with those of one group together, groups in the order in which they first appear.
fn in_groups(checks: &[CheckView]) -> Vec<&CheckView> {
    let place = |group: &str| checks.iter().position(|check| check.group == group);
    let mut sorted: Vec<&CheckView> = checks.iter().collect();
    sorted.sort_by_key(|check| place(&check.group));
    sorted
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_hidden_and_references_are_not() {
        for (key, value, shown) in [
            ("notify.channel.ops.url", "https://hooks.example.org/abc", "(hidden)"),
            ("notify.channel.ops.url", "secret:ops-hook", "secret:ops-hook"),
            ("destination.offsite.secret_key", "\"env:S3\"", "\"env:S3\""),
            ("collect.interval", "30s", "30s"),
        ] {
            let entry = OriginView { key: key.to_owned(), value: value.to_owned(), origin: "file line 3".to_owned() };
            assert_eq!(redacted(entry).value, shown, "{key}");
        }
    }
}
