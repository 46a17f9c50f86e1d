//! Databases of archives. None is opened in this process: copies are made and looked into by processes of their own, one for each
//! database. Here copies take the place of files, and changed pages that of whole copies.

mod apart;
mod bases;
mod found;
mod snapshots;
#[cfg(test)]
mod tests;

pub(crate) use apart::{Apart, Copier, limit};
pub(crate) use found::begins_as_database;
pub(crate) use snapshots::Snapshots;
