//! A year of maintenance in zones that differ, with sleeps, restarts, failures and changes of the clock: every task ran exactly as
//! often as it should.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::time::{Span, Timestamp};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn task(id: &str, every: &str) -> Task {
    let every = every.parse().unwrap();
    Task {
        id: id.to_owned(),
        title: id.to_owned(),
        does: String::new(),
        tier: Tier::of(&every),
        touch: Touch::Reads,
        family: id.to_owned(),
        every,
        enabled: true,
        limit: Span::from_minutes(30),
        retries: 2,
        after: Vec::new(),
        window: None,
        on_battery: false,
        under_load: false,
        interrupted: Interrupted::Again,
        work: Work::Terms,
        is_own: true,
    }
}

const ZONES: [Tz; 5] =
    [Tz::Europe__Berlin, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Asia__Kolkata, Tz::America__Sao_Paulo];
const TASKS: [(&str, &str); 7] = [
    ("night", "daily 02:30"),
    ("daily", "daily 03:00"),
    ("six", "every 6h"),
    ("weekly", "weekly sun 02:30"),
    ("monthly", "monthly last sunday 02:30"),
    ("quarterly", "quarterly"),
    ("cron", "15 1 * * 1-5"),
];
const TICK: Span = Span::from_hours(1);

/// What happens to the machine.
#[derive(Clone, Copy, Debug)]
enum Event {
    Sleep(i64),
    Restart,
    /// Somebody sets the clock, by so many minutes.
    Clock(i64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![(1_i64..200).prop_map(Event::Sleep), Just(Event::Restart), (-90_i64..90).prop_map(Event::Clock),]
}

struct Machine {
    wall: Timestamp,
    awake: Span,
    memories: BTreeMap<String, TaskMemory>,
    /// The wall clock at each look.
    looks: Vec<Timestamp>,
    ran: BTreeMap<String, Vec<Timestamp>>,
    fails: u32,
}

impl Machine {
    fn look(&mut self, tasks: &[Task], zone: Tz) {
        self.looks.push(self.wall);
        for memory in self.memories.values_mut() {
            memory.mend_clock(self.wall);
        }
        let around = Surroundings {
            now: self.wall,
            awake: self.awake,
            is_busy: false,
            is_on_battery: false,
            paused_until: None,
        };
        let found = standings(tasks, &self.memories, &BTreeSet::new(), &around, &zone);
        for (task, standing) in tasks.iter().zip(found) {
            let memory = self.memories.get_mut(&task.id).unwrap();
            match standing {
                Standing::Due(due) => {
                    memory.begin(&due, self.wall);
                    // Every fifth run fails once and is tried again.
                    self.fails += 1;
                    if self.fails.is_multiple_of(5) && memory.failures == 0 {
                        memory.failed(due.slot, self.wall, task.retries);
                    } else {
                        memory.dealt_with(due.slot);
                        self.ran.entry(task.id.clone()).or_default().push(due.slot);
                    }
                }
                Standing::Replaced(due, _) => memory.dealt_with(due.slot),
                Standing::Idle | Standing::Running | Standing::Waiting(..) => {}
            }
        }
    }
}

fn live(tasks: &[Task], zone: Tz, start: Timestamp, events: &[(u16, Event)]) -> Machine {
    let memory = TaskMemory { since: Some(start), ..TaskMemory::default() };
    let mut machine = Machine {
        wall: start,
        awake: Span::from_hours(10),
        memories: tasks.iter().map(|task| (task.id.clone(), memory.clone())).collect(),
        looks: Vec::new(),
        ran: BTreeMap::new(),
        fails: 0,
    };
    let mut events: BTreeMap<u64, Event> =
        events.iter().map(|(day, event)| (u64::from(*day) * 24 + u64::from(*day) % 17, *event)).collect();
    let end = start + Span::from_days(366);
    let mut tick = 0;
    while machine.wall < end {
        match events.remove(&tick) {
            Some(Event::Sleep(hours)) => {
                machine.wall = machine.wall + Span::from_hours(hours);
                machine.awake = Span::ZERO;
            }
            Some(Event::Restart) => machine.awake = Span::ZERO,
            Some(Event::Clock(minutes)) => machine.wall = machine.wall + Span::from_minutes(minutes),
            None => {}
        }
        machine.look(tasks, zone);
        machine.wall = machine.wall + TICK;
        machine.awake += TICK;
        tick += 1;
    }
    // Whatever waits for its moment after waking up, or after a failure, gets it.
    for _ in 0..4 {
        machine.look(tasks, zone);
        machine.wall = machine.wall + TICK;
        machine.awake += TICK;
    }
    machine
}

/// How many runs a plain count of looks says there should be: slots that the same look saw first are one, and so are those that
/// came while a look could not begin yet.
fn expected(task: &Task, machine: &Machine, start: Timestamp, zone: Tz) -> BTreeSet<usize> {
    let end = machine.looks.last().copied().unwrap();
    let slots = task.every.times_within(start, end, 5_000, &zone);
    slots.iter().filter_map(|slot| machine.looks.iter().position(|look| look >= slot)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn a_year_of_sleeps_restarts_and_changed_clocks_runs_everything_once(
        zone in 0..ZONES.len(),
        events in proptest::collection::vec((0_u16..360, event()), 0..60),
    ) {
        let zone = ZONES[zone];
        let tasks: Vec<Task> = TASKS.iter().map(|(id, every)| task(id, every)).collect();
        let start = at("2026-01-05T12:00:00Z");
        let machine = live(&tasks, zone, start, &events);
        for task in &tasks {
            let ran = machine.ran.get(&task.id).cloned().unwrap_or_default();
            prop_assert!(ran.windows(2).all(|pair| pair[0] < pair[1]), "{} ran twice: {ran:?}", task.id);
            let seen = expected(task, &machine, start, zone);
            // What begins only after a while of settling may stand for a slot that came meanwhile, and what came at the very end may
            // still wait for its moment.
            let is_alone = |look: &&usize| (1..=3).all(|later| !seen.contains(&(**look + later)));
            let has_time = |look: &&usize| **look + 3 < machine.looks.len();
            let (most, least) = (seen.len(), seen.iter().filter(is_alone).filter(has_time).count());
            prop_assert!((least..=most).contains(&ran.len()), "{}: {} runs, {least} to {most} expected", task.id, ran.len());
            // Nothing that came is left over.
            let last = task.every.latest(*machine.looks.last().unwrap(), &zone).unwrap();
            let settled = machine.wall.since(last) > Span::from_hours(2);
            prop_assert!(!settled || ran.last() == Some(&last), "{} misses {last:?}", task.id);
        }
    }
}

#[test]
fn a_quiet_year_has_the_runs_of_the_calendar_in_every_zone() {
    let tasks: Vec<Task> = TASKS.iter().map(|(id, every)| task(id, every)).collect();
    for zone in ZONES {
        let start = at("2026-01-05T12:00:00Z");
        let machine = live(&tasks, zone, start, &[]);
        let ran = |id: &str| machine.ran.get(id).map_or(0, Vec::len);
        // 366 days; a night that has half past two twice or not at all has one run all the same.
        assert_eq!((ran("night"), ran("daily")), (366, 366), "{zone}");
        assert!((4 * 366 - 1..=4 * 366 + 1).contains(&ran("six")), "{zone}: {}", ran("six"));
        assert_eq!((ran("weekly"), ran("monthly"), ran("quarterly")), (52, 12, 4), "{zone}");
        assert!((260..=263).contains(&ran("cron")), "{zone}: {}", ran("cron"));
    }
}

#[test]
fn the_changes_of_clocks_of_five_zones_skip_and_repeat_nothing() {
    // Zone, the day of the change, and the moment at which half past two comes there that day.
    for (zone, from, slot) in [
        (Tz::Europe__Berlin, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
        (Tz::Europe__Berlin, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        (Tz::America__New_York, "2026-03-07T17:00:00Z", "2026-03-08T07:00:00Z"),
        (Tz::America__New_York, "2026-10-31T17:00:00Z", "2026-11-01T07:30:00Z"),
        (Tz::Australia__Lord_Howe, "2026-10-03T04:00:00Z", "2026-10-03T15:30:00Z"),
        (Tz::Australia__Lord_Howe, "2026-04-04T04:00:00Z", "2026-04-04T16:00:00Z"),
        (Tz::Asia__Kolkata, "2026-03-28T12:00:00Z", "2026-03-28T21:00:00Z"),
        (Tz::America__Sao_Paulo, "2026-03-28T12:00:00Z", "2026-03-29T05:30:00Z"),
    ] {
        let tasks = [task("night", "daily 02:30")];
        let start = at(from);
        let memory = TaskMemory { since: Some(start), ..TaskMemory::default() };
        let mut machine = Machine {
            wall: start,
            awake: Span::from_hours(10),
            memories: BTreeMap::from([("night".to_owned(), memory)]),
            looks: Vec::new(),
            ran: BTreeMap::new(),
            fails: 0,
        };
        for _ in 0..24 {
            machine.look(&tasks, zone);
            machine.wall = machine.wall + TICK;
            machine.awake += TICK;
        }
        assert_eq!(machine.ran["night"], [at(slot)], "{zone}");
    }
}
