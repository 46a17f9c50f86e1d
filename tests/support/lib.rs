//! Shared by the end-to-end tests.

mod program;
pub mod workspace;

pub use program::program;
