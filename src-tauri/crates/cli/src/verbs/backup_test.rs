//! `backup test`: whether copies can be made at a store, step by step.

use std::fmt::Write as _;

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::view::{StoreTrialRequest, StoreTrialView, TrialState};
use hyper::Method;

use crate::arguments::OneDestination;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, Terminal};

/// Tries a store of the configuration.
pub async fn test(context: &Context, wanted: &OneDestination) -> Result<Outcome, Problem> {
    let request = StoreTrialRequest { destination: wanted.destination.clone(), store: None };
    let connection = context.connect(Access::Write).await?;
    let answer: Result<StoreTrialView, Problem> =
        connection.client.send(Method::POST, "/backups/stores/test", &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || words(&context.terminal, &view))?;
    Ok(if view.is_usable { Outcome::Done } else { Outcome::Unhealthy })
}

fn words(terminal: &Terminal, view: &StoreTrialView) -> String {
    let verdict = if view.is_usable { "Copies can be made at" } else { "Copies cannot be made at" };
    let mut text = format!("{verdict} {} ({}).\n", view.destination, view.place);
    // Writing into a text cannot fail.
    for step in &view.steps {
        let sign = match step.state {
            TrialState::Passed => terminal.paint(Colour::Green, "●"),
            TrialState::Warning => terminal.paint(Colour::Yellow, "▲"),
            TrialState::Failed => terminal.paint(Colour::Red, "✕"),
            TrialState::Skipped => continue,
        };
        let _ = writeln!(text, "{sign} {}", terminal.wrap(&step.detail, 2));
        if !step.hint.is_empty() {
            let _ = writeln!(text, "  hint: {}", terminal.wrap(&step.hint, 8));
        }
    }
    text
}
