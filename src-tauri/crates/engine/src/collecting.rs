//! Collectors at work: each on a thread of its own, asked once a round, with a deadline in real time.
//!
//! One that hangs is left alone until it answers; one that fails is asked less and less often, at most every ten
//! minutes. Neither holds up a round, and both are named as degraded. One that says the machine does not have what it
//! reads is not asked again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc as thread_channel;
use std::time::Duration;

use caretaker_core::metric::{ProcessReading, Reading, SeriesKey, Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::{Moment, Span};
use tokio::sync::mpsc;

/// How long a round waits for its collectors.
pub const DEADLINE: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Span = Span::from_minutes(10);
const SLEEP_TOLERANCE: Span = Span::from_millis(1_500);
/// What is said of a collector that panicked.
const ENDED: &str = "it ended unexpectedly and is not asked again before the next start";

struct Answer {
    index: usize,
    collected: Collected,
    outcome: Outcome,
}

/// How asking a collector ended.
enum Outcome {
    Answered(Result<(), CollectError>),
    /// It panicked, and its thread ended with it.
    Panicked,
}

/// Where a collector stands.
enum Standing {
    Idle,
    Busy { since: Moment },
    Pausing { until: Span },
    Absent,
}

struct Seat {
    name: &'static str,
    requests: thread_channel::SyncSender<CollectContext>,
    standing: Standing,
    last: Option<Moment>,
    failures: u32,
    trouble: Option<String>,
}

/// All collectors of an engine.
pub struct Collecting {
    seats: Vec<Seat>,
    answers: mpsc::Receiver<Answer>,
    processes: usize,
    last_host_sample: Option<Moment>,
}

/// What the collectors brought in one round.
#[derive(Debug, Default)]
pub struct Brought {
    /// Values, those about collecting itself included.
    pub readings: Vec<Reading>,
    /// Top processes.
    pub processes: Option<Vec<ProcessReading>>,
    /// Collectors in trouble, with the reason.
    pub failing: Vec<(&'static str, String)>,
    /// Collectors that work.
    pub working: Vec<&'static str>,
}

impl Collecting {
    /// Gives every collector its thread.
    pub fn start(collectors: Vec<Box<dyn Collector>>, processes: usize) -> std::io::Result<Self> {
        let (sender, answers) = mpsc::channel(collectors.len().max(1) * 2);
        let mut seats = Vec::with_capacity(collectors.len());
        for (index, collector) in collectors.into_iter().enumerate() {
            let name = collector.name();
            let (requests, inbox) = thread_channel::sync_channel(1);
            let sender = sender.clone();
            std::thread::Builder::new()
                .name(format!("collect-{name}"))
                .stack_size(256 * 1024)
                .spawn(move || work(index, collector, &inbox, &sender))?;
            seats.push(Seat { name, requests, standing: Standing::Idle, last: None, failures: 0, trouble: None });
        }
        Ok(Self { seats, answers, processes, last_host_sample: None })
    }

    /// How many top processes the next rounds keep.
    pub fn keep_processes(&mut self, processes: usize) {
        self.processes = processes;
    }

    /// Asks everyone who can be asked and waits until all answered or the deadline passed.
    pub async fn round(&mut self, now: Moment, interval: Span) -> Brought {
        let mut brought = Brought::default();
        let mut waiting = self.ask(now);
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while waiting > 0 {
            match tokio::time::timeout_at(deadline, self.answers.recv()).await {
                Ok(Some(answer)) => waiting -= usize::from(self.take(answer, now, interval, &mut brought)),
                Ok(None) | Err(_) => break,
            }
        }
        self.report(now, &mut brought);
        brought
    }

    fn ask(&mut self, now: Moment) -> usize {
        let mut asked = 0;
        for seat in &mut self.seats {
            let ready = match seat.standing {
                Standing::Idle => true,
                Standing::Pausing { until } => now.awake >= until,
                Standing::Busy { .. } | Standing::Absent => false,
            };
            if !ready {
                continue;
            }
            let since_last = seat.last.and_then(|last| awake_between(last, now));
            let context = CollectContext { moment: now, since_last, processes: self.processes };
            if seat.requests.try_send(context).is_ok() {
                seat.standing = Standing::Busy { since: now };
                asked += 1;
            } else {
                // Its thread is gone although it did not say so.
                seat.standing = Standing::Absent;
                seat.trouble = Some(ENDED.to_owned());
            }
        }
        asked
    }

    /// Takes an answer; says whether it belongs to this round. A late one is used up, not stored: its time is past.
    fn take(&mut self, answer: Answer, now: Moment, interval: Span, brought: &mut Brought) -> bool {
        let Some(seat) = self.seats.get_mut(answer.index) else { return false };
        let timely = matches!(seat.standing, Standing::Busy { since } if since == now);
        seat.standing = Standing::Idle;
        // A rate needs two readings of a counter, and one that failed read nothing: the next is a first one again.
        seat.last = None;
        match answer.outcome {
            Outcome::Answered(Ok(())) => {
                seat.failures = 0;
                seat.trouble = None;
                seat.last = timely.then_some(now);
            }
            Outcome::Answered(Err(CollectError::Absent)) => {
                seat.standing = Standing::Absent;
                seat.trouble = None;
            }
            Outcome::Answered(Err(error @ CollectError::Failed { .. })) => {
                seat.failures += 1;
                seat.trouble = Some(error.to_string());
                let pause = (interval * (1_i64 << seat.failures.min(10))).min(LONGEST_PAUSE) - interval;
                seat.standing = Standing::Pausing { until: now.awake + pause };
            }
            Outcome::Panicked => {
                seat.standing = Standing::Absent;
                seat.trouble = Some(ENDED.to_owned());
            }
        }
        if timely {
            if seat.name != "own" && !answer.collected.readings.is_empty() {
                self.last_host_sample = Some(now);
            }
            brought.readings.extend(answer.collected.readings.into_iter().filter(|reading| reading.value.is_finite()));
            brought.processes = brought.processes.take().or(answer.collected.processes);
        }
        timely
    }

    fn report(&mut self, now: Moment, brought: &mut Brought) {
        for seat in &mut self.seats {
            if let Standing::Busy { since } = seat.standing {
                let hung = (now.awake - since.awake).in_words();
                seat.trouble = Some(if since == now {
                    format!("it did not answer within {} s", DEADLINE.as_secs())
                } else {
                    format!("it has not answered for {hung}")
                });
            }
            let failing = seat.trouble.is_some();
            if failing || !matches!(seat.standing, Standing::Absent) {
                let key = SeriesKey::labelled(names::COLLECTOR_FAILING, "collector", seat.name);
                brought.readings.push(Reading::gauge(key, Unit::Count, f64::from(u8::from(failing))));
            }
            match &seat.trouble {
                Some(why) => brought.failing.push((seat.name, why.clone())),
                None => brought.working.push(seat.name),
            }
        }
        let first = *self.last_host_sample.get_or_insert(now);
        let age = if first.boot == now.boot { now.awake - first.awake } else { Span::ZERO };
        brought.readings.push(Reading::gauge(SeriesKey::plain(names::SAMPLE_AGE), Unit::Seconds, age.as_seconds()));
    }
}

fn work(
    index: usize,
    mut collector: Box<dyn Collector>,
    inbox: &thread_channel::Receiver<CollectContext>,
    answers: &mpsc::Sender<Answer>,
) {
    while let Ok(context) = inbox.recv() {
        let mut collected = Collected::default();
        let asked = catch_unwind(AssertUnwindSafe(|| collector.collect(&context, &mut collected)));
        let answer = match asked {
            Ok(result) => Answer { index, collected, outcome: Outcome::Answered(result) },
            // What it left half done is neither stored nor asked for again.
            Err(_) => Answer { index, collected: Collected::default(), outcome: Outcome::Panicked },
        };
        let ended = matches!(answer.outcome, Outcome::Panicked);
        if answers.blocking_send(answer).is_err() || ended {
            return;
        }
    }
}

/// Awake time between two moments; none across a boot or a sleep, where a rate would lie.
fn awake_between(last: Moment, now: Moment) -> Option<Span> {
    let awake = now.awake - last.awake;
    let asleep = (now.elapsed - last.elapsed) - awake;
    (last.boot == now.boot && awake > Span::ZERO && asleep <= SLEEP_TOLERANCE).then_some(awake)
}

#[cfg(test)]
mod tests;
