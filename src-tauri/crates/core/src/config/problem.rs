//! One mistake in the configuration, with the place where it stands. Collecting them is the walk's work (`report`).

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of mistake it is; programs match this, never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The text is no TOML.
    Syntax,
    /// A key or a table stands twice.
    DuplicateKey,
    /// Two entries of one list have the same id.
    DuplicateId,
    /// No such key or section.
    UnknownKey,
    /// A key that must be there is not.
    MissingKey,
    /// A number where a text belongs, and the like.
    WrongType,
    /// A length of time without a unit, or with one that does not exist.
    InvalidUnit,
    /// The right type, but not one of the words or forms that are allowed.
    InvalidValue,
    /// Too small or too large.
    OutOfRange,
    /// Two keys exclude each other.
    Contradictory,
    /// Names an entry that the file does not define.
    UnknownReference,
    /// Caretaker refuses it for safety.
    Forbidden,
}

/// Something that is written without a mistake and does not work as a person may expect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigNote {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// Dotted path of the key.
    pub key: String,
    /// What, and why.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl ProblemCode {
    /// Every kind, so that tests and documentation can go through them.
    pub const ALL: [Self; 12] = [
        Self::Syntax,
        Self::DuplicateKey,
        Self::DuplicateId,
        Self::UnknownKey,
        Self::MissingKey,
        Self::WrongType,
        Self::InvalidUnit,
        Self::InvalidValue,
        Self::OutOfRange,
        Self::Contradictory,
        Self::UnknownReference,
        Self::Forbidden,
    ];

    /// The word as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::DuplicateKey => "duplicate_key",
            Self::DuplicateId => "duplicate_id",
            Self::UnknownKey => "unknown_key",
            Self::MissingKey => "missing_key",
            Self::WrongType => "wrong_type",
            Self::InvalidUnit => "invalid_unit",
            Self::InvalidValue => "invalid_value",
            Self::OutOfRange => "out_of_range",
            Self::Contradictory => "contradictory",
            Self::UnknownReference => "unknown_reference",
            Self::Forbidden => "forbidden",
        }
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One mistake. Line and column count from 1, columns in characters; both are 0 when the mistake does not stand in
/// the file, but in the environment or in an edit that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigProblem {
    /// Line in the file.
    pub line: u32,
    /// Column in the line.
    pub column: u32,
    /// Dotted path with entries of lists by their id: `rule.cpu-high.warning.above`; or the name of a variable.
    pub key: String,
    /// Kind of mistake.
    pub code: ProblemCode,
    /// What is wrong, and what is allowed.
    pub message: String,
    /// What to write instead, where that can be guessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl ConfigProblem {
    /// A mistake that does not stand in the file.
    pub(super) fn outside_file(key: &str, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { line: 0, column: 0, key: key.to_owned(), code, message: message.into(), hint: None }
    }
}

/// For a terminal or a log: `3:12 rule.cpu-high.warning.above: ...`.
impl fmt::Display for ConfigProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(out, "{}:{} ", self.line, self.column)?;
        }
        write!(out, "{}: {}", self.key, self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(out, " ({hint})"))
    }
}
