//! The icon on the bus: up while somebody shows icons, redrawn when there is something new to show.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use caretaker_core::tray::Look;
use ksni::{Handle, Icon, MenuItem, ToolTip, TrayMethods};
use tokio::sync::mpsc;

use super::icon::icon;
use super::menu::menu;
use crate::menu::Choice;

/// A bus that takes longer to show or to drop an icon does not answer at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// The tray of this app. The icon is absent while nobody shows icons.
pub struct Tray {
    handle: Option<Handle<Shown>>,
    up: Arc<AtomicBool>,
    shown: Shown,
}

/// What is on the bus.
#[derive(Clone)]
pub struct Shown {
    look: Look,
    start_at_login: bool,
    chosen: mpsc::Sender<Choice>,
}

impl Tray {
    /// A tray that is not up yet; `up` tells others when it is, and `chosen` takes what a person chose.
    pub fn new(up: Arc<AtomicBool>, look: Look, start_at_login: bool, chosen: mpsc::Sender<Choice>) -> Self {
        Self { handle: None, up, shown: Shown { look, start_at_login, chosen } }
    }

    /// Puts the icon up if it is not.
    pub async fn put_up(&mut self) {
        if self.handle.as_ref().is_none_or(Handle::is_closed) {
            match tokio::time::timeout(PATIENCE, self.shown.clone().spawn()).await {
                Ok(Ok(handle)) => self.handle = Some(handle),
                Ok(Err(error)) => tracing::warn!(%error, "the tray icon could not be shown yet"),
                Err(_) => tracing::warn!("the session bus does not answer; there is no tray icon"),
            }
        }
        self.up.store(self.handle.is_some(), Ordering::Relaxed);
    }

    /// Takes the icon down, when whoever showed it is gone.
    pub async fn take_down(&mut self) {
        if let Some(handle) = self.handle.take() {
            drop(tokio::time::timeout(PATIENCE, handle.shutdown()).await);
        }
        self.up.store(false, Ordering::Relaxed);
    }

    /// Shows another look.
    pub async fn apply(&mut self, look: Look, start_at_login: bool) {
        if self.shown.look == look && self.shown.start_at_login == start_at_login {
            return;
        }
        self.shown.look = look;
        self.shown.start_at_login = start_at_login;
        if let Some(handle) = &self.handle {
            let shown = self.shown.clone();
            handle.update(|before| *before = shown).await;
        }
    }

    /// What is shown.
    pub fn look(&self) -> &Look {
        &self.shown.look
    }
}

impl Shown {
    /// Passes on what a person chose. More choices than anybody reads are dropped.
    pub fn choose(&self, choice: Choice) {
        drop(self.chosen.try_send(choice));
    }
}

impl ksni::Tray for Shown {
    fn id(&self) -> String {
        "caretaker".to_owned()
    }

    fn title(&self) -> String {
        "Caretaker".to_owned()
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        icon(self.look.glyph).into_iter().collect()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            icon_pixmap: self.icon_pixmap(),
            title: self.title(),
            description: self.look.tooltip.clone(),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.choose(Choice::Open(String::new()));
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        menu(&self.look, self.start_at_login)
    }
}
