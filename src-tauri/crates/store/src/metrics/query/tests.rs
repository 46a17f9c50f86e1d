//! Points from every tier, and where there are none.

use caretaker_core::metric::{Labels, SeriesKey, StatsOf};
use caretaker_core::time::Span;

use crate::metrics::testing::*;
use crate::{EpochReason, Keep};

use super::*;

const FIVE: Resolution = Resolution::Step(Span::from_minutes(5));

#[test]
fn raw_points_are_every_sample_of_the_range() {
    let world = World::new();
    world.fill(START, START + 5 * MINUTE, |at| ((at - START) / SECOND) as f64);
    let values = world.values("cpu", START + MINUTE, START + 2 * MINUTE, Resolution::Raw);
    assert_eq!(values, [(60, Some(60.0)), (90, Some(90.0))]);
    let stats = world.points("cpu", START, START + HOUR, Resolution::Raw).unwrap().stats;
    assert_eq!((stats.count, stats.min, stats.max, stats.mean), (10, Some(0.0), Some(270.0), Some(135.0)));
}

#[test]
fn labels_choose_series() {
    let world = World::new();
    world.append(START, &[("disk@/", 1.0), ("disk@/home", 2.0), ("cpu", 3.0)]);
    let ask = |selection: &Selection| -> Vec<_> {
        let all = world.store.points_of(selection, stamp(START), stamp(START + 1), Resolution::Raw).unwrap();
        all.iter().map(|one| one.key.to_string()).collect()
    };
    let named = |labels| Selection::Named { name: "disk".to_owned(), labels };
    assert_eq!(ask(&named(Labels::none())), ["disk{mount=/}", "disk{mount=/home}"]);
    assert_eq!(ask(&named(Labels::one("mount", "/home"))), ["disk{mount=/home}"]);
    assert!(ask(&named(Labels::one("mount", "/mnt"))).is_empty());
    assert_eq!(ask(&Selection::Keys(vec![SeriesKey::plain("cpu")])), ["cpu"]);
    assert_eq!(ask(&Selection::All).len(), 3);
}

#[test]
fn rounds_that_lie_too_far_apart_have_a_gap_between_them() {
    for (apart, gap) in [(30, false), (75, false), (76, true), (3_600, true)] {
        let world = World::new();
        world.append(START, &[("cpu", 1.0)]);
        world.append(START + apart * SECOND, &[("cpu", 2.0)]);
        let values = world.values("cpu", START, START + DAY, Resolution::Raw);
        let expect = if gap {
            vec![(0, Some(1.0)), (30, None), (apart, Some(2.0))]
        } else {
            vec![(0, Some(1.0)), (apart, Some(2.0))]
        };
        assert_eq!(values, expect, "{apart} s");
    }
}

#[test]
fn a_restart_with_little_time_between_is_no_gap() {
    let world = World::new();
    world.append(START, &[("cpu", 1.0)]);
    let world = world.restarted(START + 40 * SECOND);
    world.append(START + 45 * SECOND, &[("cpu", 2.0)]);
    assert_eq!(world.values("cpu", START, START + DAY, Resolution::Raw), [(0, Some(1.0)), (45, Some(2.0))]);
}

#[test]
fn a_series_that_is_measured_rarely_has_no_gaps_but_one_that_vanished_has() {
    let world = World::new();
    for n in 0..240 {
        let mut values = vec![("cpu", 1.0)];
        if n % 4 == 0 {
            values.push(("rare", 2.0));
        }
        if !(60..120).contains(&n) {
            values.push(("plugged", 3.0));
        }
        world.append(START + n * 30 * SECOND, &values);
    }
    assert!(world.values("rare", START, START + DAY, Resolution::Raw).iter().all(|(_, value)| value.is_some()));
    let plugged = world.values("plugged", START, START + DAY, Resolution::Raw);
    assert_eq!(plugged.iter().filter(|(_, value)| value.is_none()).map(|(at, _)| *at).collect::<Vec<_>>(), [60 * 30]);
}

#[test]
fn empty_steps_inside_are_gaps_and_none_stand_at_the_edges() {
    let world = World::new();
    world.fill(START + 10 * MINUTE, START + 15 * MINUTE, |_| 1.0);
    world.fill(START + 30 * MINUTE, START + 40 * MINUTE, |_| 2.0);
    let expect = [(600, Some(1.0)), (900, None), (1_200, None), (1_500, None), (1_800, Some(2.0)), (2_100, Some(2.0))];
    assert_eq!(world.values("cpu", START, START + HOUR, FIVE), expect);
    world.store.roll_up(stamp(START + DAY)).unwrap();
    assert_eq!(world.values("cpu", START, START + HOUR, FIVE), expect, "the same from the rollup");
}

#[test]
fn steps_finer_than_the_rounds_are_no_gaps() {
    let world = World::new();
    world.fill(START, START + 5 * MINUTE, |_| 1.0);
    world.fill(START + 10 * MINUTE, START + 12 * MINUTE, |_| 1.0);
    let step = Resolution::Step(Span::from_seconds(10));
    let values = world.values("cpu", START, START + HOUR, step);
    let gaps: Vec<_> = values.iter().filter(|(_, value)| value.is_none()).map(|(at, _)| *at).collect();
    assert_eq!((gaps.first(), gaps.last()), (Some(&280), Some(&590)), "{gaps:?}");
}

#[test]
fn a_long_silence_does_not_become_a_million_points() {
    let world = World::new();
    world.append(START, &[("cpu", 1.0)]);
    world.append(START + 30 * SECOND, &[("cpu", 1.0)]);
    world.append(START + 300 * DAY, &[("cpu", 2.0)]);
    let values = world.values("cpu", START, START + 400 * DAY, Resolution::Step(Span::from_seconds(30)));
    assert_eq!(values.len(), 5, "{values:?}");
    assert_eq!(values[3], (300 * 86_400 - 30, None));
}

#[test]
fn every_tier_answers_like_the_samples_themselves() {
    // Ten days, so that weeks, days, parts and hot rows all have a share; a hole of 90 minutes in the fourth.
    let world = World::new();
    let value = |at: i64| ((at / SECOND * 7_919) % 10_007) as f64 / 100.0;
    let hole = START + 3 * DAY + 5 * HOUR;
    let step = 5 * MINUTE / 2;
    let (mut at, end) = (START, START + 10 * DAY + 3 * HOUR + 10 * MINUTE);
    let mut samples = Vec::new();
    while at < end {
        if !(hole..hole + 90 * MINUTE).contains(&at) {
            world.append(at, &[("other", 1.0), ("cpu", value(at))]);
            samples.push((at, value(at)));
        }
        at += step;
    }
    for rolled in [false, true] {
        if rolled {
            let done = world.store.roll_up(stamp(end)).unwrap();
            assert_eq!((done.periods, done.days, done.weeks), (121, 10, 1), "{done:?}");
            assert_eq!(world.store.roll_up(stamp(end)).unwrap(), crate::RolledUp::default());
        }
        for minutes in [5, 10, 60, 120, 1_440] {
            let length = minutes * MINUTE;
            let points = world.points("cpu", START, end, Resolution::Step(Span::from_minutes(minutes))).unwrap();
            let mut bucket = START.div_euclid(length) * length;
            let mut expect = Vec::new();
            while bucket < end {
                let inside: Vec<f64> =
                    samples.iter().filter(|(at, _)| (bucket..bucket + length).contains(at)).map(|one| one.1).collect();
                expect.push((
                    stamp(bucket),
                    (!inside.is_empty()).then(|| inside.iter().sum::<f64>() / inside.len() as f64),
                    inside.iter().copied().reduce(f64::min),
                    inside.iter().copied().reduce(f64::max),
                ));
                bucket += length;
            }
            assert_eq!(points.points.len(), expect.len(), "{minutes} min, rolled {rolled}");
            for (point, (at, mean, min, max)) in points.points.iter().zip(expect) {
                assert_eq!((point.at, point.min, point.max), (at, min, max), "{minutes} min, rolled {rolled}");
                // A rollup keeps the mean to a thousandth of the range of its own buckets.
                let allowed = if rolled { max.unwrap_or(0.0) - min.unwrap_or(0.0) } else { 0.0 } / 1_023.0 + 1e-9;
                assert!((point.value.unwrap_or(-1.0) - mean.unwrap_or(-1.0)).abs() <= allowed, "{point:?} {mean:?}");
            }
            assert_eq!(points.stats.count, samples.len() as u64);
        }
    }
    // When raw rows and then 5-minute rows are gone, the next coarser tier answers for them.
    let keep = Keep { raw: Span::from_days(2), five_minutes: Span::from_days(3), ..Keep::default() };
    while world.store.retain(keep, stamp(end)).unwrap() != crate::Removed::default() {}
    let all = world.points("cpu", START, end, FIVE).unwrap();
    assert_eq!(all.stats.count, samples.len() as u64, "no sample is lost or counted twice");
    let widths: Vec<_> = all.points.windows(2).map(|pair| pair[1].at.since(pair[0].at).as_millis() / MINUTE).collect();
    assert_eq!((widths.first(), widths.last()), (Some(&60), Some(&5)));
    let raw = world.points("cpu", START, end, Resolution::Raw).unwrap();
    assert_eq!(raw.stats.count, samples.len() as u64);
    assert_eq!(raw.points.last().unwrap().at, stamp(samples.last().unwrap().0));
}

#[test]
fn samples_of_a_clock_set_back_are_merged_into_their_place() {
    let mut world = World::new();
    world.append(START + HOUR, &[("cpu", 10.0)]);
    world.epoch = world.store.start_epoch(moment(START), EpochReason::ClockStep).unwrap();
    world.append(START + HOUR - 15 * SECOND, &[("cpu", 20.0)]);
    world.append(START + HOUR + 15 * SECOND, &[("cpu", 30.0)]);
    let values = world.values("cpu", START, START + DAY, Resolution::Raw);
    assert_eq!(values, [(3_585, Some(20.0)), (3_600, Some(10.0)), (3_615, Some(30.0))]);
    assert_eq!(world.values("cpu", START, START + DAY, FIVE), [(3_300, Some(20.0)), (3_600, Some(20.0))]);
}

#[test]
fn figures_are_of_every_sample_however_coarse_the_points_are() {
    let world = World::new();
    // Once an hour a peak of half a minute, which no mean of five minutes shows.
    let peaks = |at: i64| if at.rem_euclid(HOUR) == 0 { 100.0 } else { 10.0 };
    world.fill(START, START + 3 * DAY, peaks);
    world.store.roll_up(stamp(START + 4 * DAY)).unwrap();
    let (from, to) = (START, START + 3 * DAY);
    let coarse = world.points("cpu", from, to, FIVE).unwrap().stats;
    let raw = world.points("cpu", from, to, Resolution::Raw).unwrap().stats;
    let cpu = SeriesKey::plain("cpu");
    let figures = world.store.figures(&cpu, stamp(from), stamp(to)).unwrap();
    assert_eq!(figures, Some(raw));
    assert_eq!((coarse.of, raw.of), (StatsOf::Means, StatsOf::Samples));
    assert_eq!((raw.p99, raw.max), (Some(10.0), Some(100.0)));
    assert!(coarse.p99 > Some(15.0), "one mean of twelve is of a peak: {coarse:?}");

    let later = stamp(START + 40 * DAY);
    let keep = Keep { raw: Span::from_days(1), ..everything() };
    for _ in 0..60 {
        world.store.retain(keep, later).unwrap();
    }
    assert_eq!(world.store.figures(&cpu, stamp(from), stamp(to)).unwrap(), None, "samples are gone");
    assert_eq!(world.points("cpu", from, to, FIVE).unwrap().stats, coarse);
}

fn everything() -> Keep {
    let long = Span::from_days(3_000);
    Keep { raw: long, five_minutes: long, hourly: long, processes: long, marks: long }
}
