//! A sample that somebody pushed, in place of a collector that measured it.

use super::Reading;
use crate::time::Timestamp;

/// One value with a stamp of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    /// The series and its value, which is kept bit by bit.
    pub reading: Reading,
    /// When the value was true.
    pub at: Timestamp,
    /// When it came. Rules judge it in the first round that is not before this.
    pub seen: Timestamp,
}
