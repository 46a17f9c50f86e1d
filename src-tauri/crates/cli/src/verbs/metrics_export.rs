//! `metrics export`: values of many series as text, on stdout or in a file.

use caretaker_api::Access;
use caretaker_core::export::ExportFormat;
use caretaker_core::problem::Problem;

use crate::arguments::ExportSeries;
use crate::context::Context;
use crate::exported::{fits_stdout, hand_out};
use crate::outcome::Outcome;
use crate::request::Address;

/// Asks, and writes what comes.
pub async fn export(context: &Context, wanted: &ExportSeries) -> Result<Outcome, Problem> {
    let output = wanted.output.as_deref();
    fits_stdout(context, output, wanted.format, wanted.format == ExportFormat::Json)?;
    let mut address = Address::new("/metrics/export")
        .parameter("format", Some(wanted.format))
        .parameter("since", wanted.since)
        .parameter("from", wanted.from)
        .parameter("to", wanted.to)
        .parameter("step", wanted.step);
    for name in &wanted.names {
        address = address.parameter("name", Some(name));
    }
    let connection = context.connect(Access::Read).await?;
    let answer = connection.client.text(address.as_str()).await;
    connection.close().await;
    hand_out(context, output, wanted.format, &answer?)?;
    Ok(Outcome::Done)
}
