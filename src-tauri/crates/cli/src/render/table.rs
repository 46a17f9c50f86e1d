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

/// What becomes of a column when the terminal is too narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Narrow {
    /// Words are cut once nothing else gives way; numbers never.
    Column,
    /// Cut first.
    GivesWay,
    /// What the row is about: shortened in its middle, and only when nothing else is left.
    Name,
    /// Stays whole: a part of it would be a lie.
    Whole,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    head: &'static str,
    align: Align,
    narrow: Narrow,
    /// Left out when cutting is not enough, the highest number first; none for what always stays.
    dropped: Option<u8>,
}

impl Column {
    /// A column that is as wide as its widest cell.
    pub const fn new(head: &'static str, align: Align) -> Self {
        Self { head, align, narrow: Narrow::Column, dropped: None }
    }

    /// A column that is cut when the terminal is too narrow.
    pub const fn giving_way(head: &'static str) -> Self {
        Self { narrow: Narrow::GivesWay, ..Self::new(head, Align::Left) }
    }

    /// A column that says what the row is about.
    pub const fn name(head: &'static str) -> Self {
        Self { narrow: Narrow::Name, ..Self::new(head, Align::Left) }
    }

    /// A column of words that are never cut.
    pub const fn whole(head: &'static str) -> Self {
        Self { narrow: Narrow::Whole, ..Self::new(head, Align::Left) }
    }

    /// The same column, left out when cutting is not enough; the highest `rank` goes first.
    pub const fn dropped(self, rank: u8) -> Self {
        Self { dropped: Some(rank), ..self }
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

    /// The width of each column; none for those that are left out.
    fn widths(&self, limit: Option<usize>) -> Vec<Option<usize>> {
        let cell = |row: &Vec<Cell>, index: usize| row.get(index).map_or(0, |cell| length(&cell.text));
        let widest = |index: usize| self.rows.iter().map(|row| cell(row, index)).max().unwrap_or(0);
        let mut widths: Vec<Option<usize>> = self
            .columns
            .iter()
            .enumerate()
            // A column with nothing in it takes no room.
            .map(|(index, column)| Some(widest(index).max(length(column.head))).filter(|width| *width > 0))
            .collect();
        let Some(limit) = limit else { return widths };
        while self.over(&widths, limit) > self.slack(&widths) {
            let shown = self.columns.iter().zip(&widths).filter(|(_, width)| width.is_some());
            let Some(last) = shown.filter_map(|(column, _)| column.dropped).max() else { break };
            for (width, column) in widths.iter_mut().zip(&self.columns) {
                *width = width.filter(|_| column.dropped != Some(last));
            }
        }
        let mut over = self.over(&widths, limit);
        for (width, column) in widths.iter_mut().zip(&self.columns) {
            if let (Some(width), Narrow::GivesWay) = (width, column.narrow) {
                let cut = over.min(width.saturating_sub(LEAST));
                *width -= cut;
                over -= cut;
            }
        }
        // Words that give way, then all other words, then what the rows are about.
        for kinds in [&[Narrow::GivesWay][..], &[Narrow::GivesWay, Narrow::Column], &[Narrow::Name]] {
            while over > 0 {
                let words = widths.iter_mut().zip(&self.columns);
                let words = words.filter(|(_, column)| column.align == Align::Left && kinds.contains(&column.narrow));
                let widest = words.filter_map(|(width, _)| width.as_mut()).max().filter(|width| **width > SHORTEST);
                let Some(widest) = widest else { break };
                *widest -= 1;
                over -= 1;
            }
        }
        widths
    }

    /// How much the columns are too wide together.
    fn over(&self, widths: &[Option<usize>], limit: usize) -> usize {
        let shown = widths.iter().flatten();
        let gaps = GAP * shown.clone().count().saturating_sub(1);
        (self.indent + shown.sum::<usize>() + gaps).saturating_sub(limit)
    }

    /// How much may be cut before anything is left out.
    fn slack(&self, widths: &[Option<usize>]) -> usize {
        let cut = |(width, column): (&Option<usize>, &Column)| match column.narrow {
            Narrow::GivesWay => width.unwrap_or(0).saturating_sub(LEAST),
            Narrow::Column | Narrow::Name | Narrow::Whole => 0,
        };
        widths.iter().zip(&self.columns).map(cut).sum()
    }

    fn line<'c>(
        &self,
        into: &mut String,
        terminal: &Terminal,
        widths: &[Option<usize>],
        cells: impl Iterator<Item = (&'c str, Option<Colour>)>,
    ) {
        let mut line = " ".repeat(self.indent);
        // Blanks are added only before the next cell that shows something, so that no line ends in them.
        let mut owed = 0;
        for (((text, colour), width), column) in cells.zip(widths).zip(&self.columns) {
            let Some(width) = width else { continue };
            let text = if column.narrow == Narrow::Name { cut_within(text, *width) } else { cut(text, *width) };
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

/// The text without its middle: names of series begin alike and differ at the end.
fn cut_within(text: &str, width: usize) -> String {
    let whole = length(text);
    if whole <= width {
        return text.to_owned();
    }
    let tail = width.saturating_sub(1).div_ceil(2);
    let head: String = text.chars().take(width.saturating_sub(1) - tail).collect();
    let tail: String = text.chars().skip(whole - tail).collect();
    format!("{head}…{tail}")
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
    fn a_column_with_nothing_in_it_takes_no_room() {
        let columns = [Column::new("", Align::Left), Column::new("", Align::Right), Column::new("", Align::Left)];
        let mut table = Table::new(&columns);
        table.row(["none".to_owned(), String::new(), "/sys/class/drm".to_owned()]);
        assert_eq!(table.render(&Terminal::detect(false, Colours::Never)), "none  /sys/class/drm\n");
    }

    #[test]
    fn the_column_that_gives_way_is_cut_to_the_width() {
        assert_eq!(example().widths(Some(35)), [Some(22), Some(5), Some(4)]);
        assert_eq!(example().widths(Some(20)), [Some(7), Some(5), Some(4)]);
        let narrow = [Some(SHORTEST), Some(5), Some(4)];
        assert_eq!(example().widths(Some(10)), narrow, "numbers and short words stay whole");
        assert_eq!(cut("A long sentence", 8), "A long …");
    }

    #[test]
    fn columns_are_left_out_before_a_name_is_cut() {
        let mut table = Table::new(&[
            Column::name("SERIES"),
            Column::new("NOW", Align::Right),
            Column::new("HOUR", Align::Right).dropped(1),
            Column::new("DAY", Align::Right).dropped(2),
            Column::whole("BOUND"),
        ]);
        let cells = ["host.disk.usage{mount=/home}", "93 %", "91 %", "90 %", "above 75 %"];
        table.row(cells.map(str::to_owned));
        let shown = |limit| table.widths(Some(limit)).into_iter().map(|width| width.unwrap_or(0)).collect::<Vec<_>>();
        assert_eq!(shown(80), [28, 4, 4, 4, 10]);
        assert_eq!(shown(55), [28, 4, 4, 0, 10], "the day goes first");
        assert_eq!(shown(50), [28, 4, 0, 0, 10]);
        assert_eq!(shown(40), [22, 4, 0, 0, 10], "the bound stays whole");
        assert_eq!(cut_within("host.disk.usage{mount=/home}", 22), "host.disk.…ount=/home}");
    }
}
