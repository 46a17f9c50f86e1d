//! Which folder grew: sizes of the largest folders of a disk at several times, compared. It walks nothing; the platform
//! does, in its own time.

mod growth;
mod kept;
mod survey;

pub use growth::{Grown, grown, sentence};
pub use kept::{KEPT, Largest};
pub use survey::{FolderSize, LOOKS, Survey, shown};
