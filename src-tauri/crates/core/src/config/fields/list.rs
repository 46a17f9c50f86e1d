//! Keys with several values: lists of texts, tables of the owner's own names, lists of tables.

use std::collections::HashMap;
use std::ops::Range;

use toml_edit::{Item, TableLike, Value};

use super::table::{Fields, type_in_words};
use crate::config::problem::ProblemCode;
use crate::config::suggestion::nearest;
use crate::metric::Labels;

impl<'t> Fields<'_, 't> {
    /// A list of texts.
    pub(in crate::config) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.convert(key, "a list of texts", |item| {
            item.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
        })
    }

    /// A table of texts under names of the owner's choice.
    pub(in crate::config) fn labels(&mut self, key: &'static str) -> Option<Labels> {
        let table = self.convert(key, "a table of texts", Item::as_table_like)?;
        let mut labels = Vec::new();
        for (name, value) in table.iter() {
            if let Some(text) = value.as_str() {
                labels.push((name.to_owned(), text.to_owned()));
            } else {
                let message = format!("the label `{name}` is a text, not {}", type_in_words(value));
                self.problem(&format!("{key}.{name}"), ProblemCode::WrongType, message);
            }
        }
        Some(labels.into_iter().collect())
    }

    /// A table whose keys and values are the owner's, as TOML.
    pub(in crate::config) fn free_table(&mut self, key: &'static str) -> Option<String> {
        self.convert(key, "a table", |item| item.as_table_like().map(|_| item.to_string().trim().to_owned()))
    }

    /// A list of tables, in the order of the file. Two of them with one id are a mistake.
    pub(in crate::config) fn tables<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Fields<'_, 't>) -> T,
    ) -> Option<Vec<T>> {
        let item = self.ask(key)?;
        let Some(tables) = tables_of(item) else {
            let hint = item.is_table().then(|| format!("write `[[{key}]]` with two brackets: there can be several"));
            self.wrong_type(key, item, "a list of tables").hint = hint;
            return None;
        };
        let shape = format!("{key}[]");
        let mut first_lines: HashMap<&str, u32> = HashMap::new();
        let mut results = Vec::new();
        for (index, (table, place)) in tables.into_iter().enumerate() {
            let mut fields = self.inner(&shape, table, place, &entry_name(key, table, index));
            if let Some(id) = table.get("id").and_then(Item::as_str) {
                let (line, _) = fields.place_of("id").map_or((1, 1), |place| fields.report.position(place.start));
                if let Some(first) = first_lines.get(id) {
                    let message = format!("the id `{id}` is already taken by the {key} on line {first}");
                    fields.problem("id", ProblemCode::DuplicateId, message);
                } else {
                    first_lines.insert(id, line);
                }
            }
            results.push(fields.read(&mut read));
        }
        Some(results)
    }

    /// Notes that an entry of a list of this table names something that the file does not define.
    pub(in crate::config) fn unknown_reference(&mut self, at: Reference<'_>, known: &[&str]) {
        let Some((place, path)) = self.reference_place(&at) else { return };
        let Reference { kind, name, .. } = at;
        let hint = nearest(name, known.iter().copied()).map(|known| format!("did you mean `{known}`?"));
        let message = format!("the file defines no {kind} `{name}`");
        self.report.add(place, &path, ProblemCode::UnknownReference, message).hint = hint;
    }

    /// Notes at a name what is no mistake and does not work as a person may expect.
    pub(in crate::config) fn note_reference(&mut self, at: Reference<'_>, message: String, hint: String) {
        let Some((place, path)) = self.reference_place(&at) else { return };
        self.report.note(place, &path, message, hint);
    }

    /// Where a name stands, and its path.
    fn reference_place(&self, at: &Reference<'_>) -> Option<(Option<Range<usize>>, String)> {
        let Reference { list, index, key, name, .. } = *at;
        let entries = self.table.get(list).and_then(tables_of).unwrap_or_default();
        let (entry, place) = entries.into_iter().nth(index)?;
        let names = entry.get(key).and_then(Item::as_array);
        let written = names.and_then(|names| names.iter().find(|value| value.as_str() == Some(name)));
        let alone = entry.get(key).and_then(Item::as_value).filter(|value| value.as_str() == Some(name));
        let path = format!("{}.{key}", self.path_of(&entry_name(list, entry, index)));
        Some((written.or(alone).and_then(Value::span).or(place), path))
    }
}

/// A name in a list of an entry, and the kind of thing that it should be the id of.
pub(in crate::config) struct Reference<'a> {
    /// Key of the list of tables.
    pub list: &'a str,
    /// Which of its entries, from 0.
    pub index: usize,
    /// Key of the list of names in that entry.
    pub key: &'a str,
    /// What is named.
    pub kind: &'a str,
    /// The name.
    pub name: &'a str,
}

/// A table and where it stands.
type Placed<'i> = (&'i dyn TableLike, Option<Range<usize>>);

/// The tables of `[[name]]` or of `name = [{ ... }]`; none when it is something else.
fn tables_of(item: &Item) -> Option<Vec<Placed<'_>>> {
    if let Some(tables) = item.as_array_of_tables() {
        return Some(tables.iter().map(|table| (table as &dyn TableLike, table.span())).collect());
    }
    let array = item.as_array().filter(|array| array.iter().all(Value::is_inline_table))?;
    let tables = array.iter().filter_map(Value::as_inline_table);
    Some(tables.map(|table| (table as &dyn TableLike, table.span())).collect())
}

/// `rule.cpu-high`, or `rule[2]` for the second one when it has no id.
fn entry_name(list: &str, entry: &dyn TableLike, index: usize) -> String {
    match entry.get("id").and_then(Item::as_str) {
        Some(id) => format!("{list}.{id}"),
        None => format!("{list}[{}]", index + 1),
    }
}
