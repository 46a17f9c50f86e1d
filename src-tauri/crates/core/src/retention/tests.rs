//! Whatever a history looks like: what stays can be restored, the newest that is right stays, and a second look removes nothing.

use proptest::prelude::*;

use super::*;
use crate::time::Span;

const DAY: i64 = 86_400_000;

fn archive(sequence: u32, kind: ArchiveType, needs: &[u32]) -> Archive {
    Archive {
        sequence,
        kind,
        made: Timestamp::from_millis(i64::from(sequence) * DAY),
        is_verified: false,
        off_site: OffSite::NotWanted,
        needs: needs.to_vec(),
        bytes: 10,
    }
}

fn on_day(day: i64) -> Circumstances {
    Circumstances { now: Timestamp::from_millis(day * DAY), brake: None }
}

fn policy(full: Keep, incremental: Keep) -> Policy {
    Policy { full, incremental, ..Policy::default() }
}

fn removed(plan: &Plan) -> Vec<u32> {
    plan.removed.iter().map(|removed| removed.sequence).collect()
}

#[test]
fn a_base_that_an_increment_needs_stays_with_its_reason() {
    let archives = [
        archive(1, ArchiveType::Full, &[]),
        archive(2, ArchiveType::Full, &[]),
        archive(3, ArchiveType::Incremental, &[2]),
        archive(4, ArchiveType::Incremental, &[2, 3]),
        archive(5, ArchiveType::Full, &[]),
    ];
    let plan = plan(&archives, &policy(Keep::Newest(1), Keep::Newest(1)), &on_day(6)).unwrap();
    assert_eq!(removed(&plan), [1]);
    let reason = |sequence| plan.kept.iter().find(|kept| kept.sequence == sequence).unwrap().reason.clone();
    assert_eq!(reason(5), Reason::Rule);
    assert_eq!(reason(4), Reason::Rule);
    assert_eq!(reason(3), Reason::Needed(vec![4]));
    assert_eq!(reason(2), Reason::Needed(vec![3, 4]));
    assert_eq!(plan.words(ArchiveType::Full).unwrap(), "2 fulls kept: 1 by rule, 1 needed by 2 increments");
    assert_eq!(plan.words(ArchiveType::Database), None);
    assert_eq!(plan.frees(), 10);
}

#[test]
fn what_is_known_to_be_right_outlives_what_is_not() {
    let mut archives =
        [archive(1, ArchiveType::Full, &[]), archive(2, ArchiveType::Full, &[]), archive(3, ArchiveType::Full, &[])];
    archives[0].is_verified = true;
    archives[1].off_site = OffSite::Pending;
    let kept = plan(&archives, &policy(Keep::Newest(1), Keep::All), &on_day(4)).unwrap();
    assert_eq!(removed(&kept), Vec::<u32>::new());
    assert_eq!(
        kept.kept.iter().map(|kept| kept.reason.clone()).collect::<Vec<_>>(),
        [Reason::Rule, Reason::OnlyCopy, Reason::NewestVerified]
    );
    archives[2].is_verified = true;
    archives[1].off_site = OffSite::Done;
    assert_eq!(removed(&plan(&archives, &policy(Keep::Newest(1), Keep::All), &on_day(4)).unwrap()), [2, 1]);
}

#[test]
fn ages_keep_the_newest_whatever_its_age() {
    let archives: Vec<Archive> = (1..=10).map(|day| archive(day, ArchiveType::Full, &[])).collect();
    let keep = policy(Keep::For(Span::from_minutes(3 * 24 * 60)), Keep::All);
    assert_eq!(removed(&plan(&archives, &keep, &on_day(10)).unwrap()), [6, 5, 4, 3, 2, 1]);
    assert_eq!(plan(&archives, &keep, &on_day(500)).unwrap().kept.len(), 1);
}

#[test]
fn case_51_a_clock_that_does_not_fit_removes_nothing() {
    let archives: Vec<Archive> = (1..=10).map(|day| archive(day, ArchiveType::Full, &[])).collect();
    let frozen = plan(&archives, &policy(Keep::Newest(1), Keep::All), &on_day(9)).unwrap();
    assert_eq!((frozen.frozen, frozen.removed.len()), (Some(Frozen::Clock), 0));
    for brake in [Frozen::MassChange, Frozen::LastRunFailed, Frozen::BadDatabase, Frozen::Clock] {
        let circumstances = Circumstances { brake: Some(brake), ..on_day(11) };
        let frozen = plan(&archives, &policy(Keep::Newest(1), Keep::All), &circumstances).unwrap();
        assert_eq!((frozen.frozen, frozen.removed.len(), frozen.kept.len()), (Some(brake), 0, 10));
        assert!(frozen.words(ArchiveType::Full).unwrap().ends_with("1 by rule, 9 because nothing is removed now"));
    }
}

#[test]
fn a_policy_that_keeps_nothing_is_refused() {
    assert_eq!(policy(Keep::Newest(0), Keep::All).check(), Err(BadPolicy::None(ArchiveType::Full)));
    assert_eq!(policy(Keep::Newest(1), Keep::Newest(0)).check(), Ok(()));
    let no_time = policy(Keep::For(Span::from_minutes(0)), Keep::All).check().unwrap_err();
    assert_eq!(no_time.to_string(), "keep full archives for no time: name at least a minute");
}

fn keep() -> impl Strategy<Value = Keep> {
    prop_oneof![
        (1_u32..6).prop_map(Keep::Newest),
        (1_i64..20).prop_map(|days| Keep::For(Span::from_minutes(days * 24 * 60))),
        Just(Keep::All),
    ]
}

/// Chains of increments over full archives, each naming some of those before it, with clocks that wander.
fn history() -> impl Strategy<Value = Vec<Archive>> {
    proptest::collection::vec((0_u8..10, any::<u32>(), any::<bool>(), 0_u8..10, -3_i64..3), 1..40).prop_map(|steps| {
        let mut archives: Vec<Archive> = Vec::new();
        let mut chain: Vec<u32> = Vec::new();
        for (sequence, (dice, bits, is_verified, off_site, drift)) in (1_u32..).zip(steps) {
            let kind = match dice {
                0 => ArchiveType::Configuration,
                1 => ArchiveType::Database,
                2 | 3 => ArchiveType::Full,
                _ if chain.is_empty() => ArchiveType::Full,
                _ => ArchiveType::Incremental,
            };
            let needs = if kind == ArchiveType::Incremental {
                chain
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| *place == 0 || bits >> (place % 32) & 1 == 1)
                    .map(|(_, need)| *need)
                    .collect()
            } else {
                Vec::new()
            };
            match kind {
                ArchiveType::Full => chain = vec![sequence],
                ArchiveType::Incremental => chain.push(sequence),
                ArchiveType::Configuration | ArchiveType::Database => {}
            }
            let made = Timestamp::from_millis((i64::from(sequence) + drift) * DAY);
            let off_site = if off_site == 0 { OffSite::Pending } else { OffSite::Done };
            archives.push(Archive { made, is_verified, off_site, ..archive(sequence, kind, &needs) });
        }
        archives
    })
}

proptest! {
    #[test]
    fn case_78_no_archive_that_stays_loses_what_it_needs(
        archives in history(),
        (full, incremental, configuration, database) in (keep(), keep(), keep(), keep()),
        day in 0_i64..80,
    ) {
        let policy = Policy { full, incremental, configuration, database };
        let circumstances = on_day(day);
        let first = plan(&archives, &policy, &circumstances).unwrap();
        let gone = removed(&first);
        prop_assert_eq!(first.kept.len() + gone.len(), archives.len());
        let kept: Vec<Archive> = archives.iter().filter(|archive| !gone.contains(&archive.sequence)).cloned().collect();
        for archive in &kept {
            for need in &archive.needs {
                prop_assert!(!gone.contains(need), "{} needs {need}", archive.sequence);
            }
        }
        // Something of each type stays, and the newest that is right does.
        for kind in ArchiveType::ALL {
            let of_kind = |archive: &&Archive| archive.kind == kind;
            prop_assert_eq!(archives.iter().any(|archive| archive.kind == kind), kept.iter().any(|archive| archive.kind == kind));
            if let Some(newest) = archives.iter().filter(of_kind).rfind(|archive| archive.is_verified) {
                prop_assert!(!gone.contains(&newest.sequence));
            }
        }
        prop_assert!(archives.iter().all(|archive| archive.off_site != OffSite::Pending || !gone.contains(&archive.sequence)));
        // Halfway through, or again from the start: never another decision.
        for done in 0..=first.removed.len() {
            let left: Vec<Archive> = archives.iter().filter(|archive| !gone[..done].contains(&archive.sequence)).cloned().collect();
            let again = plan(&left, &policy, &circumstances).unwrap();
            prop_assert_eq!(&removed(&again)[..], &gone[done..]);
        }
        // The order of the list says nothing.
        let mut turned = archives.clone();
        turned.reverse();
        prop_assert_eq!(plan(&turned, &policy, &circumstances).unwrap(), first);
    }
}
