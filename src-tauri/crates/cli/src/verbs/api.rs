//! `api openapi`: the document of the routes, made from the routes.

use caretaker_core::problem::{Code, Problem};

use crate::context::Context;
use crate::outcome::Outcome;

/// Prints the document; it is JSON in any case.
pub fn openapi(context: &Context) -> Result<Outcome, Problem> {
    let text = serde_json::to_string_pretty(&caretaker_api::document());
    let text = text.map_err(|error| Problem::new(Code::Internal, format!("write the document: {error}")))?;
    context.terminal.text(&format!("{text}\n"))?;
    Ok(Outcome::Done)
}
