//! What the owner is told, and the rules of the outbox that tells it: expiry, back-off, supersession.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::alert::AlertId;
use crate::alert::State;
use crate::metric::{Labels, Unit};
use crate::rule::{Level, Threshold};
use crate::time::{Span, Timestamp};

/// Identity of one notice: a UUIDv8 by hashing, as text. The same notice is never delivered under two identities.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct NoticeId(pub String);

/// What a notice asks of its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Show it, with sound where the platform has one.
    Raise,
    /// Replace what is shown, quietly.
    Update,
    /// Take away what is shown; the alert is over.
    Close,
}

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// Waiting, or waiting to be tried again.
    Pending,
    /// The channel took it.
    Delivered,
    /// A newer notice for the same alert made it needless.
    Superseded,
    /// Nobody took it in time.
    Expired,
}

/// What the alert was when the notice was decided: a channel elsewhere shows it long after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoticeAbout {
    /// Id of its rule.
    pub rule: String,
    /// Where it stood.
    pub state: State,
    /// Name of the judged series.
    pub metric: String,
    /// Its labels.
    #[serde(default)]
    pub labels: Labels,
    /// Its unit.
    pub unit: Unit,
    /// The judged value; of an alert that is over, the worst.
    pub value: f64,
    /// The value with its unit.
    pub value_text: String,
    /// The bound of its level.
    pub threshold: Option<Threshold>,
    /// First breach.
    pub since: Timestamp,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
}

/// One message to the owner about one alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Its identity.
    pub id: NoticeId,
    /// The alert that it is about.
    pub alert: AlertId,
    /// The channel: `native` for the desktop.
    pub channel: String,
    /// What the channel is asked to do.
    pub kind: NoticeKind,
    /// How bad.
    pub level: Level,
    /// First line: `CPU busy`.
    pub title: String,
    /// Second line: `CPU 93 % for 4 min (critical above 90 %)`.
    pub body: String,
    /// Where a click leads: `alerts/<id>`.
    pub route: String,
    /// Whether it should stay on the screen until it is dealt with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub persistent: bool,
    /// Alerts that it tells of for the first time, or again, when it stands for several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<AlertId>,
    /// What the alert was; only for channels beyond the desktop, and not of several alerts at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<NoticeAbout>,
    /// When it was decided.
    pub created: Timestamp,
    /// When it is no longer worth telling.
    pub expires: Timestamp,
    /// Where it stands.
    pub state: NoticeState,
    /// Tries so far.
    pub attempts: u32,
    /// Not before this.
    pub next_attempt: Timestamp,
    /// When the channel took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How long a notice stays worth telling.
pub const EXPIRY: Span = Span::from_hours(12);

/// The wait after the given number of failed tries: 5 s, 10 s, 20 s, ... at most 5 minutes.
pub fn back_off(attempts: u32) -> Span {
    let doubled = Span::from_seconds(5) * (1_i64 << attempts.saturating_sub(1).min(6));
    doubled.min(Span::from_minutes(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_five_minutes() {
        let waits: Vec<_> = (1..=8).map(|n| back_off(n).as_millis() / 1_000).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
    }
}
