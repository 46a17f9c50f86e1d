//! Why a notice did not arrive, in words that hold no credential, and whether it is worth trying again.

use caretaker_core::time::Span;

/// Why a notice did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct SendError {
    /// What, on what, and why.
    pub why: String,
    /// What to do; may be empty.
    pub hint: String,
    /// Whether the same notice could arrive another time.
    pub again: bool,
    /// Not before this time is over, as the other side asked for.
    pub after: Option<Span>,
}

impl SendError {
    /// It could arrive another time.
    pub fn passing(why: impl Into<String>, hint: &str) -> Self {
        Self { why: why.into(), hint: hint.to_owned(), again: true, after: None }
    }

    /// It never will.
    pub fn lasting(why: impl Into<String>, hint: &str) -> Self {
        Self { again: false, ..Self::passing(why, hint) }
    }
}
