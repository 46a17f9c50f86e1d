//! What is planned and not there yet says so, and never pretends.

use caretaker_core::problem::{Code, Problem};

/// The answer of a verb that this version does not have.
pub fn not_built(verb: &str) -> Problem {
    Problem::new(Code::NotConfigured, format!("`{verb}` is not part of this version yet"))
        .hint("`caretaker --help` lists what this version does")
}
