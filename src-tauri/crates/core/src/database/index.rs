//! Which indexes of a SQLite database are of no use, and where one is missing. SQLite does not count how often an index is used, so
//! that what is said here follows from the indexes themselves and from its statistics.

use serde::{Deserialize, Serialize};

/// An index as the schema has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexFacts {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// Its columns, each with order and collation behind tabs where they are unusual; none for an expression.
    pub columns: Vec<Option<String>>,
    /// Whether it keeps rows apart.
    pub is_unique: bool,
    /// Whether a person made it, and not a rule of the table.
    pub is_made: bool,
    /// Its condition, when it has only some rows.
    pub condition: Option<String>,
    /// Rows of the table, and how many of them share a value of its first column; as of the last statistics.
    pub spread: Option<(u64, u64)>,
}

/// A column, or several, that point to another table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The table that points.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that it points to.
    pub parent: String,
}

/// Something to be said of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexNote {
    /// Another one begins with the same columns and serves in its place.
    Covered {
        /// The index.
        index: String,
        /// Its table.
        table: String,
        /// The other.
        by: String,
    },
    /// Most rows share a value, so that it hardly narrows anything down.
    Flat {
        /// The index.
        index: String,
        /// Its table.
        table: String,
        /// Rows with the same value.
        each: u64,
        /// Of so many.
        rows: u64,
    },
    /// A foreign key without one: each delete in the other table reads all of this one.
    Missing {
        /// The table.
        table: String,
        /// Its columns.
        columns: Vec<String>,
        /// The table that it points to.
        parent: String,
    },
}

impl IndexNote {
    /// In a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Covered { index, table, by } => {
                format!("The index `{index}` of `{table}` is not needed: `{by}` begins with the same columns.")
            }
            Self::Flat { index, table, each, rows } => format!(
                "The index `{index}` of `{table}` hardly narrows anything down: {each} of {rows} rows share a value."
            ),
            Self::Missing { table, columns, parent } => format!(
                "No index of `{table}` begins with {}, which points to `{parent}`: each delete there reads the whole table.",
                columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
            ),
        }
    }
}

/// A smaller table is read as fast without an index.
const FEW_ROWS: u64 = 1_000;

/// What is to be said of these indexes and foreign keys.
pub fn review(indexes: &[IndexFacts], keys: &[ForeignKey]) -> Vec<IndexNote> {
    let mut notes = Vec::new();
    for (at, index) in indexes.iter().enumerate() {
        let by = indexes
            .iter()
            .enumerate()
            .find(|(other_at, other)| *other_at != at && covers(other, index, *other_at < at));
        if let Some((_, by)) = by {
            let (index, table, by) = (index.name.clone(), index.table.clone(), by.name.clone());
            notes.push(IndexNote::Covered { index, table, by });
        } else if let Some((rows, each)) = index.spread
            && index.is_made
            && !index.is_unique
            && index.condition.is_none()
            && rows >= FEW_ROWS
            && each.saturating_mul(2) >= rows
        {
            notes.push(IndexNote::Flat { index: index.name.clone(), table: index.table.clone(), each, rows });
        }
    }
    let begins = |index: &IndexFacts, key: &ForeignKey| {
        let names = |wanted: &String| {
            let first = index.columns.iter().take(key.columns.len());
            first.flatten().any(|column| column.split('\t').next() == Some(wanted))
        };
        index.table == key.table && index.condition.is_none() && key.columns.iter().all(names)
    };
    for key in keys.iter().filter(|key| !key.columns.is_empty()) {
        if !indexes.iter().any(|index| begins(index, key)) {
            let (table, columns, parent) = (key.table.clone(), key.columns.clone(), key.parent.clone());
            notes.push(IndexNote::Missing { table, columns, parent });
        }
    }
    notes
}

/// Whether `other` serves wherever `index` does. Of two that are the same the one that comes later is told.
fn covers(other: &IndexFacts, index: &IndexFacts, comes_before: bool) -> bool {
    let begins = other.columns.len() >= index.columns.len()
        && !index.columns.is_empty()
        && index.columns.iter().zip(&other.columns).all(|(one, other)| one.is_some() && one == other);
    if !index.is_made || other.table != index.table || other.condition != index.condition || !begins {
        return false;
    }
    let is_same = other.columns.len() == index.columns.len();
    match (index.is_unique, other.is_unique) {
        // What keeps rows apart stays, unless another one does the same.
        (true, _) => is_same && other.is_unique && (comes_before || !other.is_made),
        (false, true) => true,
        (false, false) => !is_same || comes_before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(name: &str, columns: &[&str]) -> IndexFacts {
        IndexFacts {
            name: name.to_owned(),
            table: "letter".to_owned(),
            columns: columns.iter().map(|column| (*column != "?").then(|| (*column).to_owned())).collect(),
            is_made: true,
            ..IndexFacts::default()
        }
    }

    fn covered(indexes: &[IndexFacts]) -> Vec<(String, String)> {
        let notes = review(indexes, &[]).into_iter();
        notes
            .filter_map(|note| match note {
                IndexNote::Covered { index, by, .. } => Some((index, by)),
                IndexNote::Flat { .. } | IndexNote::Missing { .. } => None,
            })
            .collect()
    }

    #[test]
    fn an_index_that_another_begins_with_is_not_needed() {
        let pair = |one: &str, by: &str| vec![(one.to_owned(), by.to_owned())];
        let (a, ab) = (index("a", &["day"]), index("ab", &["day", "text"]));
        assert_eq!(covered(&[a.clone(), ab.clone()]), pair("a", "ab"));
        // Of two that are the same one is told, and never both.
        assert_eq!(covered(&[a.clone(), index("again", &["day"])]), pair("again", "a"));
        // What keeps rows apart is needed, and what comes with the table cannot be dropped.
        let unique = IndexFacts { is_unique: true, ..a.clone() };
        assert_eq!(covered(&[unique.clone(), ab.clone()]), []);
        assert_eq!(covered(&[index("b", &["day"]), unique]), pair("b", "a"));
        assert_eq!(covered(&[IndexFacts { is_made: false, ..a.clone() }, ab.clone()]), []);
        // Another order, another table, another condition, and what is computed are something else.
        for other in [
            index("o", &["text", "day"]),
            index("o", &["day\tDESC", "text"]),
            index("o", &["?", "text"]),
            IndexFacts { table: "other".to_owned(), ..ab.clone() },
            IndexFacts { condition: Some("day > 3".to_owned()), ..ab },
        ] {
            assert_eq!(covered(&[a.clone(), other.clone()]), [], "{other:?}");
        }
        assert_eq!(covered(&[index("x", &["?"]), index("y", &["?"])]), []);
    }

    #[test]
    fn what_narrows_nothing_down_and_what_is_missing_is_said() {
        let flat = IndexFacts { spread: Some((5_000, 2_500)), ..index("state", &["state"]) };
        assert!(matches!(review(std::slice::from_ref(&flat), &[])[..], [IndexNote::Flat { each: 2_500, .. }]));
        for spread in [Some((900, 900)), Some((5_000, 2_000)), None] {
            assert_eq!(review(&[IndexFacts { spread, ..flat.clone() }], &[]), []);
        }
        let key = |columns: &[&str]| ForeignKey {
            table: "letter".to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            parent: "desk".to_owned(),
        };
        let indexes = [index("i", &["desk", "day"])];
        assert_eq!(review(&indexes, &[key(&["desk"]), key(&["day", "desk"])]), []);
        let missing = review(&indexes, &[key(&["day"])]);
        assert!(missing[0].sentence().contains("begins with `day`, which points to `desk`"), "{missing:?}");
    }
}
