//! `[[rule]]`: what raises an alert. A rule with the id of a built-in one changes only the keys it names.

mod check;
mod keys;
mod resolve;

pub(in crate::config) use keys::{AGGREGATES, KEEP_FIRING_FOR, ROUTES, RuleSection};
