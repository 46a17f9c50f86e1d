//! `health`: checks run now, each with the time that it took, and an exit code for scripts.

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::view::{HealthCheck, HealthView};

use crate::arguments::Health;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, health_sign};
use crate::request::Address;

/// Asks and shows.
pub async fn check(context: &Context, wanted: &Health) -> Result<Outcome, Problem> {
    let address = Address::new("/health").parameter("part", wanted.part.as_ref()).parameter("max_age", wanted.max_age);
    let connection = context.connect(Access::Read).await?;
    let answer: Result<HealthView, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || words(&context.terminal, &view))?;
    Ok(view.state.into())
}

pub(super) fn words(terminal: &Terminal, view: &HealthView) -> String {
    let mut table = Table::new(&[
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("", Align::Right),
        Column::giving_way(""),
    ]);
    for check in &view.checks {
        let sign = health_sign(check.state);
        table.coloured([
            (format!("{} {}", sign.shape, sign.word), Some(sign.colour)),
            (check.name.clone(), None),
            (took(check), Some(Colour::Dim)),
            (check.detail.clone(), None),
        ]);
    }
    table.render(terminal)
}

fn took(check: &HealthCheck) -> String {
    caretaker_core::metric::Unit::Milliseconds.format(check.took_ms)
}
