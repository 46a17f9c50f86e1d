//! What Caretaker itself costs, beside what it promises to cost. Knows which series tell it and which figures were promised;
//! measures nothing.

use crate::metric::{Point, Unit, names};
use crate::time::Span;

/// One thing that Caretaker costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expense {
    /// Stable name: `cpu`, `memory`, `writes`.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// The series that tells it.
    pub series: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What was promised without a window: the mean of a day stays at or below it.
    pub target: Option<f64>,
    /// What was promised for the tray app, where that is another figure.
    pub target_with_tray: Option<f64>,
}

const fn expense(id: &'static str, title: &'static str, series: &'static str, unit: Unit) -> Expense {
    Expense { id, title, series, unit, target: None, target_with_tray: None }
}

/// Everything that is told, in the order of the tables.
pub const EXPENSES: [Expense; 7] = [
    Expense { target: Some(0.1), ..expense("cpu", "CPU, of one core", names::OWN_CPU_USAGE, Unit::Percent) },
    Expense { target: Some(8.0), ..expense("round-cpu", "CPU time a round", names::OWN_CPU_TIME, Unit::Milliseconds) },
    expense("round-time", "Time of a round", names::ROUND_TIME, Unit::Milliseconds),
    Expense {
        target: Some(12e6),
        target_with_tray: Some(25e6),
        ..expense("memory", "Memory of its own", names::OWN_MEMORY, Unit::Bytes)
    },
    Expense { target: Some(25e6), ..expense("writes", "Written in a day", names::OWN_WRITTEN_DAY, Unit::Bytes) },
    Expense { target: Some(100e6), ..expense("databases", "Databases", names::OWN_DATABASE_SIZE, Unit::Bytes) },
    expense("wakeups", "Wake-ups a second", names::OWN_WAKEUPS, Unit::Ratio),
];

impl Expense {
    /// What was promised of the program that runs.
    pub fn target_of(&self, program: &str) -> Option<f64> {
        let tray = program == "caretaker-app";
        self.target_with_tray.filter(|_| tray).or(self.target)
    }
}

/// What a rate adds up to: each sample counts for the time since the one before it. What lies further apart than `longest`
/// is a pause in measuring, and nothing is made up for it.
pub fn sum_of_rate(points: &[Point], longest: Span) -> f64 {
    let measured = || points.iter().filter_map(|point| Some((point.at, point.value?)));
    let pairs = measured().zip(measured().skip(1));
    pairs
        .map(|((before, _), (at, rate))| (at.since(before), rate))
        .filter(|(span, _)| *span > Span::ZERO && *span <= longest)
        .map(|(span, rate)| span.as_seconds() * rate)
        // A sum of nothing is -0.0, which people would be shown.
        .fold(0.0, |sum, part| sum + part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn point(second: i64, value: Option<f64>) -> Point {
        Point { at: Timestamp::from_millis(second * 1_000), value, min: value, max: value }
    }

    #[test]
    fn a_rate_adds_up_over_the_time_that_was_measured() {
        let minute = Span::from_minutes(1);
        let steady: Vec<Point> = (0..=10).map(|n| point(n * 30, Some(100.0))).collect();
        assert!((sum_of_rate(&steady, minute) - 30_000.0).abs() < 1e-9);
        let asleep = [point(0, Some(5.0)), point(30, Some(5.0)), point(30_000, Some(1e9)), point(30_030, Some(5.0))];
        assert!((sum_of_rate(&asleep, minute) - 300.0).abs() < 1e-9, "nothing is made up for the night");
        assert!(sum_of_rate(&[point(0, Some(9.0)), point(30, None)], minute).abs() < 1e-9);
        assert!(sum_of_rate(&[], minute).abs() < 1e-9 && sum_of_rate(&[], minute).is_sign_positive());
    }

    #[test]
    fn the_tray_app_has_the_targets_of_the_tray_app() {
        let memory = EXPENSES.iter().find(|expense| expense.id == "memory").unwrap();
        assert_eq!(memory.target_of("caretaker"), Some(12e6));
        assert_eq!(memory.target_of("caretaker-app"), Some(25e6));
        let cpu = EXPENSES.iter().find(|expense| expense.id == "cpu").unwrap();
        assert_eq!(cpu.target_of("caretaker-app"), cpu.target_of("caretaker"));
    }
}
