//! One round of measuring: everything read at one moment.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SeriesKey, SeriesKind, Unit};
use crate::time::{Gap, Moment, Span, Timestamp};

/// One value of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Which series; shared, because the same keys come every round.
    pub key: Arc<SeriesKey>,
    /// Unit of the series.
    pub unit: Unit,
    /// Kind of the series.
    pub kind: SeriesKind,
    /// The value; never NaN or infinite, a missing value is a missing reading.
    pub value: f64,
}

impl Reading {
    /// A level, as nearly all series are.
    pub fn gauge(key: impl Into<Arc<SeriesKey>>, unit: Unit, value: f64) -> Self {
        Self { key: key.into(), unit, kind: SeriesKind::Gauge, value }
    }
}

/// One process among the top of a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProcessReading {
    /// Process id.
    pub pid: u32,
    /// Short name of the program.
    pub name: String,
    /// Share of one core, so a process on two full cores shows 200; absent at its first sight.
    pub cpu_percent: Option<f64>,
    /// Resident memory (macOS: physical footprint where it can be read), in bytes.
    pub memory_bytes: u64,
}

/// Identity of a stored round: which run of the engine on which clock, and when.
/// Within one clock epoch the stamps rise; a clock set back starts a new epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoundId {
    /// Number of the clock epoch; rises with every start of the engine and every backward step.
    pub epoch: u32,
    /// Wall-clock stamp, unique over all rounds.
    pub at: Timestamp,
}

/// Everything that one round measured.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Assigned by the pipeline before storing.
    pub id: RoundId,
    /// The clocks, read once.
    pub moment: Moment,
    /// Time that should lie between two rounds at the moment.
    pub interval: Span,
    /// Values, each series at most once.
    pub readings: Vec<Reading>,
    /// Top processes, when this round looked at them.
    pub processes: Option<Vec<ProcessReading>>,
}

/// What a mark on a chart stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// The machine started.
    Boot,
    /// The machine went down without telling the engine: its power was cut, or its kernel crashed.
    PowerLoss,
    /// The engine started.
    Start,
    /// The engine ended in order.
    Stop,
    /// The machine slept.
    Sleep,
    /// The engine did not get to work although the machine ran.
    Stall,
    /// The wall clock was set.
    ClockStep,
    /// The configuration changed.
    Configuration,
    /// A backup of the owner's data was made.
    Backup,
    /// A backup failed.
    BackupFailed,
    /// A damaged database was set aside, and a new one begun.
    SetAside,
}

/// Something that explains a chart: drawn as a line at `at`, or as a shaded span up to `until`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mark {
    /// What happened.
    pub kind: MarkKind,
    /// When it began.
    pub at: Timestamp,
    /// When it ended, for what lasted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// In words.
    pub text: String,
}

impl Mark {
    /// The marks for what [`crate::time::Timeline`] saw between two rounds; `at` is the later one.
    pub fn for_gap(gap: Gap, at: Timestamp) -> Option<Self> {
        let (kind, lasted, text) = match gap {
            Gap::Sleep(lasted) => (MarkKind::Sleep, lasted, "Asleep"),
            Gap::Stall(lasted) => (MarkKind::Stall, lasted, "Not measured: the engine was starved"),
            Gap::Restart(lasted) => (MarkKind::Stop, lasted, "Caretaker was not running"),
            Gap::Reboot(lasted) => (MarkKind::Boot, lasted, "The machine was off or restarting"),
        };
        let text = format!("{text} for {}", lasted.in_words());
        Some(Self { kind, at: at - lasted, until: Some(at), text })
    }

    /// The mark of a machine that was off, where `earlier`, in time order, says that an engine ran until then and was never
    /// told to end: a machine that shuts down in order tells it. `booted` is when the machine started again.
    #[must_use]
    pub fn or_power_loss(self, earlier: &[Self], booted: Timestamp) -> Self {
        let is_run = |mark: &&Self| mark.until.is_none() && matches!(mark.kind, MarkKind::Start | MarkKind::Stop);
        let last = earlier.iter().rev().filter(|mark| mark.at <= booted).find(is_run);
        let (Some(Self { kind: MarkKind::Start, .. }), MarkKind::Boot, Some(until)) = (last, &self.kind, self.until)
        else {
            return self;
        };
        let away = until.since(self.at).or_zero().in_words();
        let text = format!("Down without warning (power loss or crash), away for {away}");
        Self { kind: MarkKind::PowerLoss, text, ..self }
    }
}
