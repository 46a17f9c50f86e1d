//! "Look again", pushed.

use std::convert::Infallible;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use caretaker_core::view::Hint;
use caretaker_engine::{DesktopGuard, Engine};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;
use utoipa::IntoParams;

use crate::answer::Failure;

/// Who listens.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WatchQuery {
    /// A tray app that can open a window.
    desktop: Option<bool>,
}

/// Server-sent events, each a `Hint` in JSON. They carry no facts: who hears one reads what it shows again.
#[utoipa::path(get, path = "/watch", tag = "status", params(WatchQuery),
    responses((status = 200, content_type = "text/event-stream", body = Hint)))]
pub async fn watch(
    State(engine): State<Engine>,
    query: Result<Query<WatchQuery>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let guard: Option<DesktopGuard> = query?.desktop.unwrap_or(false).then(|| engine.attach_desktop());
    // A listener that fell behind looks at everything again, as at the start: that makes up for all that it missed.
    let hints = BroadcastStream::new(engine.watch()).map(|hint| hint.unwrap_or(Hint::Hello));
    let events = stream::once(async { Hint::Hello }).chain(hints).map(move |hint| {
        let _attached = &guard;
        Ok(Event::default().data(serde_json::to_string(&hint).unwrap_or_default()))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
