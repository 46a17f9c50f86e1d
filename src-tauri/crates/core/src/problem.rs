//! The one shape in which a failure reaches a person or a script.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What clients may match; never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Wrong words on the command line or in a request.
    Usage,
    /// The configuration has mistakes.
    InvalidConfiguration,
    /// What was named does not exist.
    NotFound,
    /// A shortened name fits several things.
    Ambiguous,
    /// Another process holds the home folder.
    Busy,
    /// No engine answers.
    NotRunning,
    /// The operation or feature is not set up on this machine.
    NotConfigured,
    /// Nobody said who asks: the access token is missing, or none of ours.
    Unauthorized,
    /// The caller's door does not grant this.
    Forbidden,
    /// More requests than the door answers in this time.
    TooManyRequests,
    /// The body of a request is larger than any of ours.
    TooLarge,
    /// The home folder cannot be used.
    HomeUnusable,
    /// A database is damaged.
    DatabaseDamaged,
    /// A database was written by a newer version.
    DatabaseNewer,
    /// What should be backed up is not there, or suddenly empty.
    SourceMissing,
    /// A destination is not there, or another one is in its place.
    DestinationMissing,
    /// An archive is encrypted, and its key is not here.
    KeyMissing,
    /// The disk is full.
    DiskFull,
    /// It took too long.
    TimedOut,
    /// Somebody stopped it.
    Interrupted,
    /// Anything that should not happen.
    Internal,
}

impl Code {
    /// Every code, so that a test can hold the documentation against them.
    pub const ALL: [Self; 21] = [
        Self::Usage,
        Self::InvalidConfiguration,
        Self::NotFound,
        Self::Ambiguous,
        Self::Busy,
        Self::NotRunning,
        Self::NotConfigured,
        Self::Unauthorized,
        Self::Forbidden,
        Self::TooManyRequests,
        Self::TooLarge,
        Self::HomeUnusable,
        Self::DatabaseDamaged,
        Self::DatabaseNewer,
        Self::SourceMissing,
        Self::DestinationMissing,
        Self::KeyMissing,
        Self::DiskFull,
        Self::TimedOut,
        Self::Interrupted,
        Self::Internal,
    ];

    /// The process exit code (`cli.md`).
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Usage | Self::InvalidConfiguration | Self::Ambiguous => 2,
            Self::NotFound => 4,
            Self::Interrupted => 130,
            Self::Busy
            | Self::NotRunning
            | Self::NotConfigured
            | Self::Unauthorized
            | Self::Forbidden
            | Self::TooManyRequests
            | Self::TooLarge
            | Self::HomeUnusable
            | Self::DatabaseDamaged
            | Self::DatabaseNewer
            | Self::SourceMissing
            | Self::DestinationMissing
            | Self::KeyMissing
            | Self::DiskFull
            | Self::TimedOut
            | Self::Internal => 1,
        }
    }

    /// The HTTP status of a response that carries this code.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Usage | Self::InvalidConfiguration | Self::Ambiguous => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Busy | Self::SourceMissing | Self::DestinationMissing | Self::KeyMissing => 409,
            Self::TooLarge => 413,
            Self::TooManyRequests => 429,
            Self::NotConfigured => 501,
            Self::NotRunning | Self::Interrupted => 503,
            Self::TimedOut => 504,
            Self::DiskFull => 507,
            Self::HomeUnusable | Self::DatabaseDamaged | Self::DatabaseNewer | Self::Internal => 500,
        }
    }
}

/// What failed, why, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
pub struct Problem {
    /// For programs.
    pub code: Code,
    /// What failed, on what, and why, in one sentence for people.
    pub message: String,
    /// What to do next; empty when there is nothing to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

impl Problem {
    /// A problem without a hint.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: String::new() }
    }

    /// The same problem with what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}
