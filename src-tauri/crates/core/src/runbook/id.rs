//! The name of a runbook. It is also the name of its file, so it can lead nowhere else.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest id.
const LONGEST: usize = 64;

/// The id of a runbook: `disk-space`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "disk-space")]
pub struct RunbookId(String);

impl RunbookId {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.md", self.0)
    }
}

impl fmt::Display for RunbookId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A text that is no id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no id of a runbook; allowed are up to 64 small letters, digits, `-` and `_`, the first a letter or digit"
)]
pub struct ParseRunbookIdError(String);

impl std::str::FromStr for RunbookId {
    type Err = ParseRunbookIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '_');
        let is_id = text.len() <= LONGEST
            && text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        if is_id && text.chars().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(ParseRunbookIdError(text.chars().take(LONGEST).collect()))
    }
}

impl TryFrom<String> for RunbookId {
    type Error = ParseRunbookIdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RunbookId> for String {
    fn from(id: RunbookId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_can_lead_nowhere() {
        for text in ["disk-space", "a", "2x", "own_rule"] {
            assert_eq!(text.parse::<RunbookId>().unwrap().file_name(), format!("{text}.md"));
        }
        for text in ["", "../etc/passwd", "a/b", ".hidden", "Disk", "-a", "a b", "ä", "a\0", &"a".repeat(65)] {
            assert!(text.parse::<RunbookId>().is_err(), "{text}");
        }
    }
}
