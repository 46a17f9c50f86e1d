//! `api`.

use clap::{Args, Subcommand};

/// What about the interface for programs.
#[derive(Debug, Subcommand)]
pub enum Api {
    /// Print the OpenAPI document
    Openapi,
    /// Print the access token for browsers and programs on this machine
    Token(ApiToken),
}

/// Which token.
#[derive(Debug, Args)]
pub struct ApiToken {
    /// The token for reading (the default)
    #[arg(long)]
    pub read: bool,
    /// The token that may also acknowledge, silence and configure
    #[arg(long, conflicts_with = "read")]
    pub act: bool,
    /// Make a new one; the old one and every browser that logged in with it are locked out
    #[arg(long)]
    pub new: bool,
}
