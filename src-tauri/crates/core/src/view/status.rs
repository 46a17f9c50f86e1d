//! The state of everything at a glance: `caretaker status`, the tray, the first line of the window.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::backup::BackupsSummary;
use super::{AlertView, MaintenanceSummary, ModelsSummary, SilenceView};
use crate::time::Timestamp;

/// The worst open, unsilenced alert; unknown only when none is open and the newest sample is too old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverallState {
    /// Nothing is open.
    Ok,
    /// The worst open alert is a warning.
    Warning,
    /// The worst open alert is critical.
    Critical,
    /// Nobody measured lately.
    #[default]
    Unknown,
}

/// Stands where a part of Caretaker is not set up; never an invented ok.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotConfigured {
    /// Always `not_configured`.
    pub state: NotConfiguredState,
}

/// The one word of [`NotConfigured`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotConfiguredState {
    /// Not set up.
    #[default]
    NotConfigured,
}

/// The machine, as it is and as it was built.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostView {
    /// Its name.
    pub name: String,
    /// `Debian GNU/Linux`, `macOS`.
    pub os: String,
    /// `12`, `26.1`.
    pub os_version: String,
    /// Kernel release.
    pub kernel: String,
    /// `x86_64`, `arm64`.
    pub architecture: String,
    /// Processor in the maker's words.
    pub cpu: String,
    /// Logical cores.
    pub cores: u32,
    /// Memory, bytes.
    pub memory_bytes: u64,
    /// When it started.
    pub boot_at: Option<Timestamp>,
    /// CPU in use in the newest round, %.
    pub cpu_percent: Option<f64>,
    /// Memory in use in the newest round, %.
    pub memory_percent: Option<f64>,
    /// The fullest disk in the newest round, %.
    pub disk_percent: Option<f64>,
    /// 1-minute load in the newest round.
    pub load_1m: Option<f64>,
    /// Hottest sensor in the newest round, °C.
    pub temperature_celsius: Option<f64>,
    /// The busiest GPU in the newest round, %; null where none tells.
    #[serde(default)]
    pub gpu_percent: Option<f64>,
    /// Power of the whole machine in the newest round, W; null where nothing measures it.
    #[serde(default)]
    pub power_watts: Option<f64>,
}

/// The engine that answers, or that wrote what is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EngineView {
    /// Whether one runs now.
    pub running: bool,
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: Option<u32>,
    /// When it started.
    pub started: Option<Timestamp>,
    /// Which program hosts it: `caretaker` or `caretaker-app`.
    pub program: Option<String>,
    /// Its home folder.
    pub home: String,
    /// Time between rounds, in milliseconds.
    pub interval_ms: i64,
    /// Stamp of the newest round.
    pub last_round: Option<Timestamp>,
    /// How long the newest round took, in milliseconds.
    pub round_took_ms: Option<f64>,
}

/// A part that does not work although it should; the rest goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Degraded {
    /// Which part: `collector disks`, `notifications`, `configuration`.
    pub part: String,
    /// Why, in a sentence.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
    /// What to do; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// Something that Caretaker or its owner did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Operation {
    /// When.
    pub at: Timestamp,
    /// `start`, `configuration`, `acknowledge`, `quiet`, `silence`, `notification test`, ...
    pub kind: String,
    /// What was done, in a sentence.
    pub what: String,
    /// `done` or `failed`.
    pub result: String,
    /// How long it took, in milliseconds.
    pub took_ms: Option<i64>,
}

/// Whether notifications are paused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuietView {
    /// Until when; null when they are not.
    pub until: Option<Timestamp>,
}

/// Pause or resume notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuietRequest {
    /// `1h`, any other length of time, `tomorrow` (07:00 local), or `off` to resume.
    pub r#for: String,
}

/// What Caretaker keeps on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StorageView {
    /// The home folder.
    pub home: String,
    /// Samples, in bytes.
    pub metrics_bytes: u64,
    /// State and history, in bytes.
    pub state_bytes: u64,
    /// Everything in the home folder, in bytes.
    pub total_bytes: u64,
    /// Room left on its disk, in bytes.
    pub free_bytes: Option<u64>,
    /// Series kept.
    pub series: u32,
    /// The oldest sample kept.
    pub oldest: Option<Timestamp>,
}

/// Everything at a glance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The worst of what is open.
    pub state: OverallState,
    /// One sentence: `All is well`, `2 things need you`.
    pub verdict: String,
    /// When this was put together.
    pub at: Timestamp,
    /// The machine.
    pub host: HostView,
    /// The engine.
    pub engine: EngineView,
    /// Open alerts, the worst first.
    pub alerts: Vec<AlertView>,
    /// Paused notifications.
    pub quiet: QuietView,
    /// Silences in force, the next to end first.
    pub silences: Vec<SilenceView>,
    /// Mistakes in the configuration file; while there are any, the last good version is in force.
    pub configuration_mistakes: u32,
    /// Services.
    pub services: NotConfigured,
    /// Backups.
    pub backups: BackupsSummary,
    /// Maintenance.
    pub maintenance: MaintenanceSummary,
    /// The last ten, the newest first.
    pub operations: Vec<Operation>,
    /// Requests, tokens and errors.
    pub usage: NotConfigured,
    /// Local models.
    pub models: ModelsSummary,
    /// What is kept on disk.
    pub storage: StorageView,
    /// What does not work.
    pub degraded: Vec<Degraded>,
}
