//! Which folders grew: disks are looked at once a day, and sooner when one of them fills up; never in a round. The looks are
//! stored, so that a restart knows what was there before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use caretaker_core::alert::{AlertId, Change, Evidence, Instance, Transition};
use caretaker_core::folder::{Grown, LOOKS, Survey, grown, sentence};
use caretaker_core::metric::{SeriesKey, names};
use caretaker_core::port::{Pace, Pacer};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::Hint;
use caretaker_store::{Decision, StateStore};

use crate::engine::Engine;
use crate::latest::Latest;
use crate::pipeline::{Pipeline, Work};

/// Growth is told of this time.
pub(crate) const WITHIN: Span = Span::from_days(7);
/// Looks at a disk that is well lie so far apart.
const EVERY: Span = Span::from_hours(24);
/// Looks at a disk that fills up.
const EVERY_WHEN_NEAR: Span = Span::from_hours(6);
/// A disk that could not be read is tried again after this.
const AFTER_FAILURE: Span = Span::from_hours(6);
/// Nothing is looked at right after a start, when others start too.
const SETTLE: Span = Span::from_minutes(10);
/// How often it is seen whether something is due.
const LOOK: Span = Span::from_minutes(5);
/// What was seen longer ago explains nothing that happens now.
const FRESH: Span = Span::from_days(3);

/// Others need the machine when a figure is above its bound.
const BUSY: [(&str, f64); 4] =
    [(names::CPU_USAGE, 60.0), (names::LOAD_PER_CORE, 1.0), (names::IO_PRESSURE, 20.0), (names::MEMORY_PRESSURE, 50.0)];

/// What is known of the folders of this machine. The lock is held for look-ups, and once for reading the store.
#[derive(Debug, Default)]
pub(crate) struct Growth {
    known: Mutex<Known>,
    /// Held while a disk is walked: one at a time.
    walking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    is_read: bool,
    courses: BTreeMap<String, Vec<Survey>>,
    failed: BTreeMap<String, (Timestamp, String)>,
    /// Disks that are walked, or that wait for their turn.
    looking: BTreeSet<String>,
}

/// What is known of one disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct DiskKnowledge {
    pub course: Vec<Survey>,
    pub failed: Option<String>,
    pub is_looking: bool,
}

impl Growth {
    fn lock(&self, state: &StateStore) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.is_read {
            match state.surveys() {
                Ok(surveys) => {
                    known.is_read = true;
                    for (mount, survey) in surveys {
                        known.courses.entry(mount).or_default().push(survey);
                    }
                }
                Err(error) => tracing::warn!(%error, "what is known of folders could not be read"),
            }
        }
        known
    }

    /// What is known of a disk.
    pub fn of(&self, state: &StateStore, mount: &str) -> DiskKnowledge {
        let known = self.lock(state);
        DiskKnowledge {
            course: known.courses.get(mount).cloned().unwrap_or_default(),
            failed: known.failed.get(mount).map(|(_, why)| why.clone()),
            is_looking: known.looking.contains(mount),
        }
    }

    /// Notes which disks are about to be walked; false when some are already.
    pub fn begin(&self, mounts: &[String]) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = known.looking.is_empty();
        if is_free {
            known.looking.extend(mounts.iter().cloned());
        }
        is_free
    }

    /// Folders of a disk that grew lately.
    pub fn grown(&self, state: &StateStore, mount: &str, now: Timestamp) -> Vec<Grown> {
        let known = self.lock(state);
        let grown = known.courses.get(mount).map(|course| grown(course, WITHIN)).unwrap_or_default();
        grown.into_iter().filter(|one| now.since(one.at) <= FRESH).collect()
    }

    /// Whether a disk should be looked at; `near` is when an alert about its space began.
    fn is_due(&self, state: &StateStore, mount: &str, near: Option<Timestamp>, now: Timestamp) -> bool {
        let known = self.lock(state);
        // A clock that was set back makes what lies ahead as good as unknown.
        let past = |at: Timestamp| (at <= now + Span::from_hours(1)).then_some(at);
        if let Some(failed) = known.failed.get(mount).and_then(|(at, _)| past(*at)) {
            return now.since(failed) >= AFTER_FAILURE;
        }
        let Some(last) = known.courses.get(mount).and_then(|course| past(course.last()?.at)) else { return true };
        match near {
            Some(began) => last < began || now.since(last) >= EVERY_WHEN_NEAR,
            None => now.since(last) >= EVERY,
        }
    }
}

/// The disk that an alert is about, if it is about space.
fn disk_of(series: &SeriesKey) -> Option<&str> {
    let is_space = [names::DISK_FREE, names::DISK_USAGE, names::DISK_AVAILABLE].contains(&series.name.as_str());
    series.labels.get("mount").filter(|_| is_space)
}

/// The disks that are measured.
pub(crate) fn disks(latest: &Latest) -> Vec<String> {
    let mut disks: Vec<String> =
        latest.all(names::DISK_FREE).filter_map(|reading| reading.key.labels.get("mount").map(str::to_owned)).collect();
    disks.sort();
    disks.dedup();
    disks
}

impl Engine {
    pub(crate) async fn growth_loop(&self) {
        self.0.clock.sleep(SETTLE).await;
        loop {
            if let Err(problem) = self.survey_due().await {
                tracing::warn!(%problem, "the folders of a disk were not looked at");
            }
            self.0.clock.sleep(LOOK).await;
        }
    }

    /// Looks at every disk that is due.
    pub async fn survey_due(&self) -> Result<(), Problem> {
        let latest = self.latest();
        for mount in disks(&latest) {
            let about = |alert: &&caretaker_core::alert::Instance| disk_of(&alert.series) == Some(mount.as_str());
            let near = latest.open.iter().filter(about).map(|alert| alert.since).min();
            let (now, wanted) = (self.now(), mount.clone());
            let due = self.blocking(move |inner| Ok(inner.growth.is_due(&inner.state, &wanted, near, now))).await?;
            if due {
                let hurry = if near.is_some() { Hurry::Near } else { Hurry::None };
                self.look_at(&mount, hurry).await?;
            }
        }
        Ok(())
    }

    /// Walks a disk, stores what was seen and lets open alerts know.
    pub(crate) async fn look_at(&self, mount: &str, hurry: Hurry) -> Result<(), Problem> {
        let _one_at_a_time = self.0.growth.walking.lock().await;
        let growth = Arc::clone(&self.0.growth);
        growth.known.lock().unwrap_or_else(PoisonError::into_inner).looking.insert(mount.to_owned());
        self.hint(Hint::Status);
        let began = self.0.clock.moment();
        let result = self.0.folders.survey(mount, self.pacer(hurry)).await;
        let ended = self.0.clock.moment();
        let (mount, now) = (mount.to_owned(), ended.wall);
        match result {
            Ok(mut survey) => {
                (survey.at, survey.took_ms) = (now, (ended.elapsed - began.elapsed).or_zero().as_millis());
                let of = mount.clone();
                self.blocking(move |inner| {
                    let mut known = inner.growth.lock(&inner.state);
                    // In one step: whoever sees that nothing is looked at any more sees what was found.
                    known.looking.remove(&of);
                    known.failed.remove(&of);
                    let course = known.courses.entry(of.clone()).or_default();
                    course.push(survey.clone());
                    course.drain(..course.len().saturating_sub(LOOKS));
                    drop(known);
                    Ok(inner.state.put_survey(&of, &survey)?)
                })
                .await?;
                self.ask(|reply| Work::Surveyed(mount, now, reply)).await?;
            }
            Err(error) => {
                tracing::warn!(mount, %error, "the folders of a disk could not be looked at");
                let mut known = growth.known.lock().unwrap_or_else(PoisonError::into_inner);
                known.looking.remove(&mount);
                known.failed.insert(mount, (now, error.to_string()));
            }
        }
        self.hint(Hint::Status);
        Ok(())
    }

    /// Says whether a walk may go on, by the figures of the newest round.
    fn pacer(&self, hurry: Hurry) -> Pacer {
        let latest = self.0.latest.subscribe();
        Arc::new(move || {
            let latest = latest.borrow();
            let is_busy = BUSY.iter().any(|(name, bound)| latest.value(name).is_some_and(|value| value > *bound));
            match hurry {
                Hurry::None if is_busy => Pace::Wait,
                Hurry::None | Hurry::Near => Pace::Go,
            }
        })
    }
}

/// Whether somebody waits for the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hurry {
    /// A machine that is busy goes before.
    None,
    /// A disk fills up, or a person asked.
    Near,
}

impl Pipeline {
    /// Gives alerts about the space of a disk the folder that grew as their cause, when they are raised.
    pub(crate) fn explain(&mut self, transitions: &mut [Transition], now: Timestamp) {
        for one in transitions.iter_mut().filter(|one| matches!(one.change, Change::Fired { .. })) {
            let Some(mount) = disk_of(&one.alert.series) else { continue };
            let cause = self.growth.grown(&self.state, mount, now).first().map(sentence);
            if cause.is_some() {
                one.alert.cause.clone_from(&cause);
                self.evaluator.with_alert(&one.alert.id, |alert| alert.cause = cause);
            }
        }
    }

    /// Folders of the disk that an alert is about.
    pub(crate) fn grown_before(&self, alert: &Instance, now: Timestamp) -> Vec<Grown> {
        disk_of(&alert.series).map(|mount| self.growth.grown(&self.state, mount, now)).unwrap_or_default()
    }

    /// A disk was looked at: alerts about its space that are up hear of what grew.
    pub(crate) fn surveyed(&mut self, mount: &str, now: Timestamp) {
        let grown = self.growth.grown(&self.state, mount, now);
        let Some(cause) = grown.first().map(sentence) else { return };
        let about = |alert: &&Instance| alert.is_raised() && disk_of(&alert.series) == Some(mount);
        let concerned: Vec<AlertId> = self.evaluator.open().filter(about).map(|alert| alert.id.clone()).collect();
        let mut followed: Vec<(AlertId, Evidence)> = Vec::new();
        for id in concerned {
            self.evaluator.with_alert(&id, |alert| alert.cause = Some(cause.clone()));
            if let Ok(Some(mut evidence)) = self.state.evidence(&id) {
                evidence.grown.clone_from(&grown);
                followed.push((id, evidence));
            }
        }
        if !followed.is_empty() {
            let instances = self.evaluator.open().cloned().collect();
            self.commit(Decision { instances, followed, ..Decision::default() }, now);
            self.publish();
        }
    }
}
