//! The tray app as the one who shows notices, for an engine that cannot: it asks for what is due whenever the engine says
//! "look again", shows it, and says what came of it. Whoever shows it is a port, so this runs wherever the tests run.

use std::sync::Arc;
use std::time::Duration;

use caretaker_core::port::Notifier;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{DueNotices, Hint, NoticeOutcomeRequest};
use hyper::Method;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::client::Client;

/// Without a hint it looks this often: what failed to show is due again by then, and a hint may have been missed.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Shows what is due until the engine is an older one that hands over nothing. Meant to be dropped when the engine ends.
pub async fn relay_notices(client: Client, notifier: Arc<dyn Notifier>, mut hints: broadcast::Receiver<Hint>) {
    loop {
        if notifier.is_present() {
            match show_due(&client, notifier.as_ref()).await {
                Ok(()) => {}
                Err(problem) if problem.code == Code::NotFound => {
                    tracing::info!("this engine is older and hands over no notices");
                    return;
                }
                Err(problem) => tracing::debug!(%problem, "notices could not be asked for"),
            }
        }
        // One that was missed is as good as one that came: both mean that there may be something new.
        let heard = tokio::time::timeout(LOOK_AGAIN, hints.recv()).await;
        if matches!(heard, Ok(Err(broadcast::error::RecvError::Closed))) {
            return;
        }
    }
}

/// Everything that is due now, in its order.
async fn show_due(client: &Client, notifier: &dyn Notifier) -> Result<(), Problem> {
    loop {
        let due: DueNotices = client.send(Method::POST, "/notifications/due", &()).await?;
        if due.notices.is_empty() {
            return Ok(());
        }
        for notice in due.notices {
            let error = notifier.deliver(&notice).await.err().map(|error| error.to_string());
            let outcome = NoticeOutcomeRequest { id: notice.id, error };
            client.send::<Value>(Method::POST, "/notifications/outcome", &outcome).await?;
        }
    }
}
