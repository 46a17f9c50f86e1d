//! Periods of two hours: what is rolled up in one transaction.

use crate::table::rollup::Tier;

/// Length, ms.
pub(super) const LENGTH: i64 = Tier::Part.span();

/// Number of the period that a stamp lies in.
pub(super) const fn of(ts: i64) -> i64 {
    ts.div_euclid(LENGTH)
}

/// First stamp of a period.
pub(super) const fn start(period: i64) -> i64 {
    period * LENGTH
}

/// First stamp after a period.
pub(super) const fn end(period: i64) -> i64 {
    (period + 1) * LENGTH
}
