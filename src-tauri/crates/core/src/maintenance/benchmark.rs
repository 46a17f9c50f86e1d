//! How fast the machine is beside how fast it was: the parts of the benchmark, and the share of their median.

/// A part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BenchmarkPart {
    /// Its name in series and figures.
    pub name: &'static str,
    /// In words.
    pub title: &'static str,
    /// Of the figure: more is better for all.
    pub unit: &'static str,
}

/// The parts, in the order in which they are measured.
pub const BENCHMARK_PARTS: [BenchmarkPart; 6] = [
    BenchmarkPart { name: "cpu-one", title: "one core", unit: "rounds/s" },
    BenchmarkPart { name: "cpu-all", title: "all cores", unit: "rounds/s" },
    BenchmarkPart { name: "memory", title: "copying memory", unit: "bytes/s" },
    BenchmarkPart { name: "disk-write", title: "writing in one go", unit: "bytes/s" },
    BenchmarkPart { name: "disk-read", title: "reading in one go", unit: "bytes/s" },
    BenchmarkPart { name: "disk-sync", title: "small synced writes", unit: "writes/s" },
];

/// Below this share of the median, %, a part is slow.
pub const SLOW_PERCENT: f64 = 80.0;

/// A value in per cent of the median of those before; none while there are fewer than two to compare with.
pub fn share_of_median(value: f64, before: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = before.iter().copied().filter(|value| value.is_finite() && *value > 0.0).collect();
    if sorted.len() < 2 {
        return None;
    }
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle).copied()?;
    let lower = sorted.get(middle - usize::from(sorted.len().is_multiple_of(2))).copied()?;
    Some(value * 100.0 / f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_compared_with_the_middle_of_those_before() {
        assert_eq!(share_of_median(80.0, &[100.0]), None);
        assert_eq!(share_of_median(80.0, &[100.0, 90.0, 110.0]), Some(80.0));
        assert_eq!(share_of_median(50.0, &[90.0, 110.0]), Some(50.0));
        // One odd run among several changes nothing.
        assert_eq!(share_of_median(100.0, &[100.0, 1.0, 100.0, 100.0]), Some(100.0));
    }
}
