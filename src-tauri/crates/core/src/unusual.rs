//! What is usual for a series at this hour of the week, learnt on the machine itself by plain statistics: the median and the
//! spread of the same hours of earlier weeks. Information only; nothing here raises an alert.

/// Hours of a week, counted from Monday 00:00 in local time.
pub const HOURS: usize = 168;
/// Less than this many days of history teach nothing.
pub const FEWEST_DAYS: i64 = 14;
/// From the median of absolute deviations to a standard deviation, for values with a normal spread.
const MAD_TO_DEVIATION: f64 = 1.482_6;
/// The mean of the last values is unusual from this many deviations away: a shift of six median deviations is four, and a
/// mean of six values strays a third as far as one value does.
const FAR: f64 = 3.2;
/// Fewer values than this say nothing about an hour.
const FEWEST_VALUES: usize = 12;
/// Spread below this share of the series' overall range is measuring noise.
const LEAST_SPREAD: f64 = 0.01;
/// So many values in a row are judged together; at 5 minutes, half an hour.
pub const IN_A_ROW: usize = 6;

/// What is usual in one hour of the week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// Median.
    pub median: f64,
    /// Spread, as a standard deviation would be.
    pub deviation: f64,
}

/// How far from usual a series is now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unusual {
    /// What is usual at the hour of the last value.
    pub usual: Usual,
    /// How many deviations the mean of the last values lies away; positive above, negative below.
    pub score: f64,
}

/// What is usual in every hour of the week.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Of the hour and its neighbours.
    around: Vec<Option<Usual>>,
    /// Of the hour alone.
    alone: Vec<Option<Usual>>,
}

impl Baseline {
    /// Learns from `(hour of the week, value)` of earlier weeks. Neighbouring hours count as well, since an hour alone holds
    /// few values and habits are not punctual; so does the hour alone, since a habit may last one hour.
    pub fn learn(values: &[(usize, f64)]) -> Self {
        let mut by_hour: Vec<Vec<f64>> = vec![Vec::new(); HOURS];
        for (hour, value) in values {
            if let Some(list) = by_hour.get_mut(hour % HOURS) {
                list.push(*value);
            }
        }
        let low = values.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
        let high = values.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
        let least = LEAST_SPREAD * (high - low);
        let around = |hour: usize| -> Vec<f64> {
            let hours = [(hour + HOURS - 1) % HOURS, hour, (hour + 1) % HOURS];
            hours.iter().filter_map(|hour| by_hour.get(*hour)).flatten().copied().collect()
        };
        let around = (0..HOURS).map(|hour| usual(around(hour), least)).collect();
        Self { around, alone: by_hour.into_iter().map(|values| usual(values, least)).collect() }
    }

    /// What is usual at an hour of the week and around it, if enough is known.
    pub fn at(&self, hour: usize) -> Option<Usual> {
        self.around.get(hour % HOURS).copied().flatten()
    }

    /// What of an hour of the week a value is nearest to, and how many deviations it lies away.
    fn nearest(&self, hour: usize, value: f64) -> Option<(Usual, f64)> {
        let alone = self.alone.get(hour % HOURS).copied().flatten();
        let scored =
            self.at(hour).into_iter().chain(alone).map(|usual| (usual, (value - usual.median) / usual.deviation));
        scored.min_by(|(_, one), (_, other)| one.abs().total_cmp(&other.abs()))
    }

    /// Whether the last values, the newest last, each with its hour of the week, are all on one side of what is usual and far
    /// away on average. Each is held against its own hour: half an hour reaches back into the one before.
    pub fn judge(&self, last: &[(usize, f64)]) -> Option<Unusual> {
        let last = last.get(last.len().checked_sub(IN_A_ROW)?..)?;
        let nearest = |(hour, value): &(usize, f64)| self.nearest(*hour, *value);
        let nearest: Vec<(Usual, f64)> = last.iter().map(nearest).collect::<Option<_>>()?;
        let (usual, _) = *nearest.last()?;
        let scores: Vec<f64> = nearest.into_iter().map(|(_, score)| score).collect();
        let score = scores.iter().sum::<f64>() / scores.len() as f64;
        let one_way = scores.iter().all(|one| one.signum() == score.signum());
        (one_way && score.abs() >= FAR).then_some(Unusual { usual, score })
    }
}

fn usual(mut values: Vec<f64>, least: f64) -> Option<Usual> {
    if values.len() < FEWEST_VALUES {
        return None;
    }
    let median = middle(&mut values);
    let mut away: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    let deviation = (middle(&mut away) * MAD_TO_DEVIATION).max(least);
    (deviation > 0.0).then_some(Usual { median, deviation })
}

fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five-minute values a week.
    const WEEK: usize = HOURS * 12;

    struct Seeded(u64);

    impl Seeded {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }

        fn noise(&mut self) -> f64 {
            (0..12).map(|_| self.next()).sum::<f64>() - 6.0
        }
    }

    fn hour(index: usize) -> usize {
        index / 12 % HOURS
    }

    /// Sixty days of a busy office: days are higher than nights, weekends are calm.
    fn sixty_days(seed: u64) -> Vec<f64> {
        let mut random = Seeded(seed);
        (0..60 * 24 * 12)
            .map(|index| {
                let (day, hour) = (hour(index) / 24, hour(index) % 24);
                let work = if day < 5 && (8..18).contains(&hour) { 40.0 } else { 10.0 };
                work + 2.0 * random.noise()
            })
            .collect()
    }

    /// The values up to `now`, as many as are judged together, each with its hour.
    fn last(values: &[f64], now: usize) -> Vec<(usize, f64)> {
        (now + 1 - IN_A_ROW..=now).map(|index| (hour(index), values[index])).collect()
    }

    fn baseline(values: &[f64], until: usize) -> Baseline {
        let from = until.saturating_sub(4 * WEEK);
        let known: Vec<(usize, f64)> = (from..until).map(|index| (hour(index), values[index])).collect();
        Baseline::learn(&known)
    }

    #[test]
    fn of_ten_planted_shifts_at_least_nine_are_marked() {
        let marked = (1..=10_u64)
            .filter(|seed| {
                let mut values = sixty_days(*seed);
                let at = 5 * WEEK + (*seed as usize * 311) % (3 * WEEK);
                let before = baseline(&values, at);
                let Some(usual) = before.at(hour(at)) else { return false };
                let mad = usual.deviation / MAD_TO_DEVIATION;
                // An hour, six median deviations further than everything was.
                values[at..at + 12].iter_mut().for_each(|value| *value += 6.0 * mad);
                (at + 5..at + 12).any(|now| before.judge(&last(&values, now)).is_some())
            })
            .count();
        assert!(marked >= 9, "{marked} of 10");
    }

    #[test]
    fn a_clean_series_has_at_most_one_mark_a_week() {
        for seed in 20..24 {
            let values = sixty_days(seed);
            for week in 4..8 {
                let known = baseline(&values, week * WEEK);
                let marks = (week * WEEK + 5..(week + 1) * WEEK)
                    .filter(|now| known.judge(&last(&values, *now)).is_some())
                    .count();
                assert!(marks <= 1, "seed {seed}, week {week}: {marks}");
            }
        }
    }

    #[test]
    fn two_hours_of_history_say_nothing() {
        let few: Vec<(usize, f64)> = (0..11).map(|_| (5, 1.0)).collect();
        assert_eq!(Baseline::learn(&few).at(5), None);
    }

    #[test]
    fn a_constant_series_is_never_unusual_by_noise_but_its_change_shows() {
        let mut values: Vec<(usize, f64)> = (0..4 * WEEK).map(|index| (hour(index), 50.0)).collect();
        values.push((0, 60.0));
        let known = Baseline::learn(&values);
        let at_six = |values: [f64; IN_A_ROW]| known.judge(&values.map(|value| (30, value)));
        assert_eq!(at_six([50.0, 50.05, 50.0, 50.05, 50.05, 50.05]), None);
        assert!(at_six([58.0, 59.0, 60.0, 58.0, 59.0, 60.0]).is_some());
    }

    #[test]
    fn what_lasts_one_hour_every_night_is_usual() {
        let nightly = |index: usize| if hour(index) % 24 == 3 { 90.0 } else { 10.0 + (index % 3) as f64 };
        let values: Vec<f64> = (0..5 * WEEK).map(nightly).collect();
        let known = baseline(&values, 4 * WEEK);
        let marks = (4 * WEEK + IN_A_ROW..5 * WEEK).filter(|now| known.judge(&last(&values, *now)).is_some()).count();
        assert_eq!(marks, 0);
        let another: Vec<(usize, f64)> = (0..IN_A_ROW).map(|_| (5, 90.0)).collect();
        assert!(known.judge(&another).is_some(), "at five it is not");
    }

    #[test]
    fn the_half_hour_after_work_begins_is_held_against_two_hours() {
        let values = sixty_days(1);
        let known = baseline(&values, 5 * WEEK);
        // Monday: calm up to 08:00, busy from then on, as every week.
        let eight = 5 * WEEK + 8 * 12;
        for now in eight..eight + IN_A_ROW {
            assert_eq!(known.judge(&last(&values, now)), None, "{} values after 08:00", now + 1 - eight);
        }
        // What is unusual at 07:30 is found although the last value lies in another hour.
        let early: Vec<(usize, f64)> = last(&values, eight).iter().map(|(hour, value)| (*hour, value + 30.0)).collect();
        assert!(known.judge(&early).is_some());
    }
}
