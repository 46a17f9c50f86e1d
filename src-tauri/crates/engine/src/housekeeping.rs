//! What keeps the databases small and safe between rounds: checkpoints, roll-ups, retention, the reserve, sizes.

use std::path::Path;
use std::sync::PoisonError;

use caretaker_core::problem::Problem;
use caretaker_core::time::{Moment, Span};
use caretaker_core::view::Hint;
use caretaker_store::{Keep, MetricsStore};

use crate::engine::{Engine, Inner};
use crate::operation::written_in_a_day;
use crate::reserve;

const CHECKPOINT_EVERY: Span = Span::from_minutes(5);
const RETAIN_EVERY: Span = Span::from_hours(1);
/// A look at every page takes a tenth of a second for a month of samples, and seconds where the disk is slow: a start does not
/// wait for it.
const CHECK_AFTER: Span = Span::from_minutes(2);
/// Adding up a day reads every sample of it.
const WRITTEN_EVERY: Span = Span::from_minutes(10);
/// The second round is the last that does something for the first time.
const SETTLED: u64 = 2;
/// What a page, an export or a start needed is not needed all the time.
const TRIM_EVERY: Span = Span::from_hours(1);
/// Top processes are many and soon forgotten.
const PROCESSES: Span = Span::from_days(2);

/// Sizes on disk, looked up now and then.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sizes {
    pub metrics: u64,
    pub state: u64,
    pub total: u64,
    pub free: Option<u64>,
}

/// What was last done when, in awake time.
#[derive(Debug, Default)]
pub(crate) struct Housekeeping {
    checkpoint: Option<Span>,
    retention: Option<Span>,
    written: Option<Span>,
    trimmed: Option<Span>,
    begun: Option<Span>,
    /// Whether every page of the samples was looked at since the start.
    is_checked: bool,
    rounds: u64,
}

impl Housekeeping {
    /// Does what is due after the round at `moment`. Each piece of work fails and recovers under its own name.
    pub(crate) async fn after_round(&mut self, engine: &Engine, moment: Moment) {
        if due(&mut self.checkpoint, moment.awake, CHECKPOINT_EVERY) {
            let now = moment.wall;
            say(engine, moment, "checkpoint", engine.with_samples(now, MetricsStore::checkpoint).await);
            let rolled_up = engine.with_samples(now, move |samples| samples.roll_up(now).map(drop)).await;
            say(engine, moment, "roll-up", rolled_up);
            let looked = engine.blocking(move |inner| {
                reserve::lay_down(&inner.state, &inner.degraded, moment.wall);
                inner.metrics.close_idle_readers();
                inner.state.close_idle_readers();
                measure(inner);
                Ok(inner.set_aside.look(inner.home.folder(), &inner.degraded, moment.wall))
            });
            match looked.await {
                Ok(true) => engine.hint(Hint::Status),
                Ok(false) => {}
                Err(problem) => tracing::error!(%problem, "the sizes could not be looked up"),
            }
        }
        let begun = *self.begun.get_or_insert(moment.awake);
        if !self.is_checked && moment.awake - begun >= CHECK_AFTER {
            self.is_checked = true;
            say(engine, moment, "check of the samples", engine.with_samples(moment.wall, MetricsStore::check).await);
        }
        if due(&mut self.written, moment.awake, WRITTEN_EVERY) {
            let interval = engine.settings().collect.interval;
            let written = engine.blocking(move |inner| {
                let written = written_in_a_day(inner, moment.wall, interval)?;
                *inner.written_day.lock().unwrap_or_else(PoisonError::into_inner) = written;
                Ok(())
            });
            say(engine, moment, "own writes", written.await);
            // The first round has no rate yet.
            if engine.0.written_day.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
                self.written = None;
            }
        }
        if due(&mut self.retention, moment.awake, RETAIN_EVERY) {
            let keep = engine.settings().keep.clone();
            let spans = Keep {
                raw: keep.raw,
                five_minutes: keep.five_minutes,
                hourly: keep.hourly,
                processes: PROCESSES,
                marks: keep.hourly,
            };
            let now = moment.wall;
            let samples = engine.with_samples(now, move |samples| samples.retain(spans, now).map(drop)).await;
            let alerts = engine.blocking(move |inner| Ok(inner.state.retain(keep.alerts, now).map(drop)?)).await;
            say(engine, moment, "retention", samples.and(alerts));
        }
        self.rounds += 1;
        if self.rounds == SETTLED || (self.rounds > SETTLED && due(&mut self.trimmed, moment.awake, TRIM_EVERY)) {
            self.trimmed = Some(moment.awake);
            // It has no result, and whether it could be done changes nothing.
            let _ = tokio::task::spawn_blocking(caretaker_platform::memory::trim_memory).await;
        }
    }
}

/// Says of a piece of work, under its name, whether it could be done.
fn say(engine: &Engine, moment: Moment, part: &str, done: Result<(), Problem>) {
    let news = match done {
        Ok(()) => engine.0.degraded.recovered(part),
        Err(problem) => engine.0.degraded.report(part, problem.message, &problem.hint, moment.wall),
    };
    if news {
        engine.hint(Hint::Status);
    }
}

fn due(last: &mut Option<Span>, now: Span, every: Span) -> bool {
    let due = last.is_none_or(|last| now - last >= every || now < last);
    if due {
        *last = Some(now);
    }
    due
}

/// Looks up sizes and keeps them for the status.
pub(crate) fn measure(inner: &Inner) {
    let folder = inner.home.folder();
    let sizes = Sizes {
        metrics: inner.metrics.size_bytes(),
        state: inner.state.size_bytes(),
        total: folder_bytes(folder),
        free: caretaker_platform::files::free_bytes(folder).ok(),
    };
    *inner.sizes.lock().unwrap_or_else(PoisonError::into_inner) = sizes;
}

fn folder_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => folder_bytes(&entry.path()),
            Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |data| data.len()),
            Ok(_) | Err(_) => 0,
        })
        .sum()
}
