//! Long work from the command line: begun over the API, watched until it ends, and ended by Ctrl+C.

use std::time::Duration;

use caretaker_api::Client;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityResult, ActivityState, ActivityView};
use caretaker_platform::signals::StopSignals;
use hyper::Method;

use crate::context::Context;
use crate::render::ProgressLine;
use crate::request::Address;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);
/// The first looks come sooner, because much work is short.
const FIRST_LOOK: Duration = Duration::from_millis(30);

/// Watches work until it is over, and gives what came of it. A signal asks it to end; it is watched until it has.
pub async fn follow(
    context: &Context,
    client: &Client,
    begun: ActivityView,
    signals: &mut StopSignals,
) -> Result<ActivityResult, Problem> {
    let address = Address::new("/activities").segment(&begun.id);
    let mut line = ProgressLine::new(&context.terminal);
    let mut pause = FIRST_LOOK;
    let mut view = begun;
    while !view.state.is_over() {
        line.show(&view);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = signals.next() => {
                let cancel = Address::new("/activities").segment(&view.id).word("cancel");
                let _: ActivityView = client.send(Method::POST, cancel.as_str(), &()).await?;
            }
        }
        pause = (pause * 2).min(LOOK);
        let looked: Result<ActivityView, Problem> = client.get(address.as_str()).await;
        view = match looked {
            Ok(view) => view,
            Err(problem) => {
                line.clear();
                return Err(gone(problem));
            }
        };
    }
    line.clear();
    match (view.state, view.result, view.problem) {
        (_, Some(result), _) => Ok(result),
        (ActivityState::Cancelled, None, _) => {
            Err(Problem::new(Code::Interrupted, "it was cancelled; nothing half made is left"))
        }
        (_, None, Some(problem)) => Err(problem),
        (_, None, None) => Err(Problem::new(Code::Internal, "the work ended without a result")),
    }
}

/// An engine that does not answer any more has ended with its work.
fn gone(problem: Problem) -> Problem {
    if problem.code != Code::NotRunning {
        return problem;
    }
    Problem::new(Code::NotRunning, "the engine ended while it worked; nothing half made is left under a final name")
        .hint("`caretaker status` says what became of it; run the command again")
}
