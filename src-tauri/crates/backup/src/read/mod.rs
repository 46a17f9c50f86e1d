//! Reads archives: opens them by their end or, when that is damaged, by looking for what is whole; checks them; and restores.
//! Trusts no byte that it reads.

mod archive;
mod extract;
mod layout;
mod list;
pub(crate) mod medium;
pub mod restore;
mod scan;
mod shelf;
mod stream;
mod verify;

pub use archive::{Archive, packing_of};
pub use list::list_start;
pub use shelf::{Shelf, into_state, state};
pub use verify::{Level, Report, sidecar, verify, verify_paced};
