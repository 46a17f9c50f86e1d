//! Counts of how long things took, in fixed buckets, for who scrapes them. Keeps no single value.

/// Upper bounds in seconds; what took longer counts only in the total.
const BOUNDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Durations since the start of the program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Histogram {
    /// Counts one duration, in seconds.
    pub fn observe(&mut self, seconds: f64) {
        self.count += 1;
        self.sum += seconds;
        if let Some((bucket, _)) = self.buckets.iter_mut().zip(BOUNDS).find(|(_, bound)| seconds <= *bound) {
            *bucket += 1;
        }
    }

    /// `(upper bound in seconds, how many took at most that)`, rising.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let sums = self.buckets.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        BOUNDS.into_iter().zip(sums)
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Seconds of all together.
    pub fn sum(&self) -> f64 {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_everything_up_to_their_bound() {
        let mut times = Histogram::default();
        for seconds in [0.0005, 0.001, 0.02, 9.0] {
            times.observe(seconds);
        }
        let counts: Vec<u64> = times.cumulative().map(|(_, count)| count).collect();
        assert_eq!(counts, [2, 2, 2, 2, 3, 3, 3, 3, 3, 3]);
        assert_eq!((times.count(), times.sum()), (4, 9.0215));
    }
}
