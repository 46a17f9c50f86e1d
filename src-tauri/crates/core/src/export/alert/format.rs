//! The formats of an exported alert: their words, and what a file of each is called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How an alert is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertFormat {
    /// One page that stands alone, with a chart; for people.
    #[default]
    Html,
    /// The document of the interface; for programs.
    Json,
    /// A text with tables; for tickets and chats.
    Markdown,
}

impl AlertFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Html, Self::Json, Self::Markdown];

    /// The word as people type it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }

    /// The ending of a file.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Markdown => "md",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Markdown => "text/markdown; charset=utf-8",
        }
    }
}

impl fmt::Display for AlertFormat {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A word that is no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no format; there are html, json and markdown")]
pub struct ParseAlertFormatError(String);

impl FromStr for AlertFormat {
    type Err = ParseAlertFormatError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| ParseAlertFormatError(text.to_owned()))
    }
}
