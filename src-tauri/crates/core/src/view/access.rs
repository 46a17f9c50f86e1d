//! Access tokens of the loopback door.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a token allows. Nothing that comes in over loopback may execute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessGrant {
    /// Look.
    #[default]
    Read,
    /// Look, and change Caretaker's own state: acknowledge, silence, configure.
    Act,
}

/// What the way in that a request came by may do beyond looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantsView {
    /// Change Caretaker's own state, back up, prove.
    pub act: bool,
    /// Reach beyond Caretaker: restore, read files of archives, run commands.
    pub execute: bool,
}

/// Asks for a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// What it is to allow.
    #[serde(default)]
    pub grant: AccessGrant,
    /// Make a new one; the old one and every browser that logged in with it are locked out.
    #[serde(default)]
    pub renew: bool,
}

/// A token, in clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// What it allows.
    pub grant: AccessGrant,
    /// `Authorization: Bearer <token>`.
    pub token: String,
    /// Whether this request made it.
    pub made: bool,
    /// Whether the door is open (`[api] enabled`).
    pub enabled: bool,
    /// Address that logs a browser in.
    pub dashboard: String,
}
