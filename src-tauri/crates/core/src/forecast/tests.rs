//! Courses with a known end, made from seeds, and courses that must say nothing.

use super::{Hour, Pace};

const GB: f64 = 1e9;
const WEEK: i64 = 7 * 24;

/// A small generator of even numbers in 0..1, so that every history has a seed (Knuth's constants for 64 bits).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About a normal spread around zero, from twelve even numbers.
    fn noise(&mut self, deviation: f64) -> f64 {
        ((0..12).map(|_| self.next()).sum::<f64>() - 6.0) * deviation
    }
}

fn course(left: impl Fn(i64) -> f64) -> Vec<Hour> {
    (0..WEEK).map(|hour| Hour { hour, left: left(hour) }).collect()
}

/// Days until the end as the forecast has it; none where it says nothing.
fn days(hours: &[Hour]) -> Option<f64> {
    let last = hours.last().map(|hour| hour.left).unwrap_or_default();
    Pace::of(hours)?.ends(last).map(|forecast| forecast.expected.as_seconds() / 86_400.0)
}

/// A daily ebb and flow of a few GB, as temporary files make it.
fn tide(hour: i64) -> f64 {
    (hour as f64 / 24.0 * std::f64::consts::TAU).sin() * 2.0 * GB
}

#[test]
fn of_twenty_seeded_weeks_at_least_sixteen_dates_are_within_a_fifth() {
    let good = (1..=20)
        .filter(|seed| {
            let mut random = Seeded(*seed);
            let a_day = (2.0 + 8.0 * random.next()) * GB;
            let start = (100.0 + 100.0 * random.next()) * GB;
            let step = if *seed % 2 == 0 { 40.0 * GB } else { 0.0 };
            let stepped_at = (random.next() * 150.0) as i64;
            let mut hours = course(|hour| start - a_day * hour as f64 / 24.0 + tide(hour));
            for hour in &mut hours {
                hour.left += random.noise(0.3 * GB) - if hour.hour >= stepped_at { step } else { 0.0 };
            }
            let left = hours.last().map(|hour| hour.left).unwrap_or_default();
            let real = left / a_day;
            days(&hours).is_some_and(|days| (days - real).abs() <= 0.2 * real)
        })
        .count();
    assert!(good >= 16, "{good} of 20");
}

#[test]
fn one_large_download_is_no_trend() {
    for at in [1, 5, 60, 100, 160, 166] {
        let mut random = Seeded(at as u64);
        let mut hours = course(|hour| 100.0 * GB + tide(hour) - if hour >= at { 40.0 * GB } else { 0.0 });
        for hour in &mut hours {
            hour.left += random.noise(0.2 * GB);
        }
        let soon = days(&hours).filter(|days| *days < 60.0);
        assert_eq!(soon, None, "a step at hour {at}");
    }
}

#[test]
fn a_download_that_takes_three_hours_is_still_a_step() {
    let hours = course(|hour| 100.0 * GB - ((hour - 80).clamp(0, 3) as f64) * 13.0 * GB);
    assert_eq!(days(&hours), None);
}

#[test]
fn a_dump_each_night_is_a_trend() {
    let hours = course(|hour| 100.0 * GB - (hour / 24) as f64 * 5.0 * GB);
    let days = days(&hours).unwrap_or_default();
    assert!((13.0..=15.0).contains(&days), "{days}");
}

#[test]
fn a_disk_that_stays_or_empties_says_nothing() {
    assert_eq!(days(&course(|_| 10.0 * GB)), None);
    assert_eq!(days(&course(|hour| 10.0 * GB + hour as f64 * GB)), None);
    assert_eq!(days(&course(tide)), None);
}

#[test]
fn a_day_of_history_is_the_least() {
    let hours = course(|hour| 100.0 * GB - hour as f64 * GB);
    assert_eq!(Pace::of(&hours[..20]), None);
    let after_a_day = Pace::of(&hours[..24]).and_then(|pace| pace.ends(76.0 * GB)).map(|forecast| forecast.expected);
    assert_eq!(after_a_day.map(|span| span.as_seconds().round()), Some(76.0 * 3_600.0));
}

/// Whether the forecast at some hour of a course that begins after a calm week is tentative; none while there is none.
fn at_each_hour(hours: i64, left: impl Fn(i64) -> f64) -> Vec<Option<bool>> {
    let all: Vec<Hour> = (0..WEEK + hours).map(|hour| Hour { hour, left: left((hour - WEEK + 1).max(0)) }).collect();
    let forecast = |end: usize| Pace::of(&all[..end])?.ends(all[end - 1].left);
    (WEEK as usize..=all.len()).map(|end| forecast(end).map(|forecast| forecast.tentative)).collect()
}

#[test]
fn a_download_that_takes_hours_is_never_sure() {
    for takes in [6, 8, 12] {
        let found = at_each_hour(24, |hour| 100.0 * GB - 40.0 * GB * hour.min(takes) as f64 / takes as f64);
        assert!(!found.contains(&Some(false)), "40 of 100 GB in {takes} h: {found:?}");
        assert_eq!(found.last(), Some(&None), "when it is over nothing is said any more");
    }
}

#[test]
fn a_log_gone_wild_is_seen_after_six_hours_and_sure_soon() {
    let hours = course(|hour| 100.0 * GB - (hour - 161).max(0) as f64 * 8.0 * GB);
    let days = days(&hours).unwrap_or_default();
    assert!((0.2..=0.4).contains(&days), "52 GB at 8 GB an hour: {days} days");
    let found = at_each_hour(9, |hour| 100.0 * GB - 8.0 * GB * hour as f64);
    assert_eq!(found[5..], [None, Some(true), Some(false), Some(false), Some(false)], "half is used up after 7 hours");
}

#[test]
fn a_week_of_loss_is_sure_of_its_last_day_however_young_the_run() {
    // The run began seven hours ago, after an hour of rest, and used up a quarter; the week says the same as it does.
    let hours = course(|hour| 188.0 * GB - (hour - i64::from(hour >= 160)) as f64 * GB);
    let last_day = Pace::of(&hours).and_then(|pace| pace.ends(22.0 * GB)).unwrap();
    assert!(!last_day.tentative);
    assert!((21.0..=23.0).contains(&(last_day.expected.as_seconds() / 3_600.0)), "{last_day:?}");
}

#[test]
fn the_usual_paces_enclose_the_expected_one() {
    let mut random = Seeded(7);
    let mut hours = course(|hour| 100.0 * GB - hour as f64 * 0.2 * GB);
    for hour in &mut hours {
        hour.left += random.noise(1.0 * GB);
    }
    let forecast = Pace::of(&hours).and_then(|pace| pace.ends(60.0 * GB));
    let Some(forecast) = forecast else { panic!("a steady loss has an end") };
    assert!(forecast.earliest <= forecast.expected && forecast.expected <= forecast.latest, "{forecast:?}");
}
