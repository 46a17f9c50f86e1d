//! Tests of the configuration as a whole; what concerns one file is tested there.

mod changes;
mod fixtures;
mod in_step;
mod resolved;

use std::path::PathBuf;

/// The example that uses every key.
const EVERYTHING: &str = include_str!("../../../../../../tests/fixtures/config/valid/everything.toml");

/// Name and text of every file in a folder of `tests/fixtures/config`.
fn fixtures(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/config").join(folder);
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}
