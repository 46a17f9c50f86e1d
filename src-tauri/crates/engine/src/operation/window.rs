//! The window and what people do with notifications.

use std::sync::atomic::Ordering;

use caretaker_core::notice::{NATIVE, Notice, NoticeId, NoticeKind, NoticeState};
use caretaker_core::port::NotificationAction;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::rule::Level;
use caretaker_core::time::Span;
use caretaker_core::view::{Hint, OpenWindowView};

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

    /// Shows a notification that proves the way to the screen.
    pub async fn test_notification(&self) -> Result<(), Problem> {
        self.writable()?;
        let Some(notifier) = self.0.notifier.clone() else {
            return Err(Problem::new(Code::NotConfigured, "this engine has no desktop to show notifications on")
                .hint("start the tray app"));
        };
        let now = self.now();
        let notice = Notice {
            persistent: false,
            id: NoticeId(format!("test-{}", now.as_millis())),
            alert: caretaker_core::alert::AlertId("test".to_owned()),
            channel: NATIVE.to_owned(),
            kind: NoticeKind::Raise,
            level: Level::Warning,
            title: "Caretaker can reach you".to_owned(),
            body: "This is the test that you asked for.".to_owned(),
            route: "settings".to_owned(),
            created: now,
            expires: now + SNOOZE,
            state: NoticeState::Pending,
            attempts: 0,
            next_attempt: now,
            delivered_at: None,
            error: None,
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
