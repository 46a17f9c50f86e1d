//! States as a shape, a word and a colour together, so that none of them is needed alone.

use caretaker_core::rule::Level;
use caretaker_core::view::{CheckState, HealthState, OverallState};

/// The few colours there are, all for states; the last two only weigh text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// All is well.
    Green,
    /// Needs a look.
    Yellow,
    /// Needs a look now.
    Red,
    /// Beside the point.
    Dim,
    /// The point.
    Bold,
}

impl Colour {
    /// The number of ECMA-48's "select graphic rendition".
    const fn number(self) -> u8 {
        match self {
            Self::Green => 32,
            Self::Yellow => 33,
            Self::Red => 31,
            Self::Dim => 2,
            Self::Bold => 1,
        }
    }

    /// The text between the codes that switch the colour on and off.
    pub fn paint(self, text: &str) -> String {
        format!("\u{1b}[{}m{text}\u{1b}[0m", self.number())
    }
}

/// A state as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Its shape.
    pub shape: &'static str,
    /// Its word.
    pub word: &'static str,
    /// Its colour.
    pub colour: Colour,
}

const fn sign(shape: &'static str, word: &'static str, colour: Colour) -> Sign {
    Sign { shape, word, colour }
}

/// The state of everything.
pub const fn overall_sign(state: OverallState) -> Sign {
    match state {
        OverallState::Ok => sign("●", "ok", Colour::Green),
        OverallState::Warning => sign("▲", "warning", Colour::Yellow),
        OverallState::Critical => sign("■", "critical", Colour::Red),
        OverallState::Unknown => sign("○", "unknown", Colour::Dim),
    }
}

/// The level of an alert.
pub const fn level_sign(level: Level) -> Sign {
    match level {
        Level::Warning => overall_sign(OverallState::Warning),
        Level::Critical => overall_sign(OverallState::Critical),
    }
}

/// The outcome of a check of health.
pub const fn health_sign(state: HealthState) -> Sign {
    match state {
        HealthState::Ok => overall_sign(OverallState::Ok),
        HealthState::Warning => overall_sign(OverallState::Warning),
        HealthState::Critical => overall_sign(OverallState::Critical),
        HealthState::Unknown => overall_sign(OverallState::Unknown),
        HealthState::NotConfigured => sign("○", "not set up", Colour::Dim),
    }
}

/// The outcome of a check.
pub const fn check_sign(state: CheckState) -> Sign {
    match state {
        CheckState::Ok => sign("●", "ok", Colour::Green),
        CheckState::Warning => sign("▲", "warning", Colour::Yellow),
        CheckState::Failed => sign("■", "failed", Colour::Red),
        CheckState::Absent => sign("○", "not here", Colour::Dim),
    }
}
