//! The one owner of open alerts: a thread that stores a round, judges it, and stores what was decided, in this order.
//!
//! Samples are committed first, decisions second and in one transaction with their notices; a decision names the round
//! that it judged. A start replays rounds that were not judged yet through the same function.

use std::sync::Arc;

use caretaker_core::alert::{Acknowledgement, AlertId, Change, Evaluator, Evidence, Instance, Transition};
use caretaker_core::config::Settings;
use caretaker_core::metric::{Mark, MarkKind, ProcessReading, Round, RoundId};
use caretaker_core::notice::{Hearing, Notice, plan};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::rule::Rule;
use caretaker_core::time::{Moment, Span, Timestamp};
use caretaker_store::{Decision, EpochReason, MetricsStore, StateStore, StoreError};
use tokio::sync::{mpsc, oneshot, watch};

use crate::degraded::DegradedParts;
use crate::evidence;
use crate::latest::Latest;
use crate::recall::hour_start;

/// Rounds and requests that may wait; the sampler makes one round at a time, so this is for people.
pub const QUEUE: usize = 32;
/// The book is stored at least this often, so that a start replays few rounds.
const SAVE_EVERY: Span = Span::from_minutes(10);
/// Lists of processes are most of what a round would write; this often is enough to look back.
const PROCESSES_EVERY: Span = Span::from_minutes(2);
/// Decisions that a full disk keeps waiting in memory.
const MOST_UNSAVED: usize = 200;

/// What the thread is asked to do.
pub enum Work {
    /// Store and judge a round.
    Round(Box<Round>, oneshot::Sender<Judged>),
    /// Take an alert on.
    Acknowledge(AlertId, String, Timestamp, oneshot::Sender<Result<Instance, Problem>>),
    /// Mute one alert until then.
    Snooze(AlertId, Timestamp, Timestamp, oneshot::Sender<Result<Instance, Problem>>),
    /// Silences or quiet time changed: look again whom to tell what.
    Listen(Timestamp, oneshot::Sender<()>),
    /// Other settings are in force.
    Settings(Arc<Settings>, Timestamp, oneshot::Sender<()>),
    /// Store the book and end.
    Stop(oneshot::Sender<()>),
}

/// What became of a round.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Under which identity it is stored.
    pub id: RoundId,
    /// How many changes of alerts it led to.
    pub transitions: usize,
    /// How many notices it put into the outbox.
    pub notices: usize,
}

/// Everything that the thread works with.
pub struct Pipeline {
    pub(crate) metrics: MetricsStore,
    pub(crate) state: StateStore,
    pub(crate) settings: Arc<Settings>,
    pub(crate) degraded: Arc<DegradedParts>,
    pub(crate) latest: watch::Sender<Arc<Latest>>,
    pub(crate) evaluator: Evaluator,
    pub(crate) epoch: u32,
    pub(crate) last: Option<(RoundId, Moment)>,
    pub(crate) saved: Span,
    pub(crate) processes_stored: Span,
    pub(crate) unsaved: Vec<Decision>,
    pub(crate) on_notices: Arc<tokio::sync::Notify>,
    pub(crate) current: Latest,
}

impl Pipeline {
    /// Works until it is stopped or nobody can ask it any more.
    pub fn work(mut self, mut inbox: mpsc::Receiver<Work>) {
        while let Some(work) = inbox.blocking_recv() {
            match work {
                Work::Round(round, reply) => drop(reply.send(self.round(*round))),
                Work::Acknowledge(id, note, now, reply) => drop(reply.send(self.acknowledge(&id, note, now))),
                Work::Snooze(id, until, now, reply) => drop(reply.send(self.snooze(&id, until, now))),
                Work::Listen(now, reply) => {
                    self.listen(now);
                    done(reply);
                }
                Work::Settings(settings, now, reply) => {
                    self.take_settings(settings, now);
                    done(reply);
                }
                Work::Stop(reply) => {
                    self.save_book();
                    done(reply);
                    return;
                }
            }
        }
        self.save_book();
    }

    /// Reads what was stored, judges what was not judged yet. Called once, before [`Self::work`].
    pub fn restore(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let judged = self.state.judged()?;
        let open = self.state.open_alerts()?;
        let (evaluator, orphans) =
            Evaluator::restored(&self.settings.rules, open, judged.map(|(id, moment)| (moment, id.epoch)));
        self.evaluator = evaluator;
        self.current.silences = self.state.silences(now)?;
        self.current.quiet_until = crate::operation::quiet_until(&self.state)?;
        if let Some((judged, _)) = judged {
            self.recall_history(judged.at);
            let window = judged.at - self.evaluator.longest_window() - Span::from_minutes(1);
            let since = window.min(hour_start(judged.at));
            for round in self.metrics.recent_rounds(since)?.iter().filter(|round| round.id <= judged) {
                self.evaluator.observe(round);
            }
            self.last = judged_round(judged, self.metrics.newest()?);
            for round in self.metrics.rounds_after(judged, 2_000)? {
                self.judge(&round);
            }
        }
        let at = Round { id: RoundId { epoch: self.epoch, at: now }, ..Round::default() };
        let ended =
            orphans.into_iter().map(|alert| caretaker_core::alert::end(alert, "the rule changed", &at)).collect();
        self.decide(ended, None, now);
        self.publish();
        Ok(())
    }

    /// Stores a round, then judges it.
    fn round(&mut self, mut round: Round) -> Judged {
        let stepped_back = self.last.is_some_and(|(last, _)| round.moment.wall < last.at);
        if stepped_back {
            match self.metrics.start_epoch(round.moment, EpochReason::ClockStep) {
                Ok(epoch) => self.epoch = epoch,
                Err(error) => self.store_failed("samples", error, round.moment.wall),
            }
        }
        round.id = RoundId { epoch: self.epoch, at: round.moment.wall };
        let processes = self.sparse_processes(&mut round);
        let stored = self.metrics.append(&round);
        round.processes = processes;
        match stored {
            Ok(id) => {
                // The store numbers epochs and keeps stamps unique.
                round.id = id;
                self.degraded.recovered("samples");
            }
            // A round that cannot be stored is judged all the same: a full disk is what somebody must hear of.
            Err(error) => self.store_failed("samples", error, round.moment.wall),
        }
        let judged = self.judge(&round);
        self.publish();
        judged
    }

    /// Takes the list of processes out of rounds that need not store one, and hands it back for judging.
    fn sparse_processes(&mut self, round: &mut Round) -> Option<Vec<ProcessReading>> {
        let all = round.processes.clone();
        let since = round.moment.awake - self.processes_stored;
        if since < PROCESSES_EVERY && since >= Span::ZERO && self.processes_stored > Span::ZERO {
            round.processes = None;
        } else if all.is_some() {
            self.processes_stored = round.moment.awake;
        }
        all
    }

    fn judge(&mut self, round: &Round) -> Judged {
        let judgement = self.evaluator.judge(round);
        let mut marks: Vec<Mark> =
            judgement.tick.gap.and_then(|gap| Mark::for_gap(gap, round.id.at)).into_iter().collect();
        if let Some(step) = judgement.tick.step {
            let way = if step < Span::ZERO { "back" } else { "ahead" };
            let text = format!("The clock was set {way} by {}", step.abs().in_words());
            marks.push(Mark { kind: MarkKind::ClockStep, at: round.id.at, until: None, text });
        }
        for mark in &marks {
            if let Err(error) = self.metrics.mark(mark) {
                self.store_failed("samples", error, round.id.at);
            }
        }
        self.last = Some((round.id, round.moment));
        self.current.round = Some(round.id);
        self.current.moment = round.moment;
        self.current.readings.clone_from(&round.readings);
        if let Some(processes) = &round.processes {
            self.current.processes = Some((round.id.at, processes.clone()));
        }
        let transitions = judgement.transitions.len();
        let notices = self.decide(judgement.transitions, Some(round), round.id.at);
        Judged { id: round.id, transitions, notices }
    }

    /// Plans notices for what changed and for what may be told by now, and stores everything in one transaction.
    fn decide(&mut self, transitions: Vec<Transition>, round: Option<&Round>, now: Timestamp) -> usize {
        self.current.silences.retain(|silence| now < silence.until);
        let notices = self.plan(&transitions, now);
        let due =
            round.is_some_and(|round| round.moment.awake - self.saved >= SAVE_EVERY || round.moment.awake < self.saved);
        if transitions.is_empty() && notices.is_empty() && !due {
            return 0;
        }
        if let Some(round) = round {
            self.saved = round.moment.awake;
        }
        let evidence = round.map(|round| self.evidence(&transitions, round)).unwrap_or_default();
        let mut instances: Vec<Instance> = self.evaluator.open().cloned().collect();
        instances.extend(ended(&transitions));
        let count = notices.len();
        let decision = Decision {
            judged: round.map(|round| (round.id, round.moment)),
            instances,
            events: transitions.iter().map(|one| (one.alert.id.clone(), one.round.at, one.change.clone())).collect(),
            evidence,
            notices,
            settings: Vec::new(),
        };
        self.commit(decision, now);
        if count > 0 {
            self.on_notices.notify_one();
        }
        count
    }

    fn plan(&mut self, transitions: &[Transition], now: Timestamp) -> Vec<Notice> {
        let Self { evaluator, current, settings, .. } = self;
        let hearing = Hearing {
            now,
            enabled: settings.notify.native,
            quiet_until: current.quiet_until,
            silences: &current.silences,
        };
        let ended: Vec<Instance> = ended(transitions).collect();
        let open: Vec<Instance> = evaluator.open().cloned().collect();
        let mut notices = Vec::new();
        for alert in open.iter().chain(&ended) {
            if let Some(planned) = plan(alert, evaluator.rule(&alert.rule), &hearing) {
                evaluator.with_alert(&alert.id, |alert| alert.told = planned.told);
                notices.push(planned.notice);
            }
        }
        notices
    }

    fn evidence(&self, transitions: &[Transition], round: &Round) -> Vec<(AlertId, Evidence)> {
        let raised = transitions.iter().filter(|one| matches!(one.change, Change::Fired { .. }));
        raised
            .filter_map(|one| {
                let rule = self.evaluator.rule(&one.alert.rule)?;
                Some((one.alert.id.clone(), evidence::freeze(&self.metrics, rule, &one.alert, round, &self.current)))
            })
            .collect()
    }

    /// Stores decisions in their order; what cannot be stored now is kept and tried again with the next.
    fn commit(&mut self, decision: Decision, now: Timestamp) {
        self.unsaved.push(decision);
        while let Some(next) = self.unsaved.first() {
            match self.state.commit(next.clone()) {
                Ok(committed) => {
                    if committed.reserve_used {
                        let hint = "free some space; Caretaker lays the reserve down again by itself";
                        self.degraded.report("reserve", "the disk is full; the reserve was used", hint, now);
                    }
                    self.unsaved.remove(0);
                    self.degraded.recovered("decisions");
                }
                Err(error) => {
                    self.store_failed("decisions", error, now);
                    if self.unsaved.len() > MOST_UNSAVED {
                        self.unsaved.remove(0);
                    }
                    return;
                }
            }
        }
    }

    fn acknowledge(&mut self, id: &AlertId, note: String, now: Timestamp) -> Result<Instance, Problem> {
        let change = Change::Acknowledged { note: note.clone() };
        self.handle(id, change, now, |alert| {
            alert.acknowledged = Some(Acknowledgement { at: now, level: alert.level, note });
        })
    }

    fn snooze(&mut self, id: &AlertId, until: Timestamp, now: Timestamp) -> Result<Instance, Problem> {
        self.handle(id, Change::Snoozed { until }, now, |alert| alert.snoozed_until = Some(until))
    }

    /// What a person does with an open alert: changed, recorded in its timeline, its notification taken away.
    fn handle(
        &mut self,
        id: &AlertId,
        change: Change,
        now: Timestamp,
        apply: impl FnOnce(&mut Instance),
    ) -> Result<Instance, Problem> {
        let changed = self.evaluator.with_alert(id, |alert| {
            apply(alert);
            alert.clone()
        });
        let alert = changed.ok_or_else(|| {
            Problem::new(Code::NotFound, format!("no open alert has the id {}", id.0))
                .hint("`caretaker alerts list --all` shows alerts that are over")
        })?;
        let round = RoundId { epoch: self.epoch, at: now };
        self.decide(vec![Transition { change, alert: alert.clone(), round }], None, now);
        self.publish();
        Ok(self.evaluator.open().find(|open| open.id == *id).cloned().unwrap_or(alert))
    }

    /// Reads silences and quiet time anew and tells what may be told now.
    fn listen(&mut self, now: Timestamp) {
        match (self.state.silences(now), crate::operation::quiet_until(&self.state)) {
            (Ok(silences), Ok(quiet_until)) => {
                self.current.silences = silences;
                self.current.quiet_until = quiet_until;
            }
            (Err(error), _) | (_, Err(error)) => self.store_failed("decisions", error, now),
        }
        self.decide(Vec::new(), None, now);
        self.publish();
    }

    fn take_settings(&mut self, settings: Arc<Settings>, now: Timestamp) {
        self.settings = settings;
        let at = Round { id: RoundId { epoch: self.epoch, at: now }, ..Round::default() };
        let rules: Vec<Rule> = self.settings.rules.clone();
        let ended = self.evaluator.take_rules(&rules, &at);
        self.recall_history(now);
        self.decide(ended, None, now);
        self.publish();
    }

    fn save_book(&mut self) {
        let instances = self.evaluator.open().cloned().collect();
        let now = self.last.map(|(id, _)| id.at).unwrap_or_default();
        self.commit(Decision { judged: self.last, instances, ..Decision::default() }, now);
    }

    fn publish(&mut self) {
        self.current.open = self.evaluator.open().cloned().collect();
        self.latest.send_replace(Arc::new(self.current.clone()));
    }

    fn store_failed(&self, part: &str, error: StoreError, now: Timestamp) {
        let problem = Problem::from(error);
        if self.degraded.report(part, problem.message.clone(), &problem.hint, now) {
            tracing::error!(part, error = %problem.message, "a database could not be written");
        }
    }
}

/// Who asked may be gone by now, which is no fault of ours.
fn done(reply: oneshot::Sender<()>) {
    let _: Result<(), ()> = reply.send(());
}

fn ended(transitions: &[Transition]) -> impl Iterator<Item = Instance> + '_ {
    transitions
        .iter()
        .filter(|one| matches!(one.change, Change::Resolved { .. } | Change::Dropped))
        .map(|one| one.alert.clone())
}

fn judged_round(judged: RoundId, newest: Option<(RoundId, Moment)>) -> Option<(RoundId, Moment)> {
    newest.filter(|(id, _)| *id >= judged)
}
