//! Which backup of a job is due: schedules, what was dealt with, what failed, and whether the machine has something better to
//! do. Pure: the moment, the zone and what is remembered are arguments.

use chrono::TimeZone;

use super::job::Job;
use super::memory::JobMemory;
use crate::retention::ArchiveType;
use crate::time::{Span, Timestamp};

/// A backup whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueBackup {
    /// What type.
    pub kind: ArchiveType,
    /// The moment that it was meant for.
    pub slot: Timestamp,
    /// How many before it passed without a run; this one stands for all.
    pub missed: u32,
}

/// Why a due backup is not begun now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBack {
    /// The newest attempt failed a moment ago.
    AfterFailure,
    /// The machine is busy, or runs on a battery.
    Busy,
    /// Several woke up at once.
    Spread,
}

/// For so long a busy machine may hold a backup back.
pub const LONGEST_WAIT: Span = Span::from_hours(6);
/// A backup that was missed begins within this time of a start or of waking up.
pub const SPREAD: Span = Span::from_minutes(3);
/// Nothing begins sooner after a start or waking up: disks and networks come back one by one.
pub const SETTLE: Span = Span::from_minutes(1);
/// A moment so far ahead was written under another clock.
const IMPOSSIBLE: Span = Span::from_hours(25);

/// How the machine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// The moment.
    pub now: Timestamp,
    /// Time awake since the start of the engine or the last sleep.
    pub awake: Span,
    /// Whether the machine is busy, or runs on a battery.
    pub is_busy: bool,
}

/// The largest type that is due: a full archive makes an increment of the same hour superfluous.
pub fn due<Z: TimeZone>(job: &Job, memory: &JobMemory, now: Timestamp, zone: &Z) -> Option<DueBackup> {
    ArchiveType::ALL.into_iter().find_map(|kind| {
        let done = memory.occasions.get(&kind).copied().max(memory.since)?;
        let found = job.schedule(kind)?.due(done, now, zone)?;
        Some(DueBackup { kind, slot: found.slot, missed: found.missed })
    })
}

/// When the next backup of a job comes, and which.
pub fn next<Z: TimeZone>(job: &Job, memory: &JobMemory, now: Timestamp, zone: &Z) -> Option<DueBackup> {
    if let Some(due) = due(job, memory, now, zone) {
        return Some(due);
    }
    let each = ArchiveType::ALL
        .into_iter()
        .filter_map(|kind| Some(DueBackup { kind, slot: job.schedule(kind)?.next(now, zone)?, missed: 0 }));
    // Of two at the same moment the larger one runs.
    each.min_by_key(|due| due.slot)
}

/// Whether a due backup waits a while.
pub fn held_back(job: &str, due: &DueBackup, memory: &JobMemory, around: &Surroundings) -> Option<HeldBack> {
    let Surroundings { now, awake, is_busy } = *around;
    if let Some(failed) = memory.failed_at.filter(|_| memory.is_failing())
        && now.since(failed).abs() < pause_after(memory.failures)
        && due.slot <= failed
    {
        return Some(HeldBack::AfterFailure);
    }
    // What comes at its time is not spread.
    let is_late = now.since(due.slot) > Span::from_minutes(5);
    if is_late && awake < SETTLE + offset(job) {
        return Some(HeldBack::Spread);
    }
    (is_busy && now.since(due.slot) < LONGEST_WAIT).then_some(HeldBack::Busy)
}

/// Longer after each failure; never so long that a disk which comes back in the evening is missed for the night.
fn pause_after(failures: u32) -> Span {
    match failures {
        0 | 1 => Span::from_minutes(5),
        2 => Span::from_minutes(15),
        3 => Span::from_hours(1),
        _ => Span::from_hours(3),
    }
}

/// The same for a job each time, and different between jobs.
fn offset(job: &str) -> Span {
    let mixed = job.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    Span::from_millis(i64::from(mixed) % SPREAD.as_millis())
}

/// Notes that a backup was dealt with: no schedule of the same or a smaller type comes again for the time up to it.
pub fn dealt_with(memory: &mut JobMemory, due: &DueBackup) {
    let also = match due.kind {
        ArchiveType::Full => &[ArchiveType::Full, ArchiveType::Incremental][..],
        ArchiveType::Incremental => &[ArchiveType::Incremental],
        ArchiveType::Configuration => &[ArchiveType::Configuration],
        ArchiveType::Database => &[ArchiveType::Database],
    };
    for kind in also {
        let done = memory.occasions.entry(*kind).or_insert(due.slot);
        *done = (*done).max(due.slot);
    }
}

/// A clock that was set forward by so much may have been set wrong.
const JUMP: Span = Span::from_days(1);

/// Notes that the clock was set forward by more than a day, `by` beyond the time that passed; true when it was noted. A clock
/// that stood before what is remembered, as one without a battery does after a start, was set right.
pub fn note_jump(memory: &mut JobMemory, by: Span, now: Timestamp) -> bool {
    let newest = memory.last_good.max(memory.since).max(memory.clock_behind);
    let was_right = newest.is_some_and(|newest| now - by >= newest);
    let is_noted = by > JUMP && was_right;
    if is_noted {
        memory.clock_jumped = Some(now);
    }
    is_noted
}

/// A clock that is so little behind drifts as clocks do.
const DRIFT: Span = Span::from_minutes(1);

/// Notes at a start that the clock stands before the newest good run: it was set back while nobody watched, or it had been ahead. True
/// when it was noted. Comes before [`mend_clock`], which takes the newest good run for one of now.
pub fn note_behind(memory: &mut JobMemory, now: Timestamp) -> bool {
    let ahead = memory.last_good.filter(|newest| *newest > now + DRIFT);
    memory.clock_behind = memory.clock_behind.max(ahead);
    ahead.is_some()
}

/// A clock that has passed the newest good run fits again; true when it does now and did not before.
pub fn forget_behind(memory: &mut JobMemory, now: Timestamp) -> bool {
    let passed = memory.clock_behind.take_if(|newest| *newest <= now);
    // It may have been taken for one of now.
    memory.last_good = memory.last_good.max(passed);
    passed.is_some()
}

/// What was written while the clock stood years ahead must not keep a job silent for years; true when something was.
pub fn mend_clock(memory: &mut JobMemory, now: Timestamp) -> bool {
    let mut is_mended = false;
    let all = memory.occasions.values_mut().chain(memory.since.as_mut()).chain(memory.failed_at.as_mut());
    // A good backup that seems to be of next year would hide for a year that none is made.
    let all = all.chain(memory.good.values_mut()).chain(memory.last_good.as_mut());
    for at in all.filter(|at| **at > now + IMPOSSIBLE) {
        *at = now;
        is_mended = true;
    }
    if memory.clock_jumped.is_some_and(|at| at > now + IMPOSSIBLE) {
        memory.clock_jumped = None;
        is_mended = true;
    }
    is_mended
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use super::*;
    use crate::backup::Compression;
    use crate::retention::Policy;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn job() -> Job {
        Job {
            id: "board".to_owned(),
            folders: vec!["/srv/board".to_owned()],
            sqlite: Vec::new(),
            postgres: Vec::new(),
            exclude: Vec::new(),
            to: vec!["disk".to_owned()],
            full: "weekly sun 03:00".parse().ok(),
            incremental: "daily 03:00".parse().ok(),
            database: None,
            configuration: None,
            keep: Policy::default(),
            compression: Compression::Zstd,
            encrypt: false,
        }
    }

    fn around(now: Timestamp) -> Surroundings {
        Surroundings { now, awake: Span::from_hours(5), is_busy: false }
    }

    #[test]
    fn two_years_of_days_run_once_a_day_and_full_on_sundays_through_both_changes_of_clocks() {
        let job = job();
        let mut memory = JobMemory { since: Some(at("2026-01-01T12:00:00Z")), ..JobMemory::default() };
        let (mut now, mut fulls, mut increments) = (at("2026-01-01T12:00:00Z"), 0, 0);
        while now < at("2028-01-01T12:00:00Z") {
            if let Some(found) = due(&job, &memory, now, &Berlin) {
                assert_eq!(found.missed, 0);
                dealt_with(&mut memory, &found);
                fulls += u32::from(found.kind == ArchiveType::Full);
                increments += u32::from(found.kind == ArchiveType::Incremental);
                assert_eq!(due(&job, &memory, now, &Berlin), None, "never twice");
            }
            now = now + Span::from_minutes(15);
        }
        assert_eq!((fulls, fulls + increments), (104, 730));
    }

    #[test]
    fn a_week_asleep_is_made_up_for_once() {
        let job = job();
        let mut memory = JobMemory { since: Some(at("2026-03-02T12:00:00Z")), ..JobMemory::default() };
        let woken = at("2026-03-10T09:00:00Z");
        let found = due(&job, &memory, woken, &Berlin).unwrap();
        assert_eq!((found.kind, found.slot), (ArchiveType::Full, at("2026-03-08T02:00:00Z")));
        dealt_with(&mut memory, &found);
        // The increments of Monday and Tuesday are due once, after it.
        let found = due(&job, &memory, woken, &Berlin).unwrap();
        assert_eq!((found.kind, found.missed), (ArchiveType::Incremental, 1));
        dealt_with(&mut memory, &found);
        assert_eq!(due(&job, &memory, woken, &Berlin), None);
        assert_eq!(next(&job, &memory, woken, &Berlin).unwrap().slot, at("2026-03-11T02:00:00Z"));
    }

    #[test]
    fn what_is_due_waits_for_a_calm_machine_but_not_for_ever() {
        let (now, memory) = (at("2026-03-10T02:00:30Z"), JobMemory::default());
        let found = DueBackup { kind: ArchiveType::Incremental, slot: at("2026-03-10T02:00:00Z"), missed: 0 };
        let held = |around: Surroundings| held_back("board", &found, &memory, &around);
        assert_eq!(held(around(now)), None);
        assert_eq!(held(Surroundings { is_busy: true, ..around(now) }), Some(HeldBack::Busy));
        assert_eq!(held(Surroundings { is_busy: true, ..around(now + LONGEST_WAIT) }), None);
        let woken = Surroundings { awake: Span::from_seconds(20), ..around(now + Span::from_hours(3)) };
        assert_eq!(held(woken), Some(HeldBack::Spread));
        assert_eq!(held(Surroundings { awake: SETTLE + SPREAD, ..woken }), None);
    }

    #[test]
    fn failures_are_tried_again_less_and_less_often() {
        let failed = at("2026-03-10T02:00:30Z");
        let found = DueBackup { kind: ArchiveType::Incremental, slot: at("2026-03-10T02:00:00Z"), missed: 0 };
        for (failures, minutes, held) in
            [(1, 4, true), (1, 6, false), (2, 14, true), (3, 59, true), (9, 179, true), (9, 181, false)]
        {
            let memory = JobMemory { failures, failed_at: Some(failed), ..JobMemory::default() };
            let verdict = held_back("board", &found, &memory, &around(failed + Span::from_minutes(minutes)));
            assert_eq!(verdict == Some(HeldBack::AfterFailure), held, "{failures} failures, {minutes} minutes");
        }
        // The next slot is a new chance.
        let memory = JobMemory { failures: 9, failed_at: Some(failed), ..JobMemory::default() };
        let next = DueBackup { slot: failed + Span::from_minutes(1), ..found };
        assert_eq!(held_back("board", &next, &memory, &around(failed + Span::from_minutes(2))), None);
    }

    #[test]
    fn a_clock_that_stood_ten_years_ahead_silences_no_job() {
        let job = job();
        let mut memory = JobMemory { since: Some(at("2026-03-01T00:00:00Z")), ..JobMemory::default() };
        let ahead = due(&job, &memory, at("2036-03-01T12:00:00Z"), &Berlin).unwrap();
        dealt_with(&mut memory, &ahead);
        let now = at("2026-03-03T12:00:00Z");
        memory.last_good = Some(at("2036-03-01T12:00:00Z"));
        memory.clock_jumped = memory.last_good;
        assert!(mend_clock(&mut memory, now));
        assert!(!mend_clock(&mut memory, now));
        assert_eq!((memory.last_good, memory.clock_jumped), (Some(now), None));
        assert!(due(&job, &memory, at("2026-03-04T12:00:00Z"), &Berlin).is_some());
    }

    #[test]
    fn case_51_a_clock_that_was_set_back_while_nobody_watched_is_noted_until_it_has_passed_the_newest_run() {
        let good = at("2026-03-01T03:00:00Z");
        for (now, noted) in [
            ("2026-03-01T02:00:00Z", true),
            ("2026-02-01T03:00:00Z", true),
            ("1970-01-01T00:00:10Z", true),
            ("2026-03-01T02:59:30Z", false),
            ("2026-03-01T03:00:01Z", false),
        ] {
            let mut memory = JobMemory { last_good: Some(good), ..JobMemory::default() };
            assert_eq!(note_behind(&mut memory, at(now)), noted, "{now}");
            assert_eq!(memory.clock_behind.is_some(), noted);
        }
        // A machine without a clock of its own starts in 1970, and the network tells the time a moment later.
        let mut memory = JobMemory { last_good: Some(good), ..JobMemory::default() };
        note_behind(&mut memory, at("1970-01-01T00:00:10Z"));
        mend_clock(&mut memory, at("1970-01-01T00:00:10Z"));
        assert!(!forget_behind(&mut memory, at("1970-01-01T00:00:30Z")));
        let now = at("2026-03-02T12:00:00Z");
        assert!(!note_jump(&mut memory, now.since(at("1970-01-01T00:00:30Z")), now), "it was set right");
        assert!(forget_behind(&mut memory, now));
        assert_eq!((memory.last_good, memory.clock_behind), (Some(good), None));
    }

    #[test]
    fn case_51_a_jump_ahead_is_noted_and_a_clock_that_is_set_right_is_none() {
        let good = at("2026-03-01T03:00:00Z");
        for (now, by, noted) in [
            ("2036-03-01T12:00:00Z", Span::from_days(3_652), true),
            ("2026-03-01T12:00:00Z", Span::from_hours(1), false),
            // It stood in 1970 until the network told what time it is.
            ("2026-03-02T12:00:00Z", Span::from_days(20_514), false),
        ] {
            let mut memory = JobMemory { last_good: Some(good), ..JobMemory::default() };
            assert_eq!(note_jump(&mut memory, by, at(now)), noted, "{now}");
            assert_eq!(memory.clock_jumped.is_some(), noted);
        }
    }
}
