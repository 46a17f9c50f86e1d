//! The loop that begins what is due. When that is, is decided in `core::backup`.

use caretaker_core::backup::{
    Surroundings, dealt_with, due, forget_behind, held_back, mend_clock, note_behind, note_jump,
};
use caretaker_core::metric::names;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::{Moment, Span};
use caretaker_core::view::CreateRequest;
use chrono::Local;

use crate::engine::Engine;

/// Between two looks at the schedules.
const LOOK: Span = Span::from_seconds(20);
/// More of the processor in use, or longer waits for the disk, count as busy, %.
const BUSY: &[(&str, f64)] = &[(names::CPU_USAGE, 85.0), (names::MEMORY_USAGE, 95.0)];

/// What the loop remembers between two looks.
#[derive(Debug, Default)]
pub(crate) struct Woken {
    /// The look before: time awake and time elapsed, which part in sleep, and the wall clock, which parts from both when it is set.
    before: Option<Moment>,
    /// Time awake at the start, or when the machine woke up.
    since: Span,
}

/// What one look finds.
pub(crate) struct Look {
    /// Time awake since the start, or since the machine woke up.
    pub awake: Span,
    /// How far the wall clock was set since the look before; backwards below zero.
    pub jump: Span,
    /// Whether it is the first since the start: how the clock was set before, nobody saw.
    pub is_first: bool,
}

impl Woken {
    /// Whether nobody looked since the start.
    pub(crate) fn is_fresh(&self) -> bool {
        self.before.is_none()
    }

    /// Compares with the look before, and remembers this one.
    pub(crate) fn look(&mut self, moment: Moment) -> Look {
        let before = self.before.replace(moment);
        let is_first = before.is_none();
        let slept = before.as_ref().is_none_or(|before| {
            (moment.elapsed - before.elapsed) - (moment.awake - before.awake) > Span::from_seconds(5)
        });
        if slept {
            self.since = moment.awake;
        }
        let jump = before
            .as_ref()
            .map_or(Span::ZERO, |before| moment.wall.since(before.wall) - (moment.elapsed - before.elapsed));
        Look { awake: moment.awake - self.since, jump, is_first }
    }
}

impl Engine {
    pub(crate) async fn backup_loop(&self) {
        if let Err(problem) = self.interrupted_before().await {
            tracing::warn!(%problem, "work that was interrupted could not be looked for");
        }
        loop {
            if let Err(problem) = self.backups_due().await {
                tracing::warn!(%problem, "what is due could not be looked for");
            }
            self.0.clock.sleep(LOOK).await;
        }
    }

    /// Begins every backup that is due, and notes how destinations stand.
    pub async fn backups_due(&self) -> Result<(), Problem> {
        let moment = self.0.clock.moment();
        let Look { awake, jump, is_first } =
            self.0.backups.woken.lock().unwrap_or_else(std::sync::PoisonError::into_inner).look(moment);
        self.look_at_destinations().await?;
        let around = Surroundings { now: moment.wall, awake, is_busy: self.is_busy() };
        for job in self.jobs() {
            let now = moment.wall;
            let memory = self
                .remember_job(&job.id, move |memory| {
                    memory.since.get_or_insert(now);
                    if is_first {
                        note_behind(memory, now);
                    }
                    mend_clock(memory, now);
                    note_jump(memory, jump, now);
                    forget_behind(memory, now);
                })
                .await?;
            if let Some(newest) = memory.clock_behind.filter(|_| is_first) {
                tracing::warn!(job = job.id, %newest, %now, "the clock stands before the newest backup; nothing is removed");
            }
            if memory.since == Some(now) {
                self.backups_changed();
            }
            let Some(found) = due(&job, &memory, now, &Local) else { continue };
            if held_back(&job.id, &found, &memory, &around).is_some() || self.activity_of(&job.id).is_some() {
                continue;
            }
            // Without its disk nothing is begun and nothing has failed: the job waits for it.
            if self.shelf(&job).is_ok_and(|shelf| self.is_away(&shelf.id)) {
                continue;
            }
            let wished = (found.kind != ArchiveType::Incremental).then_some(found.kind);
            let request = CreateRequest { r#type: wished, now: false, dry_run: false };
            match self.create_due(&job.id, request, found) {
                Ok(_) => {}
                Err(problem) => {
                    let why = problem.message.clone();
                    tracing::warn!(%problem, job = job.id, "a backup could not be begun");
                    self.remember_job(&job.id, move |memory| {
                        (memory.is_source_missing, memory.is_key_missing) = (false, false);
                        (memory.failures, memory.failed_at, memory.failure) =
                            (memory.failures + 1, Some(now), Some(why));
                    })
                    .await?;
                }
            }
        }
        if let Err(problem) = self.copies_due().await {
            tracing::warn!(%problem, "copies could not be begun");
        }
        self.refresh_backup_figures().await
    }

    /// Before the first look after a start: what is begun then knows how the clock stands.
    pub(super) async fn note_clock_at_start(&self, job: &str) -> Result<(), Problem> {
        let woken = &self.0.backups.woken;
        if woken.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_fresh() {
            let now = self.now();
            self.remember_job(job, move |memory| {
                note_behind(memory, now);
            })
            .await?;
        }
        Ok(())
    }

    fn is_busy(&self) -> bool {
        self.is_machine_busy() || caretaker_platform::background::is_on_battery()
    }

    /// Whether the machine has enough to do.
    pub(crate) fn is_machine_busy(&self) -> bool {
        let latest = self.latest();
        BUSY.iter().any(|(name, bound)| latest.value(name).is_some_and(|value| value > *bound))
    }

    /// Whether the engine is ending: what ends then was cancelled by nobody.
    pub(crate) fn is_ending(&self) -> bool {
        self.0.backups.is_ending.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Notes that an occasion was dealt with; a cancelled run was dealt with by whoever cancelled it.
    pub(super) async fn occasion_over(
        &self,
        job: &str,
        due: caretaker_core::backup::DueBackup,
        result: Result<(), Code>,
    ) -> Result<(), Problem> {
        if result.is_ok() || (result == Err(Code::Interrupted) && !self.is_ending()) {
            self.remember_job(job, move |memory| dealt_with(memory, &due)).await?;
        }
        Ok(())
    }
}
