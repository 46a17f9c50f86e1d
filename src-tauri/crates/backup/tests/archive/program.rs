//! The program `caretaker-restore`, as a person meets it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::scene::{Scene, noise};

fn program(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caretaker-restore")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn sample() -> (Scene, String, String) {
    let mut scene = Scene::new();
    scene.put("letters/first.txt", "one");
    scene.put("big", noise(1, 9 << 20));
    std::os::unix::fs::symlink("letters", scene.source().join("link")).unwrap();
    let full = scene.full();
    scene.put("letters/second\u{7}.txt", "two");
    let last = scene.increment(&full.state);
    let path = |path: &Path| path.strip_prefix(scene.folder.path()).unwrap().display().to_string();
    let (full, last) = (path(&full.path), path(&last.path));
    (scene, full, last)
}

#[test]
fn it_lists_checks_and_restores() {
    let (scene, _, last) = sample();
    let at = scene.folder.path();
    let list = program(at, &["list", "destination/home"]);
    assert_eq!(text(&list.stdout).lines().count(), 2, "{}", text(&list.stdout));
    let list = text(&program(at, &["list", &last, "data/letters"]).stdout);
    assert!(list.contains("data/letters/first.txt") && !list.contains("data/big"), "{list}");
    // A name cannot ring the bell of a terminal.
    assert!(list.contains("second\u{fffd}.txt"), "{list}");
    let verify = program(at, &["verify", "destination/home"]);
    assert_eq!((verify.status.code(), text(&verify.stdout).matches("intact").count()), (Some(0), 2));

    let preview = program(at, &["restore", &last, "--to", "target", "--dry-run"]);
    assert!(text(&preview.stdout).contains("nothing was changed"), "{}", text(&preview.stdout));
    assert!(!at.join("target").exists());
    let restore = program(at, &["restore", &last, "--to", "target"]);
    assert_eq!(restore.status.code(), Some(0), "{}", text(&restore.stderr));
    scene.assert_same("target");
    let one =
        program(at, &["restore", &last, "data/letters/first.txt", "--to", "here", "--strip", "data/letters", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(report["restored"], 1);
    assert_eq!(std::fs::read(at.join("here/first.txt")).unwrap(), b"one");
}

#[test]
fn it_says_what_is_wrong_and_what_to_do() {
    let (scene, full, last) = sample();
    let at = scene.folder.path();
    let nowhere = program(at, &["restore", &last, "data/nowhere", "--to", "target"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).starts_with("error: failed to find `data/nowhere` in "), "{}", text(&nowhere.stderr));
    let text_file = program(at, &["list", "source/letters/first.txt"]);
    assert!(text(&text_file.stderr).contains("this is no archive of Caretaker\nhint: "), "{}", text(&text_file.stderr));

    // A damaged frame loses the file in it, and only that.
    let mut bytes = std::fs::read(at.join(&full)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::remove_file(at.join(&full)).unwrap();
    std::fs::File::create(at.join(&full)).unwrap().write_all(&bytes).unwrap();
    let verify = program(at, &["verify", &full]);
    let words = text(&verify.stdout);
    assert_eq!(verify.status.code(), Some(1));
    assert!(
        words.starts_with("damaged") && words.contains("lost: data/big") && !words.contains("first.txt"),
        "{words}"
    );
    let restore = program(at, &["restore", &full, "--to", "target"]);
    assert_eq!(restore.status.code(), Some(1));
    assert!(text(&restore.stdout).contains("FAILED   data/big"), "{}", text(&restore.stdout));
    assert!(at.join("target/data/letters/first.txt").exists() && !at.join("target/data/big").exists());

    bytes[middle] ^= 0x10;
    // Cut off: what lies before the cut comes back when asked for.
    std::fs::File::create(at.join(&full)).unwrap().write_all(&bytes[..bytes.len() - 300_000]).unwrap();
    let cut = program(at, &["restore", &full, "--to", "cut"]);
    assert_eq!(cut.status.code(), Some(2));
    assert!(text(&cut.stderr).contains("hint: `--damaged`"), "{}", text(&cut.stderr));
    let saved = program(at, &["restore", &full, "--to", "cut", "--damaged"]);
    assert_eq!(saved.status.code(), Some(1), "{}", text(&saved.stdout));
    let words = text(&saved.stdout);
    assert!(words.contains("LOST     data/big") && words.contains("GAP      the end is missing"), "{words}");

    // A missing archive is named, with what only it held.
    std::fs::remove_file(at.join(&full)).unwrap();
    let partly = program(at, &["restore", &last, "--to", "partly"]);
    let words = text(&partly.stdout);
    assert_eq!(partly.status.code(), Some(1));
    assert!(words.contains("FAILED   data/letters/first.txt: failed to find archive 1 ("), "{words}");
    assert!(at.join("partly/data/letters/second\u{7}.txt").exists());
}

#[test]
fn it_puts_pages_together() {
    let scene = Scene::new();
    let at = scene.folder.path();
    let put = |name: &str, bytes: &[u8]| std::fs::File::create(at.join(name)).unwrap().write_all(bytes).unwrap();
    let old = noise(1, 40_000);
    let mut new = old.clone();
    new[9_000] ^= 1;
    let hashes = caretaker_backup::pages::PageHashes::of(&old[..], 4_096).unwrap();
    let mut set = Vec::new();
    caretaker_backup::pages::make(&hashes, std::io::Cursor::new(&new), &mut set).unwrap();
    put("old", &old);
    put("set", &set);
    assert_eq!(program(at, &["pages", "old", "set", "new"]).status.code(), Some(0));
    assert_eq!(std::fs::read(at.join("new")).unwrap(), new);
    put("other", &noise(2, 40_000));
    let refused = program(at, &["pages", "other", "set", "wrong"]);
    assert!(text(&refused.stderr).contains("another hash"), "{}", text(&refused.stderr));
    assert!(!at.join("wrong").exists());
}
