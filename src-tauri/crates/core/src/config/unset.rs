//! Removing one key from the file's text; comments above it stay. Setting one is in `set`.

use toml_edit::{DocumentMut, Item, TableLike, Value};

use super::document::Document;
use super::lookup::{entry_mut, find, has_id};
use super::problem::{ConfigProblem, ProblemCode};
use super::schema::{Step, route};
use super::set::proven;
use super::syntax::Tree;

impl Document {
    /// The text without a key, or without an entry of a list (`rule.my-own`). A table between braces goes with its
    /// last key, an entry of a list when nothing but its id is left.
    ///
    /// # Errors
    /// Every mistake that the change would bring, or that there is nothing to remove; line and column are 0.
    pub fn unset(&self, key: &str) -> Result<String, Vec<ConfigProblem>> {
        let steps = route(key).map_err(|problem| vec![problem])?.steps;
        let text = self.without(&steps)?.ok_or_else(|| {
            vec![ConfigProblem::outside_file(key, ProblemCode::MissingKey, format!("the file has no `{key}`"))]
        })?;
        proven(without_bare_entry(text, &steps))
    }

    fn without(&self, steps: &[Step]) -> Result<Option<String>, Vec<ConfigProblem>> {
        if let Some(lines) = self.lines_of(steps) {
            return Ok(Some(format!("{}{}", &self.text()[..lines.start], &self.text()[lines.end..])));
        }
        let mut tree = self.to_tree()?;
        match remove(&mut tree, steps) {
            Removed::Nothing => Ok(None),
            Removed::Key => Ok(Some(tree.to_string())),
            Removed::LastKey => self.without(&steps[..steps.len() - 1]),
        }
    }

    /// The lines that a key and its value fill, when they share them with nothing else.
    fn lines_of(&self, steps: &[Step]) -> Option<std::ops::Range<usize>> {
        let text = self.text();
        let tree = Tree::parse(text.to_owned()).ok()?;
        let found = find(tree.as_table(), steps).filter(|found| found.item.is_value() && !found.within_braces)?;
        let range = found.range?;
        let start = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[range.end..].find('\n').map_or(text.len(), |newline| range.end + newline + 1);
        Some(start..end)
    }
}

/// The text without the entry that the steps lead through, if only its id and no comment is left of it.
fn without_bare_entry(text: String, steps: &[Step]) -> String {
    let entry = steps.iter().rposition(|step| matches!(step, Step::Entry { .. })).filter(|at| at + 1 < steps.len());
    let Some(entry) = entry.and_then(|at| steps.get(..=at)) else { return text };
    let (Some(Step::Entry { list, id }), Ok(mut tree)) = (entry.last(), text.parse::<DocumentMut>()) else {
        return text;
    };
    let tables = tree.get(list).filter(|_| entry.len() == 1).and_then(Item::as_array_of_tables);
    let Some(table) = tables.and_then(|tables| tables.iter().find(|table| has_id(*table, id))) else { return text };
    let is_bare = table.len() == 1 && !table.to_string().contains('#') && !has_comment(table.decor());
    if is_bare && matches!(remove(&mut tree, entry), Removed::Key) { tree.to_string() } else { text }
}

fn has_comment(decor: &toml_edit::Decor) -> bool {
    let part = |raw: Option<&toml_edit::RawString>| {
        raw.and_then(toml_edit::RawString::as_str).unwrap_or_default().contains('#')
    };
    part(decor.prefix()) || part(decor.suffix())
}

enum Removed {
    Nothing,
    Key,
    /// The table between braces is empty now.
    LastKey,
}

fn remove(tree: &mut DocumentMut, steps: &[Step]) -> Removed {
    let Some((last, way)) = steps.split_last() else { return Removed::Nothing };
    let mut table: &mut dyn TableLike = tree.as_table_mut();
    let mut within_braces = false;
    for step in way {
        let inner = match step {
            Step::Key(name) => {
                let item = table.get_mut(name);
                within_braces = item.as_ref().is_some_and(|item| item.is_inline_table());
                item.and_then(Item::as_table_like_mut)
            }
            Step::Entry { list, id } => {
                within_braces = false;
                table.get_mut(list).and_then(|item| entry_mut(item, id))
            }
        };
        let Some(inner) = inner else { return Removed::Nothing };
        table = inner;
    }
    let removed = match last {
        Step::Key(name) => table.remove(name).is_some(),
        Step::Entry { list, id } => table.get_mut(list).is_some_and(|item| remove_entry(item, id)),
    };
    match removed {
        false => Removed::Nothing,
        true if within_braces && table.is_empty() => Removed::LastKey,
        true => Removed::Key,
    }
}

fn remove_entry(list: &mut Item, id: &str) -> bool {
    match list {
        Item::ArrayOfTables(tables) => {
            let before = tables.len();
            tables.retain(|table| !has_id(table, id));
            tables.len() < before
        }
        Item::Value(Value::Array(tables)) => {
            let before = tables.len();
            tables.retain(|table| !table.as_inline_table().is_some_and(|table| has_id(table, id)));
            tables.len() < before
        }
        Item::None | Item::Value(_) | Item::Table(_) => false,
    }
}
