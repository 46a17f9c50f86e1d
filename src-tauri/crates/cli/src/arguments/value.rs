//! Values that several verbs take, read from a word with a message that says what is allowed.

use caretaker_core::time::Span;

/// Longer ranges than this are slips of the finger, and would leave the calendar.
const LONGEST: Span = Span::from_days(200 * 365);

/// A length of time: `90s`, `15m`, `24h`, `7d`, `4w`.
pub fn span(text: &str) -> Result<Span, String> {
    let span: Span = text.parse().map_err(|error: caretaker_core::time::ParseSpanError| error.to_string())?;
    if span > LONGEST { Err(format!("`{text}` is longer than 200 years")) } else { Ok(span) }
}

/// `name=value`.
pub fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write a label as name=value, for example mount=/".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_unit_and_an_end() {
        assert_eq!(span("15m"), Ok(Span::from_minutes(15)));
        for bad in ["5", "", "-5m", "soon", "99999999999w"] {
            assert!(span(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_have_a_name() {
        assert_eq!(label("mount=/a=b"), Ok(("mount".to_owned(), "/a=b".to_owned())));
        assert!(label("mount").is_err() && label("=x").is_err());
    }
}
