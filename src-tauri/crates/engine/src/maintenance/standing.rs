//! Where tasks stand, for whoever looks.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_core::maintenance::{
    RunResult, Standing, Surroundings, Task, TaskMemory, TaskRun, Wait, calendar, standings,
};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{
    CalendarEntry, CalendarView, MaintenanceState, MaintenanceSummary, MaintenanceView, NextTask, TaskState, TaskView,
};
use chrono::Local;

use crate::engine::{Engine, Mode};
use crate::words::count;

/// How far ahead the next run of a task is looked for.
const AHEAD: Span = Span::from_days(400);

impl Engine {
    pub(crate) async fn maintenance_view(&self) -> Result<MaintenanceView, Problem> {
        let around = self.surroundings().await?;
        let settings = self.settings();
        let memories = self.task_memories().await?;
        let newest = self.newest_task_runs().await?;
        let running = self.running_tasks();
        let standings = standings(&settings.tasks, &memories, &running, &around, &Local);
        let tasks: Vec<TaskView> = settings
            .tasks
            .iter()
            .zip(standings)
            .map(|(task, standing)| view(task, &standing, &memories, &newest, &running, &around))
            .collect();
        Ok(MaintenanceView { at: around.now, summary: self.standing_of(&tasks, &around), tasks })
    }

    /// Maintenance at a glance, for the status.
    pub(crate) async fn maintenance_summary(&self) -> MaintenanceSummary {
        match self.maintenance_view().await {
            Ok(view) => view.summary,
            Err(problem) => MaintenanceSummary {
                sentence: format!("It cannot be told how maintenance stands: {problem}"),
                ..MaintenanceSummary::default()
            },
        }
    }

    pub(crate) async fn calendar_view(&self, from: Timestamp, to: Timestamp) -> Result<CalendarView, Problem> {
        let settings = self.settings();
        let memories = self.task_memories().await?;
        let entries = calendar(&settings.tasks, &memories, from, to, &Local);
        let entries = entries.into_iter().map(|entry| CalendarEntry {
            task: entry.task.id.clone(),
            title: entry.task.title.clone(),
            tier: entry.task.tier,
            at: entry.at,
            replaced_by: entry.replaced_by.map(str::to_owned),
        });
        Ok(CalendarView { from, to, entries: entries.collect() })
    }

    fn standing_of(&self, tasks: &[TaskView], around: &Surroundings) -> MaintenanceSummary {
        let of = |wanted: fn(RunResult) -> bool| {
            let found = tasks.iter().filter(|view| view.task.need().is_none());
            found.filter(|view| view.last.as_ref().is_some_and(|run| wanted(run.outcome.result))).count()
        };
        let attention = of(|result| result == RunResult::Attention);
        let failed = of(RunResult::is_failure);
        let ran = of(|result| result == RunResult::Done) + attention + failed;
        let state = match (ran, failed, attention) {
            (0, _, _) => MaintenanceState::Unknown,
            (_, 1.., _) => MaintenanceState::Failed,
            (_, 0, 1..) => MaintenanceState::Attention,
            (_, 0, 0) => MaintenanceState::Ok,
        };
        let scheduled: Vec<&TaskView> = tasks.iter().filter(|view| view.task.is_scheduled()).collect();
        let next = scheduled.iter().filter_map(|view| Some((view.next?, view))).min_by_key(|(at, _)| *at);
        let next = next.map(|(at, view)| NextTask { task: view.task.id.clone(), title: view.task.title.clone(), at });
        let paused_until = around.paused_until.filter(|until| *until > around.now);
        let sentence = match (paused_until, state) {
            (Some(_), _) => "Maintenance is paused.".to_owned(),
            (None, _) if self.0.mode != Mode::Live && ran == 0 => {
                "No engine is running, so no task begins by itself.".to_owned()
            }
            (None, MaintenanceState::Unknown) => {
                format!("{} will run by themselves; none has yet.", count(scheduled.len(), "task"))
            }
            (None, MaintenanceState::Ok) => format!("All is well: {} looked after.", count(ran, "task")),
            (None, MaintenanceState::Attention) => format!("{} found something to look at.", count(attention, "task")),
            (None, MaintenanceState::Failed) => format!("{} failed.", count(failed, "task")),
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        MaintenanceSummary {
            state,
            sentence,
            tasks: number(scheduled.len()),
            attention: number(attention),
            failed: number(failed),
            next,
            paused_until,
        }
    }
}

fn view(
    task: &Task,
    standing: &Standing,
    memories: &BTreeMap<String, TaskMemory>,
    newest: &BTreeMap<String, TaskRun>,
    running: &BTreeSet<String>,
    around: &Surroundings,
) -> TaskView {
    let memory = memories.get(&task.id);
    let once = memory.and_then(|memory| memory.once);
    let scheduled = task.is_scheduled().then(|| task.every.next(around.now, &Local)).flatten();
    let next = match (scheduled, once) {
        (Some(at), Some(once)) => Some(at.min(once)),
        (at, once) => at.or(once),
    };
    let (state, why) = match standing {
        _ if running.contains(&task.id) => (TaskState::Running, None),
        Standing::Running => (TaskState::Running, None),
        Standing::Due(_) | Standing::Replaced(..) => (TaskState::Waiting, None),
        Standing::Waiting(_, wait) => (TaskState::Waiting, Some(sentence(wait))),
        Standing::Idle => match task.need() {
            Some(need) => (TaskState::NotConfigured, Some(need.sentence().to_owned())),
            None if task.enabled || once.is_some() => (TaskState::Scheduled, None),
            None => (TaskState::Off, None),
        },
    };
    let last = newest.get(&task.id).cloned().map(|mut run| {
        run.outcome.output = String::new();
        run
    });
    TaskView { task: task.clone(), state, why, next: next.filter(|at| *at <= around.now + AHEAD), last }
}

fn sentence(wait: &Wait) -> String {
    match wait {
        Wait::Paused(_) => "Maintenance is paused.".to_owned(),
        Wait::Window => "It waits for the hours in which it may begin.".to_owned(),
        Wait::AfterFailure => "It failed and is tried again soon.".to_owned(),
        Wait::Spread => "It was missed and begins within 20 minutes of waking up.".to_owned(),
        Wait::Task(other) => format!("It waits for `{other}`."),
        Wait::Battery => "It waits until the machine runs on mains.".to_owned(),
        Wait::Load => "It waits until the machine is less busy.".to_owned(),
    }
}
