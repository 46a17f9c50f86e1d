//! Long work as everybody sees it: what waits, what goes on, what just ended. One piece at a time works at a place; others wait
//! in the order in which they came.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use caretaker_core::backup::WorkProgress;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivitiesView, ActivityKind, ActivityResult, ActivityState, ActivityView, Hint};
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::running::Running;
use crate::engine::Engine;

/// How long what ended is still shown.
const SHOWN: Duration = Duration::from_secs(600);
/// And how many of them at most.
const MOST_SHOWN: usize = 50;
/// How long the end of the engine waits for work to clear up. What takes longer clears up by itself: its input has ended.
const CLEARING_UP: Duration = Duration::from_millis(700);
/// A rate is of at least so much time.
const RATE_WINDOW: Duration = Duration::from_secs(3);

/// What is to be begun.
pub(crate) struct Begun {
    /// What kind of work.
    pub kind: ActivityKind,
    /// Its job.
    pub job: Option<String>,
    /// In words: `Backing up board`.
    pub title: String,
    /// Where it works: the id of a destination. Work without a place waits for nobody.
    pub place: Option<String>,
}

/// All activities. The locks are held for a look or a change only.
#[derive(Default)]
pub(crate) struct Activities {
    list: Mutex<Vec<Activity>>,
    places: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
    tasks: Mutex<JoinSet<()>>,
}

struct Activity {
    view: ActivityView,
    place: Option<String>,
    stop: watch::Sender<bool>,
    ended: Option<Instant>,
    /// When bytes were counted, for the rate.
    counted: (Instant, u64),
    hinted: Instant,
}

impl Activities {
    fn change<T>(&self, id: &str, change: impl FnOnce(&mut Activity) -> T) -> Option<T> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter_mut().find(|activity| activity.view.id == id).map(change)
    }

    fn place(&self, name: &str) -> Arc<AsyncMutex<()>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(name.to_owned()).or_default())
    }

    fn add(&self, activity: Activity) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|known| known.ended.is_none_or(|ended| ended.elapsed() < SHOWN));
        let surplus = (list.len() + 1).saturating_sub(MOST_SHOWN);
        let mut removed = 0;
        list.retain(|known| {
            let goes = removed < surplus && known.ended.is_some();
            removed += usize::from(goes);
            !goes
        });
        list.push(activity);
    }

    fn views(&self) -> Vec<ActivityView> {
        let list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().rev().map(|activity| activity.view.clone()).collect()
    }
}

impl Engine {
    /// Long work that goes on, and what ended in the last minutes.
    pub fn activities(&self) -> Result<ActivitiesView, Problem> {
        Ok(ActivitiesView { at: self.now(), activities: self.0.backups.activities.views() })
    }

    /// One piece of long work, by its identity or the beginning of it.
    pub fn activity(&self, id: &str) -> Result<ActivityView, Problem> {
        self.known_activity(id)
    }

    fn known_activity(&self, id: &str) -> Result<ActivityView, Problem> {
        let mut found = self.0.backups.activities.views();
        found.retain(|view| !id.is_empty() && view.id.starts_with(id));
        match found.len() {
            0 => Err(Problem::new(Code::NotFound, format!("there is no activity `{id}`"))
                .hint("what ended more than ten minutes ago is among the operations of `caretaker status`")),
            1 => Ok(found.swap_remove(0)),
            _ => Err(Problem::new(Code::Ambiguous, format!("several activities begin with `{id}`"))),
        }
    }

    /// Asks long work to end. It leaves nothing half made; until it has cleared up it shows as cancelling.
    pub fn cancel_activity(&self, id: &str) -> Result<ActivityView, Problem> {
        self.writable()?;
        let id = self.known_activity(id)?.id;
        self.0.backups.activities.change(&id, |activity| {
            if !activity.view.state.is_over() {
                activity.view.state = ActivityState::Cancelling;
                activity.stop.send_replace(true);
            }
        });
        self.hint(Hint::Backups);
        self.known_activity(&id)
    }

    /// What goes on for a job.
    pub(crate) fn activity_of(&self, job: &str) -> Option<ActivityView> {
        let views = self.0.backups.activities.views();
        views.into_iter().find(|view| !view.state.is_over() && view.job.as_deref() == Some(job))
    }

    /// Whether a drill of a job waits or goes on.
    pub(super) fn is_drilling(&self, job: &str) -> bool {
        let views = self.0.backups.activities.views();
        let is_it = |view: &ActivityView| view.kind == ActivityKind::Drill && view.job.as_deref() == Some(job);
        views.iter().any(|view| is_it(view) && !view.state.is_over())
    }

    /// Whether work of this kind goes on at a place, or waits to.
    pub(crate) fn works_at(&self, place: &str, kind: ActivityKind) -> bool {
        let list = self.0.backups.activities.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().any(|one| !one.view.state.is_over() && one.view.kind == kind && one.place.as_deref() == Some(place))
    }

    /// Begins long work and answers at once.
    pub(crate) fn begin<F>(&self, begun: Begun, work: impl FnOnce(Running) -> F + Send + 'static) -> ActivityView
    where
        F: Future<Output = Result<ActivityResult, Problem>> + Send + 'static,
    {
        self.begin_as(Uuid::now_v7().to_string(), begun, work)
    }

    /// The same, under an identity that is known before.
    pub(crate) fn begin_as<F>(
        &self,
        id: String,
        begun: Begun,
        work: impl FnOnce(Running) -> F + Send + 'static,
    ) -> ActivityView
    where
        F: Future<Output = Result<ActivityResult, Problem>> + Send + 'static,
    {
        let Begun { kind, job, title, place } = begun;
        let (stop, stopped) = watch::channel(false);
        let state = if place.is_some() { ActivityState::Waiting } else { ActivityState::Running };
        let view =
            ActivityView { id: id.clone(), kind, job, title, state, started: self.now(), ..ActivityView::default() };
        let now = Instant::now();
        let activities = &self.0.backups.activities;
        activities.add(Activity {
            view: view.clone(),
            place: place.clone(),
            stop,
            ended: None,
            counted: (now, 0),
            hinted: now,
        });
        let (engine, lock) = (self.clone(), place.map(|place| activities.place(&place)));
        let task = async move {
            let mut running = Running { engine: engine.clone(), id: id.clone(), stopped };
            let held = match lock {
                None => None,
                Some(lock) => tokio::select! {
                    held = lock.lock_owned() => Some(held),
                    () = running.cancelled() => None,
                },
            };
            let result = if running.is_cancelled() {
                Err(Problem::new(Code::Interrupted, "it was cancelled before it began"))
            } else {
                // Runs of tasks have rows of their own.
                if let Some(view) = engine.runs(&id)
                    && view.kind != ActivityKind::Maintain
                    && let Err(problem) = engine.note_beginning(&view).await
                {
                    tracing::warn!(%problem, "the beginning of long work could not be noted");
                }
                Box::pin(work(running)).await
            };
            drop(held);
            engine.ended(&id, result).await;
        };
        let mut tasks = activities.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // What has ended is let go of.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
        drop(tasks);
        self.hint(Hint::Backups);
        view
    }

    fn runs(&self, id: &str) -> Option<ActivityView> {
        let now = self.now();
        let view = self.0.backups.activities.change(id, |activity| {
            if activity.view.state == ActivityState::Waiting {
                activity.view.state = ActivityState::Running;
            }
            activity.view.started = now;
            activity.counted = (Instant::now(), 0);
            activity.view.clone()
        });
        self.hint(Hint::Backups);
        view
    }

    /// Notes how far work is; at most twice a second somebody is told to look.
    pub(super) fn progressed(&self, id: &str, progress: WorkProgress) {
        let tell = self.0.backups.activities.change(id, |activity| {
            let (since, bytes) = activity.counted;
            if since.elapsed() >= RATE_WINDOW || activity.view.bytes_per_s.is_none() {
                let seconds = since.elapsed().as_secs_f64().max(0.001);
                let rate = progress.bytes.saturating_sub(bytes) as f64 / seconds;
                activity.view.bytes_per_s = (rate > 0.0).then_some(rate);
                activity.counted = (Instant::now(), progress.bytes);
            }
            let left = progress.bytes_expected.saturating_sub(progress.bytes) as f64;
            activity.view.left_ms = activity
                .view
                .bytes_per_s
                .filter(|_| progress.bytes_expected > 0)
                .map(|rate| (left / rate * 1_000.0) as u64);
            activity.view.progress = progress;
            let tell = activity.hinted.elapsed() >= Duration::from_millis(500);
            if tell {
                activity.hinted = Instant::now();
            }
            tell
        });
        if tell == Some(true) {
            self.hint(Hint::Backups);
        }
    }

    async fn ended(&self, id: &str, result: Result<ActivityResult, Problem>) {
        let now = self.now();
        if let Err(problem) = self.note_end(id).await {
            tracing::warn!(%problem, "the end of long work could not be noted");
        }
        // What doors see as over has reached the series and the status already.
        self.backups_changed();
        if self.0.mode == crate::engine::Mode::Live
            && let Err(problem) = self.refresh_backup_figures().await
        {
            tracing::warn!(%problem, "backups could not be read again");
        }
        let view = self.0.backups.activities.change(id, |activity| {
            let was_asked = *activity.stop.borrow();
            let view = &mut activity.view;
            view.ended = Some(now);
            (view.state, view.result, view.problem) = match result {
                Ok(result) => (ActivityState::Done, Some(result), None),
                Err(problem) if was_asked || problem.code == Code::Interrupted => {
                    (ActivityState::Cancelled, None, Some(problem))
                }
                Err(problem) => (ActivityState::Failed, None, Some(problem)),
            };
            (view.left_ms, view.bytes_per_s) = (None, None);
            activity.ended = Some(Instant::now());
            activity.view.clone()
        });
        // Who looked meanwhile saw it going on.
        self.copies_changed();
        let Some(view) = view else { return };
        let (kind, took) = (kind_word(view.kind), now.since(view.started).or_zero());
        // The history of tasks has their runs, and a failure was recorded there.
        if view.kind != ActivityKind::Maintain || view.problem.is_some() {
            self.record_long(kind, view.title.clone(), view.problem.as_ref(), view.started, took).await;
        }
        self.hint(Hint::Backups);
    }

    /// Ends all work; what does not end in time has no input any more and clears up by itself.
    pub(crate) async fn end_activities(&self) {
        self.0.backups.is_ending.store(true, std::sync::atomic::Ordering::Relaxed);
        let mut tasks =
            std::mem::take(&mut *self.0.backups.activities.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        if tasks.is_empty() {
            return;
        }
        {
            let list = self.0.backups.activities.list.lock().unwrap_or_else(PoisonError::into_inner);
            for activity in list.iter() {
                activity.stop.send_replace(true);
            }
        }
        let ended = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(CLEARING_UP, ended).await.is_err() {
            tracing::warn!("work on archives did not end in time; it clears up by itself");
        }
    }
}

/// The kind of the operation that is recorded.
pub(super) const fn kind_word(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Create => "backup",
        ActivityKind::Verify => "verification",
        ActivityKind::Restore => "restore",
        ActivityKind::Drill => "drill",
        ActivityKind::Prune => "prune",
        ActivityKind::Rebuild => "catalog",
        ActivityKind::Replicate => "copy",
        ActivityKind::Runbook => "runbook",
        ActivityKind::Maintain => "maintenance",
    }
}
