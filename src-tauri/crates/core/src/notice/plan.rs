//! Whom to tell what after a round: compares what each alert is with what its owner was last told.
//!
//! Nothing is dropped because it was muted: what is still up when a silence or quiet time ends is told then.

use super::{EXPIRY, Notice, NoticeKind, NoticeState};
use crate::alert::{Instance, Silence, State, notice_id, words};
use crate::rule::{Level, Rule};
use crate::time::Timestamp;

/// The channel of desktop notifications.
pub const NATIVE: &str = "native";

/// What decides whether the owner wants to hear anything.
#[derive(Clone, Copy, Debug)]
pub struct Hearing<'a> {
    /// Wall clock.
    pub now: Timestamp,
    /// Whether desktop notifications are wanted at all.
    pub enabled: bool,
    /// Paused until then.
    pub quiet_until: Option<Timestamp>,
    /// Silences in force.
    pub silences: &'a [Silence],
}

impl Hearing<'_> {
    /// Whether this alert is muted now.
    pub fn muted(&self, alert: &Instance) -> bool {
        self.quiet_until.is_some_and(|until| self.now < until) || self.silenced_until(alert).is_some()
    }

    /// Until when a snooze or silence mutes this alert; the last to end counts.
    pub fn silenced_until(&self, alert: &Instance) -> Option<Timestamp> {
        let silences =
            self.silences.iter().filter(|silence| silence.mutes(alert, self.now)).map(|silence| silence.until);
        silences.chain(alert.snoozed_until.filter(|until| self.now < *until)).max()
    }
}

/// A notice to put into the outbox, and the level that the owner then was told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticePlan {
    /// The notice.
    pub notice: Notice,
    /// The new value of [`Instance::told`].
    pub told: Option<Level>,
}

/// The notice that `alert` needs now, if any.
pub fn plan(alert: &Instance, rule: Option<&Rule>, hearing: &Hearing<'_>) -> Option<NoticePlan> {
    let (kind, told) = decide(alert, hearing)?;
    let at = hearing.now;
    let title = rule.map_or_else(|| alert.rule.clone(), |rule| rule.title.clone());
    let notice = Notice {
        id: notice_id(&alert.id, NATIVE, kind, alert.level, at),
        alert: alert.id.clone(),
        channel: NATIVE.to_owned(),
        kind,
        level: alert.level,
        title: match alert.level {
            Level::Critical => format!("{title} (critical)"),
            Level::Warning => title,
        },
        body: words::summary(alert, rule, at),
        route: format!("alerts/{}", alert.id.0),
        created: at,
        expires: at + EXPIRY,
        state: NoticeState::Pending,
        attempts: 0,
        next_attempt: at,
        delivered_at: None,
        error: None,
    };
    Some(NoticePlan { notice, told })
}

fn decide(alert: &Instance, hearing: &Hearing<'_>) -> Option<(NoticeKind, Option<Level>)> {
    if alert.state == State::Resolved {
        return alert.told.map(|_| (NoticeKind::Close, None));
    }
    if !alert.is_raised() || !hearing.enabled {
        return None;
    }
    if alert.is_acknowledged() || hearing.silenced_until(alert).is_some() {
        // What the person dealt with, here or elsewhere, need not stay on the screen.
        return alert.told.map(|_| (NoticeKind::Close, None));
    }
    if hearing.muted(alert) {
        return None;
    }
    match alert.told {
        None => Some((NoticeKind::Raise, Some(alert.level))),
        Some(told) if told < alert.level => Some((NoticeKind::Raise, Some(alert.level))),
        Some(told) if told > alert.level => Some((NoticeKind::Update, Some(alert.level))),
        Some(_) => None,
    }
}
