//! A row of the screen as pieces of text with colours. Knows widths and nothing about terminals.

use crate::render::Colour;

/// Text in one colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Its colour, where colours are shown.
    pub colour: Option<Colour>,
    /// Chosen: shown the other way round.
    pub chosen: bool,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// From the left.
    pub pieces: Vec<Piece>,
}

impl Row {
    /// An empty one.
    pub const fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    /// A row of plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new().add(text, None)
    }

    /// A row of text in a colour.
    pub fn in_colour(text: impl Into<String>, colour: Colour) -> Self {
        Self::new().add(text, Some(colour))
    }

    /// The row with more text.
    pub fn add(mut self, text: impl Into<String>, colour: Option<Colour>) -> Self {
        let text = text.into().replace(['\n', '\r', '\t'], " ");
        if !text.is_empty() {
            self.pieces.push(Piece { text, colour, chosen: false });
        }
        self
    }

    /// The row with another one behind it.
    pub fn join(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|piece| length(&piece.text)).sum()
    }

    /// The row as wide as this: cut with an ellipsis, or filled with blanks.
    pub fn fitted(self, width: usize) -> Self {
        let row = self.cut(width);
        let missing = width.saturating_sub(row.width());
        row.add(" ".repeat(missing), None)
    }

    /// The row no wider than this.
    pub fn cut(mut self, width: usize) -> Self {
        let mut left = width;
        let over = self.width() > width;
        for piece in &mut self.pieces {
            let long = length(&piece.text);
            if over && long >= left {
                piece.text = shortened(&piece.text, left, long > left || over);
                left = 0;
            } else {
                left -= long.min(left);
            }
        }
        self.pieces.retain(|piece| !piece.text.is_empty());
        self
    }

    /// The row with text at its right end, which stays whole.
    pub fn with_right(self, right: Self, width: usize) -> Self {
        let room = width.saturating_sub(right.width() + 1);
        self.fitted(room).add(" ", None).join(right).cut(width)
    }

    /// The row shown as chosen.
    pub fn chosen(mut self) -> Self {
        for piece in &mut self.pieces {
            piece.chosen = true;
        }
        self
    }

    /// The text alone.
    #[cfg(test)]
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// Columns of a text.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

fn shortened(text: &str, width: usize, ellipsis: bool) -> String {
    if width == 0 {
        return String::new();
    }
    let kept = if ellipsis { width - 1 } else { width };
    let mut text: String = text.chars().take(kept).collect();
    if ellipsis {
        text.push('…');
    }
    text
}

/// Two columns of rows beside each other, `gap` blanks between them.
pub fn beside(left: Vec<Row>, right: Vec<Row>, width: usize, gap: usize) -> Vec<Row> {
    let height = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    (0..height)
        .map(|_| left.next().unwrap_or_default().fitted(width + gap).join(right.next().unwrap_or_default()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_and_filled_to_their_width() {
        let row = || Row::plain("CPU ").add("93 % now", Some(Colour::Red));
        assert_eq!(row().fitted(14).text(), "CPU 93 % now  ");
        assert_eq!(row().fitted(12).text(), "CPU 93 % now");
        assert_eq!(row().fitted(8).text(), "CPU 93 …");
        assert_eq!(row().fitted(4).text(), "CPU…");
        assert_eq!(row().fitted(1).text(), "…");
        assert_eq!(row().fitted(0).text(), "");
        assert_eq!(row().with_right(Row::plain("08:15"), 14).text(), "CPU 93 … 08:15");
    }

    #[test]
    fn columns_stand_beside_each_other_also_when_one_is_shorter() {
        let rows = beside(vec![Row::plain("one")], vec![Row::plain("two"), Row::plain("three")], 5, 2);
        assert_eq!(rows.iter().map(Row::text).collect::<Vec<_>>(), ["one    two", "       three"]);
    }
}
