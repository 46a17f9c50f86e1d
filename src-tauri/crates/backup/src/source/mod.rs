//! Reads the files of a machine for a backup: walks without following links, tells what changed, and reads what moves meanwhile.
//! Writes nothing.

pub mod change;
pub mod exclude;
pub mod meta;
pub mod reach;
pub mod read;
pub mod replace;
pub mod walk;
pub mod xattr;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;

pub use exclude::{BadPattern, Excludes, Nested};
pub use meta::Meta;
pub use reach::{Unreadable, unreadable};
pub use replace::{Choice, NoReplacements, PageSetOf, Replace, Replacement};
pub use walk::{Mounts, Root, Rules, Walked};
