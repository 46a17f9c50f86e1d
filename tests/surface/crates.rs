//! Laws 1 and 2: who depends on whom, and where the heavy dependencies live.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_tests::workspace;

/// What each crate may use of the others; tests aside.
const DIRECTION: [(&str, &[&str]); 18] = [
    ("caretaker-core", &[]),
    ("caretaker-collect", &["caretaker-core"]),
    ("caretaker-probe", &["caretaker-core"]),
    ("caretaker-transport", &["caretaker-core"]),
    ("caretaker-courier", &["caretaker-core", "caretaker-transport"]),
    ("caretaker-offsite", &["caretaker-core", "caretaker-transport"]),
    ("caretaker-care", &["caretaker-core"]),
    ("caretaker-backup", &[]),
    ("caretaker-store", &["caretaker-core"]),
    ("caretaker-platform", &["caretaker-core"]),
    ("caretaker-worker", &["caretaker-core", "caretaker-backup", "caretaker-platform", "caretaker-offsite"]),
    (
        "caretaker-engine",
        &[
            "caretaker-core",
            "caretaker-care",
            "caretaker-collect",
            "caretaker-probe",
            "caretaker-courier",
            "caretaker-store",
            "caretaker-platform",
        ],
    ),
    ("caretaker-api", &["caretaker-core", "caretaker-engine", "caretaker-platform"]),
    (
        "caretaker-cli",
        &[
            "caretaker-core",
            "caretaker-engine",
            "caretaker-api",
            "caretaker-platform",
            "caretaker-store",
            "caretaker-worker",
        ],
    ),
    ("caretaker-app", &["caretaker-core", "caretaker-engine", "caretaker-api", "caretaker-platform"]),
    ("caretaker-testkit", &["caretaker-core", "caretaker-engine", "caretaker-api", "caretaker-platform"]),
    (
        "caretaker-xtask",
        &[
            "caretaker-core",
            "caretaker-engine",
            "caretaker-api",
            "caretaker-cli",
            "caretaker-store",
            "caretaker-collect",
            "caretaker-platform",
            "caretaker-testkit",
        ],
    ),
    ("caretaker-tests", &[]),
];

/// Dependencies that only one crate may have.
const WALLS: [(&str, &[&str]); 11] = [
    ("tauri", &["caretaker-app"]),
    ("rusqlite", &["caretaker-store"]),
    ("axum", &["caretaker-api"]),
    ("sysinfo", &["caretaker-collect"]),
    ("rustls", &["caretaker-transport", "caretaker-testkit"]),
    ("object_store", &["caretaker-offsite"]),
    ("tar", &["caretaker-backup"]),
    ("zstd", &["caretaker-backup"]),
    ("sha2", &["caretaker-backup", "caretaker-core", "caretaker-offsite", "caretaker-worker"]),
    ("age", &["caretaker-backup"]),
    ("qrcodegen", &["caretaker-worker"]),
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = workspace::metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
    let normal = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().unwrap();
        all.iter().filter(|one| one["kind"].is_null()).map(name).collect::<BTreeSet<_>>()
    };
    packages.iter().map(|package| (name(package), normal(package))).collect()
}

#[test]
fn crates_know_only_what_lies_below_them() {
    let found = dependencies();
    let allowed: BTreeMap<&str, &[&str]> = DIRECTION.into_iter().collect();
    assert_eq!(
        found.keys().map(String::as_str).collect::<Vec<_>>().len(),
        allowed.len(),
        "a crate is missing in the map: {found:?}"
    );
    for (name, uses) in &found {
        let allowed = allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not on the map"));
        for used in uses.iter().filter(|used| used.starts_with("caretaker-")) {
            assert!(allowed.contains(&used.as_str()), "{name} may not use {used}");
        }
    }
}

#[test]
fn heavy_dependencies_stand_behind_one_wall() {
    for (name, uses) in dependencies() {
        for (heavy, homes) in WALLS {
            assert!(!uses.contains(heavy) || homes.contains(&name.as_str()), "{name} may not use {heavy}");
        }
    }
}

#[test]
fn the_core_has_no_runtime_and_the_command_line_no_window() {
    let found = dependencies();
    for forbidden in ["tokio", "rustix", "libc", "tracing"] {
        assert!(!found["caretaker-core"].contains(forbidden), "core uses {forbidden}");
    }
    let tree = workspace::tree("caretaker-cli");
    for forbidden in ["tauri ", "gtk ", "wry ", "tao ", "webkit2gtk "] {
        assert!(!tree.lines().any(|line| line.starts_with(forbidden)), "the command line links {forbidden}");
    }
}
