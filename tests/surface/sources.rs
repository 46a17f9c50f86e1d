//! Laws that a reader of the sources can see: no clock and no file in the core, no Tauri outside the shell's page door.

use std::path::Path;

use caretaker_tests::workspace;

/// Lines of product code of a folder: without tests and comments.
pub fn lines(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in workspace::files(folder, "rs") {
        let name = file.strip_prefix(workspace::root()).unwrap_or(&file).display().to_string();
        if name.ends_with("tests.rs") || name.contains("/tests/") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
        found.extend(code.map(|line| (name.clone(), line.to_owned())));
    }
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

fn none_has(folder: &str, forbidden: &[&str]) {
    for (file, line) in lines(folder) {
        for word in forbidden {
            assert!(!line.contains(word), "{file}: `{word}` in `{}`", line.trim());
        }
    }
}

#[test]
fn the_core_reads_no_file_no_clock_and_no_environment() {
    none_has(
        "src-tauri/crates/core/src",
        &[
            "std::fs",
            "std::env",
            "std::process",
            "std::thread",
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "UnixStream",
            "SystemTime",
            "Instant::now",
            "Utc::now",
            "Local::now",
        ],
    );
}

#[test]
fn only_the_clock_of_the_platform_reads_the_wall_clock() {
    for folder in ["engine", "api", "cli", "store", "collect"] {
        none_has(&format!("src-tauri/crates/{folder}/src"), &["SystemTime::now", "Utc::now", "Local::now"]);
    }
}

#[test]
fn one_function_says_which_of_two_moments_a_time_that_comes_twice_is() {
    for folder in ["engine", "api", "cli", "store", "collect", "core", "platform"] {
        none_has(&format!("src-tauri/crates/{folder}/src"), &[".earliest()", "and_local_timezone"]);
    }
}

#[test]
fn programs_are_started_in_one_place() {
    for folder in ["collect", "engine", "api", "cli", "store", "core"] {
        none_has(&format!("src-tauri/crates/{folder}/src"), &["process::Command", "Command::new(\""]);
    }
    none_has("src-tauri/src", &["process::Command"]);
    for (file, line) in lines("src-tauri/crates/platform/src") {
        assert!(!line.contains("process::Command") || file.contains("/command/"), "{file}: {line}");
    }
}

/// Law 12: where a database of ours is open, or an engine runs, none of somebody else is opened.
#[test]
fn only_a_process_of_its_own_opens_a_database_of_somebody_else() {
    let mut doors = Vec::new();
    for crate_name in ["core", "collect", "probe", "courier", "backup", "worker", "platform", "engine", "api", "cli"] {
        let found = lines(&format!("src-tauri/crates/{crate_name}/src"));
        doors.extend(found.into_iter().filter(|(_, line)| line.contains("foreign::")).map(|(file, _)| file));
    }
    doors.extend(lines("src-tauri/src").into_iter().filter(|(_, line)| line.contains("foreign")).map(|(file, _)| file));
    doors.dedup();
    assert_eq!(doors, ["src-tauri/crates/cli/src/hidden.rs"]);
    // And there it is a whole process: nothing else of the program has begun.
    let (_, uses) = lines("src-tauri/crates/store/src").into_iter().fold((0, 0), |(all, uses), (file, line)| {
        (all + 1, uses + usize::from(!file.contains("/foreign/") && line.contains("foreign::")))
    });
    assert_eq!(uses, 0, "our own databases know nothing of those of others");
}

#[test]
fn the_tray_app_on_linux_knows_no_tauri() {
    none_has("src-tauri/src/linux", &["tauri::", "gtk::", "crate::window::"]);
}

#[test]
fn only_the_backend_of_the_page_knows_tauri_and_only_the_chart_knows_uplot() {
    for (kind, word, home) in [
        ("ts", "@tauri-apps", "backend"),
        ("svelte", "@tauri-apps", "backend"),
        ("ts", "uplot", "chart"),
        ("svelte", "uplot", "chart"),
    ] {
        for file in workspace::files("ui/src", kind) {
            let inside = file.components().any(|part| part.as_os_str() == home);
            let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
            let imports = text.lines().any(|line| line.contains("import") && line.contains(word));
            assert!(inside || !imports, "{} imports {word}", file.display());
        }
    }
}

#[test]
fn pages_import_no_other_page() {
    for file in workspace::files("ui/src/pages", "svelte") {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| line.trim_start().starts_with("import ")) {
            let other = line.contains("/pages/") || (line.contains("'./") && line.contains("Page"));
            assert!(!other, "{}: {}", file.display(), line.trim());
        }
    }
}

#[test]
fn no_source_file_is_a_junk_room() {
    for folder in ["src-tauri", "ui/src", "tests"] {
        for kind in ["rs", "ts", "svelte", "mjs"] {
            for file in workspace::files(folder, kind) {
                let generated = file.components().any(|part| part.as_os_str() == "generated");
                let count = std::fs::read_to_string(&file).unwrap().lines().count();
                assert!(generated || count <= 500, "{} has {count} lines", file.display());
            }
        }
    }
}

#[test]
fn nothing_personal_and_nothing_unfinished_is_committed() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("/ro", "ot/"), concat!("/wo", "rk/")];
    for folder in ["src-tauri", "ui/src", "tests", "docs", ".ci", ".github"] {
        for kind in ["rs", "ts", "svelte", "mjs", "md", "toml", "yml", "json"] {
            for file in workspace::files(folder, kind).iter().filter(|file| !skipped(file)) {
                let text = std::fs::read_to_string(file).unwrap();
                for mark in marks {
                    assert!(!text.contains(mark), "{} contains {mark}", file.display());
                }
            }
        }
    }
}

fn skipped(file: &Path) -> bool {
    file.components()
        .any(|part| ["fixtures", "generated", "gen", "results"].iter().any(|name| part.as_os_str() == *name))
}
