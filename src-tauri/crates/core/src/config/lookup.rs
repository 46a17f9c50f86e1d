//! Where a dotted path stands in the tree of the file.

use std::ops::Range;

use toml_edit::{Item, Key, TableLike, Value};

use super::schema::Step;

/// A key that is written in the file.
pub(super) struct Found<'t> {
    /// What is written for it.
    pub item: &'t Item,
    /// From the first byte of the key to the last of the value; none in a tree without ranges.
    pub range: Option<Range<usize>>,
    /// Whether it stands between braces, and so shares its line with others.
    pub within_braces: bool,
}

/// The key that the steps lead to; none when the file does not have it, or when they lead to an entry of a list.
pub(super) fn find<'t>(root: &'t dyn TableLike, steps: &[Step]) -> Option<Found<'t>> {
    let (Step::Key(leaf), way) = steps.split_last()? else { return None };
    let (mut table, mut within_braces) = (root, false);
    for step in way {
        (table, within_braces) = match step {
            Step::Key(name) => {
                let item = table.get(name)?;
                (item.as_table_like()?, within_braces || item.is_inline_table())
            }
            Step::Entry { list, id } => {
                let item = table.get(list)?;
                (entry(item, id)?, within_braces || item.is_array())
            }
        };
    }
    let (key, item) = table.get_key_value(leaf)?;
    let range = Key::span(key).zip(item.span()).map(|(key, value)| key.start..value.end.max(key.end));
    Some(Found { item, range, within_braces })
}

/// The entry of a list of tables with an id.
pub(super) fn entry<'t>(list: &'t Item, id: &str) -> Option<&'t dyn TableLike> {
    if let Some(tables) = list.as_array_of_tables() {
        return tables.iter().map(|table| table as &dyn TableLike).find(|table| has_id(*table, id));
    }
    let tables = list.as_array()?.iter().filter_map(Value::as_inline_table);
    tables.map(|table| table as &dyn TableLike).find(|table| has_id(*table, id))
}

/// The entry of a list of tables with an id, to be changed.
pub(super) fn entry_mut<'t>(list: &'t mut Item, id: &str) -> Option<&'t mut dyn TableLike> {
    match list {
        Item::ArrayOfTables(tables) => {
            tables.iter_mut().find(|table| has_id(*table, id)).map(|table| table as &mut dyn TableLike)
        }
        Item::Value(Value::Array(tables)) => tables
            .iter_mut()
            .filter_map(Value::as_inline_table_mut)
            .find(|table| has_id(*table, id))
            .map(|table| table as &mut dyn TableLike),
        Item::None | Item::Value(_) | Item::Table(_) => None,
    }
}

/// Whether an entry has this id.
pub(super) fn has_id(entry: &dyn TableLike, id: &str) -> bool {
    entry.get("id").and_then(Item::as_str) == Some(id)
}
