//! `api openapi`: the document of the routes, made from the routes.

use caretaker_core::problem::{Code, Problem};

use crate::arguments::Api;
use crate::context::Context;
use crate::outcome::Outcome;

/// Prints the document; it is JSON in any case.
pub fn print(context: &Context, wanted: &Api) -> Result<Outcome, Problem> {
    match wanted {
        Api::Openapi => {
            let text = serde_json::to_string_pretty(&caretaker_api::document());
            let text = text.map_err(|error| Problem::new(Code::Internal, format!("write the document: {error}")))?;
            context.terminal.text(&format!("{text}\n"))?;
            Ok(Outcome::Done)
        }
    }
}
