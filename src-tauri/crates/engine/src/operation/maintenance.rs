//! Maintenance as doors ask for it: what there is, what ran, what will run, running it, and when.

use caretaker_core::maintenance::{Asked, Task, TaskRun};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{
    ActivityView, CalendarView, Hint, MaintenanceView, PauseMaintenanceRequest, RunTaskRequest, ScheduleTaskRequest,
    TaskHistory,
};

use crate::engine::Engine;

/// So far ahead a calendar goes unless somebody asks for more, and at most.
const WEEKS: Span = Span::from_days(28);
const LONGEST: Span = Span::from_days(400);
/// Runs that are shown unless somebody asks for more.
const SHOWN: usize = 100;
const LONGEST_PAUSE: Span = Span::from_days(31);

impl Engine {
    /// All tasks with where they stand.
    pub async fn maintenance(&self) -> Result<MaintenanceView, Problem> {
        self.maintenance_view().await
    }

    /// What will run, from now on.
    pub async fn maintenance_calendar(&self, ahead: Option<Span>) -> Result<CalendarView, Problem> {
        let now = self.now();
        self.calendar_view(now, now + ahead.unwrap_or(WEEKS).min(LONGEST)).await
    }

    /// What ran, the newest first; lists leave the output out.
    pub async fn task_history(&self, task: Option<String>, limit: Option<usize>) -> Result<TaskHistory, Problem> {
        let task = task.map(|id| self.known_task(&id).map(|task| task.id)).transpose()?;
        let wanted = task.clone();
        let limit = limit.unwrap_or(SHOWN).min(2_000);
        let mut runs = self.blocking(move |inner| Ok(inner.state.task_runs(wanted.as_deref(), limit)?)).await?;
        for run in &mut runs {
            run.outcome.output = String::new();
        }
        Ok(TaskHistory { task, runs })
    }

    /// One run with everything about it.
    pub async fn task_run(&self, id: i64) -> Result<TaskRun, Problem> {
        let found = self.blocking(move |inner| Ok(inner.state.task_run(id)?)).await?;
        found.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no run {id}")))
    }

    /// Runs a task now, whatever its schedule, its window and the load say, or says what it would do. Answers at once.
    pub fn run_task(&self, id: &str, request: RunTaskRequest) -> Result<ActivityView, Problem> {
        self.writable()?;
        let task = self.known_task(id)?;
        let asked = if request.dry_run { Asked::DryRun } else { Asked::Person };
        Ok(self.begin_task(task, asked, None))
    }

    /// Changes when a task runs, and whether by itself.
    pub async fn schedule_task(&self, id: &str, request: ScheduleTaskRequest) -> Result<MaintenanceView, Problem> {
        self.writable()?;
        let task = self.known_task(id)?;
        let key = |name: &str| format!("task.{}.{name}", task.id);
        let mut changes = Vec::new();
        if let Some(every) = request.every {
            changes.push((key("every"), Some(every)));
        }
        if let Some(enabled) = request.enabled {
            changes.push((key("enabled"), Some(enabled.to_string())));
        }
        if !changes.is_empty() {
            let what = changes.iter().map(|(key, value)| format!("{key} to {}", value.as_deref().unwrap_or_default()));
            let what = format!("Set {}", what.collect::<Vec<_>>().join(", "));
            self.change_configuration(changes, what).await?;
        }
        if let Some(at) = request.at {
            if at < self.now() {
                return Err(Problem::new(Code::Usage, format!("{at} is over")).hint("name a time to come"));
            }
            self.put_once(&task.id, at).await?;
            self.record("maintenance", format!("{} runs once at {at}", task.title), Ok(())).await;
        }
        self.hint(Hint::Status);
        self.maintenance_view().await
    }

    /// Holds back everything that would begin by itself, for a while.
    pub async fn pause_maintenance(&self, request: PauseMaintenanceRequest) -> Result<MaintenanceView, Problem> {
        self.writable()?;
        let wanted = request.r#for.trim();
        let until = if wanted == "off" {
            None
        } else {
            let span: Span = wanted.parse().map_err(|_| {
                Problem::new(Code::Usage, format!("`{wanted}` is no length of time")).hint("for example `2h`, or `off`")
            })?;
            if span <= Span::ZERO || span > LONGEST_PAUSE {
                return Err(Problem::new(Code::Usage, "maintenance is paused for at most 31 days")
                    .hint("switch a task off if it is never to run"));
            }
            Some(self.now() + span)
        };
        self.put_maintenance_paused(until).await?;
        let what = match until {
            Some(until) => format!("Maintenance is paused until {until}"),
            None => "Maintenance goes on".to_owned(),
        };
        self.record("maintenance", what, Ok(())).await;
        self.hint(Hint::Status);
        self.maintenance_view().await
    }

    fn known_task(&self, id: &str) -> Result<Task, Problem> {
        let settings = self.settings();
        if let Some(task) = settings.tasks.iter().find(|task| task.id == id) {
            return Ok(task.clone());
        }
        let found: Vec<&Task> =
            settings.tasks.iter().filter(|task| !id.is_empty() && task.id.starts_with(id)).collect();
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                Err(Problem::new(Code::NotFound, format!("there is no task `{id}`"))
                    .hint("see `caretaker maintain list`"))
            }
            several => {
                let names: Vec<&str> = several.iter().map(|task| task.id.as_str()).collect();
                Err(Problem::new(Code::Ambiguous, format!("several tasks begin with `{id}`")).hint(names.join(", ")))
            }
        }
    }

    async fn put_once(&self, id: &str, at: Timestamp) -> Result<(), Problem> {
        self.remember_task(id, move |memory| memory.once = Some(at)).await
    }
}
