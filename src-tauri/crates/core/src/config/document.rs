//! The configuration file as it stands: its text, proven to be without mistakes. Changing it is in `set` and `unset`.

use toml_edit::{DocumentMut, Item, TableLike};

use super::channel::Credential;
use super::fields::Fields;
use super::problem::{ConfigNote, ConfigProblem, ProblemCode};
use super::report::Report;
use super::section::Sections;
use super::syntax::{self, Parsed};

/// A `caretaker.toml` without mistakes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    text: String,
    sections: Sections,
    notes: Vec<ConfigNote>,
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
        let notes = report.take_notes();
        let problems = report.into_problems();
        if problems.is_empty() { Ok(Self { text: text.to_owned(), sections, notes }) } else { Err(problems) }
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

    /// What is written without a mistake and does not work as a person may expect, in the order of the file.
    pub fn notes(&self) -> &[ConfigNote] {
        &self.notes
    }

    /// The text with everything that is secret taken out of it, comments and order as they are.
    pub fn shown_text(&self) -> String {
        let Ok(mut tree) = self.text.parse::<DocumentMut>() else { return String::new() };
        let channels = tree.get_mut("notify").and_then(|notify| notify.as_table_like_mut()?.get_mut("channel"));
        let mut hidden = hide_all(channels, &["url", "token"]);
        hidden |= hide_all(tree.get_mut("destination"), &["access_key", "secret_key"]);
        if hidden { tree.to_string() } else { self.text.clone() }
    }

    /// What the file says.
    pub(super) fn sections(&self) -> &Sections {
        &self.sections
    }
}

/// Takes the credentials out of a list of tables, however it is written; says whether there were any.
fn hide_all(list: Option<&mut Item>, keys: &[&str]) -> bool {
    let mut hidden = false;
    match list {
        Some(Item::ArrayOfTables(tables)) => tables.iter_mut().for_each(|table| hidden |= hide(table, keys)),
        Some(Item::Value(toml_edit::Value::Array(list))) => {
            let tables = list.iter_mut().filter_map(toml_edit::Value::as_inline_table_mut);
            tables.for_each(|table| hidden |= hide(table, keys));
        }
        Some(_) | None => {}
    }
    hidden
}

/// Takes the credentials out of one table; says whether there were any.
fn hide(table: &mut dyn TableLike, keys: &[&str]) -> bool {
    let mut hidden = false;
    for key in keys {
        let Some(value) = table.get_mut(key).and_then(Item::as_value_mut) else { continue };
        if let Some(text) = value.as_str().map(str::to_owned)
            && let credential @ Credential::Plain(_) = Credential::new(&text)
        {
            let decor = value.decor().clone();
            *value = credential.to_string().into();
            *value.decor_mut() = decor;
            hidden = true;
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_text_keeps_everything_but_what_is_secret() {
        let text = "# mine\n[[notify.channel]]\nid = \"ops\" # pager\nkind = \"webhook\"\n\
                    url = \"https://h.example/s3cr3t\"  # the hook\ntoken = \"abc\"\n";
        let shown = Document::parse(text).unwrap().shown_text();
        let expected = text.replace("h.example/s3cr3t", "h.example/…").replace("\"abc\"", "\"(hidden)\"");
        assert_eq!(shown, expected);
        let inline = "notify.channel = [{ id = \"n\", kind = \"ntfy\", url = \"https://n.example/t\" }]\n";
        assert!(!Document::parse(inline).unwrap().shown_text().contains("/t"));
        let store = "[[destination]]\nid = \"s\"\ns3 = \"s3://b\"\naccess_key = \"env:K\"\nsecret_key = \"abc\"\n";
        assert_eq!(Document::parse(store).unwrap().shown_text(), store.replace("abc", "(hidden)"));
        let reference = "[[notify.channel]]\nid = \"ops\"\nkind = \"webhook\"\nurl = 'env:OPS'\n";
        assert_eq!(Document::parse(reference).unwrap().shown_text(), reference);
    }
}
