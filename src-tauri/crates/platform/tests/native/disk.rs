//! A disk without room, and one that cannot be written.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use caretaker_core::problem::{Code, Problem};
use caretaker_platform::files::{free_bytes, write_atomic};
use caretaker_platform::home::Home;

const FOLDER: &str = "FULL_DISK";

#[test]
#[ignore = "runs on a small disk of its own"]
fn writes_to_a_full_disk() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let path = folder.join("caretaker.toml");
    write_atomic(&path, b"the old one", 0o600).unwrap();
    assert!(free_bytes(&folder).unwrap() < 64 * 1024);

    let error = write_atomic(&path, &vec![b'x'; 1024 * 1024], 0o600).unwrap_err();
    assert_eq!((error.step, Problem::from(error).code), ("write", Code::DiskFull));

    assert_eq!(fs::read(&path).unwrap(), b"the old one");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "the unfinished file is gone");
    println!("kept");
}

#[test]
#[ignore = "runs on a disk of its own"]
fn prepares_a_home_on_a_read_only_disk() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let problem = Home::locate(Some(&folder)).unwrap().prepare().unwrap_err();
    assert_eq!(problem.code, Code::HomeUnusable);
    assert!(problem.hint.contains("read-only"), "{problem:?}");
    println!("refused");
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    on_a_disk("size=64k", "disk::writes_to_a_full_disk", "kept");
}

#[test]
fn a_home_on_a_read_only_disk_is_refused_with_the_reason() {
    on_a_disk("ro", "disk::prepares_a_home_on_a_read_only_disk", "refused");
}

/// Runs a test with a disk in memory that only it sees. Where the system allows no such thing, says so and lets it pass.
fn on_a_disk(options: &str, test: &str, proof: &str) {
    let folder = tempfile::tempdir().unwrap();
    let namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
        command
    };
    let mount = r#"mount -t tmpfs -o "$1" tmpfs "$2""#;
    if !namespace(mount).arg(options).arg(folder.path()).status().is_ok_and(|status| status.success()) {
        eprintln!("not tried: this system lets nobody mount a disk of one's own");
        return;
    }
    let output = namespace(&format!(r#"{mount} && shift 2 && exec "$@""#))
        .arg(options)
        .arg(folder.path())
        .arg(crate::process::myself(test).get_program())
        .args(crate::process::myself(test).get_args())
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains(proof), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
