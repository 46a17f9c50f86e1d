//! `notify list` and `notify test`: where notices go, and whether they get there.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::rule::{Level, Route};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ChannelList, ChannelState, ChannelTestRequest, ChannelTestView, ChannelView};
use hyper::Method;

use crate::arguments::TestChannel;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago};

/// Every channel and how it stands.
pub async fn list(context: &Context) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<ChannelList, Problem> = connection.client.get("/channels").await;
    connection.close().await;
    let list = answer?;
    let now = Context::now();
    context.terminal.show(&list, || channels(&context.terminal, &list.channels, now))?;
    Ok(Outcome::Done)
}

/// A test notice to one channel or to all.
pub async fn test(context: &Context, wanted: TestChannel) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let request = ChannelTestRequest { channel: wanted.channel };
    let answer: Result<ChannelTestView, Problem> =
        connection.client.send(Method::POST, "/channels/test", &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || tests(&context.terminal, &view))?;
    Ok(if view.tests.iter().all(|test| test.arrived) { Outcome::Done } else { Outcome::Unhealthy })
}

fn channels(terminal: &Terminal, channels: &[ChannelView], now: Timestamp) -> String {
    let mut table = Table::new(&[
        Column::name("CHANNEL"),
        Column::whole("STATE"),
        Column::giving_way("LEADS TO"),
        Column::giving_way("TOLD OF").dropped(1),
        Column::new("DELIVERED", Align::Right),
        Column::new("WAITING", Align::Right).dropped(2),
    ]);
    for channel in channels {
        let (state, colour) = state(channel.state);
        table.coloured([
            (channel.id.clone(), None),
            (state.to_owned(), colour),
            (if channel.target.is_empty() { "this screen".to_owned() } else { channel.target.clone() }, None),
            (told_of(channel), None),
            (channel.last_delivered.map_or_else(|| "never".to_owned(), |at| ago(at, now)), Some(Colour::Dim)),
            (if channel.waiting == 0 { String::new() } else { channel.waiting.to_string() }, None),
        ]);
    }
    let mut text = table.render(terminal);
    // Writing into a text cannot fail, here and below.
    for channel in channels.iter().filter(|channel| !channel.why.is_empty()) {
        let _ = writeln!(text, "\n{}: {}", terminal.paint(Colour::Bold, &channel.id), terminal.wrap(&channel.why, 2));
        if !channel.hint.is_empty() {
            let _ = writeln!(text, "  hint: {}", terminal.wrap(&channel.hint, 8));
        }
        if let Some(next) = channel.next_try {
            let _ = writeln!(text, "  {}", next_try(next, now));
        }
    }
    if channels.len() == 1 {
        let none = "Nothing is sent elsewhere. `[[notify.channel]]` in the configuration names a place.";
        let _ = writeln!(text, "\n{}", terminal.wrap(none, 0));
    }
    text
}

fn next_try(next: Timestamp, now: Timestamp) -> String {
    if next <= now { "tried again now".to_owned() } else { format!("tried again in {}", next.since(now).in_words()) }
}

fn state(state: ChannelState) -> (&'static str, Option<Colour>) {
    match state {
        ChannelState::Ready => ("● ready", Some(Colour::Green)),
        ChannelState::Waiting => ("○ waiting", None),
        ChannelState::Failing => ("▲ failing", Some(Colour::Yellow)),
        ChannelState::Off => ("– off", Some(Colour::Dim)),
        ChannelState::Unusable => ("✕ not usable", Some(Colour::Red)),
    }
}

fn told_of(channel: &ChannelView) -> String {
    let what = match (channel.route, channel.level) {
        (Route::Now, Level::Warning) => "everything",
        (Route::Now, Level::Critical) => "critical alerts",
        (Route::Second, _) => "what nobody took on",
        (Route::Daily, _) => "daily report",
    };
    let of = if channel.services.is_empty() { String::new() } else { format!(" of {}", channel.services.join(", ")) };
    format!("{what}{of}")
}

fn tests(terminal: &Terminal, view: &ChannelTestView) -> String {
    let widest = view.tests.iter().map(|test| test.channel.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for test in &view.tests {
        let sign = if test.arrived { terminal.paint(Colour::Green, "●") } else { terminal.paint(Colour::Red, "✕") };
        let word = if test.arrived { "arrived" } else { "did not arrive" };
        let target = if test.target.is_empty() { String::new() } else { format!(" at {}", test.target) };
        let _ = writeln!(
            text,
            "{sign} {:widest$}  {word}{target}: {} ({} ms)",
            test.channel,
            terminal.wrap(&test.answer, widest + 4),
            test.took_ms
        );
        if !test.hint.is_empty() {
            let _ = writeln!(text, "  {:widest$}  hint: {}", "", terminal.wrap(&test.hint, widest + 10));
        }
    }
    text
}
