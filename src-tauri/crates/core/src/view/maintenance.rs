//! Maintenance as doors show it: tasks with their times, what ran, what will run.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::maintenance::{Task, TaskRun, Tier};
use crate::time::Timestamp;

/// Where a task stands, in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// What it needs is not set up; never an invented ok.
    #[default]
    NotConfigured,
    /// It does not run by itself.
    Off,
    /// It waits for its time.
    Scheduled,
    /// Its time has come, and it waits for something.
    Waiting,
    /// It goes on.
    Running,
}

/// A task with where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskView {
    /// The task.
    pub task: Task,
    /// Where it stands.
    pub state: TaskState,
    /// What it waits for, or what it lacks, in a sentence; null when nothing.
    pub why: Option<String>,
    /// When it runs next by itself.
    pub next: Option<Timestamp>,
    /// Its newest run that is over and was no dry run, without its output.
    pub last: Option<TaskRun>,
}

/// Maintenance in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaintenanceState {
    /// Nothing ran yet.
    #[default]
    Unknown,
    /// All that ran is well.
    Ok,
    /// Something was found that a person should look at.
    Attention,
    /// A task could not do its work.
    Failed,
}

/// The next run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextTask {
    /// The task.
    pub task: String,
    /// Its name for people.
    pub title: String,
    /// When.
    pub at: Timestamp,
}

/// Maintenance at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaintenanceSummary {
    /// The worst of the newest runs.
    pub state: MaintenanceState,
    /// One sentence.
    pub sentence: String,
    /// Tasks that run by themselves.
    pub tasks: u32,
    /// Tasks whose newest run found something.
    pub attention: u32,
    /// Tasks whose newest run failed.
    pub failed: u32,
    /// What runs next.
    pub next: Option<NextTask>,
    /// Until when nothing begins.
    pub paused_until: Option<Timestamp>,
}

/// All tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MaintenanceView {
    /// When this was put together.
    pub at: Timestamp,
    /// At a glance.
    pub summary: MaintenanceSummary,
    /// The tasks, ready-made ones first.
    pub tasks: Vec<TaskView>,
}

/// A run to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarEntry {
    /// The task.
    pub task: String,
    /// Its name for people.
    pub title: String,
    /// Its tier.
    pub tier: Tier,
    /// When.
    pub at: Timestamp,
    /// The larger task that will stand for it.
    pub replaced_by: Option<String>,
}

/// What will run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarView {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// By time.
    pub entries: Vec<CalendarEntry>,
}

/// What ran, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskHistory {
    /// The task, if only one was asked for.
    pub task: Option<String>,
    /// The runs.
    pub runs: Vec<TaskRun>,
}

/// How a task is to be run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunTaskRequest {
    /// Only say what it would do.
    #[serde(default)]
    pub dry_run: bool,
}

/// When a task is to run, and whether by itself. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleTaskRequest {
    /// A schedule: `daily 03:00`.
    #[serde(default)]
    pub every: Option<String>,
    /// Once, at this time.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Whether it runs by itself.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// For how long nothing begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PauseMaintenanceRequest {
    /// `2h` or any other length of time; `off` to go on.
    pub r#for: String,
}

/// Where everything is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WriteOutRequest {
    /// A folder; it is made if it is not there, and must be empty.
    pub folder: String,
}

/// A file that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrittenFile {
    /// Its name in the folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// What was written out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrittenOut {
    /// The folder.
    pub folder: String,
    /// The files in it.
    pub files: Vec<WrittenFile>,
}
