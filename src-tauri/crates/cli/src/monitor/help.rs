//! Which key does what.

use super::row::{Row, length};
use crate::render::Colour;

const KEYS: &[(&str, &str)] = &[
    ("↑ ↓  or  k j", "choose an alert; on the page of an alert, scroll"),
    ("Enter", "show the chosen alert: evidence, what happened, who was told"),
    ("a", "acknowledge: you have taken it on, and it is not told again"),
    ("s", "silence it for an hour, after asking"),
    ("r", "range of the graphs: 1 h, 6 h, 24 h, 7 d"),
    ("p", "pause: nothing moves and nothing is asked for"),
    ("?", "this page"),
    ("Esc", "back; from the first page, leave"),
    ("q  or  Ctrl+C", "leave"),
];

const SIGNS: &[(&str, Colour, &str)] = &[
    ("● ok", Colour::Green, "nothing needs you"),
    ("▲ warning", Colour::Yellow, "needs a look"),
    ("■ critical", Colour::Red, "needs a look now"),
    ("○ unknown", Colour::Dim, "nobody measured lately"),
    ("┈", Colour::Yellow, "the bound of a rule, in a graph"),
];

/// The rows of the page.
pub fn help() -> Vec<Row> {
    let padded = |text: &str, width: usize| format!("  {text}{}", " ".repeat(width.saturating_sub(length(text))));
    let mut rows = vec![Row::in_colour("Keys", Colour::Bold)];
    rows.extend(KEYS.iter().map(|(key, meaning)| Row::plain(padded(key, 15)).add(*meaning, None)));
    rows.extend([Row::new(), Row::in_colour("Signs", Colour::Bold)]);
    rows.extend(
        SIGNS.iter().map(|(sign, colour, meaning)| Row::new().add(padded(sign, 15), Some(*colour)).add(*meaning, None)),
    );
    rows
}
