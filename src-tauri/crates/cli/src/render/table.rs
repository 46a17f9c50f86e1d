//! Aligned columns, one line a thing, no boxes. The column that can give way is cut to the width of the terminal.

use super::colour::Colour;
use super::terminal::Terminal;

/// Which side a column keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    head: &'static str,
    align: Align,
    gives_way: bool,
}

impl Column {
    /// A column that is as wide as its widest cell.
    pub const fn new(head: &'static str, align: Align) -> Self {
        Self { head, align, gives_way: false }
    }

    /// A column that is cut when the terminal is too narrow.
    pub const fn giving_way(head: &'static str) -> Self {
        Self { head, align: Align::Left, gives_way: true }
    }
}

/// A cell: its text, and the colour it has.
struct Cell {
    text: String,
    colour: Option<Colour>,
}

/// Rows under heads.
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    indent: usize,
}

/// Between two columns.
const GAP: usize = 2;
/// A column that gives way keeps this much, as long as other words can give way too.
const LEAST: usize = 16;
/// No words are cut shorter than this; numbers are never cut, because a part of a number is a lie.
const SHORTEST: usize = 6;

impl Table {
    /// An empty table.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), indent: 0 }
    }

    /// The same table, this far from the left edge.
    pub fn indented(mut self, indent: usize) -> Self {
        self.indent = indent;
        self
    }

    /// The same table without the column of this head.
    pub fn without(mut self, head: &str) -> Self {
        if let Some(index) = self.columns.iter().position(|column| column.head == head) {
            self.columns.remove(index);
            for row in &mut self.rows {
                row.remove(index);
            }
        }
        self
    }

    /// Adds a row of plain cells.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.coloured(cells.map(|text| (text, None)));
    }

    /// Adds a row of cells with colours.
    pub fn coloured<const N: usize>(&mut self, cells: [(String, Option<Colour>); N]) {
        let one_line = |text: String| text.trim_end().replace(['\n', '\r', '\t'], " ");
        self.rows.push(cells.into_iter().map(|(text, colour)| Cell { text: one_line(text), colour }).collect());
    }

    /// The table as text, a line a row. Heads stand above it unless all are empty.
    pub fn render(&self, terminal: &Terminal) -> String {
        let widths = self.widths(terminal.width());
        let mut text = String::new();
        if self.columns.iter().any(|column| !column.head.is_empty()) {
            let heads = self.columns.iter().map(|column| (column.head, Some(Colour::Dim)));
            self.line(&mut text, terminal, &widths, heads);
        }
        for row in &self.rows {
            self.line(&mut text, terminal, &widths, row.iter().map(|cell| (cell.text.as_str(), cell.colour)));
        }
        text
    }

    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let cell = |row: &Vec<Cell>, index: usize| row.get(index).map_or(0, |cell| length(&cell.text));
        let widest = |index: usize| self.rows.iter().map(|row| cell(row, index)).max().unwrap_or(0);
        let mut widths: Vec<usize> =
            self.columns.iter().enumerate().map(|(index, column)| widest(index).max(length(column.head))).collect();
        let Some(limit) = limit else { return widths };
        let whole = self.indent + widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let mut over = whole.saturating_sub(limit);
        for (width, _) in widths.iter_mut().zip(&self.columns).filter(|(_, column)| column.gives_way) {
            let cut = over.min(width.saturating_sub(LEAST));
            *width -= cut;
            over -= cut;
        }
        while over > 0 {
            let words = widths.iter_mut().zip(&self.columns).filter(|(_, column)| column.align == Align::Left);
            let Some(widest) = words.map(|(width, _)| width).max().filter(|width| **width > SHORTEST) else { break };
            *widest -= 1;
            over -= 1;
        }
        widths
    }

    fn line<'c>(
        &self,
        into: &mut String,
        terminal: &Terminal,
        widths: &[usize],
        cells: impl Iterator<Item = (&'c str, Option<Colour>)>,
    ) {
        let mut line = " ".repeat(self.indent);
        // Blanks are added only before the next cell that shows something, so that no line ends in them.
        let mut owed = 0;
        for (((text, colour), width), column) in cells.zip(widths).zip(&self.columns) {
            let text = cut(text, *width);
            let blanks = width.saturating_sub(length(&text));
            let (before, after) = match column.align {
                Align::Left => (0, blanks),
                Align::Right => (blanks, 0),
            };
            if text.is_empty() {
                owed += width + GAP;
                continue;
            }
            line.push_str(&" ".repeat(owed + before));
            line.push_str(&colour.map_or_else(|| text.clone(), |colour| terminal.paint(colour, &text)));
            owed = after + GAP;
        }
        into.push_str(&line);
        into.push('\n');
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The text, or as much of it as fits with a mark that something is missing.
fn cut(text: &str, width: usize) -> String {
    if length(text) <= width {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(width.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Colours;

    fn example() -> Table {
        let mut table = Table::new(&[
            Column::giving_way("WHAT"),
            Column::new("VALUE", Align::Right),
            Column::new("ID", Align::Left),
        ]);
        table.row(["CPU".to_owned(), "93 %".to_owned(), String::new()]);
        table.row(["A long sentence about a disk".to_owned(), "9.1 %".to_owned(), "01ab".to_owned()]);
        table
    }

    #[test]
    fn numbers_keep_right_words_keep_left_and_no_line_ends_in_blanks() {
        let text = example().render(&Terminal::detect(false, Colours::Never));
        let expected = "WHAT                          VALUE  ID\n\
                        CPU                            93 %\n\
                        A long sentence about a disk  9.1 %  01ab\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_column_that_gives_way_is_cut_to_the_width() {
        assert_eq!(example().widths(Some(35)), [22, 5, 4]);
        assert_eq!(example().widths(Some(20)), [7, 5, 4]);
        assert_eq!(example().widths(Some(10)), [SHORTEST, 5, 4], "numbers and short words stay whole");
        assert_eq!(cut("A long sentence", 8), "A long …");
    }
}
