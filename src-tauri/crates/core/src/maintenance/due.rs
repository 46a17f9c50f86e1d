//! Which tasks begin now: their times, what stands for what, and what a due task waits for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeZone, Timelike};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::memory::TaskMemory;
use super::task::Task;
use crate::time::{Span, Timestamp};

/// A busy machine or another task holds a due task back for so long at most.
pub const LONGEST_WAIT: Span = Span::from_hours(12);
/// Nothing that is late begins sooner after a start or waking up.
pub const SETTLE: Span = Span::from_minutes(2);
/// What was missed begins within this time after that, each task at its own moment.
pub const SPREAD: Span = Span::from_minutes(20);
/// So much later than its slot counts as missed.
const LATE: Span = Span::from_minutes(5);

/// A task whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueTask {
    /// The moment that it was meant for.
    pub slot: Timestamp,
    /// How many before it passed without a run; this one stands for all.
    pub missed: u32,
}

/// What a due task waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Maintenance is paused until then.
    Paused(Timestamp),
    /// The hours in which it may begin.
    Window,
    /// Its last run failed a moment ago.
    AfterFailure,
    /// Several woke up at once.
    Spread,
    /// Another task goes first.
    Task(String),
    /// The machine runs on its battery.
    Battery,
    /// The machine is busy.
    Load,
}

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is not due.
    Idle,
    /// It goes on.
    Running,
    /// It is due and begins.
    Due(DueTask),
    /// It is due and waits.
    Waiting(DueTask, Wait),
    /// It is due, and a larger task of its family stands for it.
    Replaced(DueTask, String),
}

/// How the machine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// The moment.
    pub now: Timestamp,
    /// Time awake since the start of the engine or the last sleep.
    pub awake: Span,
    /// Whether the machine is busy.
    pub is_busy: bool,
    /// Whether it runs on its battery.
    pub is_on_battery: bool,
    /// Until when maintenance is paused.
    pub paused_until: Option<Timestamp>,
}

/// Where every task stands, in the order of the tasks.
pub fn standings<Z: TimeZone>(
    tasks: &[Task],
    memories: &BTreeMap<String, TaskMemory>,
    running: &BTreeSet<String>,
    around: &Surroundings,
    zone: &Z,
) -> Vec<Standing> {
    let nothing = TaskMemory::default();
    let memory = |task: &Task| memories.get(&task.id).unwrap_or(&nothing);
    let due: Vec<Option<DueTask>> = tasks
        .iter()
        .map(|task| if running.contains(&task.id) { None } else { due(task, memory(task), around.now, zone) })
        .collect();
    let replaced: BTreeMap<&str, &str> = tasks
        .iter()
        .zip(&due)
        .filter(|(_, due)| due.is_some())
        .filter_map(|(task, _)| Some((task.id.as_str(), larger(task, tasks, &due)?)))
        .collect();
    // What goes on or will begin, for those that wait for it.
    let is_ahead = |id: &str| {
        let id = replaced.get(id).copied().unwrap_or(id);
        let is_due = tasks.iter().zip(&due).any(|(task, due)| task.id == id && due.is_some());
        (is_due || running.contains(id)).then(|| id.to_owned())
    };
    let stand = |(task, due): (&Task, &Option<DueTask>)| {
        let Some(found) = *due else {
            return if running.contains(&task.id) { Standing::Running } else { Standing::Idle };
        };
        if let Some(by) = replaced.get(task.id.as_str()) {
            return Standing::Replaced(found, (*by).to_owned());
        }
        let ahead = task.after.iter().filter(|id| **id != task.id).find_map(|id| is_ahead(id));
        match wait(task, &found, memory(task), around, ahead, zone) {
            Some(wait) => Standing::Waiting(found, wait),
            None => Standing::Due(found),
        }
    };
    tasks.iter().zip(&due).map(stand).collect()
}

fn due<Z: TimeZone>(task: &Task, memory: &TaskMemory, now: Timestamp, zone: &Z) -> Option<DueTask> {
    if task.need().is_some() {
        return None;
    }
    let since = memory.since.map(|since| memory.done.map_or(since, |done| done.max(since)));
    // Nearly always nothing is due, and one look ahead tells so.
    let since = since.filter(|since| task.enabled && task.every.next(*since, zone).is_some_and(|next| next <= now));
    let found = since.and_then(|since| task.every.due(since, now, zone));
    let once = memory.once.filter(|once| *once <= now).map(|slot| DueTask { slot, missed: 0 });
    let found = found.map(|found| DueTask { slot: found.slot, missed: found.missed });
    // One run answers both.
    match (found, once) {
        (Some(found), Some(once)) => Some(DueTask { slot: found.slot.max(once.slot), ..found }),
        (found, once) => found.or(once),
    }
}

/// The largest task of the family that is due as well and larger than this one.
fn larger<'t>(task: &Task, tasks: &'t [Task], due: &[Option<DueTask>]) -> Option<&'t str> {
    let others = tasks.iter().zip(due).filter(|(other, due)| {
        due.is_some() && other.family == task.family && other.tier > task.tier && other.id != task.id
    });
    others.max_by_key(|(other, _)| other.tier).map(|(other, _)| other.id.as_str())
}

fn wait<Z: TimeZone>(
    task: &Task,
    due: &DueTask,
    memory: &TaskMemory,
    around: &Surroundings,
    ahead: Option<String>,
    zone: &Z,
) -> Option<Wait> {
    let now = around.now;
    if let Some(until) = around.paused_until.filter(|until| *until > now) {
        return Some(Wait::Paused(until));
    }
    if task.window.is_some_and(|window| minute_of_day(now, zone).is_some_and(|minute| !window.is_open(minute))) {
        return Some(Wait::Window);
    }
    let failed = memory.failed_at.filter(|_| memory.failed_slot == Some(due.slot));
    if failed.is_some_and(|failed| now.since(failed).abs() < pause_after(memory.failures)) {
        return Some(Wait::AfterFailure);
    }
    let waited = now.since(due.slot);
    // What comes at its time is not spread.
    if waited > LATE && around.awake < SETTLE + offset(&task.id) {
        return Some(Wait::Spread);
    }
    if around.is_on_battery && !task.on_battery {
        return Some(Wait::Battery);
    }
    let ahead = ahead.filter(|_| around.awake < LONGEST_WAIT || waited < LONGEST_WAIT);
    if let Some(other) = ahead {
        return Some(Wait::Task(other));
    }
    (around.is_busy && !task.under_load && waited < LONGEST_WAIT).then_some(Wait::Load)
}

fn minute_of_day<Z: TimeZone>(at: Timestamp, zone: &Z) -> Option<u32> {
    let local = DateTime::from_timestamp_millis(at.as_millis())?.with_timezone(zone);
    Some(local.hour() * 60 + local.minute())
}

/// Longer after each failure.
fn pause_after(failures: u32) -> Span {
    match failures {
        0 | 1 => Span::from_minutes(5),
        2 => Span::from_minutes(15),
        _ => Span::from_hours(1),
    }
}

/// The same for a task each time, and different between tasks.
fn offset(id: &str) -> Span {
    let mixed = id.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    Span::from_millis(i64::from(mixed) % SPREAD.as_millis())
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use super::*;
    use crate::maintenance::simulation::{at, task};
    use crate::maintenance::{Tier, Window};

    fn around(now: Timestamp) -> Surroundings {
        Surroundings { now, awake: Span::from_hours(30), is_busy: false, is_on_battery: false, paused_until: None }
    }

    fn known(tasks: &[Task], since: &str) -> BTreeMap<String, TaskMemory> {
        let memory = TaskMemory { since: Some(at(since)), ..TaskMemory::default() };
        tasks.iter().map(|task| (task.id.clone(), memory.clone())).collect()
    }

    fn stand(tasks: &[Task], memories: &BTreeMap<String, TaskMemory>, around: &Surroundings) -> Vec<Standing> {
        standings(tasks, memories, &BTreeSet::new(), around, &Berlin)
    }

    #[test]
    fn nothing_runs_at_once_when_it_is_switched_on() {
        let tasks = [task("a", "daily 03:00")];
        let memories = known(&tasks, "2026-03-10T12:00:00Z");
        assert_eq!(stand(&tasks, &memories, &around(at("2026-03-10T12:00:01Z"))), [Standing::Idle]);
        let due = DueTask { slot: at("2026-03-11T02:00:00Z"), missed: 0 };
        assert_eq!(stand(&tasks, &memories, &around(at("2026-03-11T02:00:05Z"))), [Standing::Due(due)]);
    }

    #[test]
    fn a_larger_task_of_the_family_stands_for_the_smaller_ones() {
        let of = |id: &str, every: &str, tier| Task { family: "look".to_owned(), tier, ..task(id, every) };
        let tasks = [
            of("daily", "daily 03:00", Tier::Daily),
            of("weekly", "weekly sun 03:00", Tier::Weekly),
            of("monthly", "monthly 1 03:00", Tier::Monthly),
            task("other", "daily 03:00"),
        ];
        let memories = known(&tasks, "2026-02-20T12:00:00Z");
        // The first of March is a Sunday.
        let found = stand(&tasks, &memories, &around(at("2026-03-01T02:00:05Z")));
        for (index, by) in [(0, "monthly"), (1, "monthly")] {
            assert!(matches!(&found[index], Standing::Replaced(_, name) if name == by), "{found:?}");
        }
        assert!(matches!((&found[2], &found[3]), (Standing::Due(_), Standing::Due(_))), "{found:?}");
    }

    #[test]
    fn a_task_waits_for_what_it_depends_on_and_for_what_stands_for_that() {
        let of = |id: &str, every: &str, tier| Task { family: "look".to_owned(), tier, ..task(id, every) };
        let tasks = [
            Task { after: vec!["daily".to_owned()], ..task("report", "daily 03:00") },
            of("daily", "daily 03:00", Tier::Daily),
            of("weekly", "weekly sun 03:00", Tier::Weekly),
        ];
        let mut memories = known(&tasks, "2026-02-20T12:00:00Z");
        let now = around(at("2026-03-01T02:00:05Z"));
        let waits_for = |memories: &_, running: &[&str]| {
            let running = running.iter().map(|id| (*id).to_owned()).collect();
            standings(&tasks, memories, &running, &now, &Berlin)[0].clone()
        };
        assert!(matches!(waits_for(&memories, &[]), Standing::Waiting(_, Wait::Task(id)) if id == "weekly"));
        memories.get_mut("weekly").unwrap().dealt_with(now.now);
        memories.get_mut("daily").unwrap().dealt_with(now.now);
        assert!(matches!(waits_for(&memories, &["daily"]), Standing::Waiting(_, Wait::Task(id)) if id == "daily"));
        assert!(matches!(waits_for(&memories, &[]), Standing::Due(_)));
    }

    #[test]
    fn two_tasks_that_wait_for_each_other_run_all_the_same_in_the_end() {
        let tasks = [
            Task { after: vec!["b".to_owned()], ..task("a", "daily 03:00") },
            Task { after: vec!["a".to_owned()], ..task("b", "daily 03:00") },
        ];
        let memories = known(&tasks, "2026-03-10T12:00:00Z");
        assert!(matches!(
            stand(&tasks, &memories, &around(at("2026-03-11T03:00:00Z")))[0],
            Standing::Waiting(_, Wait::Task(_))
        ));
        assert!(matches!(stand(&tasks, &memories, &around(at("2026-03-11T15:00:00Z")))[0], Standing::Due(_)));
    }

    #[test]
    fn each_reason_to_wait_is_told_and_ends() {
        let night = Window { from: "01:00".parse().unwrap(), to: "05:00".parse().unwrap() };
        let plain = task("a", "daily 03:00");
        let slot = at("2026-03-11T02:00:00Z");
        let memory = TaskMemory { since: Some(at("2026-03-10T12:00:00Z")), ..TaskMemory::default() };
        let check = |task: &Task, memory: &TaskMemory, around: Surroundings, expected: Option<Wait>| {
            let memories = BTreeMap::from([(task.id.clone(), memory.clone())]);
            let found = stand(std::slice::from_ref(task), &memories, &around);
            match (&found[0], expected) {
                (Standing::Due(_), None) => {}
                (Standing::Waiting(_, wait), Some(expected)) if *wait == expected => {}
                (found, expected) => panic!("{found:?} and not {expected:?} for {task:?}"),
            }
        };
        let on_time = around(slot + Span::from_seconds(5));
        let until = slot + Span::from_hours(1);
        let paused = Surroundings { paused_until: Some(until), ..on_time };
        check(&plain, &memory, paused, Some(Wait::Paused(until)));
        check(&plain, &memory, Surroundings { now: until, ..paused }, None);
        let windowed = Task { window: Some(night), ..plain.clone() };
        check(&windowed, &memory, on_time, None);
        check(&windowed, &memory, Surroundings { now: slot + Span::from_hours(6), ..on_time }, Some(Wait::Window));
        check(&windowed, &memory, Surroundings { now: slot + Span::from_hours(23), ..on_time }, None);
        let mut failing = memory.clone();
        failing.failed(slot, on_time.now, 3);
        check(
            &plain,
            &failing,
            Surroundings { now: on_time.now + Span::from_minutes(4), ..on_time },
            Some(Wait::AfterFailure),
        );
        check(&plain, &failing, Surroundings { now: on_time.now + Span::from_minutes(6), ..on_time }, None);
        let battery = Surroundings { is_on_battery: true, now: slot + Span::from_hours(20), ..on_time };
        check(&plain, &memory, battery, Some(Wait::Battery));
        check(&Task { on_battery: true, ..plain.clone() }, &memory, battery, None);
        let busy = Surroundings { is_busy: true, ..on_time };
        check(&plain, &memory, busy, Some(Wait::Load));
        check(&Task { under_load: true, ..plain.clone() }, &memory, busy, None);
        check(&plain, &memory, Surroundings { now: slot + LONGEST_WAIT, ..busy }, None);
        let woken = Surroundings { awake: Span::from_seconds(20), now: slot + Span::from_hours(3), ..on_time };
        check(&plain, &memory, woken, Some(Wait::Spread));
        check(&plain, &memory, Surroundings { awake: SETTLE + SPREAD, ..woken }, None);
        check(&plain, &memory, Surroundings { awake: Span::from_seconds(20), ..on_time }, None);
    }

    #[test]
    fn one_run_at_a_chosen_time_goes_beside_the_schedule_and_once_only() {
        let off = Task { enabled: false, ..task("a", "daily 03:00") };
        let wanted = at("2026-03-10T18:00:00Z");
        let mut memory = TaskMemory { once: Some(wanted), ..TaskMemory::default() };
        let found = |memory: &TaskMemory, now: Timestamp| {
            let memories = BTreeMap::from([("a".to_owned(), memory.clone())]);
            stand(std::slice::from_ref(&off), &memories, &around(now))[0].clone()
        };
        assert_eq!(found(&memory, wanted - Span::from_seconds(1)), Standing::Idle);
        assert_eq!(found(&memory, wanted), Standing::Due(DueTask { slot: wanted, missed: 0 }));
        memory.dealt_with(wanted);
        assert_eq!(found(&memory, wanted + Span::from_days(2)), Standing::Idle);
    }

    #[test]
    fn those_that_were_missed_begin_at_moments_of_their_own() {
        let offsets: BTreeSet<i64> = (0..40).map(|n| offset(&format!("task-{n}")).as_millis() / 1_000).collect();
        assert!(offsets.len() > 30, "{offsets:?}");
        assert!(offsets.iter().all(|seconds| *seconds < 1_200));
    }
}
