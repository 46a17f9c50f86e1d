//! The window and what people do with notifications.

use std::sync::atomic::Ordering;

use caretaker_core::notice::NATIVE;
use caretaker_core::port::NotificationAction;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_core::view::{Hint, OpenWindowView};
use caretaker_store::Decision;

use super::channels::test_notice;
use crate::engine::Engine;

/// How long the button on a notification mutes an alert.
const SNOOZE: Span = Span::from_hours(1);

impl Engine {
    /// Asks every attached tray app to open its window; says whether there is one.
    pub fn open_window(&self, route: &str) -> OpenWindowView {
        let opened = self.0.desktops.load(Ordering::Relaxed) > 0;
        self.hint(Hint::OpenWindow { route: route.to_owned() });
        OpenWindowView { opened }
    }

    /// Does what a person asked of a notification.
    pub async fn act(&self, action: NotificationAction) -> Result<(), Problem> {
        let id = |route: &str| route.strip_prefix("alerts/").unwrap_or_default().to_owned();
        match action {
            NotificationAction::Open { route } => {
                self.open_window(&route);
                Ok(())
            }
            NotificationAction::Acknowledge { route } => {
                self.acknowledge(&id(&route), "from the notification".to_owned()).await.map(drop)
            }
            NotificationAction::Snooze { route } => self.snooze(&id(&route), SNOOZE).await.map(drop),
        }
    }

    /// Whether somebody can show a notification: the engine, or a tray app that it hands notices to.
    pub(super) fn reaches_a_screen(&self) -> bool {
        let own = self.0.notifier.as_ref().map(|notifier| notifier.is_present());
        own.unwrap_or_else(|| self.0.desktops.load(Ordering::Relaxed) > 0)
    }

    /// Shows a notification that proves the way to the screen.
    pub async fn test_notification(&self) -> Result<(), Problem> {
        self.writable()?;
        let notice = test_notice(NATIVE, self.now());
        let Some(notifier) = self.0.notifier.clone() else {
            if !self.reaches_a_screen() {
                let problem = Problem::new(Code::NotConfigured, "this engine has no desktop to show notifications on");
                return Err(problem.hint("start the tray app"));
            }
            // The tray app asks for what is due when it is told to look again.
            let decision = Decision { notices: vec![notice], ..Decision::default() };
            self.blocking(move |inner| Ok(inner.state.commit(decision)?)).await?;
            self.record("notification test", "Handed a test notification to the tray app".to_owned(), Ok(())).await;
            return Ok(());
        };
        let shown = notifier.deliver(&notice).await.map_err(|error| {
            Problem::new(Code::Internal, format!("show a notification: {error}"))
                .hint("`caretaker doctor` says which notification daemon answers")
        });
        let result = shown.as_ref().copied();
        self.record("notification test", "Showed a test notification".to_owned(), result).await;
        shown
    }
}
