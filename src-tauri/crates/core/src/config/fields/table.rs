//! The table itself: which keys it has, which are known, where mistakes in it are noted, and the tables within it.

use std::ops::Range;

use toml_edit::{Item, Key, TableLike};

use crate::config::problem::{ConfigProblem, ProblemCode};
use crate::config::report::Report;
use crate::config::suggestion::nearest;

/// A table, the path to it, and what was asked of it so far.
pub(in crate::config) struct Fields<'r, 't> {
    pub(super) report: &'r mut Report<'t>,
    pub(super) table: &'r dyn TableLike,
    place: Option<Range<usize>>,
    path: String,
    /// The path in the notation of the schema: `rule[].warning`.
    #[cfg(test)]
    shape: String,
    known: Vec<&'static str>,
}

impl<'r, 't> Fields<'r, 't> {
    /// Reads the whole document.
    pub(in crate::config) fn read_root<T>(
        report: &'r mut Report<'t>,
        root: &'r dyn TableLike,
        read: impl FnOnce(&mut Fields<'_, 't>) -> T,
    ) -> T {
        let fields = Fields {
            report,
            table: root,
            place: None,
            path: String::new(),
            #[cfg(test)]
            shape: String::new(),
            known: Vec::new(),
        };
        fields.read(read)
    }

    /// A table within this one: that of a key, or an entry of the list of a key.
    pub(super) fn inner<'i>(
        &'i mut self,
        key: &str,
        table: &'i dyn TableLike,
        place: Option<Range<usize>>,
        name: &str,
    ) -> Fields<'i, 't> {
        #[cfg(not(test))]
        let _ = key;
        Fields {
            path: self.path_of(name),
            #[cfg(test)]
            shape: if self.shape.is_empty() { key.to_owned() } else { format!("{}.{key}", self.shape) },
            report: self.report,
            table,
            place,
            known: Vec::new(),
        }
    }

    /// Lets a section read the table, then reports the keys that it did not ask for.
    pub(super) fn read<T>(mut self, read: impl FnOnce(&mut Fields<'_, 't>) -> T) -> T {
        let result = read(&mut self);
        self.report_unknown_keys();
        result
    }

    /// A table under a key of this one.
    pub(in crate::config) fn table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Fields<'_, 't>) -> T,
    ) -> Option<T> {
        let item = self.ask(key)?;
        let Some(table) = item.as_table_like() else {
            let problem = self.wrong_type(key, item, "a table");
            if item.is_array_of_tables() {
                problem.hint = Some(format!("write `[{key}]` once, not `[[{key}]]`"));
            }
            return None;
        };
        let place = self.place_of(key);
        Some(self.inner(key, table, place, key).read(read))
    }

    /// The dotted path of this table.
    pub(in crate::config) fn path(&self) -> &str {
        &self.path
    }

    /// The dotted path of a key of this table.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Whether the key is written in the file, right or wrong.
    pub(in crate::config) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Notes that a key is missing, if it is.
    pub(in crate::config) fn require(&mut self, key: &str) {
        if !self.has(key) {
            let message = format!("`{}` needs the key `{key}`", self.path);
            self.problem(key, ProblemCode::MissingKey, message);
        }
    }

    /// Notes a mistake at a key, whose dots lead into tables within this one (`warning.above`); a key that is not
    /// there is noted at the table.
    pub(in crate::config) fn problem(
        &mut self,
        key: &str,
        code: ProblemCode,
        message: impl Into<String>,
    ) -> &mut ConfigProblem {
        let (outer, inner) = key.split_once('.').map_or((key, None), |(outer, inner)| (outer, Some(inner)));
        let within = inner.and_then(|inner| self.table.get(outer)?.as_table_like()?.get(inner)?.span());
        let place = within.or_else(|| self.place_of(outer));
        let path = self.path_of(key);
        self.report.add(place, &path, code, message)
    }

    /// Notes at a key what is no mistake and does not work as a person may expect.
    pub(in crate::config) fn note(&mut self, key: &str, message: String, hint: String) {
        let (place, path) = (self.place_of(key), self.path_of(key));
        self.report.note(place, &path, message, hint);
    }

    /// Notes a value of the wrong type; `allowed` says which is right.
    pub(super) fn wrong_type(&mut self, key: &str, item: &Item, allowed: &str) -> &mut ConfigProblem {
        self.problem(key, ProblemCode::WrongType, format!("`{key}` is {allowed}, not {}", type_in_words(item)))
    }

    /// Marks a key as known and gives what is written for it.
    pub(super) fn ask(&mut self, key: &'static str) -> Option<&'r Item> {
        self.known.push(key);
        #[cfg(test)]
        self.report.asked.insert(if self.shape.is_empty() { key.to_owned() } else { format!("{}.{key}", self.shape) });
        self.table.get(key)
    }

    /// Where a key's value stands, or the table when it has no such key.
    pub(super) fn place_of(&self, key: &str) -> Option<Range<usize>> {
        let value = self.table.get(key).and_then(Item::span);
        value.or_else(|| self.table.key(key).and_then(Key::span)).or_else(|| self.place.clone())
    }

    fn report_unknown_keys(&mut self) {
        let table = self.table;
        for (key, _) in table.iter().filter(|(key, _)| !self.known.contains(key)) {
            let place = table.key(key).and_then(Key::span);
            let message = match self.path.as_str() {
                "" => format!("there is no section `{key}`"),
                path => format!("there is no key `{key}` in `{path}`"),
            };
            let hint = nearest(key, self.known.iter().copied()).map_or_else(
                || format!("known are: {}", self.known.join(", ")),
                |known| format!("did you mean `{known}`?"),
            );
            let path = self.path_of(key);
            self.report.add(place, &path, ProblemCode::UnknownKey, message).hint = Some(hint);
        }
    }
}

/// What stands there, in the words of the messages.
pub(super) fn type_in_words(item: &Item) -> &'static str {
    match item.type_name() {
        "string" => "a text",
        "integer" => "a whole number",
        "float" => "a number with a fraction",
        "boolean" => "true or false",
        "datetime" => "a date",
        "array" => "a list",
        "array of tables" => "a list of tables",
        _ => "a table",
    }
}
