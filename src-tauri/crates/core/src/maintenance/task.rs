//! A task: what it does, when, and under which conditions it begins.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tier::Tier;
use super::work::Work;
use crate::config::TimeOfDay;
use crate::schedule::Schedule;
use crate::time::Span;

/// Whether a task only looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// It reads, and leaves everything as it is.
    #[default]
    Reads,
    /// It changes or removes something that is not Caretaker's own.
    Changes,
}

/// What becomes of a run that a kill or a power cut ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interrupted {
    /// It is run again, as after a failure.
    #[default]
    Again,
    /// It is left for its next time.
    Leave,
}

/// What a task needs and does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Checks of services.
    Checks,
    /// Logs of services.
    Logs,
    /// Tracked configuration files of services.
    Files,
    /// Secrets that are kept here.
    Secrets,
    /// Which rows expire.
    ExpiredRows,
    /// Runbooks.
    Runbooks,
    /// Folders to work in.
    Folders,
    /// Files to rotate.
    RotatedFiles,
    /// Lock files, and a folder with an export of OSV.
    VulnerabilityRecords,
    /// A kind that this version knows.
    KnownKind,
}

impl Need {
    /// What is missing, and what to do, in a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Checks => "It needs checks of services, which are not part of this version yet.",
            Self::Logs => "It needs logs of services, which are not part of this version yet.",
            Self::Files => "It needs tracked configuration files, which are not part of this version yet.",
            Self::Secrets => {
                "It needs secrets and certificates that are kept here, which are not part of this version yet."
            }
            Self::ExpiredRows => {
                "Name its `database`, its `table` and the `column` that says when a row was made or ends."
            }
            Self::Runbooks => "It needs runbooks, which are not part of this version yet.",
            Self::Folders => "Name its `folders` in the configuration.",
            Self::RotatedFiles => "Name its `files` in the configuration.",
            Self::VulnerabilityRecords => {
                "Name `folders` with lock files, and in `osv` a folder with an export of OSV."
            }
            Self::KnownKind => "This version knows no tasks of this kind.",
        }
    }
}

/// Hours of every day, in local time, in which a task may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// First minute.
    pub from: TimeOfDay,
    /// First minute after it; earlier than `from` when it passes midnight.
    pub to: TimeOfDay,
}

impl Window {
    /// Whether a minute of the day lies within.
    pub fn is_open(&self, minute: u32) -> bool {
        let (from, to) = (u32::from(self.from.minutes()), u32::from(self.to.minutes()));
        if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }
}

/// A task with everything filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its stable name.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// What it reads or changes, in a sentence.
    pub does: String,
    /// How often it comes.
    pub tier: Tier,
    /// Whether it only looks.
    pub touch: Touch,
    /// Tasks of one family do the same, more or less thoroughly: of several that are due together the largest runs.
    pub family: String,
    /// When it comes.
    pub every: Schedule,
    /// Whether it runs by itself.
    pub enabled: bool,
    /// How long it may take.
    pub limit: Span,
    /// How often a failed run is tried again.
    pub retries: u32,
    /// Tasks that it waits for when they are due as well.
    pub after: Vec<String>,
    /// Hours in which it may begin; at any time without.
    pub window: Option<Window>,
    /// Whether it also begins on battery.
    pub on_battery: bool,
    /// Whether it also begins while the machine is busy.
    pub under_load: bool,
    /// What becomes of a run that was interrupted.
    pub interrupted: Interrupted,
    /// The work itself.
    pub work: Work,
    /// Whether the file made it, and not Caretaker.
    pub is_own: bool,
}

impl Task {
    /// What it lacks; none when it can run.
    pub fn need(&self) -> Option<Need> {
        self.work.need()
    }

    /// Whether it runs by itself at its times.
    pub fn is_scheduled(&self) -> bool {
        self.enabled && self.need().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_may_pass_midnight() {
        let window = |from: &str, to: &str| Window { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let night = window("22:00", "06:00");
        for (minute, open) in [(22 * 60, true), (0, true), (6 * 60 - 1, true), (6 * 60, false), (12 * 60, false)] {
            assert_eq!(night.is_open(minute), open, "{minute}");
        }
        assert!(window("01:00", "05:00").is_open(120) && !window("01:00", "05:00").is_open(300));
    }
}
