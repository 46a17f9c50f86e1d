//! `metrics reset`: a counter that is pushed goes back to zero.

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::view::{ResetRequest, ResetView};
use hyper::Method;

use crate::arguments::ResetCounter;
use crate::context::Context;
use crate::outcome::Outcome;

/// Asks, and says what each had counted.
pub async fn reset(context: &Context, wanted: ResetCounter) -> Result<Outcome, Problem> {
    let request = ResetRequest { name: wanted.name, labels: wanted.labels.into_iter().collect() };
    let connection = context.connect(Access::Write).await?;
    let answer: Result<ResetView, Problem> = connection.client.send(Method::POST, "/metrics/reset", &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || {
        let line =
            |one: &caretaker_core::view::ResetCounter| format!("{} is back to 0, from {}\n", one.key, one.before);
        view.reset.iter().map(line).collect()
    })?;
    Ok(Outcome::Done)
}
