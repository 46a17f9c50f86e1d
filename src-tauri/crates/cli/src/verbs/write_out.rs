//! `export` and `validate`: everything into a folder, everything checked.

use caretaker_api::Access;
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{HealthState, HealthView, WriteOutRequest, WrittenOut};
use hyper::Method;

use super::health::words;
use crate::arguments::WriteOut;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Column, Table};

/// Writes everything into a folder.
pub async fn write_out(context: &Context, wanted: &WriteOut) -> Result<Outcome, Problem> {
    let folder = std::path::absolute(&wanted.output)
        .map_err(|error| Problem::new(Code::Usage, format!("find {}: {error}", wanted.output.display())))?;
    let request = WriteOutRequest { folder: folder.display().to_string() };
    // It writes nothing into the home; a reader may do it as well.
    let connection = context.connect(Access::Read).await?;
    let answer: Result<WrittenOut, Problem> = connection.client.send(Method::POST, "/write-out", &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || {
        let mut table = Table::new(&[Column::name("FILE"), Column::new("SIZE", Align::Right)]);
        for file in &view.files {
            table.coloured([(file.name.clone(), None), (Unit::Bytes.format(file.bytes as f64), None)]);
        }
        format!("{}Written into {}.\n", table.render(&context.terminal), view.folder)
    })?;
    Ok(Outcome::Done)
}

/// Checks everything: 0 when nothing is broken, else 1.
pub async fn validate(context: &Context) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<HealthView, Problem> = connection.client.get("/validation").await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || words(&context.terminal, &view))?;
    Ok(if view.state == HealthState::Critical { Outcome::Unhealthy } else { Outcome::Done })
}
