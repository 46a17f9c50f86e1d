//! Names of series: a dotted name and sorted labels.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Label names and values, sorted by name so that equal sets are equal texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, String>)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// No labels.
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// A single label.
    pub fn one(name: &str, value: impl Into<String>) -> Self {
        Self(BTreeMap::from([(name.to_owned(), value.into())]))
    }

    /// The value of one label.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The same with one label more, or with another value for it.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Labels in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every label in `filter` stands here with the same value.
    pub fn matches(&self, filter: &Self) -> bool {
        filter.iter().all(|(name, value)| self.get(name) == Some(value))
    }
}

impl FromIterator<(String, String)> for Labels {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// What identifies a series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct SeriesKey {
    /// Dotted, lower case: `host.cpu.usage`.
    pub name: String,
    /// Empty for series of which the machine has one.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
}

impl SeriesKey {
    /// A series without labels.
    pub fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), labels: Labels::none() }
    }

    /// A series with one label.
    pub fn labelled(name: &str, label: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), labels: Labels::one(label, value) }
    }
}

/// As in a query: `host.disk.usage{mount=/}`.
impl fmt::Display for SeriesKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        for (index, (name, value)) in self.labels.iter().enumerate() {
            write!(out, "{}{name}={value}", if index == 0 { '{' } else { ',' })?;
        }
        if self.labels.is_empty() { Ok(()) } else { out.write_str("}") }
    }
}
