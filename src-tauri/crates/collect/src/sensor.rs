//! One line of `caretaker doctor sensors`: what a collector looked for, what stood there, and what becomes of it.

use caretaker_core::metric::{SeriesKey, Unit};
use caretaker_core::view::SensorView;

/// Begins a line; nothing was read yet.
pub(crate) fn sensor(part: &str, name: &str, source: impl ToString) -> SensorView {
    SensorView { part: part.to_owned(), name: name.to_owned(), source: source.to_string(), ..SensorView::default() }
}

/// A part of which this machine has nothing.
pub(crate) fn absent(part: &str, source: impl ToString, note: &str, hint: &str) -> SensorView {
    SensorView { note: note.to_owned(), hint: hint.to_owned(), ..sensor(part, "", source) }
}

/// The rest of a line, as it becomes known.
pub(crate) trait Told: Sized {
    /// What stood there.
    fn raw(self, raw: impl ToString) -> Self;
    /// What it means, and the series that it fills.
    fn fills(self, name: &str, label: &str, text: &str, unit: Unit, value: f64) -> Self;
    /// What it means, where no series takes it.
    fn means(self, unit: Unit, value: f64, note: &str) -> Self;
    /// Why there is nothing.
    fn noted(self, note: impl ToString) -> Self;
}

impl Told for SensorView {
    fn raw(self, raw: impl ToString) -> Self {
        Self { raw: Some(raw.to_string().trim().to_owned()), ..self }
    }

    fn fills(self, name: &str, label: &str, text: &str, unit: Unit, value: f64) -> Self {
        let key = SeriesKey::labelled(name, label, text).to_string();
        Self { value: Some(unit.format(value)), series: Some(key), ..self }
    }

    fn means(self, unit: Unit, value: f64, note: &str) -> Self {
        Self { value: Some(unit.format(value)), note: note.to_owned(), ..self }
    }

    fn noted(self, note: impl ToString) -> Self {
        Self { note: note.to_string(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use caretaker_core::metric::names;

    use super::*;

    #[test]
    fn a_line_tells_what_stood_there_and_what_becomes_of_it() {
        let line = sensor("fan", "nct6798 fan2", "/sys/class/hwmon/hwmon2/fan2_input").raw("1180\n");
        let line = line.fills(names::FAN, "fan", "nct6798 fan2", Unit::TurnsPerMinute, 1_180.0);
        assert_eq!(line.raw.as_deref(), Some("1180"));
        assert_eq!(line.value.as_deref(), Some("1180 rpm"));
        assert_eq!(line.series.as_deref(), Some("host.fan{fan=nct6798 fan2}"));
        let nothing = absent("gpu", "/sys/class/drm", "there is no card", "");
        assert!(nothing.raw.is_none() && nothing.series.is_none() && nothing.name.is_empty());
    }
}
