//! One table of the document on its way into a section's type: each getter asks for one key, checks its type and
//! notes what is wrong; keys that nobody asked for are reported as unknown at the end. It knows no section.

mod list;
mod scalar;
mod span;
mod table;

pub(super) use list::Reference;
pub(super) use span::{ANY_SPAN, written};
pub(super) use table::Fields;
