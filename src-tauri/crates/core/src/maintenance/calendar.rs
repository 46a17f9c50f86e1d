//! What will run, as far ahead as somebody asks.

use std::collections::BTreeMap;

use chrono::TimeZone;

use super::memory::TaskMemory;
use super::task::Task;
use crate::time::Timestamp;

/// So many entries of one task at most.
const MOST_EACH: usize = 400;

/// A run to come.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned<'t> {
    /// The task.
    pub task: &'t Task,
    /// When.
    pub at: Timestamp,
    /// The larger task that will stand for it.
    pub replaced_by: Option<&'t str>,
}

/// Runs after `from` and up to `to`, by time.
pub fn calendar<'t, Z: TimeZone>(
    tasks: &'t [Task],
    memories: &BTreeMap<String, TaskMemory>,
    from: Timestamp,
    to: Timestamp,
    zone: &Z,
) -> Vec<Planned<'t>> {
    let mut planned = Vec::new();
    for task in tasks {
        if task.is_scheduled() {
            let times = task.every.times_within(from, to, MOST_EACH, zone);
            planned.extend(times.into_iter().map(|at| Planned { task, at, replaced_by: None }));
        }
        let once = memories.get(&task.id).and_then(|memory| memory.once);
        if let Some(at) = once.filter(|at| *at > from && *at <= to && task.need().is_none()) {
            planned.push(Planned { task, at, replaced_by: None });
        }
    }
    planned.sort_by_key(|entry| entry.at);
    let by: Vec<Option<&'t str>> = planned
        .iter()
        .map(|entry| {
            let same = planned.iter().filter(|other| {
                other.at == entry.at && other.task.family == entry.task.family && other.task.tier > entry.task.tier
            });
            same.max_by_key(|other| other.task.tier).map(|other| other.task.id.as_str())
        })
        .collect();
    for (entry, by) in planned.iter_mut().zip(by) {
        entry.replaced_by = by;
    }
    planned
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use super::*;
    use crate::maintenance::Tier;
    use crate::maintenance::simulation::{at, task};

    #[test]
    fn a_week_is_shown_with_what_stands_for_what_and_nothing_that_is_off() {
        let of = |id: &str, every: &str, tier| Task { family: "look".to_owned(), tier, ..task(id, every) };
        let tasks = [
            of("daily", "daily 03:00", Tier::Daily),
            of("weekly", "weekly sun 03:00", Tier::Weekly),
            Task { enabled: false, ..task("off", "daily 03:00") },
            Task { enabled: false, ..task("once", "daily 03:00") },
        ];
        let once = at("2026-03-05T12:00:00Z");
        let memories = BTreeMap::from([("once".to_owned(), TaskMemory { once: Some(once), ..TaskMemory::default() })]);
        let found = calendar(&tasks, &memories, at("2026-03-02T12:00:00Z"), at("2026-03-09T12:00:00Z"), &Berlin);
        let ids: Vec<&str> = found.iter().map(|entry| entry.task.id.as_str()).collect();
        assert_eq!(ids, ["daily", "daily", "daily", "once", "daily", "daily", "daily", "weekly", "daily"]);
        assert_eq!(found[6].replaced_by, Some("weekly"));
        assert!(found.iter().filter(|entry| entry.replaced_by.is_some()).count() == 1);
    }
}
