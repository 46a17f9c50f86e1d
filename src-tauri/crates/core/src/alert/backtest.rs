//! A rule over stored rounds, before it is saved: judged by the very function that judges live ones, told by the very plan
//! that tells live ones, with nothing muted.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AlertId, Evaluator, Instance, Transition};
use crate::metric::{Labels, Round, SeriesKey, Unit};
use crate::notice::{Channel, Hearing, Ledger, NoticeKind, Subject, plan};
use crate::rule::{Level, Rule};
use crate::time::{Span, Timestamp};

/// One alert that a rule would have raised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BacktestSpan {
    /// When it would have been raised.
    pub from: Timestamp,
    /// When it would have been over; null when it would still be up.
    pub to: Option<Timestamp>,
    /// The worst level that it would have had.
    pub level: Level,
    /// The worst judged value.
    pub peak: f64,
    /// Labels of the series.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
}

/// A rule at work on rounds of the past, in the order in which they were measured.
#[derive(Clone, Debug)]
pub struct Backtest {
    rule: Rule,
    evaluator: Evaluator,
    channels: [Channel; 1],
    ledger: Ledger,
    repeat: Span,
    raised: BTreeMap<AlertId, BacktestSpan>,
    notices: usize,
}

impl Backtest {
    /// Nothing seen yet. `repeat` is the time until a critical alert is told again.
    pub fn new(rule: &Rule, repeat: Span) -> Self {
        let rule = Rule { enabled: true, ..rule.clone() };
        let (evaluator, _) = Evaluator::restored(std::slice::from_ref(&rule), Vec::new(), None);
        Self {
            rule,
            evaluator,
            channels: [Channel::native(true)],
            ledger: Ledger::default(),
            repeat,
            raised: BTreeMap::new(),
            notices: 0,
        }
    }

    /// Takes the hourly means of a series from before the range, for a rule that looks at a course of hours.
    pub fn recall(&mut self, key: &Arc<SeriesKey>, unit: Unit, means: impl IntoIterator<Item = (Timestamp, f64)>) {
        self.evaluator.recall(&self.rule.id, key, unit, means);
    }

    /// Takes note of a round from before the range, which fills the windows and is not judged.
    pub fn observe(&mut self, round: &Round) {
        self.evaluator.observe(round);
    }

    /// Judges one more round.
    pub fn see(&mut self, round: &Round) {
        let transitions = self.evaluator.judge(round).transitions;
        let open: Vec<Instance> = self.evaluator.open().cloned().collect();
        for alert in open.iter().chain(transitions.iter().map(|transition| &transition.alert)) {
            self.note(alert);
        }
        self.tell(round.id.at, &open, &transitions);
    }

    /// What would have been raised, the oldest first, and how many notifications would have rung.
    pub fn finish(self) -> (Vec<BacktestSpan>, usize) {
        let mut spans: Vec<BacktestSpan> = self.raised.into_values().collect();
        spans.sort_by_key(|span| span.from);
        (spans, self.notices)
    }

    fn note(&mut self, alert: &Instance) {
        let Some(from) = alert.fired_at else { return };
        let span = self.raised.entry(alert.id.clone()).or_insert_with(|| BacktestSpan {
            from,
            to: None,
            level: alert.level,
            peak: alert.peak,
            labels: alert.series.labels.clone(),
        });
        span.level = span.level.max(alert.level);
        span.peak = alert.peak;
        span.to = alert.resolved_at;
    }

    fn tell(&mut self, now: Timestamp, open: &[Instance], transitions: &[Transition]) {
        if open.is_empty() && transitions.is_empty() {
            return;
        }
        let ended = transitions.iter().map(|transition| &transition.alert).filter(|alert| alert.resolved_at.is_some());
        let subjects: Vec<Subject<'_>> =
            open.iter().chain(ended).map(|alert| Subject { alert, rule: Some(&self.rule), explained: false }).collect();
        let hearing = Hearing {
            now,
            channels: &self.channels,
            quiet_until: None,
            hours: None,
            silences: &[],
            repeat: self.repeat,
        };
        let planned = plan(&subjects, &hearing, &mut self.ledger);
        self.notices += planned.notices.iter().filter(|notice| notice.kind == NoticeKind::Raise).count();
        for (id, channel, told) in planned.told {
            self.evaluator.with_alert(&id, |alert| match told {
                Some(told) => drop(alert.told.insert(channel, told)),
                None => drop(alert.told.remove(&channel)),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Platform, default_rules};
    use crate::metric::{Reading, RoundId};
    use crate::rule::Threshold;
    use crate::time::{BootId, Moment};

    const START: i64 = 1_700_000_000_000;

    /// A day at 30 s: calm, with `busy` half hours of full load at the given hours.
    fn day(busy: &[i64]) -> Vec<Round> {
        let key = Arc::new(SeriesKey::plain("host.cpu.usage"));
        (0..2_880)
            .map(|number| {
                let seconds = number * 30;
                let minute = seconds / 60;
                let loaded = busy.iter().any(|hour| (hour * 60..hour * 60 + 30).contains(&minute));
                let past = Span::from_seconds(seconds);
                let wall = Timestamp::from_millis(START) + past;
                Round {
                    id: RoundId { epoch: 1, at: wall },
                    moment: Moment { wall, awake: past, elapsed: past, boot: BootId(1) },
                    interval: Span::from_seconds(30),
                    readings: vec![Reading::gauge(Arc::clone(&key), Unit::Percent, if loaded { 85.0 } else { 20.0 })],
                    processes: None,
                }
            })
            .collect()
    }

    fn run(rule: &Rule, rounds: &[Round]) -> (Vec<BacktestSpan>, usize) {
        let mut backtest = Backtest::new(rule, Span::from_hours(4));
        for round in rounds {
            backtest.see(round);
        }
        backtest.finish()
    }

    #[test]
    fn a_rule_tells_when_it_would_have_fired_and_how_often_it_would_have_rung() {
        let rule = default_rules(Platform::Linux, Span::from_seconds(30)).into_iter().next().unwrap();
        assert_eq!(rule.id, "cpu-high");
        let rounds = day(&[3, 9, 20]);
        let (spans, notices) = run(&rule, &rounds);
        assert_eq!((spans.len(), notices), (3, 3));
        let first = &spans[0];
        let minutes = first.from.since(Timestamp::from_millis(START)).as_seconds() / 60.0;
        assert!((183.0..190.0).contains(&minutes), "raised some minutes after 03:00: {minutes}");
        let lasted = first.to.unwrap().since(first.from).as_seconds() / 60.0;
        assert!((20.0..35.0).contains(&lasted), "{lasted} min");
        assert_eq!((first.level, first.peak), (Level::Warning, 85.0));
        let higher = Rule { warning: Some(Threshold::Above(88.0)), ..rule };
        assert_eq!(run(&higher, &rounds).0.len(), 0, "a higher bound is quiet");
    }
}
