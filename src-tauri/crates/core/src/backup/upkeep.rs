//! Which archives are to be checked, and which jobs to be proven, when nobody asks: the newest archive of each job every day, a part
//! of all to their last byte every day so that none waits longer than a month, and a drill of each job every week. Pure.

use std::collections::BTreeMap;

use super::VerifyDepth;
use crate::time::{Span, Timestamp};

/// The newest archive of a job is looked at so often.
const NEWEST: Span = Span::from_hours(24);
/// A part of all archives is read to the last byte so often.
const PART: Span = Span::from_hours(24);
/// So many parts make all; none waits longer than 30 days.
const PARTS: usize = 28;
/// What was read to the last byte so lately need not be again.
const LATELY: Span = Span::from_days(7);
/// Jobs are proven so often.
pub const DRILL: Span = Span::from_days(7);

/// An archive, as far as checks are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its identity.
    pub id: String,
    /// Its job.
    pub job: String,
    /// When it was made.
    pub at: Timestamp,
    /// When its frames or more were checked last.
    pub frames: Option<Timestamp>,
    /// When it was read to the last byte last.
    pub deep: Option<Timestamp>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upkeep {
    /// Check these archives.
    Verify(Vec<String>, VerifyDepth),
    /// Prove this job.
    Drill(String),
}

/// What is due. `part_at` is when a part was read last, `proven` when each job was drilled last.
pub fn upkeep(
    archives: &[Checked],
    proven: &BTreeMap<String, Timestamp>,
    part_at: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Upkeep> {
    let mut due = Vec::new();
    let mut newest: BTreeMap<&str, &Checked> = BTreeMap::new();
    for archive in archives {
        let known = newest.entry(&archive.job).or_insert(archive);
        // One that was made while the clock stood ahead is not the newest for years.
        if (archive.at <= now, archive.at) > (known.at <= now, known.at) {
            *known = archive;
        }
    }
    let look: Vec<String> = newest
        .values()
        .filter(|archive| is_past(archive.frames, NEWEST, now))
        .map(|archive| archive.id.clone())
        .collect();
    let part = if is_past(part_at, PART, now) { part(archives, now) } else { Vec::new() };
    let look: Vec<String> = look.into_iter().filter(|id| !part.contains(id)).collect();
    if !look.is_empty() {
        due.push(Upkeep::Verify(look, VerifyDepth::Frames));
    }
    if !part.is_empty() {
        due.push(Upkeep::Verify(part, VerifyDepth::Deep));
    }
    let jobs = newest.keys().filter(|job| is_past(proven.get(**job).copied(), DRILL, now));
    due.extend(jobs.map(|job| Upkeep::Drill((*job).to_owned())));
    due
}

/// Those that were read longest ago.
fn part(archives: &[Checked], now: Timestamp) -> Vec<String> {
    let mut old: Vec<&Checked> = archives.iter().filter(|archive| is_past(archive.deep, LATELY, now)).collect();
    old.sort_by_key(|archive| (archive.deep, archive.at));
    old.into_iter().take(archives.len().div_ceil(PARTS)).map(|archive| archive.id.clone()).collect()
}

/// Whether so much time is over. What never was is past, and so is what lies ahead: a clock was wrong then.
fn is_past(at: Option<Timestamp>, span: Span, now: Timestamp) -> bool {
    at.is_none_or(|at| at > now || now.since(at) >= span)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_millis(number * 86_400_000)
    }

    fn archive(id: &str, job: &str, at: i64, frames: Option<i64>, deep: Option<i64>) -> Checked {
        Checked { id: id.to_owned(), job: job.to_owned(), at: day(at), frames: frames.map(day), deep: deep.map(day) }
    }

    #[test]
    fn the_newest_of_each_job_is_checked_daily_and_each_job_proven_weekly() {
        let archives = [
            archive("old", "a", 1, None, Some(9)),
            archive("new", "a", 9, Some(8), Some(9)),
            archive("fresh", "b", 10, Some(10), Some(10)),
        ];
        let proven = BTreeMap::from([("a".to_owned(), day(2)), ("b".to_owned(), day(4))]);
        let expected = [Upkeep::Verify(vec!["new".to_owned()], VerifyDepth::Frames), Upkeep::Drill("a".to_owned())];
        assert_eq!(upkeep(&archives, &proven, Some(day(10)), day(10)), expected);
        assert_eq!(upkeep(&archives, &BTreeMap::new(), Some(day(10)), day(10)).len(), 3);
        assert_eq!(upkeep(&[], &proven, None, day(10)), []);
        // The clock was ahead when all this was noted.
        assert_eq!(upkeep(&archives, &proven, None, day(1)).len(), 4);
    }

    proptest! {
        #[test]
        fn every_archive_is_read_within_thirty_days(count in 1_usize..120) {
            let mut archives: Vec<Checked> =
                (0..count).map(|number| archive(&number.to_string(), "a", 0, Some(0), Some(0))).collect();
            let mut part_at = None;
            for hour in 0..24 * 90 {
                let now = Timestamp::from_millis(hour * 3_600_000);
                for due in upkeep(&archives, &BTreeMap::new(), part_at, now) {
                    let Upkeep::Verify(ids, depth) = due else { continue };
                    if depth == VerifyDepth::Deep {
                        part_at = Some(now);
                    }
                    for archive in archives.iter_mut().filter(|archive| ids.contains(&archive.id)) {
                        archive.frames = Some(now);
                        archive.deep = if depth == VerifyDepth::Deep { Some(now) } else { archive.deep };
                    }
                }
                let oldest = archives.iter().filter_map(|archive| archive.deep).min().unwrap();
                prop_assert!(hour < 24 * 40 || now.since(oldest) <= Span::from_days(37));
            }
        }
    }
}
