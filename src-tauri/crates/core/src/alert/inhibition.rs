//! Alerts that another one explains: told of only when that one is over and they are still up.

use super::Instance;

/// While an alert of the first rule is raised, those of the second at the same level or below are explained, on series
/// with the same value of the label where one is named.
const EXPLAINED: &[(&str, &str, Option<&str>)] = &[
    ("disk-space", "disk-forecast", Some("mount")),
    ("disk-space", "backup-failed", None),
    ("disk-space", "task-failed", None),
    ("disk-space", "collector-failing", None),
    ("destination-missing", "copies-late", Some("destination")),
    ("memory-pressure", "memory-high", None),
    ("memory-pressure", "swap-out", None),
    ("memory-high", "swap-out", None),
    ("cpu-high", "load-high", None),
];

/// The raised alert of `open` that explains `alert`.
pub fn explained_by<'a>(alert: &Instance, open: impl IntoIterator<Item = &'a Instance>) -> Option<&'a Instance> {
    let causes: Vec<(&str, Option<&str>)> =
        EXPLAINED.iter().filter(|(_, rule, _)| *rule == alert.rule).map(|(cause, _, label)| (*cause, *label)).collect();
    if causes.is_empty() {
        return None;
    }
    let explains = |other: &&Instance| {
        other.is_raised()
            && other.level >= alert.level
            && causes.iter().any(|(cause, label)| {
                *cause == other.rule
                    && label.is_none_or(|label| other.series.labels.get(label) == alert.series.labels.get(label))
            })
    };
    open.into_iter().find(explains)
}
