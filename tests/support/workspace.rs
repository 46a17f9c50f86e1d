//! The project's own folder, for tests that read its manifests and sources.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The top folder.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap_or_default())
}

fn cargo(words: &[&str]) -> String {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program).args(words).current_dir(root()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// What cargo says of the packages here, without those from elsewhere.
pub fn metadata() -> serde_json::Value {
    let text = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    serde_json::from_str(&text).unwrap_or_default()
}

/// Every package that ends up in a program, a line each: `name version`.
pub fn tree(package: &str) -> String {
    cargo(&["tree", "-p", package, "--edges", "normal", "--prefix", "none", "--offline"])
}

/// Files with an ending below a folder of the project.
pub fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let skipped = ["node_modules", "target", "dist", ".git"].iter().any(|one| name == *one);
        if path.is_dir() && !skipped {
            walk(&path, ending, found);
        } else if path.extension().is_some_and(|one| one == ending) {
            found.push(path);
        }
    }
}
