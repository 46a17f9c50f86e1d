//! One file a table, or a tightly knit group: its migration, its row, its queries. A shipped migration is never edited.

pub(crate) mod alert;
pub(crate) mod archive;
pub(crate) mod chunk;
pub(crate) mod chunk_day;
pub(crate) mod clocks;
pub(crate) mod configuration;
pub(crate) mod epoch;
pub(crate) mod folder_survey;
pub(crate) mod hot;
pub(crate) mod inbox;
pub(crate) mod inside;
pub(crate) mod layout;
pub(crate) mod mark;
pub(crate) mod notice;
pub(crate) mod operation;
pub(crate) mod processes;
pub(crate) mod progress;
pub(crate) mod pushed;
pub(crate) mod rollup;
pub(crate) mod runbook;
pub(crate) mod series;
pub(crate) mod setting;
pub(crate) mod silence;
pub(crate) mod task_memory;
pub(crate) mod task_run;
pub(crate) mod verification;
pub(crate) mod version;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Fault;

/// A value as JSON text for a column.
pub(crate) fn to_json<T: Serialize>(table: &'static str, value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Row { table, detail: error.to_string() })
}

/// A column's JSON text as a value.
pub(crate) fn from_json<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Row { table, detail: error.to_string() })
}

/// A column's JSON text as one value of a list; none, with a warning, for what cannot be read, because one row that a
/// newer program wrote must not hide all others.
pub(crate) fn from_json_or_skip<T: DeserializeOwned>(table: &'static str, text: &str) -> Option<T> {
    serde_json::from_str(text).inspect_err(|error| tracing::warn!(table, %error, "a stored row cannot be read")).ok()
}

/// A plain enumeration as the word that stands for it in JSON.
pub(crate) fn word<T: Serialize>(table: &'static str, value: &T) -> Result<String, Fault> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(Fault::Row { table, detail: format!("{other} is no word") }),
        Err(error) => Err(Fault::Row { table, detail: error.to_string() }),
    }
}

/// The reverse of [`word`].
pub(crate) fn from_word<T: DeserializeOwned>(table: &'static str, word: &str) -> Result<T, Fault> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|error| Fault::Row { table, detail: error.to_string() })
}
