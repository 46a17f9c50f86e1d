//! What others push: stored at once, and judged with the next round by the rules that judge everything else.
//!
//! A sample is judged in the first round that is not before its coming, live as in a replay or a backtest, which read the
//! same from the store. What came long after its stamp is history and is not judged.

use std::collections::HashSet;
use std::sync::Arc;

use caretaker_core::metric::{Pushed, Reading, Round, SeriesKey, SeriesKind};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::push::{MOST_SERIES, Newest, Wish, is_reserved, resolve};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{RecordedView, ResetCounter, ResetRequest, ResetView};
use caretaker_store::{MetricsStore, StoreError};

use crate::pipeline::Pipeline;

/// Samples that wait in memory for the next round. The oldest go first.
const MOST_WAITING: usize = 50_000;

impl Pipeline {
    /// Stores samples, all or none.
    pub(crate) fn push(&mut self, wishes: Vec<Wish>, now: Timestamp) -> Result<RecordedView, Problem> {
        let samples = resolve(wishes, &self.current.pushed, now)?;
        let new = |one: &&Pushed| !self.current.pushed.contains_key(&one.reading.key);
        let mut created: Vec<SeriesKey> =
            samples.iter().filter(new).map(|one| one.reading.key.as_ref().clone()).collect();
        created.sort();
        created.dedup();
        let recorded = samples.len();
        self.keep(samples)?;
        Ok(RecordedView { recorded, created, series: self.current.pushed.len(), most_series: MOST_SERIES })
    }

    /// Counters back to zero: each gets a zero now, from which rules and charts count on.
    pub(crate) fn reset(&mut self, request: &ResetRequest, now: Timestamp) -> Result<ResetView, Problem> {
        let ResetRequest { name, labels } = request;
        let fits = |key: &&Arc<SeriesKey>| key.name == *name && key.labels.matches(labels);
        let found: Vec<(Arc<SeriesKey>, Newest)> = self
            .current
            .pushed
            .iter()
            .filter(|(key, _)| fits(key))
            .map(|(key, newest)| (Arc::clone(key), *newest))
            .collect();
        if found.is_empty() {
            return Err(self.not_pushed(name));
        }
        if let Some((key, _)) = found.iter().find(|(_, newest)| newest.kind == SeriesKind::Gauge) {
            return Err(Problem::new(Code::Usage, format!("`{key}` is a gauge, and only counters go back to zero"))
                .hint("push the value that it should have"));
        }
        let zero = |(key, newest): &(Arc<SeriesKey>, Newest)| {
            // After the newest sample, whatever its stamp says.
            let at = now.max(newest.at + Span::from_millis(1));
            let Newest { unit, kind, .. } = *newest;
            Pushed { reading: Reading { key: Arc::clone(key), unit, kind, value: 0.0 }, at, seen: now }
        };
        let zeros: Vec<Pushed> = found.iter().map(zero).collect();
        let view = found.iter().zip(&zeros).map(|((key, newest), zero)| ResetCounter {
            key: key.as_ref().clone(),
            before: newest.value,
            at: zero.at,
        });
        let view = ResetView { reset: view.collect() };
        self.keep(zeros)?;
        Ok(view)
    }

    /// Gives a round what came until then.
    pub(crate) fn take_pushed(&mut self, round: &mut Round) {
        if self.pushed.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut self.pushed);
        let (mut now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|one| one.seen <= round.id.at);
        self.pushed = later;
        now.retain(MetricsStore::is_news);
        now.sort_by_key(|one| (one.seen, one.at));
        // Of two for the same moment the store keeps the later one.
        let mut met = HashSet::with_capacity(now.len());
        let newest = now.into_iter().rev().filter(|one| met.insert((Arc::clone(&one.reading.key), one.at)));
        let kept: Vec<Pushed> = newest.collect();
        round.readings.extend(kept.into_iter().rev().map(|one| one.reading));
    }

    /// At a start: which series are pushed, and their newest values.
    pub(crate) fn recall_pushed(&mut self) -> Result<(), StoreError> {
        let entries = self.metrics.pushed_series()?;
        let known = entries.into_iter().filter_map(|entry| {
            let newest = Newest { unit: entry.unit, kind: entry.kind, value: entry.last?, at: entry.at? };
            Some((Arc::new(entry.key), newest))
        });
        self.current.pushed = Arc::new(known.collect());
        Ok(())
    }

    /// At a start: what was pushed and no round has judged yet.
    pub(crate) fn recall_waiting(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.current.pushed.is_empty() {
            return Ok(());
        }
        let after = self.last.map(|(id, _)| id.at).unwrap_or_default();
        self.pushed = self.metrics.pushed_after(after, now)?;
        Ok(())
    }

    fn keep(&mut self, samples: Vec<Pushed>) -> Result<(), Problem> {
        let now = samples.first().map(|one| one.seen).unwrap_or_default();
        self.on_samples(now, |metrics| metrics.push(&samples))?;
        let known = Arc::make_mut(&mut self.current.pushed);
        for Pushed { reading, at, .. } in &samples {
            let newest = Newest { unit: reading.unit, kind: reading.kind, value: reading.value, at: *at };
            let kept = known.entry(Arc::clone(&reading.key)).or_insert(newest);
            if kept.at <= *at {
                *kept = newest;
            }
        }
        self.pushed.extend(samples);
        // Where no rounds are made nobody judges, and the store has everything.
        self.pushed.drain(..self.pushed.len().saturating_sub(MOST_WAITING));
        self.publish();
        Ok(())
    }

    fn not_pushed(&self, name: &str) -> Problem {
        let measured = self.current.readings.iter().any(|reading| reading.key.name == *name);
        if measured || is_reserved(name) {
            return Problem::new(Code::Usage, format!("`{name}` is measured by Caretaker and cannot be reset"));
        }
        let labels = self.current.pushed.keys().any(|key| key.name == *name);
        let what = if labels { "no counter with these labels is pushed as" } else { "nobody pushes a counter" };
        Problem::new(Code::NotFound, format!("{what} `{name}`")).hint("`caretaker metrics list` shows all series")
    }
}
