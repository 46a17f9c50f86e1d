//! The table of ready-made tasks holds what its lines promise.

use std::collections::BTreeSet;

use super::*;

fn all() -> Vec<Task> {
    READY_MADE.iter().map(|ready| ready.task().unwrap_or_else(|| panic!("{}: {}", ready.id, ready.every))).collect()
}

#[test]
fn every_task_has_a_time_of_its_tier_and_says_what_it_does() {
    let tasks = all();
    for task in &tasks {
        assert_eq!(Tier::of(&task.every), task.tier, "{}", task.id);
        assert!(task.does.ends_with('.') && task.does.len() > 30, "{}", task.id);
        assert!(task.after.iter().all(|other| tasks.iter().any(|task| task.id == *other)), "{}", task.id);
    }
    let ids: BTreeSet<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(ids.len(), tasks.len());
    for tier in Tier::ALL {
        assert!(tasks.iter().any(|task| task.tier == tier), "{tier:?}");
    }
}

#[test]
fn what_reads_is_on_and_what_changes_waits_for_a_person() {
    for task in all() {
        assert_eq!(task.enabled, task.touch == Touch::Reads, "{}", task.id);
        assert!(!task.work.changes_others() || task.touch == Touch::Changes, "{}", task.id);
    }
}

#[test]
fn what_is_due_together_in_a_family_comes_at_the_same_minute() {
    let minute = |task: &Task| task.every.to_string().rsplit(' ').next().unwrap_or_default().to_owned();
    let tasks = all();
    for family in tasks.iter().map(|task| task.family.as_str()).collect::<BTreeSet<_>>() {
        let minutes: BTreeSet<String> = tasks.iter().filter(|task| task.family == family).map(&minute).collect();
        assert_eq!(minutes.len(), 1, "{family}: {minutes:?}");
    }
}
