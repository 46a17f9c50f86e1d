//! Setting one key in the file's text; comments, order and layout stay as they are. Removing one is in `unset`.

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::document::Document;
use super::lookup;
use super::problem::{ConfigProblem, ProblemCode};
use super::schema::{Route, Step, route};

impl Document {
    /// The text with a key set. Entries of lists go by their id (`rule.cpu-high.warning.above`); one that is not there
    /// is added. The value is typed by the schema: texts as they are, everything else as TOML.
    ///
    /// # Errors
    /// Every mistake that the change would bring; line and column are 0.
    pub fn set(&self, key: &str, value: &str) -> Result<String, Vec<ConfigProblem>> {
        let mut tree = self.to_tree()?;
        insert(&mut tree, key, value).map_err(|problem| vec![problem])?;
        proven(tree.to_string())
    }

    /// The text as a tree that can be changed.
    pub(super) fn to_tree(&self) -> Result<DocumentMut, Vec<ConfigProblem>> {
        self.text()
            .parse::<DocumentMut>()
            .map_err(|error| vec![ConfigProblem::outside_file("", ProblemCode::Syntax, error.message())])
    }
}

/// The text, if it has no mistakes.
pub(super) fn proven(text: String) -> Result<String, Vec<ConfigProblem>> {
    match Document::parse(&text) {
        Ok(_) => Ok(text),
        Err(problems) => {
            Err(problems.into_iter().map(|problem| ConfigProblem { line: 0, column: 0, ..problem }).collect())
        }
    }
}

/// Puts a value at a dotted path.
pub(super) fn insert(tree: &mut DocumentMut, key: &str, value: &str) -> Result<(), ConfigProblem> {
    let Route { steps, node } = route(key)?;
    let Some((Step::Key(leaf), way)) = steps.split_last() else {
        let message = format!("`{key}` is a whole entry; set its keys one by one");
        return Err(ConfigProblem::outside_file(key, ProblemCode::InvalidValue, message));
    };
    let mut value = typed(node, key, value)?;
    let mut end = End::of(tree);
    let mut table: &mut dyn TableLike = tree.as_table_mut();
    for (depth, step) in way.iter().enumerate() {
        table = match step {
            Step::Key(name) => open_table(table, name, depth, &mut end),
            Step::Entry { list, id } => open_entry(table, list, id, depth, &mut end),
        }
        .ok_or_else(|| {
            let message = format!("`{key}` leads through a value that is no table");
            ConfigProblem::outside_file(key, ProblemCode::WrongType, message)
        })?;
    }
    match table.get_mut(leaf) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        _ => {
            table.insert(leaf, Item::Value(value));
        }
    }
    if end.moved {
        tree.set_trailing("");
    }
    Ok(())
}

/// A typed text as the schema wants it. What does not fit stays a text, so that the validator can say what is wrong.
fn typed(node: &serde_json::Value, key: &str, text: &str) -> Result<Value, ConfigProblem> {
    let literal = text.trim().parse::<Value>();
    match (node.get("type").and_then(serde_json::Value::as_str), literal) {
        (Some("string"), Ok(quoted)) if quoted.is_str() => Ok(bare(quoted)),
        (Some("string"), _) => Ok(Value::from(text)),
        (Some("array" | "object"), Err(error)) => {
            let message = format!("`{text}` is no TOML: {}", error.message().replace('\n', ", "));
            let hint = Some("write it as in the file, for example `{ above = 75 }` or `[\"a\", \"b\"]`".to_owned());
            Err(ConfigProblem { hint, ..ConfigProblem::outside_file(key, ProblemCode::Syntax, message) })
        }
        (_, Ok(literal)) => Ok(bare(literal)),
        (_, Err(_)) => Ok(Value::from(text)),
    }
}

fn bare(mut value: Value) -> Value {
    value.decor_mut().clear();
    value
}

/// What stands after the last key of a file, which a table added at the end must come after.
struct End {
    trailing: String,
    empty: bool,
    moved: bool,
}

impl End {
    fn of(tree: &DocumentMut) -> Self {
        let trailing = tree.trailing().as_str().unwrap_or_default().to_owned();
        Self { trailing, empty: tree.as_table().is_empty(), moved: false }
    }

    /// Puts a new table after everything else, with an empty line before it.
    fn place(&mut self, table: &mut Table) {
        table.set_position(Some(isize::MAX));
        let trailing = std::mem::take(&mut self.trailing);
        let break_line = if trailing.is_empty() || trailing.ends_with('\n') { "" } else { "\n" };
        let empty_line = if self.empty && trailing.trim().is_empty() { "" } else { "\n" };
        table.decor_mut().set_prefix(format!("{trailing}{break_line}{empty_line}"));
        (self.moved, self.empty) = (true, false);
    }
}

fn open_table<'t>(
    table: &'t mut dyn TableLike,
    name: &str,
    depth: usize,
    end: &mut End,
) -> Option<&'t mut dyn TableLike> {
    if !table.contains_key(name) {
        let item = if depth == 0 {
            let mut fresh = Table::new();
            end.place(&mut fresh);
            Item::Table(fresh)
        } else {
            Item::Value(Value::InlineTable(InlineTable::new()))
        };
        table.insert(name, item);
    }
    table.get_mut(name)?.as_table_like_mut()
}

fn open_entry<'t>(
    table: &'t mut dyn TableLike,
    list: &str,
    id: &str,
    depth: usize,
    end: &mut End,
) -> Option<&'t mut dyn TableLike> {
    if !table.contains_key(list) {
        table.insert(list, Item::ArrayOfTables(ArrayOfTables::new()));
    }
    let item = table.get_mut(list)?;
    if lookup::entry(item, id).is_none() {
        match item {
            Item::ArrayOfTables(tables) => {
                let mut fresh = Table::new();
                fresh.insert("id", toml_edit::value(id));
                // An entry within an entry must follow the one that it belongs to.
                if depth == 0 {
                    end.place(&mut fresh);
                }
                tables.push(fresh);
            }
            Item::Value(Value::Array(tables)) => {
                let mut fresh = InlineTable::new();
                fresh.insert("id", id.into());
                tables.push(fresh);
            }
            Item::None | Item::Value(_) | Item::Table(_) => return None,
        }
    }
    lookup::entry_mut(item, id)
}
