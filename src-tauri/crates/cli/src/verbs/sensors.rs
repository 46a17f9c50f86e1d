//! Every sensor in a table, made to be read and to be shown to others: it names no person and no machine.

use std::fmt::Write;

use caretaker_core::view::{SensorView, SensorsView};

use crate::render::{Align, Colour, Column, Table, Terminal};

/// The part of the machine, then a line for each of its sensors: what it is, what it means, what stood there, where.
pub fn words(terminal: &Terminal, view: &SensorsView) -> String {
    let mut text = format!("{}, read now on {}\n", terminal.paint(Colour::Bold, "Every sensor"), view.machine);
    let mut parts: Vec<&str> = Vec::new();
    for sensor in &view.sensors {
        if !parts.contains(&sensor.part.as_str()) {
            parts.push(&sensor.part);
        }
    }
    for part in parts {
        let sensors: Vec<&SensorView> = view.sensors.iter().filter(|sensor| sensor.part == part).collect();
        // Writing into a text cannot fail.
        let _ = write!(text, "\n  {}\n", terminal.paint(Colour::Bold, part));
        text.push_str(&rows(terminal, &sensors));
    }
    text.trim_end().to_owned()
}

fn rows(terminal: &Terminal, sensors: &[&SensorView]) -> String {
    let columns = [
        Column::new("", Align::Left),
        Column::whole(""),
        Column::new("", Align::Right),
        Column::giving_way(""),
        Column::giving_way("").dropped(1),
    ];
    let mut table = Table::new(&columns).indented(2);
    for sensor in sensors {
        let used = sensor.series.is_some();
        let (sign, colour) = if used { ("●", Colour::Green) } else { ("○", Colour::Dim) };
        let name = if sensor.name.is_empty() { "none" } else { &sensor.name };
        let becomes = sensor.series.as_deref().map_or(sensor.note.as_str(), |series| series);
        let raw = sensor.raw.as_deref().map_or_else(String::new, |raw| format!("{raw} at "));
        table.coloured([
            (sign.to_owned(), Some(colour)),
            (name.to_owned(), None),
            (sensor.value.clone().unwrap_or_default(), None),
            (becomes.to_owned(), (!used).then_some(Colour::Dim)),
            (format!("{raw}{}", sensor.source), Some(Colour::Dim)),
        ]);
    }
    let mut text = table.render(terminal);
    for hint in hints(sensors) {
        let _ = writeln!(text, "    hint: {}", terminal.wrap(hint, 10));
    }
    text
}

/// Each hint once, however many sensors have it.
fn hints<'s>(sensors: &[&'s SensorView]) -> Vec<&'s str> {
    let mut hints: Vec<&str> = Vec::new();
    for sensor in sensors.iter().filter(|sensor| !sensor.hint.is_empty()) {
        if !hints.contains(&sensor.hint.as_str()) {
            hints.push(&sensor.hint);
        }
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_that_many_have_is_said_once() {
        let sensor = |hint: &str| SensorView { hint: hint.to_owned(), ..SensorView::default() };
        let sensors = [sensor("run as root"), sensor(""), sensor("run as root"), sensor("install it")];
        assert_eq!(hints(&sensors.iter().collect::<Vec<_>>()), ["run as root", "install it"]);
    }
}
