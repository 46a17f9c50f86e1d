//! All rules over all series: the same function judges live rounds, rounds replayed at a start, and stored history.
//!
//! It owns the open alerts and the windows behind them. It never reads a clock: time comes with each round.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::identity::{alert_id, meaning};
use super::rhythm::Rhythm;
use super::step::{Observed, begin, opens, step};
use super::trend::Trend;
use super::window::Window;
use super::{AlertId, Change, Instance, Outlook, State, Transition};
use crate::metric::{Reading, Round, RoundId, SeriesKey, SeriesKind, Unit};
use crate::rule::{Aggregate, Level, NoData, Rule, Threshold};
use crate::time::{Gap, Moment, Span, Tick, Timeline, Timestamp};

/// After waking, nothing is judged for this long or two intervals, whichever is longer.
const SETTLE: Span = Span::from_seconds(60);
/// A series without an alert is forgotten after this much awake time without a value.
const FORGOTTEN_AFTER: Span = Span::from_days(1);

/// One rule on one series.
#[derive(Clone, Debug)]
struct Tracked {
    unit: Unit,
    kind: SeriesKind,
    window: Window,
    trend: Trend,
    rhythm: Rhythm,
    fresh: Option<f64>,
    alert: Option<Instance>,
    /// Turns of alerts that are over, for the next one.
    turns: Vec<Timestamp>,
    /// Stands for whatever would match, until something does.
    is_stand_in: bool,
}

/// A rule with all the series that it judges.
#[derive(Clone, Debug)]
struct Judge {
    rule: Rule,
    meaning: u64,
    series: BTreeMap<Arc<SeriesKey>, Tracked>,
}

/// What a round led to.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Changes of alerts, in the order of the rules.
    pub transitions: Vec<Transition>,
    /// What happened to time since the round before.
    pub tick: Tick,
}

/// The state machine over everything.
#[derive(Clone, Debug, Default)]
pub struct Evaluator {
    judges: Vec<Judge>,
    timeline: Timeline,
    position: Span,
    settling: Span,
    /// The newest round that was judged, and its clocks.
    judged: Option<(RoundId, Moment)>,
}

impl Evaluator {
    /// An evaluator for `rules` that knows the alerts that were open, and which round was judged last.
    pub fn restored(rules: &[Rule], open: Vec<Instance>, judged: Option<(RoundId, Moment)>) -> (Self, Vec<Instance>) {
        let timeline = judged.map(|(id, moment)| Timeline::resumed(moment, id.epoch)).unwrap_or_default();
        let mut evaluator = Self { timeline, judged, ..Self::default() };
        evaluator.judges = rules.iter().filter(|rule| rule.enabled).map(Judge::new).collect();
        let mut orphans = Vec::new();
        for alert in open {
            match evaluator.judges.iter_mut().find(|judge| judge.rule.id == alert.rule) {
                Some(judge) if judge.meaning == alert.meaning => judge.adopt(alert),
                Some(_) | None => orphans.push(alert),
            }
        }
        (evaluator, orphans)
    }

    /// Takes over changed rules. Alerts of rules that mean something else now, or are gone, end.
    pub fn take_rules(&mut self, rules: &[Rule], now: &Round) -> Vec<Transition> {
        let mut old: BTreeMap<String, Judge> =
            self.judges.drain(..).map(|judge| (judge.rule.id.clone(), judge)).collect();
        for rule in rules.iter().filter(|rule| rule.enabled) {
            let mut judge = Judge::new(rule);
            if let Some(before) = old.get(&rule.id).filter(|before| before.meaning == judge.meaning) {
                judge.series.clone_from(&before.series);
                old.remove(&rule.id);
            }
            self.judges.push(judge);
        }
        let still = |id: &str| rules.iter().any(|rule| rule.id == id && rule.enabled);
        let ended = old.into_values().flat_map(|judge| judge.series.into_values().filter_map(|tracked| tracked.alert));
        ended
            .map(|alert| {
                let reason = if still(&alert.rule) { "the rule changed" } else { "the rule was removed" };
                end(alert, reason, now)
            })
            .collect()
    }

    /// Fills windows from a stored round that was judged already.
    pub fn observe(&mut self, round: &Round) {
        let tick = self.enter(round);
        for judge in &mut self.judges {
            for tracked in judge.series.values_mut() {
                tracked.rhythm.observe(tracked.fresh.take().is_some(), tick.credit);
            }
        }
    }

    /// Judges a round. One that is not later than the last that was judged says nothing new: a second look at the same
    /// sample would count it twice.
    pub fn judge(&mut self, round: &Round) -> Judgement {
        if self.judged.is_some_and(|(last, moment)| round.id <= last && !round.moment.is_later_than(&moment)) {
            return Judgement::default();
        }
        self.judged = Some((round.id, round.moment));
        let tick = self.enter(round);
        let mut transitions = Vec::new();
        let held = self.settling > Span::ZERO;
        for judge in &mut self.judges {
            judge.round(round, tick, self.position, held, &mut transitions);
        }
        Judgement { transitions, tick }
    }

    /// Every alert that is open.
    pub fn open(&self) -> impl Iterator<Item = &Instance> {
        self.judges.iter().flat_map(|judge| judge.series.values().filter_map(|tracked| tracked.alert.as_ref()))
    }

    /// Changes an open alert, for what people do with it.
    pub fn with_alert<T>(&mut self, id: &AlertId, change: impl FnOnce(&mut Instance) -> T) -> Option<T> {
        let mut alerts = self
            .judges
            .iter_mut()
            .flat_map(|judge| judge.series.values_mut().filter_map(|tracked| tracked.alert.as_mut()));
        alerts.find(|alert| alert.id == *id).map(change)
    }

    /// The rule of an id, if it is judged.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.judges.iter().map(|judge| &judge.rule).find(|rule| rule.id == id)
    }

    /// Names of all series that rules judge.
    pub fn metrics(&self) -> BTreeSet<String> {
        self.judges.iter().map(|judge| judge.rule.metric.clone()).collect()
    }

    /// The longest window of all rules that is filled sample by sample: how far back a start must read rounds.
    pub fn longest_window(&self) -> Span {
        let sampled = self.judges.iter().filter(|judge| judge.rule.of != Aggregate::Forecast);
        sampled.filter_map(|judge| judge.rule.over).max().unwrap_or(Span::ZERO)
    }

    /// Rules that look at a course of hours which is not known yet: their hourly means are wanted by [`Self::recall`].
    pub fn wanting_history(&self) -> impl Iterator<Item = &Rule> {
        let new = |judge: &&Judge| judge.series.values().all(|tracked| tracked.trend.is_new());
        self.judges.iter().filter(|judge| judge.rule.of == Aggregate::Forecast).filter(new).map(|judge| &judge.rule)
    }

    /// Takes the hourly means of a series for a rule, in time order, whole hours only.
    pub fn recall(
        &mut self,
        rule: &str,
        key: &Arc<SeriesKey>,
        unit: Unit,
        means: impl IntoIterator<Item = (Timestamp, f64)>,
    ) {
        if let Some(judge) = self.judges.iter_mut().find(|judge| judge.rule.id == rule) {
            let length = judge.rule.over.unwrap_or_default();
            let tracked = judge.series.entry(Arc::clone(key)).or_insert_with(|| Tracked::new(unit));
            tracked.trend.recall(means, unit, length);
        }
    }

    /// Lets an alert that ended lately count for whether the next one flaps. It knows the turns of those before it, so of
    /// several on a series the last one counts: they are given in the order in which they ended.
    pub fn recall_ended(&mut self, ended: Instance) {
        let judge = self.judges.iter_mut().find(|judge| judge.rule.id == ended.rule && judge.meaning == ended.meaning);
        if let Some(judge) = judge {
            let tracked = judge.series.entry(Arc::clone(&ended.series)).or_insert_with(|| Tracked::new(ended.unit));
            tracked.turns = ended.turns;
        }
    }

    /// What every round does to time and windows, whether it is judged now or was before. After waking, rounds are only
    /// recorded for a while; that a program was started meanwhile changes nothing.
    fn enter(&mut self, round: &Round) -> Tick {
        let tick = self.timeline.tick(round.moment, round.id.epoch, round.interval);
        self.position += tick.advance;
        self.record(round);
        self.settling = match tick.gap {
            Some(Gap::Sleep(_)) => SETTLE.max(round.interval * 2),
            Some(Gap::Stall(_) | Gap::Restart(_) | Gap::Reboot(_)) | None => (self.settling - tick.credit).or_zero(),
        };
        tick
    }

    fn record(&mut self, round: &Round) {
        let position = self.position;
        for judge in &mut self.judges {
            for reading in &round.readings {
                if judge.rule.metric == reading.key.name && reading.key.labels.matches(&judge.rule.filter) {
                    judge.take(reading, position, round.id.at);
                }
            }
        }
    }
}

impl Judge {
    fn new(rule: &Rule) -> Self {
        let mut series = BTreeMap::new();
        // Absence of a series nobody has seen yet is absence too.
        if rule.of == Aggregate::Absent {
            let key = SeriesKey { name: rule.metric.clone(), labels: rule.filter.clone() };
            series.insert(Arc::new(key), Tracked { is_stand_in: true, ..Tracked::new(Unit::Seconds) });
        }
        Self { rule: rule.clone(), meaning: meaning(rule), series }
    }

    fn adopt(&mut self, alert: Instance) {
        let tracked = self.series.entry(Arc::clone(&alert.series)).or_insert_with(|| Tracked::new(alert.unit));
        tracked.alert = Some(alert);
    }

    fn take(&mut self, reading: &Reading, position: Span, at: Timestamp) {
        let Reading { key, unit, kind, value } = reading;
        let (unit, value) = (*unit, *value);
        if !self.series.contains_key(key) {
            self.series.insert(Arc::clone(key), Tracked::new(unit));
        }
        // Whatever comes is what the stand-in waits for.
        for stand_in in self.series.values_mut().filter(|tracked| tracked.is_stand_in) {
            stand_in.fresh = Some(value);
        }
        if let Some(tracked) = self.series.get_mut(key) {
            tracked.is_stand_in = false;
            (tracked.fresh, tracked.unit, tracked.kind) = (Some(value), unit, *kind);
            match (self.rule.of, self.rule.over) {
                (Aggregate::Forecast, length) => tracked.trend.push(at, value, unit, length.unwrap_or_default()),
                (_, Some(length)) => tracked.window.push(position, value, length),
                (_, None) => {}
            }
        }
    }

    fn round(&mut self, round: &Round, tick: Tick, position: Span, held: bool, out: &mut Vec<Transition>) {
        let Self { rule, meaning, series } = self;
        let is_known = series.values().any(|tracked| !tracked.is_stand_in);
        let forgotten = forgotten_after(rule);
        series.retain(|_, tracked| {
            let is_wanted = tracked.rhythm.silent() < forgotten && !(tracked.is_stand_in && is_known);
            tracked.alert.is_some() || is_wanted
        });
        for (key, tracked) in series.iter_mut() {
            let fresh = tracked.fresh.take();
            let credit = tracked.rhythm.judge(fresh.is_some(), tick.credit);
            if held {
                continue;
            }
            let lost = tracked.rhythm.is_lost(round.interval);
            if let Some((value, outlook)) = tracked.figure(rule, fresh, position, lost) {
                let real = fresh.is_some() || rule.of == Aggregate::Absent;
                let seen = Observed { value, outlook, real, credit, at: round.id.at };
                tracked.judge(rule, *meaning, key, seen, round, out);
            } else if lost && let Some(alert) = tracked.alert.as_mut().filter(|alert| !alert.no_data) {
                alert.no_data = true;
                out.push(Transition { change: Change::DataLost, alert: alert.clone(), round: round.id });
            }
        }
    }
}

impl Tracked {
    fn new(unit: Unit) -> Self {
        Self {
            unit,
            kind: SeriesKind::default(),
            window: Window::default(),
            trend: Trend::default(),
            rhythm: Rhythm::default(),
            fresh: None,
            alert: None,
            turns: Vec::new(),
            is_stand_in: false,
        }
    }

    /// The judged figure of this round, and how sure it is; none where nothing may be concluded.
    fn figure(
        &mut self,
        rule: &Rule,
        fresh: Option<f64>,
        position: Span,
        lost: bool,
    ) -> Option<(f64, Option<Outlook>)> {
        if rule.of == Aggregate::Absent {
            return Some((self.rhythm.silent().as_seconds(), None));
        }
        if let Some(length) = rule.over {
            self.window.forget(position, length);
        }
        match (fresh, lost, rule.no_data) {
            (Some(value), ..) => {
                if rule.of == Aggregate::Forecast {
                    self.trend.seconds_left(value, self.unit)
                } else if rule.over.is_some() {
                    self.window.figure(rule.of, self.kind).map(|figure| (figure, None))
                } else {
                    Some((value, None))
                }
            }
            (None, false, _) | (None, true, NoData::Keep) => None,
            (None, true, NoData::Ok) => Some((harmless(rule), None)),
            (None, true, NoData::Alert) => Some((mildest_breach(rule), None)),
        }
    }

    fn judge(
        &mut self,
        rule: &Rule,
        meaning: u64,
        key: &Arc<SeriesKey>,
        seen: Observed,
        round: &Round,
        out: &mut Vec<Transition>,
    ) {
        let changes = if let Some(alert) = self.alert.as_mut() {
            step(rule, alert, seen)
        } else {
            let Some(level) = opens(rule, &seen) else { return };
            let mut alert = opened(rule, meaning, key, rule.of.unit_of(self.unit), level, seen);
            alert.turns = std::mem::take(&mut self.turns);
            let changes = begin(rule, &mut alert, seen.at);
            self.alert = Some(alert);
            changes
        };
        let Some(alert) = self.alert.as_ref() else { return };
        out.extend(changes.into_iter().map(|change| Transition { change, alert: alert.clone(), round: round.id }));
        if alert.state == State::Resolved {
            self.turns.clone_from(&alert.turns);
            self.alert = None;
        }
    }
}

fn opened(rule: &Rule, meaning: u64, key: &Arc<SeriesKey>, unit: Unit, level: Level, seen: Observed) -> Instance {
    Instance {
        id: alert_id(rule, key, seen.at),
        rule: rule.id.clone(),
        meaning,
        series: Arc::clone(key),
        unit,
        state: State::Pending,
        level,
        since: seen.at,
        fired_at: None,
        resolved_at: None,
        value: seen.value,
        peak: seen.value,
        up: Span::ZERO,
        held: Span::ZERO,
        held_critical: None,
        calm: Span::ZERO,
        calm_critical: None,
        no_data: false,
        acknowledged: None,
        snoozed_until: None,
        told: BTreeMap::new(),
        flapping: false,
        turns: Vec::new(),
        recent: 0,
        outlook: seen.outlook,
        cause: None,
    }
}

/// Ends an alert for a reason other than its value.
pub fn end(mut alert: Instance, reason: &str, now: &Round) -> Transition {
    alert.state = State::Resolved;
    alert.resolved_at = Some(now.id.at);
    Transition { change: Change::Resolved { reason: reason.to_owned() }, alert, round: now.id }
}

/// A series whose absence is judged is remembered beyond the longest absence that the rule puts up with.
fn forgotten_after(rule: &Rule) -> Span {
    if rule.of != Aggregate::Absent {
        return FORGOTTEN_AFTER;
    }
    let longest = [rule.warning, rule.critical].into_iter().flatten().map(Threshold::bound).fold(0.0, f64::max);
    FORGOTTEN_AFTER + Span::from_millis((longest * 1_000.0) as i64) + rule.hold
}

/// A value on the good side of every bound, dead band included.
fn harmless(rule: &Rule) -> f64 {
    match rule.warning.or(rule.critical) {
        Some(Threshold::Above(_)) => f64::MIN,
        Some(Threshold::Below(_)) | None => f64::MAX,
    }
}

/// A value that just breaches the rule's mildest bound.
fn mildest_breach(rule: &Rule) -> f64 {
    match rule.warning.or(rule.critical) {
        Some(Threshold::Above(bound)) => bound + bound.abs().max(1.0) * 1e-9,
        Some(Threshold::Below(bound)) => bound - bound.abs().max(1.0) * 1e-9,
        None => 0.0,
    }
}
