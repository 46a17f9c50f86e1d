//! Shared by the end-to-end tests.

mod noise;
mod program;
pub mod workspace;

pub use noise::noise;
pub use program::program;
