//! What each series is, in a sentence; series that Caretaker does not fill itself are named.

use caretaker_core::metric::known;

/// The text behind `# HELP`.
pub fn of(series: &str) -> String {
    known(series).map_or_else(|| format!("The series {series}."), |known| known.meaning.to_owned())
}
