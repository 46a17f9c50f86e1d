//! Figures of a period beside those of the period before, in sentences.

use super::outcome::Finding;
use crate::metric::Unit;

/// A figure of a period.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewedFigure {
    /// Its series.
    pub name: String,
    /// Its labels; empty where there is one.
    pub about: String,
    /// Its unit.
    pub unit: Unit,
    /// Its mean.
    pub now: f64,
    /// What it stayed below for all but a twentieth of the time.
    pub high: f64,
    /// Its mean in the period before; none where nothing was measured then.
    pub before: Option<f64>,
}

/// A mean that grew by half is much.
const MUCH: f64 = 1.5;
/// Percentages grow by so many points before anybody cares.
const POINTS: f64 = 10.0;

/// In a sentence; to be looked at when it grew much.
pub fn compared(figure: &ReviewedFigure) -> Finding {
    let about = if figure.about.is_empty() { figure.name.clone() } else { format!("{} {}", figure.name, figure.about) };
    let (now, high) = (figure.unit.format(figure.now), figure.unit.format(figure.high));
    let Some(before) = figure.before else {
        return Finding::note(about, format!("{now} on average, mostly below {high}."));
    };
    let text = format!("{now} on average after {}, mostly below {high}.", figure.unit.format(before));
    let grew = match figure.unit {
        Unit::Percent => figure.now - before >= POINTS && figure.now >= before * MUCH,
        _ => false,
    };
    if grew { Finding::attention(about, text) } else { Finding::note(about, text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maintenance::Weight;

    #[test]
    fn only_a_large_rise_is_worth_a_look() {
        let weight = |unit, now, before| {
            let (name, about) = ("host.cpu.usage".to_owned(), String::new());
            compared(&ReviewedFigure { name, about, unit, now, high: now, before }).weight
        };
        assert_eq!(weight(Unit::Percent, 40.0, Some(20.0)), Weight::Attention);
        assert_eq!(weight(Unit::Percent, 4.0, Some(1.0)), Weight::Note);
        assert_eq!(weight(Unit::Percent, 85.0, Some(70.0)), Weight::Note);
        assert_eq!(weight(Unit::Percent, 40.0, None), Weight::Note);
        assert_eq!(weight(Unit::Bytes, 4e9, Some(1e9)), Weight::Note);
    }
}
