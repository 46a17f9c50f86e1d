//! The files by which others deploy Caretaker say what they promise; no container runs here to prove the rest.

use std::path::{Path, PathBuf};

use caretaker_tests::workspace;

fn text(path: &str) -> String {
    std::fs::read_to_string(workspace::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The instructions of a Dockerfile, each on one line.
fn instructions(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let joined = code.join("\n").replace("\\\n", " ");
    joined.lines().filter(|line| !line.trim().is_empty()).map(ToOwned::to_owned).collect()
}

#[test]
fn the_container_is_not_root_and_has_a_health_check() {
    let all = instructions(&text("docs/examples/Dockerfile"));
    let known =
        ["FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"];
    for line in &all {
        assert!(known.contains(&line.split_whitespace().next().unwrap()), "{line}");
    }
    let last = |word: &str| all.iter().rposition(|line| line.starts_with(word)).unwrap_or_else(|| panic!("no {word}"));
    let stage = last("FROM");
    assert!(last("USER") > stage && last("HEALTHCHECK") > stage && last("ENTRYPOINT") > stage);
    assert!(!all[last("USER")].contains("root"));
    for path in copied(&all) {
        assert!(path.exists(), "{} is copied and does not exist", path.display());
    }
}

/// What the instructions copy from the checkout.
fn copied(all: &[String]) -> Vec<PathBuf> {
    let copies = all.iter().filter(|line| line.starts_with("COPY ") && !line.contains("--from"));
    copies
        .flat_map(|line| {
            let words: Vec<PathBuf> =
                line.split_whitespace().skip(1).map(|word| workspace::root().join(word)).collect();
            words[..words.len() - 1].to_vec()
        })
        .collect()
}

/// Each file that the text names in `include_str!` or `include_bytes!`, as it lies on the disk.
fn included(file: &Path, text: &str) -> Vec<PathBuf> {
    let pieces = text.split("include_").skip(1);
    let named = pieces.filter_map(|piece| piece.strip_prefix("str!(\"").or_else(|| piece.strip_prefix("bytes!(\"")));
    named.filter_map(|piece| file.parent()?.join(piece.split('"').next()?).canonicalize().ok()).collect()
}

#[test]
fn the_container_is_built_from_all_that_its_programs_hold() {
    let all = instructions(&text("docs/examples/Dockerfile"));
    let copied: Vec<PathBuf> = copied(&all).iter().map(|path| path.canonicalize().unwrap()).collect();
    let mut seen = 0;
    for file in workspace::files("src-tauri/crates", "rs") {
        for held in included(&file, &std::fs::read_to_string(&file).unwrap()) {
            seen += 1;
            assert!(copied.iter().any(|place| held.starts_with(place)), "{} is not copied", held.display());
        }
    }
    assert!(seen > 40, "only {seen} files are held");
    let pages = all.iter().any(|line| line.starts_with("COPY --from=pages ") && line.ends_with(" ui/dist"));
    assert!(pages, "the dashboard would be built without its pages");
}

#[test]
fn the_composition_is_bounded_and_read_only() {
    let compose = text("docs/examples/compose.yaml");
    for line in ["read_only: true", "cap_drop: [ALL]", "mem_limit:", "cpus:", "pids_limit:", "user: '10001:10001'"] {
        assert!(compose.contains(line), "{line}");
    }
    assert!(!compose.contains("privileged") && !compose.contains("docker.sock"));
}

#[test]
fn both_systems_are_packaged_from_the_same_files() {
    let read = |path: &str| serde_json::from_str::<serde_json::Value>(&text(path)).unwrap();
    let (base, package) = (read("src-tauri/tauri.conf.json"), read("src-tauri/package.conf.json"));
    let targets: Vec<_> = base["bundle"]["targets"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
    assert_eq!(targets, ["app", "dmg", "deb"]);
    assert!(package["bundle"]["linux"]["deb"].is_object() && package["bundle"]["macOS"]["dmg"].is_object());
    let manifest = text("Cargo.toml");
    let version = base["version"].as_str().unwrap();
    assert!(manifest.contains(&format!("version = \"{version}\"")), "Cargo.toml and tauri.conf.json differ");
}
