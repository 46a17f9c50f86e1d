//! `monitor`: everything at a glance, kept up to date on the whole terminal; with `--once` one frame for a reader.

use std::time::Duration;

use caretaker_api::Access;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::Status;

use crate::arguments::Monitor;
use crate::context::Context;
use crate::monitor::{Link, Range, Snapshot, once, watch};
use crate::outcome::Outcome;

/// Where nothing says how wide it is.
const WIDTH: usize = 100;

/// Shows everything until the person leaves.
pub async fn monitor(context: &Context, wanted: &Monitor) -> Result<Outcome, Problem> {
    if wanted.once {
        return Box::pin(one_frame(context)).await;
    }
    if context.terminal.json() {
        return Err(Problem::new(Code::Usage, "`--json` prints one document, and the monitor never ends")
            .hint("add --once, or use `caretaker status --json`"));
    }
    if !context.terminal.interactive() {
        return Err(Problem::new(Code::Usage, "the monitor needs a terminal, and stdout is none")
            .hint("add --once for one frame, or use `caretaker status`"));
    }
    let every = wanted.interval.map(|span| Duration::from_millis(span.as_millis().unsigned_abs()));
    watch(context, every).await?;
    Ok(Outcome::Done)
}

async fn one_frame(context: &Context) -> Result<Outcome, Problem> {
    let terminal = &context.terminal;
    let connection = context.connect(Access::Read).await?;
    if terminal.json() {
        let answer: Result<Status, Problem> = connection.client.get("/status").await;
        connection.close().await;
        let status = answer?;
        terminal.document(&status)?;
        return Ok(status.state.into());
    }
    let link = if connection.is_attached() { Link::Engine } else { Link::Alone };
    let answer = Snapshot::ask(&connection.client, Range::default()).await;
    connection.close().await;
    let snapshot = answer?;
    let state = snapshot.overview.status.state;
    let told = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = terminal.width().or_else(told).unwrap_or(WIDTH).clamp(40, 400);
    terminal.text(&once(terminal, snapshot, link, Context::now(), width))?;
    Ok(state.into())
}
