//! Finds the programs under test. It builds nothing: a test that built would hide what it tests.

use std::path::PathBuf;

/// The program of this name (`caretaker`, `caretaker-app`) from the same build as the test that asks.
///
/// # Panics
/// When it was not built.
#[expect(clippy::panic, reason = "a test without its program has nothing else to say")]
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let found = test.ancestors().skip(1).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| {
        let package = if name == "caretaker" { "caretaker-cli" } else { name };
        panic!("there is no `{name}` near {}: build it first: cargo build -p {package}", test.display())
    })
}
