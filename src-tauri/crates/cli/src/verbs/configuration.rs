//! `config show`, `set`, `unset` and `schema`.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::config::is_credential;
use caretaker_core::problem::Problem;
use caretaker_core::view::{ConfigurationView, SetRequest};
use hyper::Method;

use crate::arguments::ShowConfiguration;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, Column, Table, Terminal};

/// Prints the schema; it is JSON in any case.
pub fn schema(context: &Context) -> Result<Outcome, Problem> {
    context.terminal.text(&format!("{:#}\n", caretaker_core::config::schema()))?;
    Ok(Outcome::Done)
}

/// Prints what is in force.
pub async fn show(context: &Context, wanted: &ShowConfiguration) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let view: ConfigurationView = connection.client.get("/configuration").await?;
    connection.close().await;
    let terminal = &context.terminal;
    terminal.show(&view, || if wanted.origin { with_origins(terminal, &view) } else { as_file(terminal, &view) })?;
    Ok(Outcome::Done)
}

/// Changes or removes one key and says what that changed.
pub async fn set(context: &Context, key: &str, value: Option<&str>) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let client = &connection.client;
    let before: ConfigurationView = client.get("/configuration").await?;
    let request = SetRequest { key: key.to_owned(), value: value.map(str::to_owned) };
    let changed: Result<ConfigurationView, Problem> = client.send(Method::POST, "/configuration/set", &request).await;
    connection.close().await;
    let after = changed?;
    context.terminal.show(&after, || differences(key, &before, &after))?;
    Ok(Outcome::Done)
}

fn source(view: &ConfigurationView) -> String {
    if view.exists {
        format!("From {}", view.path)
    } else {
        format!("There is no {}; these are the defaults", view.path)
    }
}

fn remarks(view: &ConfigurationView) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail, here and below.
    for problem in &view.problems {
        let _ = writeln!(text, "mistake: {problem}");
    }
    if !view.problems.is_empty() {
        let _ = writeln!(text, "The last good version is in force until the file is mended.");
    }
    for note in &view.notes {
        let _ = writeln!(text, "note: {}; {}", note.message, note.hint);
    }
    for section in view.unused.iter().filter(|section| !section.starts_with("notify.channel.")) {
        let _ = writeln!(text, "note: `{section}` is correct, but this version does not act upon it");
    }
    text
}

fn with_origins(terminal: &Terminal, view: &ConfigurationView) -> String {
    let mut table = Table::new(&[Column::name("KEY"), Column::giving_way("VALUE"), Column::whole("ORIGIN")]);
    for entry in &view.origins {
        let origin = (entry.origin.clone(), (entry.origin == "default").then_some(Colour::Dim));
        table.coloured([(entry.key.clone(), None), (entry.value.clone(), None), origin]);
    }
    format!("{}\n\n{}{}", source(view), table.render(terminal), remarks(view))
}

/// Everything in force as a file that could be read again.
fn as_file(terminal: &Terminal, view: &ConfigurationView) -> String {
    let mut text = format!("# {}\n\n", source(view));
    for line in view.settings.to_file().lines() {
        let line = if line.starts_with('[') { terminal.paint(Colour::Bold, line) } else { line.to_owned() };
        let _ = writeln!(text, "{line}");
    }
    for line in remarks(view).lines() {
        let _ = writeln!(text, "# {line}");
    }
    text
}

/// Every key whose value in force is another one now.
fn differences(key: &str, before: &ConfigurationView, after: &ConfigurationView) -> String {
    let value = |view: &ConfigurationView, key: &str| {
        view.origins.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone())
    };
    let keys = before.origins.iter().chain(&after.origins).map(|entry| entry.key.as_str());
    let mut keys: Vec<&str> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
    let mut text = String::new();
    for key in keys {
        let (old, new) = (value(before, key), value(after, key));
        if old != new {
            let _ = writeln!(text, "{key}: {} → {}", shown(old), shown(new));
        }
    }
    if text.is_empty() {
        let origin = after.origins.iter().find(|entry| entry.key == key).map(|entry| entry.origin.as_str());
        let why = match origin {
            Some(origin) if origin.starts_with("environment") => format!(" ({origin} goes before the file)"),
            Some(_) | None => String::new(),
        };
        if is_credential(key) {
            return format!("{key} is written to {}; what is secret in it is not shown\n", after.path);
        }
        let _ = writeln!(text, "{key}: no other value than before{why}");
    }
    format!("{text}{} {}\n", if before.text == after.text { "Unchanged:" } else { "Written to" }, after.path)
}
