//! `metrics export`: values of many series as text, on stdout or in a file.

use std::path::Path;

use caretaker_api::Access;
use caretaker_core::export::ExportFormat;
use caretaker_core::problem::{Code, Problem};
use caretaker_platform::files::write_atomic;
use serde::Serialize;

use crate::arguments::ExportSeries;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::request::Address;

/// Mode of the file: measurements are nobody else's business.
const PRIVATE: u32 = 0o600;

/// What was written, for `--json`.
#[derive(Debug, Serialize)]
struct Written<'a> {
    output: &'a Path,
    format: ExportFormat,
    bytes: usize,
}

/// Asks, and writes what comes.
pub async fn export(context: &Context, wanted: &ExportSeries) -> Result<Outcome, Problem> {
    if context.terminal.json() && wanted.output.is_none() && wanted.format != ExportFormat::Json {
        return Err(Problem::new(
            Code::Usage,
            format!("`--json` prints one JSON document, and {} is none", wanted.format),
        )
        .hint("leave out --json, choose --format json, or name a file with --output"));
    }
    let mut address = Address::new("/metrics/export")
        .parameter("format", Some(wanted.format))
        .parameter("since", wanted.since)
        .parameter("step", wanted.step);
    for name in &wanted.names {
        address = address.parameter("name", Some(name));
    }
    let connection = context.connect(Access::Read).await?;
    let answer = connection.client.text(address.as_str()).await;
    connection.close().await;
    let text = answer?;
    match &wanted.output {
        None => context.terminal.text(&text)?,
        Some(output) => {
            // A device or a pipe would be replaced by a file.
            if output.exists() && !output.is_file() {
                return Err(Problem::new(Code::Usage, format!("{} is no file", output.display()))
                    .hint("leave out --output to write to stdout"));
            }
            write_atomic(output, text.as_bytes(), PRIVATE)?;
            let written = Written { output, format: wanted.format, bytes: text.len() };
            context.terminal.show(&written, || format!("Written: {}\n", output.display()))?;
        }
    }
    Ok(Outcome::Done)
}
