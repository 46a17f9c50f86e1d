//! Notifications on macOS through the plugin, which can show one and report what a person did with it, but neither
//! change nor close it. So a worse alert is shown anew, and what eases or ends stays until it is dismissed.

use std::sync::Arc;

use caretaker_core::notice::{Notice, NoticeKind};
use caretaker_core::port::{Notifier, NotifierAbilities, NotifyError, PortFuture};
use hyper::Method;
use serde_json::{Value, json};
use tauri::{AppHandle, Wry};
use tauri_plugin_notification::{Action, ActionType, NotificationExt};

use crate::link::Link;
use crate::window::Windows;

const TYPE: &str = "alert";
const ROUTE: &str = "route";
const OPEN: &str = "open";
const ACKNOWLEDGE: &str = "acknowledge";
const SNOOZE: &str = "snooze";
const RUNBOOK: &str = "runbook";

/// Shows notices through the plugin.
pub struct MacNotifier {
    app: AppHandle<Wry>,
}

impl MacNotifier {
    /// A notifier of this app.
    pub fn new(app: AppHandle<Wry>) -> Self {
        Self { app }
    }
}

impl Notifier for MacNotifier {
    fn abilities(&self) -> PortFuture<'_, Result<NotifierAbilities, NotifyError>> {
        Box::pin(async { Ok(NotifierAbilities { update: false, close: false, actions: true }) })
    }

    fn deliver<'a>(&'a self, notice: &'a Notice) -> PortFuture<'a, Result<(), NotifyError>> {
        Box::pin(async move {
            match notice.kind {
                NoticeKind::Update | NoticeKind::Close => Ok(()),
                NoticeKind::Raise => {
                    let shown = self.app.notification().builder();
                    let shown = shown.title(&notice.title).body(&notice.body).action_type_id(TYPE);
                    let shown = shown.extra(ROUTE, &notice.route).show();
                    shown.map_err(|error| NotifyError(error.to_string()))
                }
            }
        })
    }
}

/// Does what people ask of notifications, whichever engine the app is linked to. Called once.
pub fn answer_clicks(
    app: &AppHandle<Wry>,
    link: Arc<Link>,
    windows: Arc<Windows>,
) -> tauri_plugin_notification::Result<()> {
    let button = |id: &str, title: &str| Action::builder(id, title).build();
    // Titles are joined with commas by the system's library, so none may hold one.
    let buttons = vec![
        button(OPEN, "Open"),
        button(RUNBOOK, "Open runbook"),
        button(ACKNOWLEDGE, "Acknowledge"),
        button(SNOOZE, "Snooze 1 h"),
    ];
    app.notification().register_action_types(vec![ActionType::builder(TYPE).actions(buttons).build()])?;
    app.notification().on_action(move |performed| {
        let extra = performed.notification().and_then(|shown| shown.extra().get(ROUTE));
        let route = extra.and_then(|route| route.as_str()).unwrap_or_default().to_owned();
        match performed.action_id() {
            ACKNOWLEDGE => ask(&link, &route, ACKNOWLEDGE, json!({ "note": "from the notification" })),
            SNOOZE => ask(&link, &route, SNOOZE, json!({ "for": "1h" })),
            RUNBOOK => windows.open(&route.replacen("alerts/", "runbooks/of/", 1)),
            "dismiss" => {}
            _ => windows.open(&route),
        }
    })
}

/// Calls a route of the alert that a notification was about.
fn ask(link: &Arc<Link>, route: &str, verb: &'static str, body: Value) {
    let (link, path) = (Arc::clone(link), format!("/{route}/{verb}"));
    tauri::async_runtime::spawn(async move {
        let done = match link.client() {
            Ok(client) => client.send::<Value>(Method::POST, &path, &body).await.map(drop),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = done {
            tracing::warn!(%problem, "an answer to a notification could not be carried out");
        }
    });
}
