//! The state of everything, put together when somebody asks.

use std::sync::PoisonError;

use caretaker_core::alert::Instance;
use caretaker_core::metric::{Labels, names};
use caretaker_core::notice::silenced_until;
use caretaker_core::problem::Problem;
use caretaker_core::rule::Level;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{EngineView, HostView, Operation, OverallState, Status, StorageView};
use caretaker_platform::lock;

use crate::engine::{Engine, Inner, Mode};
use crate::housekeeping;
use crate::latest::Latest;
use crate::words::count;

/// Written by an engine that runs for good; a home without it counts its last round however old.
pub(crate) const EXPECTED: &str = "engine_expected";
const OPERATIONS: usize = 10;
pub(super) const STALE_INTERVALS: i64 = 3;

impl Engine {
    /// Everything at a glance. `max_age` replaces the three intervals after which samples count as stale.
    pub async fn status(&self, max_age: Option<Span>) -> Result<Status, Problem> {
        let (now, latest) = (self.now(), self.latest());
        let (operations, series, oldest, expected) = self
            .blocking(|inner| {
                let unknown = inner.sizes.lock().unwrap_or_else(PoisonError::into_inner).metrics == 0;
                if inner.mode == Mode::ReadOnly || unknown {
                    housekeeping::measure(inner);
                }
                let expected = inner.state.setting(EXPECTED)?.is_some();
                let operations = inner.state.operations(OPERATIONS)?.into_iter().map(shown).collect();
                Ok((operations, inner.metrics.series_count()?, inner.metrics.oldest()?, expected))
            })
            .await?;
        let mut alerts: Vec<_> = latest
            .open
            .iter()
            .filter(|alert| alert.is_raised())
            .map(|alert| self.alert_view(alert, &latest, now))
            .collect();
        alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.level), std::cmp::Reverse(alert.since)));
        let age = self.age(&latest);
        let stale = self.stale(age, max_age, expected);
        let state = overall(&latest, now, stale);
        let degraded = self.0.degraded.list();
        let engine = self.engine_view(&latest);
        let models = self.models_summary(stale);
        let backups = self.summary_for_status().await;
        let maintenance = self.maintenance_summary().await;
        let verdict = verdict(state, &latest, now, age, engine.running, degraded.len());
        Ok(Status {
            state,
            verdict,
            at: now,
            host: self.host_view(&latest),
            engine,
            alerts,
            quiet: self.quiet(),
            silences: self.silence_views(&latest, now),
            configuration_mistakes: u32::try_from(self.0.in_force.borrow().problems.len()).unwrap_or(u32::MAX),
            backups,
            maintenance,
            operations,
            models,
            storage: storage(&self.0, series, oldest),
            degraded,
            ..Status::default()
        })
    }

    /// How old the newest sample is. A running engine counts awake time, which no sleep and no change of the wall clock
    /// touches; across a restart of the machine, and for a reader, there is only the wall clock.
    pub(crate) fn age(&self, latest: &Latest) -> Option<Span> {
        let round = latest.round?;
        let now = self.0.clock.moment();
        let counted = self.0.mode == Mode::Live && latest.moment.boot == now.boot;
        Some(if counted { now.awake - latest.moment.awake } else { now.wall.since(round.at) })
    }

    /// Whether the newest sample is too old to say anything.
    pub(crate) fn stale(&self, age: Option<Span>, max_age: Option<Span>, expected: bool) -> bool {
        let Some(age) = age else { return true };
        let limit = match (max_age, expected || self.0.mode == Mode::Live) {
            (Some(limit), _) => limit,
            (None, true) => self.settings().collect.interval * STALE_INTERVALS,
            (None, false) => return false,
        };
        age > limit
    }

    fn engine_view(&self, latest: &Latest) -> EngineView {
        let inner = &self.0;
        let live = inner.mode == Mode::Live;
        let owner = if live { None } else { lock::holder(&inner.home.lock()) };
        EngineView {
            running: live,
            version: inner.version.clone(),
            pid: live.then(std::process::id).or_else(|| owner.as_ref().map(|owner| owner.pid)),
            started: live.then_some(inner.started),
            program: live.then(|| inner.program.clone()),
            home: inner.home.folder().display().to_string(),
            interval_ms: self.settings().collect.interval.as_millis(),
            last_round: latest.round.map(|round| round.at),
            round_took_ms: latest.took_ms,
        }
    }

    pub(crate) fn host_view(&self, latest: &Latest) -> HostView {
        let facts = self.0.known_facts.get_or_init(|| (self.0.facts)());
        let memory = latest.value(names::MEMORY_USAGE).or_else(|| latest.value(names::MEMORY_PRESSURE));
        let largest = |name: &str| latest.all(name).map(|reading| reading.value).reduce(f64::max);
        HostView {
            cpu_percent: latest.value(names::CPU_USAGE),
            memory_percent: memory,
            disk_percent: largest(names::DISK_USAGE),
            load_1m: latest.value(names::LOAD_1M),
            temperature_celsius: largest(names::TEMPERATURE),
            gpu_percent: largest(names::GPU_USAGE),
            power_watts: latest.labelled(names::POWER, &Labels::one("part", "total")),
            ..facts.clone()
        }
    }
}

/// The worst raised alert that nobody silenced; unknown only when none is and the samples are stale.
fn overall(latest: &Latest, now: Timestamp, stale: bool) -> OverallState {
    let worst = heard(latest, now).map(|alert| alert.level).max();
    match worst {
        Some(Level::Critical) => OverallState::Critical,
        Some(Level::Warning) => OverallState::Warning,
        None if stale => OverallState::Unknown,
        None => OverallState::Ok,
    }
}

fn heard(latest: &Latest, now: Timestamp) -> impl Iterator<Item = &Instance> {
    let muted = move |alert: &&Instance| silenced_until(alert, &latest.silences, now).is_none();
    latest.open.iter().filter(|alert| alert.is_raised()).filter(muted)
}

fn verdict(
    state: OverallState,
    latest: &Latest,
    now: Timestamp,
    age: Option<Span>,
    running: bool,
    degraded: usize,
) -> String {
    match state {
        OverallState::Warning | OverallState::Critical => match heard(latest, now).count() {
            1 => "1 thing needs you".to_owned(),
            several => format!("{several} things need you"),
        },
        OverallState::Unknown => match age {
            None => "Nothing measured yet".to_owned(),
            Some(age) => {
                let why = if running { "the engine is behind" } else { "no engine is running" };
                format!("Nothing measured for {}: {why}", age.in_words())
            }
        },
        OverallState::Ok if degraded > 0 => format!("All is well, but {} not working", parts(degraded)),
        OverallState::Ok => "All is well".to_owned(),
    }
}

fn shown(operation: caretaker_store::Operation) -> Operation {
    let took_ms = Some(operation.took.as_millis()).filter(|took| *took > 0);
    Operation { at: operation.at, kind: operation.kind, what: operation.what, result: operation.result, took_ms }
}

fn parts(number: usize) -> String {
    format!("{} {}", count(number, "part"), if number == 1 { "is" } else { "are" })
}

fn storage(inner: &Inner, series: u32, oldest: Option<Timestamp>) -> StorageView {
    let sizes = *inner.sizes.lock().unwrap_or_else(PoisonError::into_inner);
    StorageView {
        home: inner.home.folder().display().to_string(),
        metrics_bytes: sizes.metrics,
        state_bytes: sizes.state,
        total_bytes: sizes.total,
        free_bytes: sizes.free,
        series,
        oldest,
    }
}
