//! Backups read again: checked, restored, drilled, browsed, found, and known anew, with real folders and real processes.

use std::fs;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use caretaker_tests::noise;
use serde_json::Value;

use crate::world::{World, put};

/// A home with a job `letters` of one folder, to one destination.
struct Desk {
    world: World,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { world: World::new() };
        fs::create_dir_all(desk.world.home()).unwrap();
        fs::create_dir_all(desk.path("letters")).unwrap();
        fs::create_dir_all(desk.path("disk")).unwrap();
        desk.configure();
        desk
    }

    fn configure(&self) {
        let text = format!(
            "[[destination]]\nid = \"disk\"\npath = \"{}\"\n\n[[backup]]\nid = \"letters\"\nfolders = [\"{}\"]\nto = [\"disk\"]\n",
            self.path("disk").display(),
            self.path("letters").display()
        );
        put(&self.world.home().join("caretaker.toml"), text.as_bytes());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.world.beside(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.path("letters").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        put(&path, content);
    }

    /// Makes a backup; the document.
    fn back_up(&self) -> Value {
        self.back_up_with(&[])
    }

    /// An increment, however heavy the chain is.
    fn back_up_change(&self) -> Value {
        self.back_up_with(&["--type", "incremental"])
    }

    fn back_up_with(&self, more: &[&str]) -> Value {
        let said = self.world.run(&[&["backup", "create", "letters", "--now", "--json"], more].concat());
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        serde_json::from_str(&said.out).unwrap()
    }

    /// The exit code and the document.
    fn ask(&self, words: &[&str]) -> (i32, Value) {
        let said = self.world.run(&[words, &["--json"]].concat());
        let document = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err));
        (said.code, document)
    }

    /// Where a file of the job lies in its archives.
    fn inside(&self, name: &str) -> String {
        self.path("letters").join(name).display().to_string().trim_start_matches('/').to_owned()
    }
}

fn text<'a>(document: &'a Value, key: &str) -> &'a str {
    document[key].as_str().unwrap_or_else(|| panic!("{key} in {document}"))
}

fn flip(path: &Path, at: u64) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    let file = fs::File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 0x40], at).unwrap();
}

#[test]
fn an_archive_is_checked_and_damage_is_named() {
    let desk = Desk::new();
    desk.write("a.txt", b"one");
    desk.write("large.bin", &noise(9 << 20));
    let made = desk.back_up();
    let id = text(&made, "id");
    for words in
        [&["backup", "verify", &id[..10]][..], &["backup", "verify", id, "--deep"], &["backup", "verify", "--all"]]
    {
        let (code, found) = desk.ask(words);
        assert_eq!((code, text(&found, "result")), (0, "intact"), "{found}");
        assert_eq!(found["damaged"], serde_json::json!([]));
    }
    let archive = PathBuf::from(text(&made, "archive"));
    flip(&archive, fs::metadata(&archive).unwrap().len() / 2);
    let (code, found) = desk.ask(&["backup", "verify", id, "--deep"]);
    assert_eq!((code, text(&found, "result")), (1, "damaged"));
    let paths: Vec<&str> = found["damaged"].as_array().unwrap().iter().map(|one| text(one, "path")).collect();
    assert!(paths.contains(&&*desk.inside("large.bin")), "{found}");
    assert!(found["damaged"].as_array().unwrap().iter().all(|one| !text(one, "reason").is_empty()));
    assert!(archive.exists(), "a check moves nothing");
    let (_, shown) = desk.ask(&["backup", "show", id]);
    assert_eq!(text(&shown["archive"]["verified"], "result"), "damaged");
    assert_eq!(desk.world.run(&["backup", "verify", "ffff"]).code, 4);
    assert_eq!(desk.world.run(&["backup", "verify"]).code, 2);
}

#[test]
fn files_come_back_and_nothing_is_overwritten_silently() {
    let desk = Desk::new();
    desk.write("a.txt", b"old");
    desk.write("sub/b.txt", b"kept");
    let first = desk.back_up();
    desk.write("a.txt", b"newer");
    let second = desk.back_up();
    let target = desk.path("back");
    let to = target.to_str().unwrap();
    let (code, plan) = desk.ask(&["backup", "restore", text(&first, "id"), "--to", to, "--dry-run"]);
    assert_eq!((code, plan["files"].as_u64(), plan["dry_run"].as_bool()), (0, Some(2), Some(true)), "{plan}");
    assert!(!target.exists());
    let (code, done) = desk.ask(&["backup", "restore", text(&second, "id"), "--to", to]);
    assert_eq!((code, done["files"].as_u64()), (0, Some(2)), "{done}");
    let restored = target.join(desk.inside("a.txt"));
    assert_eq!(fs::read_to_string(&restored).unwrap(), "newer");
    // The older state beside the newer one.
    let path = format!("/{}", desk.inside("a.txt"));
    let (code, done) = desk.ask(&["backup", "restore", text(&first, "id"), "--to", to, "--path", &path]);
    assert_eq!((code, done["renamed"].as_array().map(Vec::len)), (0, Some(1)), "{done}");
    assert_eq!(text(&done["in_the_way"][0], "what"), "newer");
    assert_eq!(fs::read_to_string(&restored).unwrap(), "newer");
    assert_eq!(fs::read_to_string(restored.with_file_name("a (restored).txt")).unwrap(), "old");
    let (_, done) = desk.ask(&["backup", "restore", text(&first, "id"), "--to", to, "--on-conflict", "replace"]);
    assert_eq!(done["replaced"].as_array().map(Vec::len), Some(1), "{done}");
    assert_eq!(fs::read_to_string(&restored).unwrap(), "old");
    let inside = desk.path("disk/letters/x");
    let said = desk.world.run(&["backup", "restore", text(&first, "id"), "--to", inside.to_str().unwrap()]);
    assert_eq!(said.code, 2, "{}", said.err);
}

#[test]
fn case_56_a_lost_archive_costs_its_files_and_older_ones_are_offered() {
    let desk = Desk::new();
    desk.write("a.txt", b"first");
    desk.write("b.txt", b"first");
    let full = desk.back_up();
    desk.write("a.txt", b"second");
    let middle = desk.back_up_change();
    desk.write("b.txt", b"third");
    let newest = desk.back_up_change();
    assert_eq!(text(&newest, "type"), "incremental");
    fs::remove_file(text(&middle, "archive")).unwrap();
    let to = desk.path("back");
    let (code, done) = desk.ask(&["backup", "restore", text(&newest, "id"), "--to", to.to_str().unwrap()]);
    assert_eq!((code, done["files"].as_u64()), (1, Some(1)), "{done}");
    assert_eq!(text(&done["lost"][0], "path"), desk.inside("a.txt"));
    assert_eq!(text(&done["lost"][0], "older"), text(&full, "id"));
    assert_eq!(fs::read_to_string(to.join(desk.inside("b.txt"))).unwrap(), "third");
}

#[test]
fn case_79_a_drill_proves_and_a_planted_fault_makes_it_fail() {
    let desk = Desk::new();
    desk.write("a.txt", b"one");
    desk.write("large.bin", &noise(9 << 20));
    let made = desk.back_up();
    desk.write("a.txt", b"changed since");
    let (code, drilled) = desk.ask(&["backup", "drill", "letters"]);
    let proof = &drilled["proof"];
    assert_eq!((code, text(proof, "result"), proof["checked_files"].as_u64()), (0, "proven", Some(2)), "{drilled}");
    assert!(proof["checked_bytes"].as_u64().unwrap() > 9 << 20 && proof["restore_mb_per_s"].as_f64().unwrap() > 0.0);
    assert_eq!(text(&proof["outcome"]["drift"][0], "kind"), "changed");
    let (_, list) = desk.ask(&["backup", "list", "letters"]);
    assert!(list["archives"][0]["proven"].is_string(), "{list}");
    let leftovers = fs::read_dir(desk.world.home().join("staging")).map_or(0, Iterator::count);
    assert_eq!(leftovers, 0);
    // The same size and the same time, and another byte: somebody lies.
    let live = desk.path("letters/large.bin");
    let time = fs::metadata(&live).unwrap().modified().unwrap();
    flip(&live, 77);
    fs::File::options().write(true).open(&live).unwrap().set_modified(time).unwrap();
    let (code, drilled) = desk.ask(&["backup", "drill"]);
    assert_eq!((code, text(&drilled["proof"], "result")), (1, "failed"));
    assert!(drilled["proof"]["outcome"]["failures"][0].as_str().unwrap().contains("large.bin"), "{drilled}");
    // And in the archive.
    let archive = PathBuf::from(text(&made, "archive"));
    flip(&archive, fs::metadata(&archive).unwrap().len() / 2);
    let (code, _) = desk.ask(&["backup", "drill", "letters"]);
    assert_eq!(code, 1);
    assert_eq!(desk.world.run(&["backup", "drill", "nobody"]).code, 4);
}

#[test]
fn what_is_in_an_archive_is_shown_and_every_version_of_a_file_found() {
    let desk = Desk::new();
    desk.write("a.txt", b"one");
    desk.write("sub/b.txt", b"two two");
    let first = desk.back_up();
    desk.write("a.txt", b"other");
    let second = desk.back_up();
    let (code, top) = desk.ask(&["backup", "browse", text(&second, "id"), &desk.inside("")]);
    assert_eq!(code, 0, "{top}");
    let entries: Vec<(&str, u64)> = top["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (text(entry, "name"), entry["size"].as_u64().unwrap()))
        .collect();
    assert_eq!(entries, [("sub", 7), ("a.txt", 5)]);
    assert_eq!(desk.ask(&["backup", "browse", text(&second, "id")]).0, 0);
    assert_eq!(desk.world.run(&["backup", "browse", text(&second, "id"), "no/such"]).code, 4);
    let (code, found) = desk.ask(&["backup", "find", "a.txt"]);
    let versions = found["versions"].as_array().unwrap();
    assert_eq!((code, versions.len()), (0, 2), "{found}");
    assert_eq!((text(&versions[0], "last"), text(&versions[1], "last")), (text(&second, "id"), text(&first, "id")));
    assert_eq!(desk.world.run(&["backup", "find", "nothing like it"]).code, 4);
}

/// All that is known of the archives, without when it was learned.
fn known(desk: &Desk) -> Vec<Value> {
    let (_, list) = desk.ask(&["backup", "list"]);
    let archives = list["archives"].as_array().unwrap().clone();
    archives
        .into_iter()
        .map(|mut archive| {
            let (_, tree) = desk.ask(&["backup", "browse", text(&archive, "id"), &desk.inside("")]);
            let (_, detail) = desk.ask(&["backup", "show", text(&archive, "id")]);
            for forgotten in ["took_ms", "verified", "proven"] {
                archive[forgotten] = Value::Null;
            }
            serde_json::json!([archive, tree, detail["grown"], detail["exceptions"]])
        })
        .collect()
}

#[test]
fn case_59_a_catalog_that_is_lost_damaged_or_old_is_made_anew_and_equal() {
    let desk = Desk::new();
    desk.write("a.txt", b"one");
    desk.write("sub/b.txt", b"two");
    desk.back_up();
    let catalog = desk.world.home().join("catalog.db");
    let older = fs::read(&catalog).unwrap();
    desk.write("a.txt", b"another");
    fs::remove_file(desk.path("letters/sub/b.txt")).unwrap();
    desk.back_up();
    desk.write("c.txt", b"three");
    desk.back_up();
    let before = known(&desk);
    assert_eq!(before.len(), 3);
    for (name, content) in [("deleted", None), ("damaged", Some(noise(20_000))), ("older", Some(older))] {
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(desk.world.home().join(format!("catalog.db{end}")));
        }
        if let Some(content) = content {
            put(&catalog, &content);
        }
        let (code, rebuilt) = desk.ask(&["backup", "rebuild-catalog", "disk"]);
        assert_eq!((code, rebuilt["archives"].as_u64()), (0, Some(3)), "{name}: {rebuilt}");
        assert_eq!(rebuilt["added"].as_u64(), Some(if name == "older" { 2 } else { 3 }), "{name}");
        assert_eq!(known(&desk), before, "{name}");
    }
}

#[test]
fn case_60_a_renamed_archive_and_a_copy_are_the_same_archive() {
    let desk = Desk::new();
    desk.write("a.txt", b"one");
    let made = desk.back_up();
    let archive = PathBuf::from(text(&made, "archive"));
    fs::copy(&archive, archive.with_file_name("copy.tar.zst")).unwrap();
    let (_, rebuilt) = desk.ask(&["backup", "rebuild-catalog", "disk"]);
    assert_eq!((rebuilt["archives"].as_u64(), rebuilt["added"].as_u64()), (Some(1), Some(0)), "{rebuilt}");
    fs::remove_file(&archive).unwrap();
    let (_, rebuilt) = desk.ask(&["backup", "rebuild-catalog", "disk"]);
    assert_eq!((rebuilt["archives"].as_u64(), rebuilt["missing"].as_u64()), (Some(1), Some(0)), "{rebuilt}");
    let (code, _) = desk.ask(&["backup", "verify", text(&made, "id"), "--deep"]);
    assert_eq!(code, 0, "the archive is found under its new name");
}

#[test]
fn a_destination_of_an_earlier_life_is_adopted() {
    let desk = Desk::new();
    desk.write("a.txt", b"one");
    let made = desk.back_up();
    fs::remove_dir_all(desk.world.home()).unwrap();
    fs::create_dir(desk.world.home()).unwrap();
    desk.configure();
    let (code, adopted) = desk.ask(&["backup", "adopt", "disk"]);
    assert_eq!((code, adopted["archives"].as_u64(), adopted["added"].as_u64()), (0, Some(1), Some(1)), "{adopted}");
    let to = desk.path("back");
    let (code, _) = desk.ask(&["backup", "restore", text(&made, "id"), "--to", to.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert_eq!(fs::read_to_string(to.join(desk.inside("a.txt"))).unwrap(), "one");
    desk.write("b.txt", b"two");
    assert_eq!(desk.back_up()["type"], "incremental", "the chain goes on");
    assert_eq!(desk.world.run(&["backup", "adopt", "nowhere"]).code, 4);
    fs::rename(desk.path("disk"), desk.path("unplugged")).unwrap();
    fs::create_dir(desk.path("disk")).unwrap();
    assert_eq!(desk.world.run(&["backup", "rebuild-catalog", "disk"]).code, 1);
}
