//! How many archives of each type stay, or for how long.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::ArchiveType;
use crate::time::Span;

/// What stays of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The newest, so many.
    Newest(u32),
    /// All that are younger, and always the newest one.
    For(Span),
    /// All.
    All,
}

/// `7`, `30d`, `all`.
impl fmt::Display for Keep {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest(count) => write!(out, "{count}"),
            Self::For(span) => write!(out, "{span}"),
            Self::All => out.write_str("all"),
        }
    }
}

impl FromStr for Keep {
    type Err = crate::time::ParseSpanError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text.parse::<u32>(), text) {
            (Ok(count), _) => Ok(Self::Newest(count)),
            (Err(_), "all") => Ok(Self::All),
            (Err(_), _) => text.parse().map(Self::For),
        }
    }
}

impl Serialize for Keep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Keep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What stays of each type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Full archives: `7`, `30d` or `all`.
    #[schema(value_type = String, example = "7")]
    pub full: Keep,
    /// Incremental ones.
    #[schema(value_type = String)]
    pub incremental: Keep,
    /// Those of the configuration.
    #[schema(value_type = String)]
    pub configuration: Keep,
    /// Those of databases.
    #[schema(value_type = String)]
    pub database: Keep,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            full: Keep::Newest(7),
            incremental: Keep::Newest(30),
            configuration: Keep::Newest(30),
            database: Keep::Newest(14),
        }
    }
}

/// A policy that would leave nothing to restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// None of a type would stay.
    #[error("keep no {} archives: at least one has to stay", .0.word())]
    None(ArchiveType),
    /// The time is no time.
    #[error("keep {} archives for no time: name at least a minute", .0.word())]
    NoTime(ArchiveType),
}

impl Policy {
    /// What stays of a type.
    pub fn of(&self, kind: ArchiveType) -> Keep {
        match kind {
            ArchiveType::Full => self.full,
            ArchiveType::Incremental => self.incremental,
            ArchiveType::Configuration => self.configuration,
            ArchiveType::Database => self.database,
        }
    }

    /// Refuses what would leave nothing. No increments at all is a choice; no full archive is not.
    pub fn check(&self) -> Result<(), BadPolicy> {
        for kind in ArchiveType::ALL {
            match self.of(kind) {
                Keep::Newest(0) if kind != ArchiveType::Incremental => return Err(BadPolicy::None(kind)),
                Keep::For(span) if span < Span::from_minutes(1) => return Err(BadPolicy::NoTime(kind)),
                Keep::Newest(_) | Keep::For(_) | Keep::All => {}
            }
        }
        Ok(())
    }
}
