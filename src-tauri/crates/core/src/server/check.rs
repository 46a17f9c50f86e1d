//! Short ways to write down what was found.

use crate::view::{CheckState, CheckView};

/// The group of these checks in `doctor`.
pub const GROUP: &str = "server";
/// The group of what listens to the network.
pub const NETWORK: &str = "network";

/// As it should be.
pub(super) fn ok(name: &str, detail: impl Into<String>) -> CheckView {
    check(name, CheckState::Ok, detail)
}

/// Not to be found out, or not on this machine.
pub(super) fn absent(name: &str, detail: impl Into<String>) -> CheckView {
    check(name, CheckState::Absent, detail)
}

/// Not as a server should be.
pub(super) fn warning(name: &str, detail: impl Into<String>, why: &str, hint: impl Into<String>) -> CheckView {
    CheckView { why: why.to_owned(), hint: hint.into(), ..check(name, CheckState::Warning, detail) }
}

fn check(name: &str, state: CheckState, detail: impl Into<String>) -> CheckView {
    CheckView {
        group: GROUP.to_owned(),
        name: name.to_owned(),
        state,
        detail: detail.into(),
        why: String::new(),
        hint: String::new(),
    }
}

/// `1 update`, `2 updates`.
pub(super) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
