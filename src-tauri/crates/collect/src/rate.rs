//! Rates from counters: remembers what each counter showed, and starts anew where one went backwards.

use std::collections::HashMap;

use caretaker_core::time::Span;

/// How fast a counter rose, per second. None in the first round, after a sleep, and when the counter fell, as it does
/// when a driver is loaded again or a 32-bit counter wraps.
pub(crate) fn per_second(before: u64, now: u64, since_last: Option<Span>) -> Option<f64> {
    let seconds = since_last?.as_seconds();
    let risen = now.checked_sub(before)?;
    (seconds > 0.0).then(|| risen as f64 / seconds)
}

/// One counter that needs no name.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    before: Option<u64>,
}

impl Counter {
    /// Takes what the counter shows now; see [`per_second`].
    pub(crate) fn rate(&mut self, now: u64, since_last: Option<Span>) -> Option<f64> {
        per_second(self.before.replace(now)?, now, since_last)
    }
}

/// Counters of things that come and go, `N` for each name.
#[derive(Debug)]
pub(crate) struct Counters<const N: usize> {
    kept: HashMap<String, Kept<N>>,
    round: u64,
}

#[derive(Debug)]
struct Kept<const N: usize> {
    values: [u64; N],
    round: u64,
}

impl<const N: usize> Default for Counters<N> {
    fn default() -> Self {
        Self { kept: HashMap::new(), round: 0 }
    }
}

impl<const N: usize> Counters<N> {
    /// Takes what the counters of `name` show now; see [`per_second`].
    pub(crate) fn rates(&mut self, name: &str, now: [u64; N], since_last: Option<Span>) -> [Option<f64>; N] {
        let kept = Kept { values: now, round: self.round };
        let Some(place) = self.kept.get_mut(name) else {
            self.kept.insert(name.to_owned(), kept);
            return [None; N];
        };
        let before = std::mem::replace(place, kept).values;
        std::array::from_fn(|index| per_second(before[index], now[index], since_last))
    }

    /// Ends a round: names that it did not see are forgotten, so that their return is a first sight.
    pub(crate) fn end_round(&mut self) {
        self.kept.retain(|_, kept| kept.round == self.round);
        self.round += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Option<Span> = Some(Span::from_seconds(10));

    #[test]
    fn a_rate_needs_two_rounds_and_the_time_between_them() {
        let mut counter = Counter::default();
        assert_eq!(counter.rate(1_000, TEN), None, "first round");
        assert_eq!(counter.rate(1_500, TEN), Some(50.0));
        assert_eq!(counter.rate(9_500, None), None, "after a sleep");
        assert_eq!(counter.rate(9_600, TEN), Some(10.0), "the counter was kept over the sleep");
        assert_eq!(counter.rate(9_700, Some(Span::ZERO)), None);
    }

    #[test]
    fn a_counter_that_goes_backwards_starts_anew() {
        let mut counter = Counter::default();
        counter.rate(u64::from(u32::MAX), TEN);
        assert_eq!(counter.rate(100, TEN), None, "wrapped");
        assert_eq!(counter.rate(200, TEN), Some(10.0));
    }

    #[test]
    fn what_was_away_for_a_round_is_seen_for_the_first_time() {
        let mut counters = Counters::default();
        counters.rates("eth0", [0, 0], TEN);
        counters.end_round();
        assert_eq!(counters.rates("eth0", [100, 50], TEN), [Some(10.0), Some(5.0)]);
        counters.end_round();
        counters.end_round();
        assert_eq!(counters.rates("eth0", [900, 900], TEN), [None, None]);
    }
}
