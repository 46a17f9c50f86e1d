//! `api`.

use clap::Subcommand;

/// What about the interface for programs.
#[derive(Debug, Subcommand)]
pub enum Api {
    /// Print the OpenAPI document
    Openapi,
}
