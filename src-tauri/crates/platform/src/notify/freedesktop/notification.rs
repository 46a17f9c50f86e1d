//! From a notice to the arguments of `Notify`: pure, so that every server's peculiarity can be tested without one.

use std::collections::HashMap;

use caretaker_core::notice::{Notice, NoticeKind};
use caretaker_core::port::NotificationAction;
use caretaker_core::rule::Level;
use zbus::zvariant::Value;

use super::server::NotificationServer;

/// What servers show as the sender.
pub const APPLICATION: &str = "Caretaker";
/// Name of the icon and of the desktop entry.
pub const ICON: &str = "caretaker";

/// The key of a click on the notification itself, given by the specification.
const OPEN: &str = "default";
const ACKNOWLEDGE: &str = "acknowledge";
const SNOOZE: &str = "snooze";
const RUNBOOK: &str = "runbook";
/// Keys and labels in turn, as the call wants them.
const ACTIONS: [&str; 8] = [OPEN, "Open", RUNBOOK, "Open runbook", ACKNOWLEDGE, "Acknowledge", SNOOZE, "Snooze 1 h"];

/// The server decides how long it stays.
const SERVER_DECIDES: i32 = -1;
/// It stays until somebody acts.
const NEVER: i32 = 0;

/// What of a `Notify` call depends on the notice and the server.
#[derive(Debug)]
pub struct Notification {
    /// First line; never markup.
    pub summary: String,
    /// The rest; markup if the server takes it.
    pub body: String,
    /// Keys and labels in turn.
    pub actions: &'static [&'static str],
    /// Hints by name.
    pub hints: HashMap<&'static str, Value<'static>>,
    /// Milliseconds, or one of two special values.
    pub expire: i32,
}

impl Notification {
    /// In the form that this server can show.
    pub fn new(notice: &Notice, server: &NotificationServer) -> Self {
        let (urgency, expire) = match notice.level {
            Level::Warning if notice.persistent => (1_u8, NEVER),
            Level::Warning => (1_u8, SERVER_DECIDES),
            Level::Critical => (2_u8, NEVER),
        };
        let mut hints = HashMap::from([
            ("urgency", Value::from(urgency)),
            ("desktop-entry", Value::from(ICON)),
            ("category", Value::from("x-caretaker.alert")),
        ]);
        if notice.kind == NoticeKind::Update {
            hints.insert("suppress-sound", Value::from(true));
        }
        let (title, text) = (printable(&notice.title), printable(&notice.body));
        let (summary, body) = if !server.can("body") {
            (if text.is_empty() { title } else { format!("{title}: {text}") }, String::new())
        } else if server.can("body-markup") {
            (title, escaped(&text))
        } else {
            (title, text)
        };
        // What tells of several alerts at once can be opened, but nothing can be done to all of them.
        let actions: &[&str] = match (server.can("actions"), notice.route.contains('/')) {
            (true, true) => &ACTIONS,
            (true, false) => ACTIONS.get(..2).unwrap_or_default(),
            (false, _) => &[],
        };
        Self { summary, body, actions, hints, expire }
    }
}

/// What a person meant by the key of an action; none for keys that are not ours.
pub fn meaning(key: &str, route: String) -> Option<NotificationAction> {
    match key {
        OPEN => Some(NotificationAction::Open { route }),
        // The page finds the runbook that the alert has when it is opened.
        RUNBOOK => Some(NotificationAction::Open { route: route.replacen("alerts/", "runbooks/of/", 1) }),
        ACKNOWLEDGE => Some(NotificationAction::Acknowledge { route }),
        SNOOZE => Some(NotificationAction::Snooze { route }),
        _ => None,
    }
}

/// The three characters that begin markup. Quotes stay: not every server knows their entities.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Process names and labels come from outside; D-Bus refuses a zero byte, and terminals' control codes help nobody.
fn printable(text: &str) -> String {
    text.chars().filter(|character| *character == '\n' || !character.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use caretaker_core::alert::AlertId;
    use caretaker_core::notice::{NoticeId, NoticeState};
    use caretaker_core::time::Timestamp;

    fn server(capabilities: &[&str]) -> NotificationServer {
        NotificationServer {
            name: "fake".into(),
            vendor: "tests".into(),
            version: "1".into(),
            specification: "1.2".into(),
            capabilities: capabilities.iter().map(ToString::to_string).collect(),
            address: ":1.1".into(),
            identity: "x".into(),
        }
    }

    fn notice(kind: NoticeKind, level: Level) -> Notice {
        Notice {
            id: NoticeId("n".into()),
            alert: AlertId("a".into()),
            channel: "native".into(),
            kind,
            level,
            title: "CPU <busy>".into(),
            body: "tar & \u{0}gzip\u{1b}[1m < 90 %".into(),
            route: "alerts/a".into(),
            persistent: false,
            members: Vec::new(),
            about: None,
            created: Timestamp::default(),
            expires: Timestamp::default(),
            state: NoticeState::Pending,
            attempts: 0,
            next_attempt: Timestamp::default(),
            delivered_at: None,
            error: None,
        }
    }

    #[test]
    fn only_a_server_that_reads_markup_gets_it_and_only_in_the_body() {
        let raise = notice(NoticeKind::Raise, Level::Warning);
        let marked = Notification::new(&raise, &server(&["body", "body-markup"]));
        assert_eq!((marked.summary.as_str(), marked.body.as_str()), ("CPU <busy>", "tar &amp; gzip[1m &lt; 90 %"));
        let plain = Notification::new(&raise, &server(&["body"]));
        assert_eq!(plain.body, "tar & gzip[1m < 90 %");
        let narrow = Notification::new(&raise, &server(&[]));
        assert_eq!((narrow.summary.as_str(), narrow.body.as_str()), ("CPU <busy>: tar & gzip[1m < 90 %", ""));
    }

    #[test]
    fn a_critical_one_stays_and_a_warning_may_go() {
        let server = server(&["body"]);
        let of = |level| Notification::new(&notice(NoticeKind::Raise, level), &server);
        let (warning, critical) = (of(Level::Warning), of(Level::Critical));
        assert_eq!((warning.expire, &warning.hints["urgency"]), (-1, &Value::from(1_u8)));
        assert_eq!((critical.expire, &critical.hints["urgency"]), (0, &Value::from(2_u8)));
        let kept = Notice { persistent: true, ..notice(NoticeKind::Update, Level::Warning) };
        assert_eq!(Notification::new(&kept, &server).expire, 0, "a warning that nobody took on stays too");
    }

    #[test]
    fn one_about_several_alerts_can_only_be_opened() {
        let server = server(&["body", "actions"]);
        let one = notice(NoticeKind::Raise, Level::Warning);
        assert_eq!(Notification::new(&one, &server).actions.len(), 8);
        let several = Notice { route: "alerts".into(), ..one };
        assert_eq!(Notification::new(&several, &server).actions, ["default", "Open"]);
    }

    #[test]
    fn an_update_is_quiet_and_a_raise_is_not() {
        let server = server(&["body"]);
        let quiet =
            |kind| Notification::new(&notice(kind, Level::Warning), &server).hints.contains_key("suppress-sound");
        assert!(quiet(NoticeKind::Update) && !quiet(NoticeKind::Raise));
    }

    #[test]
    fn every_action_offered_is_understood() {
        let offered = Notification::new(&notice(NoticeKind::Raise, Level::Warning), &server(&["actions"])).actions;
        for key in offered.iter().step_by(2) {
            assert!(meaning(key, "alerts/a".into()).is_some(), "{key}");
        }
        assert_eq!(meaning("inline-reply", "alerts/a".into()), None);
    }
}
