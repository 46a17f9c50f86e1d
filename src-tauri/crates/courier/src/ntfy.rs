//! What ntfy is told: a text to the topic's address, and headers for how it shows (<https://docs.ntfy.sh/publish/>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use caretaker_core::rule::Level;

use crate::letter::Letter;

/// A longer text would arrive as a file.
const LONGEST: usize = 4_000;

/// Headers by name.
pub type Headers = Vec<(&'static str, String)>;

/// The text and its headers.
pub fn message(letter: &Letter<'_>) -> (Vec<u8>, Headers) {
    let (priority, tag) = match (letter.event(), letter.notice.level) {
        ("test", _) => ("default", "bell"),
        // Good news wakes nobody.
        ("resolve", _) => ("low", "white_check_mark"),
        ("update", _) => ("low", "information_source"),
        (_, Level::Critical) => ("urgent", "rotating_light"),
        (_, Level::Warning) => ("high", "warning"),
    };
    let mut tags = vec![tag.to_owned()];
    tags.extend(letter.notice.about.as_ref().map(|about| about.rule.clone()));
    let mut headers = vec![
        ("Title", encoded(&letter.title())),
        ("Priority", priority.to_owned()),
        ("Tags", encoded(&tags.join(","))),
        // What is told later of the same alert takes the place of what was told before, where the server can.
        ("X-Sequence-ID", sequence(&letter.notice.alert.0)),
    ];
    headers.extend(letter.address().map(|address| ("Click", encoded(&address))));
    (bounded(&letter.notice.body).as_bytes().to_vec(), headers)
}

/// Letters, digits, `_` and `-`, 64 at most: what ntfy takes as the id of a sequence.
fn sequence(alert: &str) -> String {
    alert.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(64).collect()
}

/// A header holds plain letters only; others go by RFC 2047, which ntfy reads.
fn encoded(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.is_ascii() { text } else { format!("=?UTF-8?B?{}?=", STANDARD.encode(text)) }
}

fn bounded(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_hold_plain_letters_and_no_line_breaks() {
        assert_eq!(encoded("mini: CPU busy"), "mini: CPU busy");
        assert_eq!(encoded("a\r\nX-Evil: 1"), "a  X-Evil: 1");
        assert_eq!(encoded("60 °C"), "=?UTF-8?B?NjAgwrBD?=");
        assert_eq!(sequence("a/b c-1"), "abc-1");
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        let text = "ü".repeat(LONGEST);
        assert_eq!(bounded(&text).len(), LONGEST);
        assert!(bounded(&format!("a{text}")).len() <= LONGEST);
    }
}
