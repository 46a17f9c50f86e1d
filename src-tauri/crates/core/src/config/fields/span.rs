//! Keys with a length of time, and what was probably meant by one with a wrong unit.

use std::ops::RangeInclusive;

use super::table::Fields;
use crate::config::problem::ProblemCode;
use crate::time::Span;

/// Lengths of time that nothing bounds.
pub(in crate::config) const ANY_SPAN: RangeInclusive<Span> = Span::ZERO..=Span::from_millis(i64::MAX);

/// How a length of time is said to be written.
const FORM: &str = "a length of time is a whole number and a unit (ms, s, m, h, d, w, y)";

impl Fields<'_, '_> {
    /// A length of time within bounds.
    pub(in crate::config) fn span(&mut self, key: &'static str, bounds: RangeInclusive<Span>) -> Option<Span> {
        let item = self.ask(key)?;
        let text = match (item.as_str(), item.as_integer()) {
            (Some(text), _) => text.to_owned(),
            (None, Some(number)) => number.to_string(),
            (None, None) => {
                self.wrong_type(key, item, "a length of time such as \"30s\"");
                return None;
            }
        };
        // A number can never be read as a length of time, because it has no unit.
        let Ok(span) = text.parse::<Span>() else {
            let message = format!("`{key}` is `{text}`; {FORM}");
            self.problem(key, ProblemCode::InvalidUnit, message).hint = hint(&text);
            return None;
        };
        let allowed = match (*bounds.start(), *bounds.end()) {
            (least, most) if most == *ANY_SPAN.end() => format!("{} or more", written(least)),
            (least, most) => format!("{} to {}", written(least), written(most)),
        };
        self.within(key, span, &bounds, &text, &allowed)
    }
}

/// A length of time as people write it in the file, whole years included.
pub(in crate::config) fn written(span: Span) -> String {
    let year = Span::from_days(365).as_millis();
    match span.as_millis() {
        millis if millis >= year && millis % year == 0 => format!("{}y", millis / year),
        _ => span.to_string(),
    }
}

/// What was probably meant by a length of time with a wrong unit or none.
fn hint(text: &str) -> Option<String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let letter = match unit.trim().to_lowercase().as_str() {
        "ms" | "msec" | "millis" | "milliseconds" => "ms",
        "" | "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        "month" | "months" => return Some("months differ in length; write days".to_owned()),
        "y" | "year" | "years" => "y",
        _ => return None,
    };
    let meant = format!("{number}{letter}");
    meant.parse::<Span>().ok().map(|_| format!("did you mean `{meant}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_written_as_years() {
        for text in ["2y", "1y", "30d", "4w", "0s", "90s"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(written(span).parse::<Span>().unwrap(), span);
        }
        assert_eq!(written(Span::from_days(730)), "2y");
    }

    #[test]
    fn common_words_for_units_are_understood() {
        for (text, meant) in [("30", "30s"), ("30 s", "30s"), ("5 Minutes", "5m"), ("2hr", "2h"), ("1 years", "1y")] {
            assert_eq!(hint(text), Some(format!("did you mean `{meant}`?")), "{text}");
        }
        for text in ["30 parsecs", "", "s", "-5m", "1.5h"] {
            assert_eq!(hint(text), None, "{text}");
        }
    }
}
