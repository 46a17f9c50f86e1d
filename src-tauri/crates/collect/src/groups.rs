//! Temperatures by group: the highest and the mean of sensors that belong to zones of a chip and not to cores.

use std::collections::BTreeMap;

use caretaker_core::port::Collected;

use crate::series::LabelledSeries;

/// The sensors of one round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups(BTreeMap<String, Group>);

#[derive(Clone, Copy, Debug, Default)]
struct Group {
    highest: f64,
    sum: f64,
    count: u32,
}

impl Groups {
    pub(crate) fn add(&mut self, group: &str, celsius: f64) {
        let group = self.0.entry(group.to_owned()).or_default();
        *group = Group { highest: group.highest.max(celsius), sum: group.sum + celsius, count: group.count + 1 };
    }

    pub(crate) fn has(&self, group: &str) -> bool {
        self.0.contains_key(group)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Two series for each group: `cpu highest`, `cpu mean`.
    pub(crate) fn push(&self, series: &mut LabelledSeries, into: &mut Collected) {
        for (name, group) in &self.0 {
            series.push(into, &format!("{name} highest"), group.highest);
            series.push(into, &format!("{name} mean"), group.sum / f64::from(group.count));
        }
    }
}

#[cfg(test)]
mod tests {
    use caretaker_core::metric::{Unit, names};

    use super::*;

    #[test]
    fn a_group_shows_its_highest_and_its_mean() {
        let mut groups = Groups::default();
        for (group, celsius) in [("cpu", 40.0), ("cpu", 61.0), ("gpu", 38.0), ("cpu", 49.0)] {
            groups.add(group, celsius);
        }
        let mut round = Collected::default();
        groups.push(&mut LabelledSeries::new(names::TEMPERATURE, "sensor", Unit::Celsius), &mut round);
        let shown: Vec<_> = round.readings.iter().map(|reading| format!("{}={}", reading.key, reading.value)).collect();
        let expected = ["cpu highest}=61", "cpu mean}=50", "gpu highest}=38", "gpu mean}=38"];
        assert_eq!(shown, expected.map(|end| format!("host.temperature{{sensor={end}")));
        assert!(groups.has("gpu") && !groups.has("chip") && !groups.is_empty());
    }
}
