//! The menu of the icon, drawn by Tauri.

use caretaker_core::tray::Look;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Wry};

use crate::menu::{BACKUPS, Choice, LOGIN, OPEN, PAUSES, QUIT, RESTORE, alert, back_up, state};

const STATE_ID: &str = "state";
const OPEN_ID: &str = "open";
const BACKUPS_ID: &str = "backups";
const BACK_UP_ID: &str = "back-up";
const RESTORE_ID: &str = "restore";
const LOGIN_ID: &str = "start-at-login";
const QUIT_ID: &str = "quit";
const ALERT_ID: &str = "alert-";
const PAUSE_ID: &str = "quiet-";

/// The items whose texts change.
pub struct TrayMenu {
    /// The menu itself.
    pub menu: Menu<Wry>,
    state: MenuItem<Wry>,
    alerts: Vec<MenuItem<Wry>>,
    backups: Option<MenuItem<Wry>>,
    back_up: Option<MenuItem<Wry>>,
    quiet: Submenu<Wry>,
    resume: Vec<MenuItem<Wry>>,
    login: CheckMenuItem<Wry>,
}

impl TrayMenu {
    /// A menu with a line for each alert.
    pub fn build(app: &AppHandle<Wry>, look: &Look, start_at_login: bool) -> tauri::Result<Self> {
        let item = |id: &str, text: &str, enabled| MenuItem::with_id(app, id, text, enabled, None::<&str>);
        let state = item(STATE_ID, &look.state.text, true)?;
        let menu = Menu::new(app)?;
        menu.append(&state)?;
        menu.append(&PredefinedMenuItem::separator(app)?)?;
        let mut alerts = Vec::new();
        for (index, line) in look.alerts.iter().enumerate() {
            let alert = item(&format!("{ALERT_ID}{index}"), &line.text, true)?;
            menu.append(&alert)?;
            alerts.push(alert);
        }
        if !alerts.is_empty() {
            menu.append(&PredefinedMenuItem::separator(app)?)?;
        }
        menu.append(&item(OPEN_ID, OPEN, true)?)?;
        let backups = look.backups.as_ref().map(|line| item(BACKUPS_ID, &line.text, true)).transpose()?;
        let doing = look.back_up.as_ref().map(|line| item(BACK_UP_ID, &line.text, true)).transpose()?;
        for line in backups.iter().chain(&doing) {
            menu.append(line)?;
        }
        if doing.is_some() {
            menu.append(&item(RESTORE_ID, RESTORE, true)?)?;
        }
        let quiet = Submenu::new(app, &look.quiet, true)?;
        let mut resume = Vec::new();
        for pause in &PAUSES {
            let line = item(&format!("{PAUSE_ID}{}", pause.span), pause.text, !pause.ends || look.is_quiet)?;
            quiet.append(&line)?;
            if pause.ends {
                resume.push(line);
            }
        }
        menu.append(&quiet)?;
        let login = CheckMenuItem::with_id(app, LOGIN_ID, LOGIN, true, start_at_login, None::<&str>)?;
        menu.append(&login)?;
        menu.append(&PredefinedMenuItem::separator(app)?)?;
        menu.append(&item(QUIT_ID, QUIT, true)?)?;
        Ok(Self { menu, state, alerts, backups, back_up: doing, quiet, resume, login })
    }

    /// Whether a look needs no other lines.
    pub fn fits(&self, look: &Look) -> bool {
        self.alerts.len() == look.alerts.len()
            && self.backups.is_some() == look.backups.is_some()
            && self.back_up.is_some() == look.back_up.is_some()
    }

    /// Changes the texts.
    pub fn apply(&self, look: &Look, start_at_login: bool) -> tauri::Result<()> {
        self.state.set_text(&look.state.text)?;
        for (item, line) in self.alerts.iter().zip(&look.alerts) {
            item.set_text(&line.text)?;
        }
        let texts = [(&self.backups, look.backups.as_ref().map(|line| &line.text))];
        let texts = texts.into_iter().chain([(&self.back_up, look.back_up.as_ref().map(|line| &line.text))]);
        for (item, text) in texts.filter_map(|(item, text)| item.as_ref().zip(text)) {
            item.set_text(text)?;
        }
        self.quiet.set_text(&look.quiet)?;
        for line in &self.resume {
            line.set_enabled(look.is_quiet)?;
        }
        self.login.set_checked(start_at_login)
    }
}

/// What the line with this id means while this look is shown.
pub fn choice(id: &str, look: &Look) -> Option<Choice> {
    match id {
        STATE_ID => Some(state(look)),
        OPEN_ID => Some(Choice::Open(String::new())),
        BACKUPS_ID | RESTORE_ID => Some(Choice::Open(BACKUPS.to_owned())),
        BACK_UP_ID => look.back_up.as_ref().map(back_up),
        LOGIN_ID => Some(Choice::StartAtLogin),
        QUIT_ID => Some(Choice::Quit),
        id => {
            if let Some(span) = id.strip_prefix(PAUSE_ID) {
                return PAUSES.iter().find(|pause| pause.span == span).map(|pause| Choice::Quiet(pause.span));
            }
            alert(look, id.strip_prefix(ALERT_ID)?.parse().ok()?)
        }
    }
}
