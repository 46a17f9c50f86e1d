//! Where notices go, as doors show it, and what a tray app asks for that shows them in place of the engine.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::notice::{Notice, NoticeId};
use crate::rule::{Level, Route};
use crate::time::Timestamp;

/// How a channel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// What was to be told was told.
    Ready,
    /// Something waits, and nothing is wrong: nobody sits at the desktop, or the other side asked for time.
    Waiting,
    /// The last try failed.
    Failing,
    /// It is switched off.
    Off,
    /// It is configured, and this version cannot use it.
    Unusable,
}

/// One place where notices go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelView {
    /// Its id: `native` for the desktop.
    pub id: String,
    /// `native`, `webhook`, `ntfy`, `command` or `email`.
    pub kind: String,
    /// Where it leads, without path and credentials; empty for the desktop.
    pub target: String,
    /// How it stands.
    pub state: ChannelState,
    /// Why it fails or cannot be used; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What to do; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// Least level of the alerts that it is told.
    pub level: Level,
    /// When it is told.
    pub route: Route,
    /// Only alerts of these services; empty for all.
    pub services: Vec<String>,
    /// When something last arrived; null if nothing did.
    pub last_delivered: Option<Timestamp>,
    /// When the last try failed, if it did.
    pub last_failed: Option<Timestamp>,
    /// Why the last one failed that did not arrive.
    pub last_error: Option<String>,
    /// When it is tried again; null when nothing waits.
    pub next_try: Option<Timestamp>,
    /// So many notices wait.
    pub waiting: u32,
}

/// Every place where notices go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelList {
    /// The desktop first, then in the order of the file.
    pub channels: Vec<ChannelView>,
}

/// Asks for a test notice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelTestRequest {
    /// Id of a channel; without it every channel that is switched on.
    #[serde(default)]
    pub channel: Option<String>,
}

/// What came of a test notice on one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelTest {
    /// The channel.
    pub channel: String,
    /// Its kind.
    pub kind: String,
    /// Where it leads, without path and credentials.
    pub target: String,
    /// Whether it arrived.
    pub arrived: bool,
    /// What the other side said: `200 OK`, `exit code 0`; else why it did not arrive.
    pub answer: String,
    /// What to do; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
}

/// What came of the test notices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelTestView {
    /// In the order of the channels.
    pub tests: Vec<ChannelTest>,
}

/// Notices for a tray app that shows them, because the engine cannot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DueNotices {
    /// In the order in which they were decided. Each is to be shown and then answered for; until then it is due.
    pub notices: Vec<Notice>,
}

/// What came of showing a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeOutcomeRequest {
    /// The notice.
    pub id: NoticeId,
    /// Why it could not be shown; null when it was.
    #[serde(default)]
    pub error: Option<String>,
}
