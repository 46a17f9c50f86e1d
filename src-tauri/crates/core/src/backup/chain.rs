//! When a chain of increments has become too old, too long or too heavy, so that everything is saved anew. Pure: what lies at
//! the destination is an argument.

use chrono::TimeZone;

use super::due::{DueBackup, due};
use super::job::Job;
use super::memory::JobMemory;
use crate::retention::ArchiveType;
use crate::time::{Span, Timestamp};

/// A chain never gets older.
pub const LONGEST_AGE: Span = Span::from_days(7);
/// Nor longer.
pub const MOST_INCREMENTS: u32 = 30;
/// Increments of so few bytes are light, however small the full archive is.
const LIGHT: u64 = 16_000_000;

/// The newest full archive with the increments that follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// When the full archive was made.
    pub begun: Timestamp,
    /// How long its file is.
    pub full_bytes: u64,
    /// How many increments there are.
    pub increments: u32,
    /// How long their files are together.
    pub increment_bytes: u64,
}

/// Why everything is saved although an increment was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullBecause {
    /// There is nothing that an increment could be compared with.
    First,
    /// The full archive is known to be damaged.
    Damaged,
    /// The chain is too old.
    Old,
    /// It has too many increments.
    Long,
    /// Its increments have become larger than half of the full archive.
    Heavy,
    /// The schedule of the job says so.
    Scheduled,
}

impl FullBecause {
    /// In words, after "because".
    pub const fn words(self) -> &'static str {
        match self {
            Self::First => "there is none yet",
            Self::Damaged => "the newest one is damaged",
            Self::Old => "a chain of increments gets no older than 7 days",
            Self::Long => "a chain has at most 30 increments",
            Self::Heavy => "its increments are larger than half of it",
            Self::Scheduled => "the schedule says so",
        }
    }
}

impl Chain {
    /// Whether the next archive of this chain should be a full one.
    pub fn is_over(&self, now: Timestamp) -> Option<FullBecause> {
        if now.since(self.begun) >= LONGEST_AGE {
            Some(FullBecause::Old)
        } else if self.increments >= MOST_INCREMENTS {
            Some(FullBecause::Long)
        } else if self.increment_bytes > (self.full_bytes / 2).max(LIGHT) {
            Some(FullBecause::Heavy)
        } else {
            None
        }
    }
}

/// When everything is saved anew by the schedules of a job, and why then; without a moment it comes with the next backup that
/// somebody asks for.
pub fn next_full<Z: TimeZone>(
    job: &Job,
    memory: &JobMemory,
    chain: Option<Chain>,
    now: Timestamp,
    zone: &Z,
) -> (Option<Timestamp>, FullBecause) {
    let at_once = match chain {
        None => Some(FullBecause::First),
        Some(_) if memory.is_full_due => Some(FullBecause::Damaged),
        Some(chain) => chain.is_over(now),
    };
    let is_of_files = |due: &DueBackup| matches!(due.kind, ArchiveType::Full | ArchiveType::Incremental);
    if let Some(because) = at_once {
        let each = [ArchiveType::Full, ArchiveType::Incremental];
        let slots = each.into_iter().filter_map(|kind| job.schedule(kind)?.next(now, zone));
        let waiting = due(job, memory, now, zone).filter(is_of_files).map(|due| due.slot);
        return (waiting.or_else(|| slots.min()), because);
    }
    let scheduled = match due(job, memory, now, zone).filter(|due| due.kind == ArchiveType::Full) {
        Some(due) => Some(due.slot),
        None => job.schedule(ArchiveType::Full).and_then(|schedule| schedule.next(now, zone)),
    };
    let ended = chain.and_then(|chain| ends(job, chain, now, zone));
    match (scheduled, ended) {
        (Some(at), Some((end, because))) if end < at => (Some(end), because),
        (Some(at), _) => (Some(at), FullBecause::Scheduled),
        (None, Some((end, because))) => (Some(end), because),
        (None, None) => (None, FullBecause::Old),
    }
}

/// The first increment by its schedule that will not be one, because the chain is too old or too long by then.
fn ends<Z: TimeZone>(job: &Job, chain: Chain, now: Timestamp, zone: &Z) -> Option<(Timestamp, FullBecause)> {
    let schedule = job.schedule(ArchiveType::Incremental)?;
    let mut slot = schedule.next(now, zone)?;
    for increments in chain.increments..=MOST_INCREMENTS {
        if let Some(because) = (Chain { increments, ..chain }).is_over(slot) {
            return Some((slot, because));
        }
        slot = schedule.next(slot, zone)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;
    use crate::backup::Compression;
    use crate::retention::Policy;
    use crate::schedule::Schedule;

    #[test]
    fn the_next_full_comes_by_schedule_or_when_the_chain_ends() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let job = |full: Option<&str>, incremental: Option<&str>| Job {
            id: "board".to_owned(),
            folders: Vec::new(),
            sqlite: Vec::new(),
            postgres: Vec::new(),
            exclude: Vec::new(),
            to: Vec::new(),
            full: full.map(|text| text.parse::<Schedule>().unwrap()),
            incremental: incremental.map(|text| text.parse::<Schedule>().unwrap()),
            database: None,
            configuration: None,
            keep: Policy::default(),
            compression: Compression::Zstd,
            encrypt: false,
        };
        // A Monday; the full archive is of the Friday before.
        let now = at("2026-03-02T12:00:00Z");
        let chain = Chain { begun: at("2026-02-27T03:00:10Z"), full_bytes: 100, increments: 3, increment_bytes: 10 };
        let known = JobMemory { since: Some(now), ..JobMemory::default() };
        let damaged = JobMemory { is_full_due: true, ..known.clone() };
        for (job, memory, chain, expected) in [
            (
                job(Some("weekly wed 04:00"), Some("daily 03:00")),
                &known,
                Some(chain),
                ("2026-03-04T04:00:00Z", FullBecause::Scheduled),
            ),
            // Before the next Sunday the chain is a week old; ten seconds short of it the run of Friday is still an increment.
            (
                job(Some("weekly sun 04:00"), Some("daily 03:00")),
                &known,
                Some(chain),
                ("2026-03-07T03:00:00Z", FullBecause::Old),
            ),
            (
                job(None, Some("every 1h")),
                &known,
                Some(Chain { increments: 28, ..chain }),
                ("2026-03-02T15:00:00Z", FullBecause::Long),
            ),
            (job(None, Some("daily 03:00")), &damaged, Some(chain), ("2026-03-03T03:00:00Z", FullBecause::Damaged)),
            (job(None, Some("daily 03:00")), &known, None, ("2026-03-03T03:00:00Z", FullBecause::First)),
        ] {
            let found = next_full(&job, memory, chain, now, &Utc);
            assert_eq!(found, (Some(at(expected.0)), expected.1));
        }
        assert_eq!(next_full(&job(None, None), &known, Some(chain), now, &Utc), (None, FullBecause::Old));
    }

    #[test]
    fn a_chain_ends_when_it_is_old_long_or_heavy() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let million = 1_000_000;
        let young = Chain {
            begun: now - Span::from_days(2),
            full_bytes: 100 * million,
            increments: 3,
            increment_bytes: 50 * million,
        };
        for (chain, over) in [
            (young, None),
            (Chain { begun: now - LONGEST_AGE, ..young }, Some(FullBecause::Old)),
            (Chain { increments: 30, ..young }, Some(FullBecause::Long)),
            (Chain { increment_bytes: 51 * million, ..young }, Some(FullBecause::Heavy)),
            (Chain { full_bytes: million, increment_bytes: 16 * million, ..young }, None),
            // A clock that was set back makes no chain old.
            (Chain { begun: now + Span::from_days(400), ..young }, None),
        ] {
            assert_eq!(chain.is_over(now), over, "{chain:?}");
        }
    }
}
