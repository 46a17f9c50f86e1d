//! One alert whole: what `alerts show` says, with rows in place of lines.

use caretaker_core::time::Timestamp;
use caretaker_core::view::AlertDetail;

use super::row::Row;
use crate::render::{Colour, Terminal, level_sign};
use crate::verbs::alerts_show;

/// The rows of the page.
pub fn detail(detail: &AlertDetail, now: Timestamp, width: usize) -> Vec<Row> {
    let terminal = Terminal::of_width(width.clamp(40, 100));
    let text = alerts_show::words(&terminal, detail, now);
    let mut lines = text.lines();
    let sign = level_sign(detail.alert.level);
    let mut rows: Vec<Row> = lines.next().map(|first| Row::in_colour(first, sign.colour)).into_iter().collect();
    let mut after_blank = false;
    for line in lines {
        // A block begins with its head, except for the first, which has none.
        let head = after_blank && rows.len() > 2;
        rows.push(if head { Row::in_colour(line, Colour::Bold) } else { Row::plain(line) }.cut(width));
        after_blank = line.is_empty();
    }
    rows
}
