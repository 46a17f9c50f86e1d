//! The window's way to the engine: its socket, whoever holds it.

use std::time::Duration;

use caretaker_api::Client;
use caretaker_core::problem::Problem;
use caretaker_core::view::Hint;
use caretaker_platform::home::Home;
use futures_util::StreamExt;
use tokio::sync::broadcast;

/// Between two tries to hear an engine.
const RETRY: Duration = Duration::from_millis(500);
const HINTS: usize = 32;

/// What the page sees of the engine.
pub struct Link {
    client: Client,
}

impl Link {
    /// A link to whichever engine looks after this home.
    pub fn new(home: Home) -> Self {
        Self { client: Client::over_socket(home) }
    }

    /// A client of the engine. Whether one answers shows with each call.
    #[expect(clippy::unnecessary_wraps, reason = "as the link of a tray app that shows the window itself")]
    pub fn client(&self) -> Result<Client, Problem> {
        Ok(self.client.clone())
    }

    /// Hints of the engine, whichever it is, for as long as somebody listens.
    pub fn hints(&self) -> broadcast::Receiver<Hint> {
        let (sender, hints) = broadcast::channel(HINTS);
        tauri::async_runtime::spawn(pass_on(self.client.clone(), sender));
        hints
    }
}

/// An engine that goes, and one that comes, are both a reason to look again.
async fn pass_on(client: Client, listeners: broadcast::Sender<Hint>) {
    while listeners.receiver_count() > 0 {
        if let Ok(mut hints) = client.watch(false).await {
            while let Some(hint) = hints.next().await {
                if listeners.send(hint).is_err() {
                    return;
                }
            }
            drop(listeners.send(Hint::Status));
        }
        tokio::time::sleep(RETRY).await;
    }
}
