//! Wall times of repetitions, and the CPU time that all of them took together: the latter hardly depends on what else the
//! machine is doing.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::Outcome;

/// Durations in the order in which they were measured.
#[derive(Debug, Default)]
pub struct Times {
    walls: Vec<Duration>,
    cpus: Vec<Duration>,
}

impl Times {
    /// Does the work and notes what it cost.
    pub fn measure<T>(&mut self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let (begun, cpu) = (Instant::now(), own_cpu_time());
        let outcome = work()?;
        self.note(begun.elapsed(), own_cpu_time().saturating_sub(cpu));
        Ok(outcome)
    }

    /// Adds a duration measured elsewhere.
    pub fn note(&mut self, wall: Duration, cpu: Duration) {
        self.walls.push(wall);
        self.cpus.push(cpu);
    }

    /// Adds what was measured elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.walls.extend(other.walls);
        self.cpus.extend(other.cpus);
    }

    /// Wall time in milliseconds that this share of the repetitions did not exceed.
    pub fn wall(&self, share: f64) -> f64 {
        at(&self.walls, share)
    }

    /// The same of the CPU time.
    pub fn cpu(&self, share: f64) -> f64 {
        at(&self.cpus, share)
    }

    /// Mean CPU time in milliseconds.
    pub fn mean_cpu(&self) -> f64 {
        milliseconds(self.cpus.iter().sum()) / self.cpus.len().max(1) as f64
    }

    /// How many repetitions there were.
    pub fn count(&self) -> usize {
        self.walls.len()
    }

    /// Wall times in words: `median 1.20 ms, p99 3.00 ms, 40 times`.
    pub fn in_words(&self) -> String {
        let last = if self.count() < 100 { ("max", 1.0) } else { ("p99", 0.99) };
        let (median, high) = (figure(self.wall(0.5)), figure(self.wall(last.1)));
        format!("median {median} ms, {} {high} ms, {} times", last.0, self.count())
    }
}

/// CPU time of all threads of this process.
pub fn own_cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// A duration as milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Three digits that matter.
pub fn figure(value: f64) -> String {
    match value.abs() {
        small if small < 1.0 => format!("{value:.3}"),
        medium if medium < 100.0 => format!("{value:.2}"),
        _ => format!("{value:.0}"),
    }
}

fn at(times: &[Duration], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    let index = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(index).copied().map_or(f64::NAN, milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_measured_values() {
        let mut times = Times::default();
        for millis in [5, 1, 4, 2, 3] {
            times.note(Duration::from_millis(millis), Duration::ZERO);
        }
        assert_eq!([times.wall(0.0), times.wall(0.5), times.wall(1.0)], [1.0, 3.0, 5.0]);
        assert_eq!(times.in_words(), "median 3.00 ms, max 5.00 ms, 5 times");
    }
}
