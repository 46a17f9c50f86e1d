//! `api token`: the access token of the loopback door.

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::view::{AccessGrant, TokenRequest, TokenView};
use hyper::Method;

use crate::arguments::ApiToken;
use crate::context::Context;
use crate::outcome::Outcome;

/// Prints the token alone on stdout, so that a script can take it; what else there is to say goes to stderr.
pub async fn print(context: &Context, wanted: &ApiToken) -> Result<Outcome, Problem> {
    let grant = if wanted.act { AccessGrant::Act } else { AccessGrant::Read };
    let request = TokenRequest { grant, renew: wanted.new };
    let connection = context.connect(Access::Write).await?;
    let answer: Result<TokenView, Problem> = connection.client.send(Method::POST, "/access-token", &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || format!("{}\n", view.token))?;
    if !view.enabled {
        context.terminal.note("note: the door is closed; `caretaker config set api.enabled true` opens it\n");
    } else if !context.terminal.json() {
        context.terminal.note(&format!("a browser logs in at {}\n", view.dashboard));
    }
    Ok(Outcome::Done)
}
