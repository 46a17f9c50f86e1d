//! What a round changed about an alert: the entries of its timeline.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Instance;
use crate::metric::RoundId;
use crate::rule::Level;

/// One entry of an alert's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// First breach.
    Pended,
    /// Was pending and is well again: never raised.
    Dropped,
    /// Raised at this level.
    Fired {
        /// At which level.
        level: Level,
    },
    /// From warning to critical.
    Worsened,
    /// From critical to warning.
    Eased,
    /// Below the bound; waiting whether it stays so.
    Recovering,
    /// In breach again while recovering.
    Relapsed,
    /// Over.
    Resolved {
        /// In words: `back to normal`, `the rule changed`, `the rule was removed`.
        reason: String,
    },
    /// Goes up and down all the time; kept as one alert until it stays well for 15 minutes.
    Flapping {
        /// Turns within 30 minutes.
        turns: usize,
    },
    /// The series stopped delivering.
    DataLost,
    /// The series delivers again.
    DataBack,
    /// A person took it on.
    Acknowledged {
        /// In the person's words.
        note: String,
    },
    /// A person muted it for a while.
    Snoozed {
        /// Until when.
        until: crate::time::Timestamp,
    },
    /// A command of its runbook was run.
    Ran {
        /// The runbook.
        runbook: String,
        /// Which step, counted from 1.
        step: u32,
        /// The title of the step.
        title: String,
        /// The hash of the exact command.
        sha256: String,
        /// The run; what it printed is kept there.
        run: String,
        /// What came of it: `done`, `failed: it ended with exit code 1`.
        result: String,
    },
}

/// A change of one alert, with the alert as it stands afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// What changed.
    pub change: Change,
    /// The alert after it.
    pub alert: Instance,
    /// The round that decided it.
    pub round: RoundId,
}
