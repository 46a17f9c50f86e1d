//! Whom to tell what after a round: compares what each alert is with what its owner was last told on every channel.
//!
//! Nothing is dropped because it was muted: what is still up when a silence or quiet time ends is told then.

use super::channel::Channel;
use super::flood::{GROUP_FROM, Ledger, digest_id};
use super::quiet::Hearing;
use super::told::Told;
use super::wish::{PERSISTS_AFTER, Wish, wish};
use super::{EXPIRY, Notice, NoticeAbout, NoticeKind, NoticeState};
use crate::alert::{AlertId, FLAPPING_WITHIN, Instance, State, notice_id, words};
use crate::rule::{Level, Rule};
use crate::time::Timestamp;

/// So many alerts are named in a digest.
const NAMED: usize = 3;

/// An alert that may be told of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The alert as it stands now.
    pub alert: &'a Instance,
    /// Its rule, if there still is one.
    pub rule: Option<&'a Rule>,
    /// Whether another alert explains it.
    pub explained: bool,
}

/// What to put into the outbox, and what then was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoticePlan {
    /// New notices, in the order in which they are to be told.
    pub notices: Vec<Notice>,
    /// New values of [`Instance::told`] by alert and channel; none where it was taken away.
    pub told: Vec<(AlertId, String, Option<Told>)>,
}

/// Everything that the channels should say now. `ledger` holds what they said lately.
pub fn plan(subjects: &[Subject<'_>], hearing: &Hearing<'_>, ledger: &mut Ledger) -> NoticePlan {
    let mut plan = NoticePlan::default();
    for channel in hearing.channels {
        Planning { channel, hearing, ledger, plan: &mut plan }.channel(subjects);
    }
    plan
}

struct Planning<'a> {
    channel: &'a Channel,
    hearing: &'a Hearing<'a>,
    ledger: &'a mut Ledger,
    plan: &'a mut NoticePlan,
}

impl Planning<'_> {
    fn channel(&mut self, subjects: &[Subject<'_>]) {
        let wishes: Vec<(Subject<'_>, Wish)> = subjects
            .iter()
            .filter_map(|subject| {
                let wish = wish(subject.alert, subject.rule, self.channel, self.hearing, subject.explained)?;
                Some((*subject, wish))
            })
            .collect();
        let new_warnings = wishes.iter().filter(|(subject, wish)| is_new_warning(subject, *wish)).count();
        let mut added = Vec::new();
        for (subject, wish) in &wishes {
            let level = subject.alert.level;
            let crowded = (level == Level::Warning && new_warnings >= GROUP_FROM)
                || !self.ledger.of(&self.channel.id).has_room(level, self.hearing.now);
            // Whatever would ring is bounded, critical ones by themselves: the first few pass a flood of warnings.
            if matches!(wish, Wish::Raise | Wish::Repeat) && crowded {
                self.add_to_digest(subject);
                added.push(subject.alert.id.clone());
            } else {
                self.directly(subject, *wish);
            }
        }
        self.digest(subjects, added);
    }

    fn directly(&mut self, subject: &Subject<'_>, wish: Wish) {
        let before = subject.alert.told.get(&self.channel.id);
        let in_digest = before.is_some_and(|told| told.in_digest);
        let now = self.hearing.now;
        let (kind, told) = match wish {
            Wish::Close => (NoticeKind::Close, None),
            Wish::Raise | Wish::Repeat => (NoticeKind::Raise, Some(told(subject.alert, false))),
            Wish::Update => {
                let up = before.map_or(subject.alert.up, |told| told.up);
                let persistent = subject.alert.level == Level::Warning && subject.alert.up - up >= PERSISTS_AFTER;
                (NoticeKind::Update, Some(Told { up, in_digest, persistent, ..told(subject.alert, false) }))
            }
        };
        let ledger = self.ledger.of(&self.channel.id);
        if kind == NoticeKind::Raise {
            ledger.ring(subject.alert.level, now);
        }
        if kind != NoticeKind::Update {
            ledger.digest.retain(|id| *id != subject.alert.id);
        }
        // What was told as one of several has nothing of its own to be changed or taken away.
        if kind == NoticeKind::Raise || !in_digest {
            self.plan.notices.push(notice(subject, self.channel, kind, told, now));
        }
        self.plan.told.push((subject.alert.id.clone(), self.channel.id.clone(), told));
    }

    fn add_to_digest(&mut self, subject: &Subject<'_>) {
        let before = subject.alert.told.get(&self.channel.id);
        // The digest stands for it from now on; on a screen it would stand there twice.
        if self.channel.is_screen() && before.is_some_and(|told| !told.in_digest) {
            self.plan.notices.push(notice(subject, self.channel, NoticeKind::Close, None, self.hearing.now));
        }
        let told = told(subject.alert, true);
        let digest = &mut self.ledger.of(&self.channel.id).digest;
        if !digest.contains(&subject.alert.id) {
            digest.push(subject.alert.id.clone());
        }
        self.plan.told.push((subject.alert.id.clone(), self.channel.id.clone(), Some(told)));
    }

    /// Raises, or takes away, the one notice about the alerts that were too many.
    fn digest(&mut self, subjects: &[Subject<'_>], added: Vec<AlertId>) {
        let closed = self.plan.told.iter().any(|(_, channel, told)| *channel == self.channel.id && told.is_none());
        let digest = self.ledger.of(&self.channel.id).digest.clone();
        if added.is_empty() && !(closed && digest.is_empty()) {
            return;
        }
        let known: Vec<&Subject<'_>> = subjects.iter().filter(|subject| digest.contains(&subject.alert.id)).collect();
        let was_shown =
            subjects.iter().any(|subject| subject.alert.told.get(&self.channel.id).is_some_and(|told| told.in_digest));
        if known.is_empty() && !was_shown {
            return;
        }
        let now = self.hearing.now;
        let level = known.iter().map(|subject| subject.alert.level).max().unwrap_or(Level::Warning);
        let ledger = self.ledger.of(&self.channel.id);
        let kind = if known.is_empty() {
            ledger.digest_is_over();
            NoticeKind::Close
        } else if ledger.digest_rings(level, now) {
            NoticeKind::Raise
        } else {
            NoticeKind::Update
        };
        let beside_others = ledger.has_rung(now);
        let id = digest_id(&self.channel.id);
        let (title, body) = match kind {
            // A screen only takes away what it shows; elsewhere it is said.
            NoticeKind::Close => {
                ("Several alerts".to_owned(), "Everything that was told of together is over".to_owned())
            }
            NoticeKind::Raise | NoticeKind::Update => digest_words(&known, beside_others),
        };
        self.plan.notices.push(Notice {
            id: notice_id(&id, &self.channel.id, kind, level, self.hearing.now),
            alert: id,
            channel: self.channel.id.clone(),
            kind,
            level,
            title,
            body,
            route: "alerts".to_owned(),
            persistent: false,
            members: added,
            about: None,
            created: self.hearing.now,
            expires: self.hearing.now + EXPIRY,
            state: NoticeState::Pending,
            attempts: 0,
            next_attempt: self.hearing.now,
            delivered_at: None,
            error: None,
        });
    }
}

fn is_new_warning(subject: &Subject<'_>, wish: Wish) -> bool {
    wish == Wish::Raise && subject.alert.level == Level::Warning
}

fn told(alert: &Instance, in_digest: bool) -> Told {
    Told { level: alert.level, up: alert.up, in_digest, flapping: alert.flapping, persistent: false }
}

/// What the digest says, the worst first; `beside_others` that there are notices of their own which it adds to.
fn digest_words(known: &[&Subject<'_>], beside_others: bool) -> (String, String) {
    let mut worst: Vec<&&Subject<'_>> = known.iter().collect();
    worst.sort_by_key(|subject| std::cmp::Reverse(subject.alert.level));
    let mut lines: Vec<String> = worst.into_iter().take(NAMED).map(|subject| words::short(subject.alert)).collect();
    if known.len() > NAMED {
        lines.push(format!("and {} more", known.len() - NAMED));
    }
    let number = known.len();
    let critical = known.iter().any(|subject| subject.alert.level == Level::Critical);
    let (more, critical) = (if beside_others { "more " } else { "" }, if critical { " (critical)" } else { "" });
    let alerts = if number == 1 { "alert" } else { "alerts" };
    (format!("{number} {more}{alerts}{critical}"), lines.join(", "))
}

fn notice(subject: &Subject<'_>, channel: &Channel, kind: NoticeKind, told: Option<Told>, now: Timestamp) -> Notice {
    let Subject { alert, rule, .. } = subject;
    let title = rule.map_or_else(|| alert.rule.clone(), |rule| rule.title.clone());
    let unsteady = if alert.flapping && kind != NoticeKind::Close {
        format!("; goes up and down, {} turns in {}", alert.turns.len(), FLAPPING_WITHIN.in_words())
    } else {
        String::new()
    };
    Notice {
        id: notice_id(&alert.id, &channel.id, kind, alert.level, now),
        alert: alert.id.clone(),
        channel: channel.id.clone(),
        kind,
        level: alert.level,
        title: match alert.level {
            Level::Critical => format!("{title} (critical)"),
            Level::Warning => title,
        },
        body: format!("{}{unsteady}", words::summary(alert, *rule)),
        route: format!("alerts/{}", alert.id.0),
        persistent: told.is_some_and(|told| told.persistent),
        members: Vec::new(),
        about: (!channel.is_screen()).then(|| about(alert, *rule)),
        created: now,
        expires: now + EXPIRY,
        state: NoticeState::Pending,
        attempts: 0,
        next_attempt: now,
        delivered_at: None,
        error: None,
    }
}

fn about(alert: &Instance, rule: Option<&Rule>) -> NoticeAbout {
    NoticeAbout {
        rule: alert.rule.clone(),
        state: alert.state,
        metric: alert.series.name.clone(),
        labels: alert.series.labels.clone(),
        unit: alert.unit,
        value: if alert.state == State::Resolved { alert.peak } else { alert.value },
        value_text: words::value_text(alert),
        threshold: rule.and_then(|rule| rule.threshold(alert.level)),
        since: alert.since,
        resolved_at: alert.resolved_at,
    }
}

#[cfg(test)]
mod tests;
