//! Packages that came and went, in sentences: what came together is one change.

use crate::alert::RecentChange;
use crate::time::{Span, Timestamp};

/// Packages that come within this time of each other are one change.
const TOGETHER: Span = Span::from_minutes(10);
/// Changes that are told; what people did to Caretaker needs room too.
const MOST: usize = 4;
/// Packages that a sentence names.
const NAMED: usize = 3;

/// Changes from entries in time order, each with a verb and a package; the newest first.
pub(super) fn together<'e>(entries: impl IntoIterator<Item = (Timestamp, &'e str, &'e str)>) -> Vec<RecentChange> {
    let mut groups: Vec<(Timestamp, &str, Vec<&str>)> = Vec::new();
    for (at, verb, package) in entries {
        let open = groups.iter_mut().rev().find(|(last, same, _)| *same == verb && at.since(*last) <= TOGETHER);
        match open {
            Some((last, _, packages)) => {
                *last = at;
                if !packages.contains(&package) {
                    packages.push(package);
                }
            }
            None => groups.push((at, verb, vec![package])),
        }
    }
    let change = |(last, verb, packages): (Timestamp, &str, Vec<&str>)| RecentChange {
        at: last,
        text: sentence(verb, &packages),
    };
    groups.sort_by_key(|(last, ..)| std::cmp::Reverse(*last));
    groups.truncate(MOST);
    groups.into_iter().map(change).collect()
}

fn sentence(verb: &str, packages: &[&str]) -> String {
    let named = packages.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match packages.len() {
        1 => format!("{verb} the package {named}"),
        several if several <= NAMED => format!("{verb} the packages {named}"),
        several => format!("{verb} {several} packages: {named} and others"),
    }
}
