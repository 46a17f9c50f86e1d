//! The one owner of open alerts: a thread that stores a round, judges it, and has the decision stored, in this order.
//!
//! Samples are committed first, decisions second and in one transaction with their notices (`decisions`); a decision names
//! the round that it judged. A start judges what was not judged yet (`restore`), people come in between (`attention`).

use std::path::PathBuf;
use std::sync::Arc;

use caretaker_core::alert::{AlertId, Change, Evaluator, Instance};
use caretaker_core::config::Settings;
use caretaker_core::metric::{Mark, MarkKind, ProcessReading, Pushed, Reading, Round, RoundId};
use caretaker_core::notice::{Channel, Ledger};
use caretaker_core::problem::Problem;
use caretaker_core::push::Wish;
use caretaker_core::time::{Gap, Moment, Span, Timestamp};
use caretaker_core::view::{RecordedView, ResetRequest, ResetView};
use caretaker_store::{Decision, EpochReason, MetricsStore, StateStore, StoreError};
use tokio::sync::{mpsc, oneshot, watch};

use crate::degraded::DegradedParts;
use crate::following::Following;
use crate::growth::Growth;
use crate::latest::Latest;
use crate::set_aside::SetAside;
use crate::witness::{Wanted, Witnessed};

/// Rounds and requests that may wait; the sampler makes one round at a time, so this is for people.
pub const QUEUE: usize = 32;
/// Lists of processes are most of what a round would write; this often is enough to look back.
const PROCESSES_EVERY: Span = Span::from_minutes(2);

/// What the thread is asked to do.
pub enum Work {
    /// Store and judge a round.
    Round(Box<Round>, oneshot::Sender<Judged>),
    /// Store what others push, for the next round to judge.
    Push(Vec<Wish>, Timestamp, oneshot::Sender<Result<RecordedView, Problem>>),
    /// Set counters that others push back to zero.
    Reset(ResetRequest, Timestamp, oneshot::Sender<Result<ResetView, Problem>>),
    /// Take an alert on.
    Acknowledge(AlertId, String, Timestamp, oneshot::Sender<Result<Instance, Problem>>),
    /// Mute one alert until then.
    Snooze(AlertId, Timestamp, Timestamp, oneshot::Sender<Result<Instance, Problem>>),
    /// Silences or quiet time changed: look again whom to tell what.
    Listen(Timestamp, oneshot::Sender<()>),
    /// Logs were read for an alert: add what they said to its evidence.
    Witnessed(Box<Witnessed>, Timestamp, oneshot::Sender<()>),
    /// A disk was looked at: tell alerts about its space what grew.
    Surveyed(String, Timestamp, oneshot::Sender<()>),
    /// A notice about this alert expired before anybody took it.
    Untold(AlertId, String, Timestamp),
    /// Something was done about an alert: add it to its timeline.
    Noted(AlertId, Change, Timestamp, oneshot::Sender<()>),
    /// Somebody found damage in the samples, in the file of that generation: set it aside and begin a new one.
    Damaged(u32, Timestamp, oneshot::Sender<Result<(), Problem>>),
    /// Somebody met damage, perhaps in the samples: look at them.
    Suspected(Timestamp, oneshot::Sender<Result<(), Problem>>),
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
    /// Caretaker's home folder.
    pub(crate) home: PathBuf,
    pub(crate) metrics: MetricsStore,
    pub(crate) state: StateStore,
    pub(crate) settings: Arc<Settings>,
    pub(crate) degraded: Arc<DegradedParts>,
    pub(crate) latest: watch::Sender<Arc<Latest>>,
    pub(crate) evaluator: Evaluator,
    pub(crate) epoch: u32,
    /// An epoch that must start before the next round is stored, and why.
    pub(crate) epoch_due: Option<EpochReason>,
    pub(crate) last: Option<(RoundId, Moment)>,
    pub(crate) saved: Span,
    pub(crate) processes_stored: Span,
    /// What was pushed and waits for the next round.
    pub(crate) pushed: Vec<Pushed>,
    /// Alerts whose aftermath is still to come.
    pub(crate) following: Vec<Following>,
    /// Where alerts wait for their logs to be read.
    pub(crate) witnesses: mpsc::Sender<Wanted>,
    pub(crate) growth: Arc<Growth>,
    pub(crate) set_aside: Arc<SetAside>,
    /// Whether a damaged file is closed and no new one could be begun yet.
    pub(crate) is_anew_due: bool,
    pub(crate) channels: Vec<Channel>,
    pub(crate) ledger: Ledger,
    pub(crate) unsaved: Option<Decision>,
    pub(crate) on_notices: Arc<tokio::sync::Notify>,
    pub(crate) current: Latest,
}

impl Pipeline {
    /// Works until it is stopped or nobody can ask it any more.
    pub fn work(mut self, mut inbox: mpsc::Receiver<Work>) {
        while let Some(work) = inbox.blocking_recv() {
            match work {
                Work::Round(round, reply) => drop(reply.send(self.round(*round))),
                Work::Push(wishes, now, reply) => drop(reply.send(self.push(wishes, now))),
                Work::Reset(request, now, reply) => drop(reply.send(self.reset(&request, now))),
                Work::Acknowledge(id, note, now, reply) => drop(reply.send(self.acknowledge(&id, note, now))),
                Work::Snooze(id, until, now, reply) => drop(reply.send(self.snooze(&id, until, now))),
                Work::Listen(now, reply) => {
                    self.listen(now);
                    done(reply);
                }
                Work::Witnessed(read, now, reply) => {
                    self.witnessed(*read, now);
                    done(reply);
                }
                Work::Surveyed(mount, now, reply) => {
                    self.surveyed(&mount, now);
                    done(reply);
                }
                Work::Untold(alert, channel, now) => self.untold(&alert, &channel, now),
                Work::Noted(alert, change, now, reply) => {
                    self.noted(alert, change, now);
                    done(reply);
                }
                Work::Damaged(generation, now, reply) => {
                    drop(reply.send(self.damaged(generation, now).map_err(Problem::from)));
                }
                Work::Suspected(now, reply) => drop(reply.send(self.suspected(now).map_err(Problem::from))),
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

    /// Stores a round, then judges it.
    fn round(&mut self, mut round: Round) -> Judged {
        if self.last.is_some_and(|(last, _)| round.moment.wall < last.at) {
            self.epoch_due.get_or_insert(EpochReason::ClockStep);
        }
        let processes = self.sparse_processes(&mut round);
        let stored = self.store(&mut round);
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
        self.take_pushed(&mut round);
        let judged = self.judge(&round);
        self.publish();
        judged
    }

    /// Starts the epoch that is due, if one is; tried again with each round until it can be stored.
    pub(crate) fn start_epoch(&mut self, moment: Moment) -> Result<(), StoreError> {
        if let Some(reason) = self.epoch_due {
            self.epoch = self.metrics.start_epoch_after(self.epoch, moment, reason)?;
            self.epoch_due = None;
        }
        Ok(())
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

    pub(crate) fn judge(&mut self, round: &Round) -> Judged {
        let judgement = self.evaluator.judge(round);
        let mut marks: Vec<Mark> = judgement.tick.gap.and_then(|gap| self.gap(gap, round)).into_iter().collect();
        if let Some(step) = judgement.tick.step {
            let way = if step < Span::ZERO { "back" } else { "ahead" };
            let text = format!("The clock was set {way} by {}", step.abs().in_words());
            marks.push(Mark { kind: MarkKind::ClockStep, at: round.id.at, until: None, text });
        }
        for mark in &marks {
            if let Err(error) = self.on_samples(round.id.at, |metrics| metrics.mark(mark)) {
                self.store_failed("samples", error, round.id.at);
            }
        }
        self.last = Some((round.id, round.moment));
        self.current.round = Some(round.id);
        self.current.moment = round.moment;
        let measured = |reading: &&Reading| !self.current.pushed.contains_key(&reading.key);
        self.current.readings = round.readings.iter().filter(measured).cloned().collect();
        if let Some(processes) = &round.processes {
            self.current.processes = Some((round.id.at, processes.clone()));
        }
        let transitions = judgement.transitions.len();
        let notices = self.decide(judgement.transitions, Some(round), round.id.at);
        Judged { id: round.id, transitions, notices }
    }

    /// The mark for time in which nothing was measured.
    fn gap(&self, gap: Gap, round: &Round) -> Option<Mark> {
        let mark = Mark::for_gap(gap, round.id.at)?;
        if !matches!(gap, Gap::Reboot(_)) {
            return Some(mark);
        }
        let booted = round.moment.wall - round.moment.elapsed;
        let earlier = self.metrics.marks(Timestamp::default(), booted + Span::from_millis(1));
        // Marks that cannot be read accuse nobody.
        Some(mark.or_power_loss(&earlier.unwrap_or_default(), booted))
    }

    pub(crate) fn publish(&mut self) {
        self.current.open = self.evaluator.open().cloned().collect();
        // Known only to who made the round, and told once it is over; until then the time of the one before stands.
        self.current.took_ms = self.latest.borrow().took_ms;
        self.latest.send_replace(Arc::new(self.current.clone()));
    }

    pub(crate) fn store_failed(&self, part: &str, error: StoreError, now: Timestamp) {
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
