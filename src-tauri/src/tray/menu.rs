//! The menu of the icon, and what its lines do.

use caretaker_core::tray::Look;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Wry};

/// What a line of the menu means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Open the window on a page.
    Open(String),
    /// Pause notifications, or end a pause: `1h`, `tomorrow`, `off`.
    Quiet(&'static str),
    /// Start at login, or no longer.
    StartAtLogin,
    /// End the program.
    Quit,
}

const STATE: &str = "state";
const OPEN: &str = "open";
const LOGIN: &str = "start-at-login";
const QUIT: &str = "quit";
const ALERT: &str = "alert-";
const QUIET: [(&str, &str, &str); 3] = [
    ("quiet-hour", "For 1 hour", "1h"),
    ("quiet-tomorrow", "Until tomorrow", "tomorrow"),
    ("quiet-off", "Resume", "off"),
];

/// The items whose texts change.
pub struct TrayMenu {
    /// The menu itself.
    pub menu: Menu<Wry>,
    state: MenuItem<Wry>,
    alerts: Vec<MenuItem<Wry>>,
    quiet: Submenu<Wry>,
    resume: MenuItem<Wry>,
    login: CheckMenuItem<Wry>,
}

impl TrayMenu {
    /// A menu with a line for each alert.
    pub fn build(app: &AppHandle<Wry>, look: &Look, start_at_login: bool) -> tauri::Result<Self> {
        let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
        let state = item(STATE, &look.state.text)?;
        let menu = Menu::new(app)?;
        menu.append(&state)?;
        menu.append(&PredefinedMenuItem::separator(app)?)?;
        let mut alerts = Vec::new();
        for (index, line) in look.alerts.iter().enumerate() {
            let alert = item(&format!("{ALERT}{index}"), &line.text)?;
            menu.append(&alert)?;
            alerts.push(alert);
        }
        if !alerts.is_empty() {
            menu.append(&PredefinedMenuItem::separator(app)?)?;
        }
        menu.append(&item(OPEN, "Open Caretaker")?)?;
        let quiet = Submenu::new(app, &look.quiet, true)?;
        for (id, text, _) in &QUIET[..2] {
            quiet.append(&item(id, text)?)?;
        }
        let resume = MenuItem::with_id(app, QUIET[2].0, QUIET[2].1, look.is_quiet, None::<&str>)?;
        quiet.append(&resume)?;
        menu.append(&quiet)?;
        let login = CheckMenuItem::with_id(app, LOGIN, "Start at login", true, start_at_login, None::<&str>)?;
        menu.append(&login)?;
        menu.append(&PredefinedMenuItem::separator(app)?)?;
        menu.append(&item(QUIT, "Quit Caretaker")?)?;
        Ok(Self { menu, state, alerts, quiet, resume, login })
    }

    /// Whether a look needs no other lines.
    pub fn fits(&self, look: &Look) -> bool {
        self.alerts.len() == look.alerts.len()
    }

    /// Changes the texts.
    pub fn apply(&self, look: &Look, start_at_login: bool) -> tauri::Result<()> {
        self.state.set_text(&look.state.text)?;
        for (item, line) in self.alerts.iter().zip(&look.alerts) {
            item.set_text(&line.text)?;
        }
        self.quiet.set_text(&look.quiet)?;
        self.resume.set_enabled(look.is_quiet)?;
        self.login.set_checked(start_at_login)
    }
}

/// What the line with this id means while this look is shown.
pub fn choice(id: &str, look: &Look) -> Option<Choice> {
    match id {
        STATE => Some(Choice::Open(look.state.route.clone())),
        OPEN => Some(Choice::Open(String::new())),
        LOGIN => Some(Choice::StartAtLogin),
        QUIT => Some(Choice::Quit),
        id => {
            if let Some((_, _, span)) = QUIET.iter().find(|(quiet, _, _)| *quiet == id) {
                return Some(Choice::Quiet(span));
            }
            let index: usize = id.strip_prefix(ALERT)?.parse().ok()?;
            look.alerts.get(index).map(|line| Choice::Open(line.route.clone()))
        }
    }
}
