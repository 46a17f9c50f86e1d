//! `alerts export`: one alert as one file, on stdout or where it is wanted.

use caretaker_api::Access;
use caretaker_core::export::AlertFormat;
use caretaker_core::problem::Problem;

use crate::arguments::ExportAlert;
use crate::context::Context;
use crate::exported::{fits_stdout, hand_out};
use crate::outcome::Outcome;
use crate::request::Address;

/// Asks, and writes what comes.
pub async fn export(context: &Context, wanted: &ExportAlert) -> Result<Outcome, Problem> {
    let output = wanted.output.as_deref();
    fits_stdout(context, output, wanted.format, wanted.format == AlertFormat::Json)?;
    let address = Address::new("/alerts").segment(&wanted.id).word("export").parameter("format", Some(wanted.format));
    let connection = context.connect(Access::Read).await?;
    let answer = connection.client.text(address.as_str()).await;
    connection.close().await;
    hand_out(context, output, wanted.format, &answer?)?;
    Ok(Outcome::Done)
}
