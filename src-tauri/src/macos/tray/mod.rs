//! The icon, its tooltip and its menu. Built from [`Look`]s; only differences are applied.

mod menu;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use caretaker_core::tray::Look;
use tauri::image::Image;
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry};

use crate::pictures::picture;
use menu::TrayMenu;
pub use menu::choice;

const ID: &str = "caretaker";

/// The tray of this app.
pub struct Tray {
    app: AppHandle<Wry>,
    up: Arc<AtomicBool>,
    state: Mutex<State>,
}

struct State {
    shown: Option<(TrayIcon<Wry>, TrayMenu)>,
    look: Look,
    start_at_login: bool,
}

impl Tray {
    /// A tray that is not up yet; `up` tells others when it is.
    pub fn new(app: AppHandle<Wry>, up: Arc<AtomicBool>, look: Look, start_at_login: bool) -> Self {
        Self { app, up, state: Mutex::new(State { shown: None, look, start_at_login }) }
    }

    /// Puts the icon up if it is not. Main thread only.
    pub fn put_up(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.shown.is_none() {
            match self.build(&state.look, state.start_at_login) {
                Ok(shown) => state.shown = Some(shown),
                Err(error) => tracing::warn!(%error, "the tray icon could not be shown yet"),
            }
        }
        self.up.store(state.shown.is_some(), Ordering::Relaxed);
    }

    /// What is shown.
    pub fn look(&self) -> Look {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).look.clone()
    }

    /// Shows another look. Main thread only.
    pub fn apply(&self, look: Look, start_at_login: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { shown, look: before, start_at_login: login_before } = &mut *state;
        if *before == look && *login_before == start_at_login {
            return;
        }
        if let Some((icon, menu)) = shown {
            let applied = change(&self.app, icon, menu, before, &look, start_at_login);
            if let Err(error) = applied {
                tracing::warn!(%error, "the tray could not be changed");
            }
        }
        *before = look;
        *login_before = start_at_login;
    }

    fn build(&self, look: &Look, start_at_login: bool) -> tauri::Result<(TrayIcon<Wry>, TrayMenu)> {
        let menu = TrayMenu::build(&self.app, look, start_at_login)?;
        let icon = TrayIconBuilder::with_id(ID)
            .icon(Image::from_bytes(picture(look.glyph))?)
            .icon_as_template(true)
            .tooltip(&look.tooltip)
            .title("Caretaker")
            .menu(&menu.menu)
            .show_menu_on_left_click(true)
            .build(&self.app)?;
        Ok((icon, menu))
    }
}

fn change(
    app: &AppHandle<Wry>,
    icon: &TrayIcon<Wry>,
    menu: &mut TrayMenu,
    before: &Look,
    look: &Look,
    start_at_login: bool,
) -> tauri::Result<()> {
    if before.glyph != look.glyph {
        icon.set_icon_with_as_template(Some(Image::from_bytes(picture(look.glyph))?), true)?;
    }
    if before.tooltip != look.tooltip {
        icon.set_tooltip(Some(&look.tooltip))?;
    }
    if menu.fits(look) {
        return menu.apply(look, start_at_login);
    }
    // Another number of lines: an open menu stays as it is until it is opened again.
    *menu = TrayMenu::build(app, look, start_at_login)?;
    icon.set_menu(Some(menu.menu.clone()))
}
