//! Alerts: listed, shown with everything known of them, taken on, snoozed.

use std::collections::HashMap;

use caretaker_core::alert::{AlertId, Change, Instance, State, meaning, words};
use caretaker_core::notice::silenced_until;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::rule::{Level, Rule};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{AlertDetail, AlertList, AlertView, CauseView, Hint, NoticeView, RuleList, TimelineEntry};
use caretaker_store::{AlertFilter as StoredFilter, Found, StateStore};

use crate::causes::{causes, volumes};
use crate::engine::Engine;
use crate::latest::Latest;
use crate::pipeline::Work;

/// Which alerts are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlertFilter {
    /// Only of this level.
    pub level: Option<Level>,
    /// Only those that were up within this time.
    pub within: Option<Span>,
    /// Pending and resolved ones too.
    pub all: bool,
}

const MOST: usize = 1_000;

impl Engine {
    /// Alerts, the worst first, then the newest.
    pub async fn alerts(&self, filter: AlertFilter) -> Result<AlertList, Problem> {
        self.used()?;
        let now = self.now();
        let latest = self.latest();
        let mut alerts: Vec<Instance> = latest.open.clone();
        if filter.all || filter.within.is_some() {
            let since = filter.within.map(|within| now - within);
            let query = StoredFilter { states: vec![State::Resolved], level: filter.level, since, limit: Some(MOST) };
            let ended = self.blocking(move |inner| Ok(inner.state.alerts(&query)?)).await?;
            alerts.extend(ended.into_iter().filter(|one| !latest.open.iter().any(|open| open.id == one.id)));
        }
        let since = filter.within.map(|within| now - within);
        alerts.retain(|alert| {
            let shown = match alert.state {
                State::Firing | State::Recovering => true,
                State::Pending => filter.all,
                State::Resolved => (filter.all || filter.within.is_some()) && alert.fired_at.is_some(),
            };
            let recent = since.is_none_or(|since| alert.resolved_at.is_none_or(|end| end >= since));
            shown && recent && filter.level.is_none_or(|level| alert.level == level)
        });
        let over: Vec<AlertId> = alerts.iter().filter(|one| is_over(one)).map(|one| one.id.clone()).collect();
        let frozen = self.blocking(move |inner| Ok(frozen(&inner.state, over))).await?;
        let view = |alert: &Instance| self.view(alert, frozen.get(&alert.id), &latest, now);
        let mut alerts: Vec<AlertView> = alerts.iter().map(view).collect();
        alerts.sort_by_key(|alert| {
            (alert.state == State::Resolved, std::cmp::Reverse(alert.level), std::cmp::Reverse(alert.since))
        });
        Ok(AlertList { alerts, silences: self.silence_views(&latest, now) })
    }

    /// One alert with everything known of it.
    pub async fn alert(&self, id: &str) -> Result<AlertDetail, Problem> {
        let alert = self.find_alert(id).await?;
        let (now, latest) = (self.now(), self.latest());
        let key = alert.id.clone();
        let (events, evidence, notices) = self
            .blocking(move |inner| {
                Ok((inner.state.events(&key)?, inner.state.evidence(&key)?, inner.state.notices(&key)?))
            })
            .await?;
        let timeline = events.into_iter().map(|(at, change)| TimelineEntry { at, text: entry(at, &change), change });
        let notices = notices.into_iter().map(|notice| NoticeView {
            channel: notice.channel,
            kind: notice.kind,
            state: notice.state,
            at: notice.delivered_at.unwrap_or(notice.created),
            body: notice.body,
            error: notice.error,
        });
        let runbooks = self.runbooks_of(&alert).await;
        let current_rule = self.settings().rules.iter().find(|rule| rule.id == alert.rule).cloned();
        Ok(AlertDetail {
            alert: self.view(&alert, evidence.as_ref().map(|evidence| &evidence.rule), &latest, now),
            current_rule,
            timeline: timeline.collect(),
            evidence,
            notices: notices.collect(),
            runbooks,
        })
    }

    /// Takes an alert on: no more notices about it unless it gets worse.
    pub async fn acknowledge(&self, id: &str, note: String) -> Result<AlertView, Problem> {
        self.writable()?;
        let (before, now) = (self.open_alert(id).await?, self.now());
        let alert = self.ask(|reply| Work::Acknowledge(before.id, note, now, reply)).await??;
        if alert.acknowledged == before.acknowledged {
            return Ok(self.alert_view(&alert, &self.latest(), now));
        }
        self.changed("acknowledge", format!("Acknowledged {}", words::short(&alert)), &alert, now).await
    }

    /// Mutes one alert for a while.
    pub async fn snooze(&self, id: &str, span: Span) -> Result<AlertView, Problem> {
        self.writable()?;
        if span < Span::ZERO {
            return Err(
                Problem::new(Code::Usage, "a snooze needs a length of time").hint("for example 1h, or 0s to end it")
            );
        }
        let (id, now) = (self.open_alert(id).await?.id, self.now());
        let alert = self.ask(|reply| Work::Snooze(id, now + span, now, reply)).await??;
        let what = if span == Span::ZERO {
            format!("Ended the snooze of {}", words::short(&alert))
        } else {
            format!("Snoozed {} for {}", words::short(&alert), span.in_words())
        };
        self.changed("snooze", what, &alert, now).await
    }

    /// Rules as they are judged.
    pub fn rules(&self) -> RuleList {
        RuleList { rules: self.settings().rules.clone() }
    }

    async fn changed(&self, kind: &str, what: String, alert: &Instance, now: Timestamp) -> Result<AlertView, Problem> {
        self.record(kind, what, Ok(())).await;
        self.hint(Hint::Status);
        Ok(self.alert_view(alert, &self.latest(), now))
    }

    /// The alert of an id or of a unique beginning of one.
    pub(crate) async fn find_alert(&self, id: &str) -> Result<Instance, Problem> {
        self.used()?;
        let latest = self.latest();
        if let Some(open) = latest.open.iter().find(|alert| alert.id.0 == id) {
            return Ok(open.clone());
        }
        let wanted = id.to_owned();
        match self.blocking(move |inner| Ok(inner.state.alert(&wanted)?)).await? {
            Found::One(alert) => Ok(latest.open.iter().find(|open| open.id == alert.id).cloned().unwrap_or(alert)),
            Found::Nothing => Err(Problem::new(Code::NotFound, format!("no alert has the id {id}"))
                .hint("`caretaker alerts list --all` shows every alert")),
            Found::Ambiguous(ids) => {
                let ids: Vec<String> = ids.into_iter().map(|AlertId(id)| id).collect();
                Err(Problem::new(Code::Ambiguous, format!("several alerts begin with {id}: {}", ids.join(", ")))
                    .hint("give more letters of the id"))
            }
        }
    }

    async fn open_alert(&self, id: &str) -> Result<Instance, Problem> {
        not_over(self.find_alert(id).await?)
    }

    /// An open alert as doors show it.
    pub(crate) fn alert_view(&self, alert: &Instance, latest: &Latest, now: Timestamp) -> AlertView {
        self.view(alert, None, latest, now)
    }

    /// The alert because of which nobody is told of this one.
    fn explained_by(&self, alert: &Instance, latest: &Latest, now: Timestamp) -> Option<CauseView> {
        let volumes = volumes(latest, self.0.home.folder(), &self.settings());
        let cause = causes(latest, &volumes, now).of(alert)?;
        Some(CauseView { id: cause.id.clone(), text: words::short(cause) })
    }

    /// An alert as doors show it. What is over is told by the rule that raised it, `frozen`, whatever became of the rule
    /// since; without that one, by the present rule only where it still means the same.
    fn view(&self, alert: &Instance, frozen: Option<&Rule>, latest: &Latest, now: Timestamp) -> AlertView {
        let settings = self.settings();
        let current = settings.rules.iter().find(|rule| rule.id == alert.rule);
        let over = is_over(alert);
        let rule =
            if over { frozen.or_else(|| current.filter(|rule| meaning(rule) == alert.meaning)) } else { current };
        let recovering = latest.round.filter(|_| alert.state == State::Recovering);
        AlertView {
            id: alert.id.clone(),
            rule: alert.rule.clone(),
            title: rule.or(current).map_or_else(|| alert.rule.clone(), |rule| rule.title.clone()),
            level: alert.level,
            state: alert.state,
            since: alert.since,
            fired_at: alert.fired_at,
            recovering_since: recovering.map(|round| round.at - alert.calm),
            resolved_at: alert.resolved_at,
            metric: alert.series.name.clone(),
            labels: alert.series.labels.clone(),
            unit: alert.unit,
            judged: rule.map(words::judged).unwrap_or_default(),
            value: alert.value,
            value_text: words::value_text(alert),
            range_text: words::range_text(alert),
            lasted: alert.lasted(),
            peak: alert.peak,
            threshold: rule.and_then(|rule| rule.threshold(alert.level)),
            summary: words::summary(alert, rule),
            runbook: rule.map(|rule| rule.runbook.clone()).unwrap_or_default(),
            acknowledged: alert.acknowledged.clone(),
            silenced_until: silenced_until(alert, &latest.silences, now).filter(|_| !over),
            explained_by: self.explained_by(alert, latest, now),
            no_data: alert.no_data,
        }
    }
}

/// The alert, if something can still be done about it.
pub(crate) fn not_over(alert: Instance) -> Result<Instance, Problem> {
    if is_over(&alert) {
        return Err(Problem::new(Code::NotFound, format!("the alert {} is over", alert.id.0))
            .hint(format!("`caretaker alerts list` shows what is open; its rule is `{}`", alert.rule)));
    }
    Ok(alert)
}

fn is_over(alert: &Instance) -> bool {
    alert.state == State::Resolved
}

/// The rules that raised these alerts, as they stood. Evidence that cannot be read takes no alert off the list.
fn frozen(state: &StateStore, ids: Vec<AlertId>) -> HashMap<AlertId, Rule> {
    let rule = |id: AlertId| {
        let evidence = state.evidence(&id).ok().flatten()?;
        Some((id, evidence.rule))
    };
    ids.into_iter().filter_map(rule).collect()
}

/// An entry of a timeline in a sentence. A snooze that ends at once is the end of the one before.
fn entry(at: Timestamp, change: &Change) -> String {
    match change {
        Change::Snoozed { until } if *until <= at => "No longer snoozed".to_owned(),
        change => words::change(change),
    }
}
