//! `maintain list`, `schedule`, `pause` and `calendar`: tasks, and when they run.

use std::fmt::Write as _;

use caretaker_api::Access;
use caretaker_core::maintenance::{RunResult, TaskRun};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{
    CalendarView, MaintenanceView, PauseMaintenanceRequest, ScheduleTaskRequest, TaskState, TaskView,
};
use hyper::Method;

use crate::arguments::{Ahead, PauseMaintenance, ScheduleTask};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago, in_local_time};
use crate::request::Address;

/// All tasks.
pub async fn list(context: &Context) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<MaintenanceView, Problem> = connection.client.get("/maintenance").await;
    connection.close().await;
    show(context, &answer?)
}

/// When a task runs.
pub async fn schedule(context: &Context, wanted: &ScheduleTask) -> Result<Outcome, Problem> {
    let at = match wanted.at {
        None => None,
        Some(when) => Some(when.from(Context::now()).ok_or_else(|| {
            Problem::new(Code::Usage, "the clock on the wall never shows that moment: it is skipped")
                .hint("name another one")
        })?),
    };
    let enabled = match (wanted.on, wanted.off) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    };
    let request = ScheduleTaskRequest { every: wanted.every.clone(), at, enabled };
    let address = Address::new("/maintenance").word("tasks").segment(&wanted.task);
    let connection = context.connect(Access::Write).await?;
    let answer: Result<MaintenanceView, Problem> =
        connection.client.send(Method::PUT, address.as_str(), &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || {
        let found = view.tasks.iter().filter(|one| one.task.id.starts_with(&wanted.task));
        let mut text = String::new();
        for task in found {
            let next = task.next.map_or_else(|| "not by itself".to_owned(), |at| format!("next {}", moment(at)));
            let _ = writeln!(text, "{}: {}, {next}", task.task.id, task.task.every);
        }
        text
    })?;
    Ok(Outcome::Done)
}

/// Holds back what would begin by itself.
pub async fn pause(context: &Context, wanted: &PauseMaintenance) -> Result<Outcome, Problem> {
    let length = wanted.length.filter(|_| !wanted.off);
    let request = PauseMaintenanceRequest { r#for: length.map_or_else(|| "off".to_owned(), |span| span.to_string()) };
    let connection = context.connect(Access::Write).await?;
    let answer: Result<MaintenanceView, Problem> =
        connection.client.send(Method::POST, "/maintenance/pause", &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || match view.summary.paused_until {
        Some(until) => format!("Nothing begins by itself until {}.\n", moment(until)),
        None => "Maintenance goes on.\n".to_owned(),
    })?;
    Ok(Outcome::Done)
}

/// What will run.
pub async fn calendar(context: &Context, wanted: &Ahead) -> Result<Outcome, Problem> {
    let address = Address::new("/maintenance/calendar").parameter("ahead", Some(wanted.length));
    let connection = context.connect(Access::Read).await?;
    let answer: Result<CalendarView, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || {
        if view.entries.is_empty() {
            return "Nothing will run by itself in this time.\n".to_owned();
        }
        let mut table = Table::new(&[
            Column::whole("WHEN"),
            Column::name("TASK"),
            Column::new("TIER", Align::Left),
            Column::giving_way("NOTE"),
        ]);
        for entry in &view.entries {
            let note = entry.replaced_by.as_ref().map(|by| format!("{by} stands for it")).unwrap_or_default();
            table.coloured([
                (moment(entry.at), None),
                (entry.task.clone(), None),
                (entry.tier.word().to_owned(), None),
                (note, Some(Colour::Dim)),
            ]);
        }
        table.render(&context.terminal)
    })?;
    Ok(Outcome::Done)
}

fn show(context: &Context, view: &MaintenanceView) -> Result<Outcome, Problem> {
    let now = Context::now();
    context.terminal.show(view, || words(&context.terminal, view, now))?;
    Ok(Outcome::Done)
}

fn words(terminal: &Terminal, view: &MaintenanceView, now: Timestamp) -> String {
    let mut text = format!("{}\n", view.summary.sentence);
    if let Some(until) = view.summary.paused_until {
        let _ = writeln!(text, "Nothing begins by itself until {}.", moment(until));
    }
    let mut table = Table::new(&[
        Column::name("TASK"),
        Column::new("EVERY", Align::Left),
        Column::whole("NEXT"),
        Column::new("LAST", Align::Left),
        Column::giving_way(""),
    ]);
    for one in &view.tasks {
        let (last, colour) = last(one.last.as_ref());
        let when = one.last.as_ref().map(|run| format!(" {}", ago(run.started, now))).unwrap_or_default();
        table.coloured([
            (one.task.id.clone(), None),
            (one.task.every.to_string(), Some(Colour::Dim)),
            (next(one), None),
            (format!("{last}{when}"), colour),
            (detail(one), Some(Colour::Dim)),
        ]);
    }
    text.push_str(&table.render(terminal));
    text
}

fn next(view: &TaskView) -> String {
    match (view.state, view.next) {
        (TaskState::NotConfigured, _) => "not set up".to_owned(),
        (TaskState::Off, _) => "off".to_owned(),
        (TaskState::Running, _) => "runs now".to_owned(),
        (TaskState::Waiting, _) => "waits".to_owned(),
        (TaskState::Scheduled, Some(at)) => moment(at),
        (TaskState::Scheduled, None) => "never".to_owned(),
    }
}

fn detail(view: &TaskView) -> String {
    match (&view.why, &view.last) {
        (Some(why), _) => why.clone(),
        (None, Some(run)) => run.outcome.sentence.clone(),
        (None, None) => view.task.does.clone(),
    }
}

/// The word for how a run came out, with its shape and its colour.
pub(super) fn last(run: Option<&TaskRun>) -> (String, Option<Colour>) {
    let Some(run) = run else { return ("never".to_owned(), Some(Colour::Dim)) };
    let result = run.outcome.result;
    let (shape, colour) = match result {
        RunResult::Done => ("●", Some(Colour::Green)),
        RunResult::Attention => ("▲", Some(Colour::Yellow)),
        RunResult::Failed | RunResult::TimedOut => ("■", Some(Colour::Red)),
        RunResult::Interrupted | RunResult::Cancelled | RunResult::Skipped => ("○", Some(Colour::Yellow)),
        RunResult::Running | RunResult::NotConfigured => ("○", Some(Colour::Dim)),
    };
    (format!("{shape} {}", result.words()), colour)
}

/// With its date, by the clock on the wall here.
pub(super) fn moment(at: Timestamp) -> String {
    in_local_time(&at.to_string(), Context::now())
}
