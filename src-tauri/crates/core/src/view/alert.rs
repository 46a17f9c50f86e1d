//! Alerts as doors show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::runbook::RunbookLink;
use crate::alert::{Acknowledgement, AlertId, Change, Evidence, Silence};
use crate::metric::{Labels, Unit};
use crate::notice::{NoticeKind, NoticeState};
use crate::rule::{Level, Rule, Threshold};
use crate::time::{Span, Timestamp};

pub use crate::alert::State as AlertState;

/// One alert in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertView {
    /// Its identity; a unique prefix is enough in requests.
    pub id: AlertId,
    /// Id of its rule.
    pub rule: String,
    /// Title of its rule: `CPU busy`.
    pub title: String,
    /// How bad.
    pub level: Level,
    /// Where it stands.
    pub state: AlertState,
    /// First breach.
    pub since: Timestamp,
    /// When it was raised.
    pub fired_at: Option<Timestamp>,
    /// Back in bounds since then, waiting whether it stays so; null in every other state.
    pub recovering_since: Option<Timestamp>,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
    /// How long it lasted or lasts, in time awake that was observed.
    #[serde(default)]
    #[schema(value_type = String, example = "4m")]
    pub lasted: Span,
    /// Name of the judged series.
    pub metric: String,
    /// Its labels.
    pub labels: Labels,
    /// Its unit.
    pub unit: Unit,
    /// What of the series is judged, in words: `5-min mean`; empty for its newest value.
    pub judged: String,
    /// The judged value now.
    pub value: f64,
    /// The value with its unit: `93 %`.
    pub value_text: String,
    /// How sure the value is, of a forecast with an end: `4 to 7 d`.
    #[serde(default)]
    pub range_text: Option<String>,
    /// The worst so far.
    pub peak: f64,
    /// The bound of the present level; of an alert that is over, as it was then.
    pub threshold: Option<Threshold>,
    /// One sentence: `CPU 93 % for 4 min (critical above 90 %)`.
    pub summary: String,
    /// Id of its runbook.
    pub runbook: String,
    /// Who took it on.
    pub acknowledged: Option<Acknowledgement>,
    /// Muted by a silence or snooze until then.
    pub silenced_until: Option<Timestamp>,
    /// The alert that explains this one, because of which nobody is told of it; null while nothing does.
    #[serde(default)]
    pub explained_by: Option<CauseView>,
    /// Whether the series stopped delivering.
    pub no_data: bool,
}

/// An alert that explains another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CauseView {
    /// Its identity.
    pub id: AlertId,
    /// What it is, in words: `Disk / 97 % full for 2 h`.
    pub text: String,
}

/// Several alerts, and what is muted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertList {
    /// The worst first, then the newest.
    pub alerts: Vec<AlertView>,
    /// Silences in force, the next to end first.
    pub silences: Vec<SilenceView>,
}

/// One entry of an alert's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: Change,
    /// In a sentence.
    pub text: String,
}

/// A notice that was sent or tried about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeView {
    /// The channel.
    pub channel: String,
    /// What was asked of it.
    pub kind: NoticeKind,
    /// Where it stands.
    pub state: NoticeState,
    /// When it was delivered, else when it was decided.
    pub at: Timestamp,
    /// The second line of the notice.
    pub body: String,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One alert with everything known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertDetail {
    /// The alert.
    #[serde(flatten)]
    pub alert: AlertView,
    /// The rule as it stands now, if it still exists.
    pub current_rule: Option<Rule>,
    /// What happened to it, the oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Frozen when it was raised.
    pub evidence: Option<Evidence>,
    /// What the owner was told.
    pub notices: Vec<NoticeView>,
    /// Runbooks that answer it, the one that its rule names first.
    #[serde(default)]
    pub runbooks: Vec<RunbookLink>,
}

/// Takes an alert on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcknowledgeRequest {
    /// In the person's words.
    #[serde(default)]
    pub note: String,
}

/// Mutes one alert for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SnoozeRequest {
    /// How long.
    pub r#for: Span,
}

/// Mutes a rule or an alert for a while, or everything for maintenance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SilenceRequest {
    /// Id of a rule, or of an alert (a unique prefix is enough); `*` for a maintenance window, which mutes every rule.
    pub target: String,
    /// Only series with all of these labels.
    #[serde(default)]
    pub labels: Labels,
    /// When it begins; now if it does not say.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// How long, counted from its beginning.
    #[serde(default)]
    pub r#for: Span,
    /// When it ends, in place of `for`.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// It ends as soon as nothing is up that it mutes; with this, `for` may be left out.
    #[serde(default)]
    pub until_resolved: bool,
    /// Alerts of this level and above are told all the same.
    #[serde(default)]
    pub except: Option<Level>,
    /// Why; may not be empty.
    #[serde(default)]
    pub reason: String,
}

/// What a silence would mute, before it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SilencePreview {
    /// The silence as it would be; a reason may still be missing.
    #[serde(flatten)]
    pub view: SilenceView,
    /// The silence that it would change; null when it is a new one.
    pub changes: Option<SilenceView>,
    /// Open alerts that it mutes, the worst first.
    pub alerts: Vec<AlertView>,
    /// Alerts of the last seven days that it would have muted and that are over, the newest first; at most twenty.
    pub lately: Vec<AlertView>,
    /// How many of those there were.
    pub lately_count: u32,
    /// Whether it can mute alerts that are not there yet.
    pub is_lasting: bool,
    /// Series that are measured now and that it is about; null where it names no labels.
    pub series: Option<u32>,
}

/// A silence, and what it mutes in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SilenceView {
    /// The silence.
    #[serde(flatten)]
    pub silence: Silence,
    /// Title and labels of what it mutes: `Disk nearly full (mount /)`.
    pub what: String,
}

/// Silences in force, and those that are planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SilenceList {
    /// The next to end first.
    pub silences: Vec<SilenceView>,
}

/// Rules as they are judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleList {
    /// In the order of the built-in ones, then of the file.
    pub rules: Vec<Rule>,
}
