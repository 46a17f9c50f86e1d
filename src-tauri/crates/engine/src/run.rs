//! The loops of a live engine: rounds, deliveries, answers of people; and its end within two seconds.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use caretaker_core::metric::{Mark, MarkKind, Reading, Round, RoundId, SeriesKey, Unit, names};
use caretaker_core::port::NotificationAction;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Moment, Span, Timestamp};
use caretaker_core::view::Hint;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::channels::Channels;
use crate::collecting::{Brought, Collecting};
use crate::engine::{Engine, Mode};
use crate::housekeeping::Housekeeping;
use crate::latest::Latest;
use crate::models::ModelsCollector;
use crate::operation::EXPECTED;
use crate::pipeline::{Judged, Work};

/// Between the first round and the second, so that rates have a value soon.
const FIRST_PAUSE: Span = Span::from_seconds(1);
/// The name under which it shows that no round can be made.
const ROUNDS: &str = "rounds";
/// The name under which it shows that the file for watchdogs cannot be touched.
const HEARTBEAT: &str = "heartbeat";
/// For each database.
const CLOSE: Duration = Duration::from_millis(800);
/// For the book, and again for the mark of the end.
const LAST_WORDS: Duration = Duration::from_millis(500);

impl Engine {
    /// Makes rounds and does what people ask of notifications, until the future is dropped. Notices are delivered by
    /// [`Engine::run_outbox`], which ends by itself.
    pub async fn run(&self, actions: Option<mpsc::Receiver<NotificationAction>>) {
        // From now on a home without fresh samples is a home whose engine is missing.
        let expected = self.blocking(|inner| Ok(inner.state.put_setting(EXPECTED, Some("yes"))?)).await;
        if let Err(problem) = expected {
            tracing::warn!(%problem, "the start could not be noted");
        }
        self.record("start", format!("{} {} started", self.0.program, self.0.version), Ok(())).await;
        tokio::join!(
            self.round_loop(),
            self.action_loop(actions),
            self.witness_loop(),
            self.growth_loop(),
            self.upkeep_loop(),
            self.export_loop(),
            // The two largest, which would make whoever runs an engine carry them about.
            Box::pin(self.backup_loop()),
            Box::pin(self.maintenance_loop()),
            self.runbook_loop()
        );
    }

    /// One round now: collect, store, judge. Returns when it is committed.
    pub async fn round(&self) -> Result<Judged, Problem> {
        self.writable()?;
        let judged = self.make_round().await;
        let news = match &judged {
            Ok(_) => self.0.degraded.recovered(ROUNDS),
            Err(problem) => {
                let hint = "nothing is measured and no alert is raised until Caretaker is restarted";
                self.0.degraded.report(ROUNDS, problem.message.clone(), hint, self.now())
            }
        };
        if news {
            self.hint(Hint::Status);
        }
        judged
    }

    async fn make_round(&self) -> Result<Judged, Problem> {
        let started = tokio::time::Instant::now();
        let settings = self.settings();
        let moment = self.0.clock.moment();
        let brought = self.collect(moment, settings.collect.processes, settings.collect.interval).await?;
        let now = moment.wall;
        let mut changed = false;
        for (name, why) in &brought.failing {
            let hint = "the other figures are not affected; it is asked again by itself";
            changed |= self.0.degraded.report(&format!("collector {name}"), why.clone(), hint, now);
        }
        for name in &brought.working {
            changed |= self.0.degraded.recovered(&format!("collector {name}"));
        }
        let took = started.elapsed().as_secs_f64() * 1_000.0;
        let mut readings = brought.readings;
        readings.extend(self.own_readings(took));
        readings.extend(self.backup_readings(now));
        readings.extend(self.task_readings());
        readings.extend(self.database_readings().await);
        let round = Round {
            id: RoundId::default(),
            moment,
            interval: settings.collect.interval,
            readings,
            processes: brought.processes,
        };
        let judged = self.ask(|reply| Work::Round(Box::new(round), reply)).await?;
        changed |= self.beat(now).await;
        self.0.latest.send_modify(|latest| {
            let mut timed = Latest::clone(latest);
            timed.took_ms = Some(took);
            *latest = Arc::new(timed);
        });
        self.0.round_times.lock().unwrap_or_else(PoisonError::into_inner).observe(took / 1_000.0);
        self.hint(Hint::Round);
        if changed || judged.transitions > 0 {
            self.hint(Hint::Status);
        }
        Ok(judged)
    }

    /// Shows whoever watches from outside that a round was judged; says whether a failure of that came or went.
    async fn beat(&self, now: Timestamp) -> bool {
        let touched = self.blocking(|inner| {
            let path = inner.home.heartbeat();
            caretaker_platform::files::touch_private(&path)
                .map_err(|error| Problem::new(Code::Internal, format!("touch {}: {error}", path.display())))
        });
        match touched.await {
            Ok(()) => self.0.degraded.recovered(HEARTBEAT),
            Err(problem) => {
                let hint = "whoever watches this file takes Caretaker for dead; everything else goes on";
                self.0.degraded.report(HEARTBEAT, problem.message, hint, now)
            }
        }
    }

    /// Reads every counter once without storing anything, so that the round that follows has rates.
    pub async fn prime(&self) -> Result<(), Problem> {
        self.writable()?;
        let collect = self.settings().collect.clone();
        self.collect(self.0.clock.moment(), collect.processes, collect.interval).await.map(drop)
    }

    async fn collect(&self, moment: Moment, processes: usize, interval: Span) -> Result<Brought, Problem> {
        let mut collecting = self.0.collecting.lock().await;
        if collecting.is_none() {
            let list = self.0.collectors.lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut collectors = list.map(|list| list()).unwrap_or_default();
            collectors.push(Box::new(ModelsCollector::new(Arc::clone(&self.0.models))));
            let started = Collecting::start(collectors, processes);
            let started =
                started.map_err(|error| Problem::new(Code::Internal, format!("start the collectors: {error}")))?;
            *collecting = Some(started);
        }
        let Some(collecting) = collecting.as_mut() else { return Ok(Brought::default()) };
        collecting.keep_processes(processes);
        Ok(collecting.round(moment, interval).await)
    }

    /// Series about Caretaker itself that only the engine knows.
    fn own_readings(&self, took_ms: f64) -> Vec<Reading> {
        let sizes = *self.0.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        let depth = |queue: &str, depth: usize| {
            Reading::gauge(SeriesKey::labelled(names::QUEUE_DEPTH, "queue", queue), Unit::Count, depth as f64)
        };
        let waiting = self.0.pipeline.as_ref().map_or(0, |pipeline| pipeline.max_capacity() - pipeline.capacity());
        let mut readings = vec![
            Reading::gauge(SeriesKey::plain(names::ROUND_TIME), Unit::Milliseconds, took_ms),
            depth("pipeline", waiting),
            depth("metrics", self.0.metrics.queue_depth()),
            depth("state", self.0.state.queue_depth()),
        ];
        if sizes.metrics > 0 {
            let bytes = (sizes.metrics + sizes.state) as f64;
            readings.push(Reading::gauge(SeriesKey::plain(names::OWN_DATABASE_SIZE), Unit::Bytes, bytes));
        }
        let written = *self.0.written_day.lock().unwrap_or_else(PoisonError::into_inner);
        let written = written.map(|bytes| Reading::gauge(SeriesKey::plain(names::OWN_WRITTEN_DAY), Unit::Bytes, bytes));
        readings.extend(written);
        readings.extend(self.0.set_aside.readings());
        readings.extend(Channels::readings(&self.settings(), &self.0.degraded));
        readings
    }

    async fn round_loop(&self) {
        let mut housekeeping = Housekeeping::default();
        let mut first = true;
        loop {
            let begun = self.0.clock.moment();
            self.watch_configuration().await;
            if let Err(problem) = self.round().await {
                tracing::error!(%problem, "a round failed");
            }
            housekeeping.after_round(self, begun).await;
            let interval = self.settings().collect.interval;
            let spent = (self.0.clock.moment().awake - begun.awake).or_zero();
            let wait = if first { FIRST_PAUSE } else { (interval - spent).max(Span::from_millis(200)) };
            first = false;
            tokio::select! {
                () = self.0.clock.sleep(wait) => {}
                () = self.0.on_interval.notified() => {}
            }
        }
    }

    async fn action_loop(&self, actions: Option<mpsc::Receiver<NotificationAction>>) {
        let Some(mut actions) = actions else { return std::future::pending().await };
        while let Some(action) = actions.recv().await {
            if let Err(problem) = self.act(action).await {
                tracing::warn!(%problem, "an answer to a notification could not be carried out");
            }
        }
        std::future::pending::<()>().await;
    }

    /// Ends in order, within two seconds: the book stored, both databases flushed.
    pub async fn close(&self) {
        if self.0.mode == Mode::ReadOnly {
            return;
        }
        self.end_activities().await;
        match timeout(LAST_WORDS, self.ask(Work::Stop)).await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => tracing::warn!(%problem, "the pipeline was gone already"),
            Err(_) => tracing::error!("the open alerts could not be stored in time"),
        }
        if self.0.mode == Mode::Live {
            let mark = Mark { kind: MarkKind::Stop, at: self.now(), until: None, text: "Caretaker ended".to_owned() };
            let marked = self.blocking(move |inner| Ok(inner.metrics.mark(&mark)?));
            match timeout(LAST_WORDS, marked).await {
                Ok(Ok(())) => {}
                Ok(Err(problem)) => tracing::warn!(%problem, "the end could not be marked"),
                Err(_) => tracing::warn!("the end could not be marked in time"),
            }
        }
        // Each for itself: what one of them cannot do keeps nothing from the other.
        let (metrics, state, catalog) = tokio::join!(
            self.blocking(|inner| Ok(inner.metrics.close(CLOSE)?)),
            self.blocking(|inner| Ok(inner.state.close(CLOSE)?)),
            self.blocking(|inner| inner.backups.catalog.close(CLOSE)),
        );
        for problem in [metrics, state, catalog].into_iter().filter_map(Result::err) {
            tracing::error!(%problem, "a database could not be closed in order");
        }
    }
}
