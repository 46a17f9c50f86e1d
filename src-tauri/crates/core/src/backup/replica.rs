//! Copies of archives at a store, as rules: when one is tried again, which are looked at, and which are not what they should be. Pure.

use std::collections::BTreeMap;

use super::StoredObject;
use crate::time::{Span, Timestamp};
use crate::view::{CopyState, CopyView};

/// The longest wait after failures.
const LONGEST: Span = Span::from_hours(1);
/// What lies at a store is compared with what should, so often.
const SURVEY: Span = Span::from_hours(24);
/// A part of the copies is fetched and read to the last byte so often.
const PART: Span = Span::from_hours(24);
/// So many parts make all.
const PARTS: usize = 30;

/// The wait after the given number of failed tries: 1, 2, 4, ... minutes, at most an hour.
pub fn store_back_off(failures: u32) -> Span {
    match failures {
        0 => Span::ZERO,
        failures => (Span::from_minutes(1) * (1_i64 << (failures - 1).min(6))).min(LONGEST),
    }
}

/// Whether a store is left alone after failures. One that failed ahead of now did so under a wrong clock.
pub fn is_resting(failures: u32, failed_at: Option<Timestamp>, now: Timestamp) -> bool {
    failed_at.is_some_and(|at| at <= now && now.since(at) < store_back_off(failures))
}

/// Whether it is time for a survey.
pub fn is_survey_due(surveyed: Option<Timestamp>, now: Timestamp) -> bool {
    is_past(surveyed, SURVEY, now)
}

/// When what lies at a store is compared, or a part of it fetched, the next time; none where nothing lies there.
pub fn next_tending(
    copies: &[(String, CopyView)],
    surveyed: Option<Timestamp>,
    part_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let is_anything_there = copies.iter().any(|(_, copy)| copy.state == CopyState::Replicated);
    let next = |at: Option<Timestamp>, span: Span| at.filter(|_| !is_past(at, span, now)).map_or(now, |at| at + span);
    is_anything_there.then(|| next(surveyed, SURVEY).min(next(part_at, PART)))
}

/// The copies that are fetched and read now: those that were longest not.
pub fn copies_to_fetch(
    copies: &[(String, CopyView)],
    part_at: Option<Timestamp>,
    now: Timestamp,
) -> Vec<&(String, CopyView)> {
    if !is_past(part_at, PART, now) {
        return Vec::new();
    }
    let mut there: Vec<_> = copies.iter().filter(|(_, copy)| copy.state == CopyState::Replicated).collect();
    there.sort_by_key(|(archive, copy)| (copy.fetched, copy.at, archive.clone()));
    let count = there.len().div_ceil(PARTS);
    there.truncate(count);
    there
}

/// Copies that should lie at the store and do not, or not as they were, with the reason.
pub fn astray<'c>(copies: &'c [(String, CopyView)], objects: &[StoredObject]) -> Vec<(&'c str, &'static str)> {
    let objects: BTreeMap<&str, &StoredObject> = objects.iter().map(|object| (object.key.as_str(), object)).collect();
    let judge = |copy: &CopyView| match objects.get(copy.key.as_str()) {
        None => Some("it is not at the store any more"),
        Some(object) if object.bytes != copy.bytes => Some("the store has another length of it"),
        Some(object) => {
            let is_other = copy.tag.is_some() && object.tag.is_some() && copy.tag != object.tag;
            is_other.then_some("somebody replaced it at the store")
        }
    };
    let there = copies.iter().filter(|(_, copy)| copy.state == CopyState::Replicated);
    there.filter_map(|(archive, copy)| Some((archive.as_str(), judge(copy)?))).collect()
}

fn is_past(at: Option<Timestamp>, span: Span, now: Timestamp) -> bool {
    at.is_none_or(|at| at > now || now.since(at) >= span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(key: &str, state: CopyState) -> (String, CopyView) {
        let copy = CopyView {
            state,
            key: key.to_owned(),
            bytes: 10,
            tag: Some("t".to_owned()),
            destination: "offsite".to_owned(),
            ..CopyView::default()
        };
        (format!("id-{key}"), copy)
    }

    fn object(key: &str, bytes: u64, tag: &str) -> StoredObject {
        StoredObject { key: key.to_owned(), bytes, tag: Some(tag.to_owned()) }
    }

    #[test]
    fn tries_come_less_and_less_often() {
        let minutes: Vec<i64> = (0..9).map(|failures| store_back_off(failures).as_millis() / 60_000).collect();
        assert_eq!(minutes, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
        let failed = Timestamp::from_millis(1_000_000_000);
        let after = |minutes| failed + Span::from_minutes(minutes);
        assert!(is_resting(3, Some(failed), after(3)));
        assert!(!is_resting(3, Some(failed), after(4)));
        assert!(!is_resting(9, Some(failed), failed - Span::from_minutes(1)), "a clock was wrong");
        assert!(!is_resting(9, None, failed));
    }

    #[test]
    fn what_lies_at_a_store_is_looked_after_once_a_day_and_nothing_where_nothing_lies() {
        let there = [copy("a", CopyState::Replicated)];
        let now = Timestamp::from_millis(1_000_000_000_000);
        let ago = |hours| Some(now - Span::from_hours(hours));
        let within = |hours| Some(now + Span::from_hours(hours));
        assert_eq!(next_tending(&[], None, None, now), None);
        assert_eq!(next_tending(&[copy("a", CopyState::Pending)], None, None, now), None);
        for (surveyed, part_at, next) in [
            (None, ago(1), Some(now)),
            (ago(1), None, Some(now)),
            (ago(1), ago(3), within(21)),
            (ago(5), ago(3), within(19)),
            (ago(25), ago(3), Some(now)),
            // A clock was wrong.
            (within(3), ago(3), Some(now)),
        ] {
            assert_eq!(next_tending(&there, surveyed, part_at, now), next, "{surveyed:?} {part_at:?}");
        }
    }

    #[test]
    fn case_75_what_is_gone_or_replaced_is_found_in_a_list() {
        let copies = [
            copy("a", CopyState::Replicated),
            copy("b", CopyState::Replicated),
            copy("c", CopyState::Replicated),
            copy("d", CopyState::Replicated),
            copy("e", CopyState::Pending),
        ];
        let objects = [object("a", 10, "t"), object("b", 9, "t"), object("c", 10, "other")];
        let found = astray(&copies, &objects);
        assert_eq!(found.iter().map(|(archive, _)| *archive).collect::<Vec<_>>(), ["id-b", "id-c", "id-d"]);
        let untold = StoredObject { tag: None, ..object("a", 10, "") };
        assert_eq!(astray(&copies[..1], &[untold]), [], "a store that tells no tags says nothing by that");
    }

    #[test]
    fn all_copies_are_fetched_within_thirty_days_and_each_once() {
        let mut copies: Vec<_> = (0..61).map(|number| copy(&format!("{number:02}"), CopyState::Replicated)).collect();
        let mut part_at = None;
        for day in 0..30 {
            let now = Timestamp::from_millis((day + 1) * 86_400_000);
            let chosen: Vec<String> =
                copies_to_fetch(&copies, part_at, now).into_iter().map(|(id, _)| id.clone()).collect();
            assert_eq!(chosen.len(), 3);
            assert!(copies_to_fetch(&copies, Some(now), now + Span::from_hours(1)).is_empty());
            part_at = Some(now);
            for (_, copy) in copies.iter_mut().filter(|(id, _)| chosen.contains(id)) {
                copy.fetched = Some(now);
            }
        }
        assert!(copies.iter().all(|(_, copy)| copy.fetched.is_some()));
    }
}
