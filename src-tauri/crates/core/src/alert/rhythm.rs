//! How far apart the values of a series come: what is measured comes with every round, what is pushed has a beat of its own.
//! From that follows when a series is lost, and for how much time a value stands.

use crate::time::Span;

/// The last distances between values, in awake time that was observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// Since the last value; a start counts anew.
    silent: Span,
    /// Since the last value, also before a start.
    since: Span,
    distances: [Span; 2],
}

impl Rhythm {
    /// Takes note of a round that was judged before a start.
    pub fn observe(&mut self, came: bool, credit: Span) {
        self.judge(came, credit);
        self.silent = Span::ZERO;
    }

    /// Takes note of a round, and gives for how much time it counts: a value stands for the time since the one before, if
    /// that is how far apart they come; else, as without a value, only for the round.
    pub fn judge(&mut self, came: bool, credit: Span) -> Span {
        self.since += credit;
        if !came {
            self.silent += credit;
            return credit;
        }
        let distance = std::mem::replace(&mut self.since, Span::ZERO);
        let counts = distance.min(self.usual().max(credit));
        self.distances = [self.distances[1], distance];
        self.silent = Span::ZERO;
        counts
    }

    /// How long there was no value.
    pub fn silent(&self) -> Span {
        self.silent
    }

    /// Whether values stay out for more than two and a half times as long as they usually do.
    pub fn is_lost(&self, interval: Span) -> bool {
        self.silent.as_millis() * 2 > self.usual().max(interval).as_millis() * 5
    }

    /// The shorter of the last two distances: one long pause makes no slow series.
    fn usual(&self) -> Span {
        let [one, other] = self.distances;
        one.min(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND: Span = Span::from_seconds(30);

    /// Rounds with a value in every `nth`; for how many seconds each value counted.
    fn counted(rhythm: &mut Rhythm, rounds: usize, nth: usize) -> Vec<f64> {
        let each = (1..=rounds).map(|round| (round % nth == 0, rhythm.judge(round % nth == 0, ROUND)));
        each.filter(|(came, _)| *came).map(|(_, span)| span.as_seconds()).collect()
    }

    fn rest(rhythm: &mut Rhythm, rounds: usize) {
        for _ in 0..rounds {
            rhythm.judge(false, ROUND);
        }
    }

    #[test]
    fn what_comes_with_every_round_counts_for_the_round() {
        let mut rhythm = Rhythm::default();
        assert_eq!(counted(&mut rhythm, 4, 1), [30.0; 4]);
        rhythm.judge(false, ROUND);
        assert_eq!(rhythm.judge(true, ROUND), ROUND, "what was missed once does not count");
        rest(&mut rhythm, 2);
        assert!(!rhythm.is_lost(ROUND));
        rhythm.judge(false, ROUND);
        assert!(rhythm.is_lost(ROUND), "90 s are more than two and a half rounds");
    }

    #[test]
    fn what_comes_every_ten_minutes_counts_for_ten_minutes_once_that_is_known() {
        let mut rhythm = Rhythm::default();
        assert_eq!(counted(&mut rhythm, 100, 20), [30.0, 30.0, 600.0, 600.0, 600.0]);
        rest(&mut rhythm, 50);
        assert!(!rhythm.is_lost(ROUND), "25 minutes");
        rhythm.judge(false, ROUND);
        assert!(rhythm.is_lost(ROUND));
        // After the pause the beat is known still.
        assert_eq!(counted(&mut rhythm, 20, 20), [600.0]);
    }

    #[test]
    fn a_start_knows_the_beat_and_counts_silence_anew() {
        let mut rhythm = Rhythm::default();
        (1..=70).for_each(|round| rhythm.observe(round % 20 == 0, ROUND));
        assert_eq!(rhythm.silent(), Span::ZERO);
        assert!(counted(&mut rhythm, 10, 10) == [600.0], "five minutes before the start, five after it");
    }
}
