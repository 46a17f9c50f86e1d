//! Keys of series, made once and shared by every round after it.

use std::collections::HashMap;
use std::sync::Arc;

use caretaker_core::metric::{Reading, SeriesKey, Unit};
use caretaker_core::port::Collected;

/// More label values than any machine has at one time; beyond it the kept keys are of things long gone.
const KEPT_LABELS: usize = 1_024;

/// A series of which the machine has one.
#[derive(Debug)]
pub(crate) struct Series {
    key: Arc<SeriesKey>,
    unit: Unit,
}

impl Series {
    pub(crate) fn new(name: &str, unit: Unit) -> Self {
        Self { key: Arc::new(SeriesKey::plain(name)), unit }
    }

    /// Adds a value to the round. What is no number is left out.
    pub(crate) fn push(&self, into: &mut Collected, value: f64) {
        push(into, &self.key, self.unit, value);
    }
}

/// Series that differ by the value of one label.
#[derive(Debug)]
pub(crate) struct LabelledSeries {
    name: &'static str,
    label: &'static str,
    unit: Unit,
    keys: HashMap<String, Arc<SeriesKey>>,
}

impl LabelledSeries {
    pub(crate) fn new(name: &'static str, label: &'static str, unit: Unit) -> Self {
        Self { name, label, unit, keys: HashMap::new() }
    }

    /// Adds a value of the series labelled `label` to the round. What is no number is left out.
    pub(crate) fn push(&mut self, into: &mut Collected, label: &str, value: f64) {
        if let Some(key) = self.keys.get(label) {
            return push(into, key, self.unit, value);
        }
        if self.keys.len() >= KEPT_LABELS {
            self.keys.clear();
        }
        let key = Arc::new(SeriesKey::labelled(self.name, self.label, label));
        push(into, &key, self.unit, value);
        self.keys.insert(label.to_owned(), key);
    }
}

fn push(into: &mut Collected, key: &Arc<SeriesKey>, unit: Unit, value: f64) {
    if value.is_finite() {
        into.readings.push(Reading::gauge(Arc::clone(key), unit, value));
    }
}

/// `part` of `whole` as 0 to 100; none when there is no whole.
pub(crate) fn percent(part: f64, whole: f64) -> Option<f64> {
    let share = part / whole * 100.0;
    (whole > 0.0 && share.is_finite()).then(|| share.clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_shared_between_rounds_and_odd_values_are_left_out() {
        let mut series = LabelledSeries::new("host.disk.free", "mount", Unit::Bytes);
        let mut round = Collected::default();
        for value in [1.0, f64::NAN, f64::INFINITY, 2.0] {
            series.push(&mut round, "/", value);
        }
        let [first, second] = &round.readings[..] else { panic!("{:?}", round.readings) };
        assert!(Arc::ptr_eq(&first.key, &second.key));
        assert_eq!(first.key.to_string(), "host.disk.free{mount=/}");
    }

    #[test]
    fn kept_keys_do_not_grow_for_ever() {
        let mut series = LabelledSeries::new("host.network.sent", "interface", Unit::BytesPerSecond);
        for number in 0..5_000 {
            series.push(&mut Collected::default(), &format!("tap{number}"), 1.0);
        }
        assert!(series.keys.len() <= KEPT_LABELS);
    }

    #[test]
    fn a_share_stays_within_its_bounds() {
        for (part, whole, share) in [
            (1.0, 4.0, Some(25.0)),
            (9.0, 3.0, Some(100.0)),
            (-1.0, 3.0, Some(0.0)),
            (0.0, 0.0, None),
            (1.0, -1.0, None),
        ] {
            assert_eq!(percent(part, whole), share, "{part} of {whole}");
        }
    }
}
