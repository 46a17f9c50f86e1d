//! The configuration file as it stands: its text, proven to be without mistakes. Changing it is in `set` and `unset`.

use super::fields::Fields;
use super::problem::{ConfigProblem, ProblemCode};
use super::report::Report;
use super::section::Sections;
use super::syntax::{self, Parsed};

/// A `caretaker.toml` without mistakes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    text: String,
    sections: Sections,
}

impl Document {
    /// Reads and checks a text.
    ///
    /// # Errors
    /// Every mistake in it, in the order of the file.
    pub fn parse(text: &str) -> Result<Self, Vec<ConfigProblem>> {
        let mut report = Report::new(text);
        let sections = match syntax::parse(text, &mut report) {
            Parsed::Whole(tree) => Fields::read_root(&mut report, tree.as_table(), Sections::read),
            Parsed::InPart(tree) => {
                Fields::read_root(&mut report, tree.as_table(), Sections::read);
                // What is missing may stand in a broken line.
                report.forget(ProblemCode::MissingKey);
                Sections::default()
            }
            Parsed::Broken => Sections::default(),
        };
        let problems = report.into_problems();
        if problems.is_empty() { Ok(Self { text: text.to_owned(), sections }) } else { Err(problems) }
    }

    /// The text of the file, comments and all.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Sections that are correct but not acted upon by this version, as dotted paths: `service`, `notify.channel`,
    /// `rule.backup-missing`.
    pub fn unused_sections(&self) -> Vec<String> {
        self.sections.unused()
    }

    /// What the file says.
    pub(super) fn sections(&self) -> &Sections {
        &self.sections
    }
}
