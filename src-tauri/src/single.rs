//! One tray app for each home: the first start stays, every other asks it to open its window.

use std::time::Duration;

use caretaker_api::Client;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{OpenWindowRequest, OpenWindowView};
use caretaker_platform::app_lock::AppLock;
use caretaker_platform::home::Home;
use caretaker_platform::lock;
use hyper::Method;

/// How long a start waits for the app that was there before it, which may be starting too.
const PATIENCE: Duration = lock::PATIENCE;
/// Between two tries.
const RETRY: Duration = Duration::from_millis(200);

/// Becomes the tray app of this home; none when one runs already, whose window is open now on `route`.
pub async fn first(home: &Home, route: &str) -> Result<Option<AppLock>, Problem> {
    let mut why = None;
    let tries = async {
        loop {
            if let Some(lock) = AppLock::try_acquire(home)? {
                return Ok(Some(lock));
            }
            match open_window(home, route).await {
                Ok(true) => return Ok(None),
                Ok(false) => {}
                Err(problem) => why = Some(problem),
            }
            tokio::time::sleep(RETRY).await;
        }
    };
    match tokio::time::timeout(PATIENCE, tries).await {
        Ok(result) => result,
        Err(_) => Err(why.unwrap_or_else(|| {
            let folder = home.folder().display();
            Problem::new(Code::Busy, format!("a Caretaker app runs on `{folder}` already and does not answer"))
                .hint("End it, then start again.")
        })),
    }
}

/// Asks the tray app that is attached to the engine of this home; says whether there was one.
async fn open_window(home: &Home, route: &str) -> Result<bool, Problem> {
    let request = OpenWindowRequest { route: route.to_owned() };
    let answer: OpenWindowView = Client::over_socket(home.clone()).send(Method::POST, "/window", &request).await?;
    Ok(answer.opened)
}
