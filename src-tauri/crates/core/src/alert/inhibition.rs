//! Alerts that another one explains: told of only when that one is over and they are still up.

use super::{Instance, Silence, Volumes};
use crate::rule::Level;
use crate::time::{Span, Timestamp};

/// A cause that somebody dealt with explains nothing after this: a disk that lives at its bound, and is known to, must not
/// hide a failed backup for ever.
const DEALT_WITH: Span = Span::from_days(1);

/// Which alerts of a rule a cause explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// All of them.
    Machine,
    /// Those with the same value of this label.
    Label(&'static str),
    /// Those about work that writes to the volume of the cause.
    Volume,
}

/// While an alert of the first rule is raised, those of the second at the same level or below are explained.
const EXPLAINED: &[(&str, &str, Reach)] = &[
    (DISK_SPACE, "disk-forecast", Reach::Label("mount")),
    (DISK_SPACE, "backup-failed", Reach::Volume),
    (DISK_SPACE, "task-failed", Reach::Volume),
    ("destination-missing", "copies-late", Reach::Label("destination")),
    ("memory-pressure", "memory-high", Reach::Machine),
    ("memory-pressure", "swap-out", Reach::Machine),
    ("memory-high", "swap-out", Reach::Machine),
    ("cpu-high", "load-high", Reach::Machine),
];

/// A disk fails writes when it is full, so only its critical level explains anything.
const DISK_SPACE: &str = "disk-space";

/// What may explain an alert now.
#[derive(Clone, Copy, Debug)]
pub struct Causes<'a> {
    /// Every alert that is open.
    pub open: &'a [Instance],
    /// Silences in force.
    pub silences: &'a [Silence],
    /// Where what works here writes.
    pub volumes: &'a Volumes,
    /// Wall clock.
    pub now: Timestamp,
}

impl<'a> Causes<'a> {
    /// The raised alert that explains `alert`.
    pub fn of(&self, alert: &Instance) -> Option<&'a Instance> {
        let reaches: Vec<(&str, Reach)> = EXPLAINED
            .iter()
            .filter(|(_, rule, _)| *rule == alert.rule)
            .map(|(cause, _, reach)| (*cause, *reach))
            .collect();
        if reaches.is_empty() || !alert.is_raised() {
            return None;
        }
        let explains = |cause: &&Instance| {
            let reach = reaches.iter().find(|(rule, _)| *rule == cause.rule).map(|(_, reach)| *reach);
            let is_bad_enough =
                cause.level >= alert.level && (cause.rule != DISK_SPACE || cause.level == Level::Critical);
            cause.is_raised()
                && is_bad_enough
                && reach.is_some_and(|reach| self.reaches(cause, alert, reach))
                && self.dealt_with(cause).is_none_or(|since| self.now.since(since) < DEALT_WITH)
        };
        self.open.iter().find(explains)
    }

    fn reaches(&self, cause: &Instance, alert: &Instance, reach: Reach) -> bool {
        match reach {
            Reach::Machine => true,
            Reach::Label(label) => cause.series.labels.get(label) == alert.series.labels.get(label),
            Reach::Volume => {
                let job = alert.series.labels.get("job");
                cause.series.labels.get("mount").is_some_and(|mount| self.volumes.of(job).any(|volume| volume == mount))
            }
        }
    }

    /// Since when somebody has an alert taken on or muted; none where nobody has.
    fn dealt_with(&self, cause: &Instance) -> Option<Timestamp> {
        let acknowledged = cause.acknowledged.as_ref().filter(|_| cause.is_acknowledged()).map(|taken| taken.at);
        let silenced =
            self.silences.iter().filter(|silence| silence.mutes(cause, self.now)).map(|silence| silence.from);
        // When a snooze began is not kept; it is no longer than the alert.
        let snoozed = cause.snoozed_until.filter(|until| self.now < *until).and(cause.fired_at);
        acknowledged.into_iter().chain(silenced).chain(snoozed).min()
    }
}
