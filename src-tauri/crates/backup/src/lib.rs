//! Archives of files that ordinary tools can open: written, checked, and restored. Needs no database and no engine; reads no clock,
//! opens no socket, and knows nothing of jobs or schedules.
//!
//! [`write::run`] makes an archive, [`read::Archive`] opens one, [`read::verify`] checks it, [`read::restore`] brings files back.
//! The format is described in `docs/archive-format.md`.

mod descent;
pub mod encryption;
pub mod error;
pub mod format;
pub mod kit;
mod ordered;
pub mod pages;
pub mod read;
pub mod source;
pub mod write;

pub use error::{BackupError, Result};
