//! Small words shared by messages.

/// `1 mistake`, `3 mistakes`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
