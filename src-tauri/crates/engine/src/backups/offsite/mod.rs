//! Copies of archives at a store beyond this machine: what is to be copied, copying it, looking at what lies there, bringing it back.
//! The worker speaks with the store; here it is decided what it does, and remembered what it told.

mod access;
mod adopt;
mod bring;
mod copies;
mod hearing;
mod looked;
mod replicate;
mod tend;
mod trial;

pub(crate) use access::{allow_stores, root_of};
pub(crate) use bring::is_stored;
pub(crate) use copies::Standing;
pub(crate) use looked::Looked;
