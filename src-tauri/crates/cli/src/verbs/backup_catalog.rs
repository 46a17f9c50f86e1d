//! `backup rebuild-catalog` and `backup adopt`: what lies at a destination becomes what is known.

use std::fmt::Write as _;

use caretaker_api::Access;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityResult, ActivityView, RebuildView};
use caretaker_platform::signals::StopSignals;
use hyper::Method;

use super::following::follow;
use crate::arguments::OneDestination;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::request::Address;

/// Reads a destination; `word` is what is asked of the engine.
pub async fn read(
    context: &Context,
    wanted: &OneDestination,
    word: &str,
    signals: &mut StopSignals,
) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Write).await?;
    let read = async {
        let address = Address::new("/backups").word("destinations").segment(&wanted.destination).word(word);
        let begun: ActivityView = connection.client.send(Method::POST, address.as_str(), &()).await?;
        follow(context, &connection.client, begun, signals).await
    };
    let read = read.await;
    connection.close().await;
    let ActivityResult::Rebuilt(view) = read? else {
        return Err(Problem::new(Code::Internal, "the engine answered with something else than a catalog"));
    };
    context.terminal.show(&view, || words(&view))?;
    // A judged state: what cannot be read is named.
    Ok(if view.unreadable.is_empty() { Outcome::Done } else { Outcome::Warnings })
}

fn words(view: &RebuildView) -> String {
    let archives = if view.archives == 1 { "1 archive".to_owned() } else { format!("{} archives", view.archives) };
    let mut text = format!("{} holds {archives}: {} were not known.\n", view.destination, view.added);
    if view.missing > 0 {
        let _ = writeln!(text, "{} that were known are not there.", view.missing);
    }
    for (file, reason) in &view.unreadable {
        let _ = writeln!(text, "  {file}: {reason}");
    }
    text
}
