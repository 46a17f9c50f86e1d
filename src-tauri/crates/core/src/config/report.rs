//! Where the walk over the document collects mistakes, each with its line and column.

use std::ops::Range;

use super::problem::{ConfigNote, ConfigProblem, ProblemCode};

/// The mistakes found so far in one text.
pub(super) struct Report<'t> {
    text: &'t str,
    problems: Vec<ConfigProblem>,
    notes: Vec<ConfigNote>,
    /// Every key that a validator asked for, in the notation of the schema (`rule[].warning.above`), so that a test
    /// can hold the validators against the schema.
    #[cfg(test)]
    pub(super) asked: std::collections::BTreeSet<String>,
}

impl<'t> Report<'t> {
    /// Nothing found yet.
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            problems: Vec::new(),
            notes: Vec::new(),
            #[cfg(test)]
            asked: std::collections::BTreeSet::new(),
        }
    }

    /// Notes a mistake; `place` is a range of bytes in the text. The returned problem can be given a hint.
    pub(super) fn add(
        &mut self,
        place: Option<Range<usize>>,
        key: &str,
        code: ProblemCode,
        message: impl Into<String>,
    ) -> &mut ConfigProblem {
        let (line, column) = place.map_or((1, 1), |place| position(self.text, place.start));
        let problem = ConfigProblem { line, column, key: key.to_owned(), code, message: message.into(), hint: None };
        // Mistakes are kept in the order of the file, whatever the order in which validators look.
        let index = self.problems.partition_point(|other| (other.line, other.column) <= (line, column));
        self.problems.insert(index, problem);
        &mut self.problems[index]
    }

    /// Notes what is no mistake and does not work as a person may expect.
    pub(super) fn note(&mut self, place: Option<Range<usize>>, key: &str, message: String, hint: String) {
        let (line, column) = place.map_or((1, 1), |place| position(self.text, place.start));
        self.notes.push(ConfigNote { line, column, key: key.to_owned(), message, hint });
    }

    /// Takes out the notes.
    pub(super) fn take_notes(&mut self) -> Vec<ConfigNote> {
        std::mem::take(&mut self.notes)
    }

    /// Drops mistakes of one kind that may be consequences of others.
    pub(super) fn forget(&mut self, code: ProblemCode) {
        self.problems.retain(|problem| problem.code != code);
    }

    /// Line and column of a byte of the text.
    pub(super) fn position(&self, byte: usize) -> (u32, u32) {
        position(self.text, byte)
    }

    /// Everything found, in the order of the file.
    pub(super) fn into_problems(self) -> Vec<ConfigProblem> {
        self.problems
    }
}

/// Line and column of a byte, both from 1, columns in characters.
pub(super) fn position(text: &str, byte: usize) -> (u32, u32) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_bytes() {
        let text = "a = 1\n\"ü\" = 2\n";
        assert_eq!(position(text, 0), (1, 1));
        assert_eq!(position(text, text.find('2').unwrap()), (2, 7));
        assert_eq!(position(text, text.len()), (3, 1));
        assert_eq!(position(text, 99), (3, 1));
    }

    #[test]
    fn mistakes_stand_in_the_order_of_the_file() {
        let mut report = Report::new("one\ntwo\nthree\n");
        for byte in [8, 0, 4] {
            report.add(Some(byte..byte), "key", ProblemCode::UnknownKey, "");
        }
        let lines: Vec<_> = report.into_problems().iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }
}
