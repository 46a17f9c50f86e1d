//! The lines of the tray's menu: their identities, their fixed words, and what each means. How they are drawn is the
//! business of each system.

use caretaker_core::tray::{BackUp, Look};

/// What a line of the menu means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Open the window on a page.
    Open(String),
    /// Pause notifications, or end a pause: `1h`, `tomorrow`, `off`.
    Quiet(&'static str),
    /// Back up every job of the owner's now.
    BackUp,
    /// End the backups that go on.
    CancelBackup,
    /// Start at login, or no longer.
    StartAtLogin,
    /// End the program.
    Quit,
}

/// Words of the line that opens the window.
pub const OPEN: &str = "Open Caretaker";
/// Words of the line that brings files back.
pub const RESTORE: &str = "Restore…";
/// Words of the line that has a mark while Caretaker starts at login.
pub const LOGIN: &str = "Start at login";
/// Words of the last line.
pub const QUIT: &str = "Quit Caretaker";

/// A line of the submenu about pauses.
#[derive(Debug)]
pub struct Pause {
    /// Its words.
    pub text: &'static str,
    /// As the engine takes it.
    pub span: &'static str,
    /// Whether there must be a pause for it to have a meaning.
    pub ends: bool,
}

/// The submenu about pauses.
pub const PAUSES: [Pause; 3] = [
    Pause { text: "For 1 hour", span: "1h", ends: false },
    Pause { text: "Until tomorrow", span: "tomorrow", ends: false },
    Pause { text: "Resume", span: "off", ends: true },
];

/// What the first line opens.
pub fn state(look: &Look) -> Choice {
    Choice::Open(look.state.route.clone())
}

/// The page about backups.
pub const BACKUPS: &str = "backups";

/// What the line that backs up means.
pub fn back_up(line: &BackUp) -> Choice {
    if line.is_running { Choice::CancelBackup } else { Choice::BackUp }
}

/// What the line of an alert opens; none when it has gone meanwhile.
pub fn alert(look: &Look, index: usize) -> Option<Choice> {
    look.alerts.get(index).map(|line| Choice::Open(line.route.clone()))
}
