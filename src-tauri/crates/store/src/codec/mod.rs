//! How values become bytes: no SQLite in here.

pub(crate) mod bits;
pub(crate) mod brief;
pub(crate) mod buckets;
pub(crate) mod chunk;
pub(crate) mod clocks;
pub(crate) mod column;
pub(crate) mod lists;
pub(crate) mod processes;
pub(crate) mod pushed;
pub(crate) mod real;
pub(crate) mod real_buckets;
pub(crate) mod row;
pub(crate) mod varint;

/// Bytes that are no encoding of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes end too early or contradict themselves")]
pub(crate) struct Malformed;
