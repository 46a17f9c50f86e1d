//! `backup` from outside: archives in real folders, documents and exit codes as scripts rely on them, and what a kill leaves.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::world::World;

/// A world with a folder to save and a folder to save it to.
pub fn scene(more: &str) -> World {
    let world = World::new();
    for name in ["home", "source", "disk"] {
        fs::create_dir(world.beside(name)).unwrap();
    }
    let text = format!(
        "[[destination]]\nid = \"disk\"\npath = \"{}\"\n\n[[backup]]\nid = \"board\"\nfolders = [\"{}\"]\nto = [\"disk\"]\n{more}",
        world.beside("disk").display(),
        world.beside("source").display()
    );
    put(&world.home().join("caretaker.toml"), text.as_bytes());
    put(&world.beside("source").join("a.txt"), b"one");
    put(&world.beside("source").join("b.txt"), b"two");
    world
}

pub fn put(path: &Path, bytes: &[u8]) {
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

pub fn archives(world: &World) -> Vec<PathBuf> {
    let entries = fs::read_dir(world.beside("disk/board")).into_iter().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|end| end == "zst"));
    found.sort();
    found
}

pub fn create(world: &World) -> Value {
    world.read(&["backup", "create", "board", "--json"])
}

#[test]
fn a_backup_is_made_listed_shown_and_is_what_its_hash_says() {
    let world = scene("");
    let made = create(&world);
    for key in ["id", "result", "archive", "sha256", "files", "bytes_source", "bytes_stored", "exceptions", "took_ms"] {
        assert!(!made[key].is_null(), "{key}: {made}");
    }
    assert_eq!(
        (made["result"].as_str(), made["type"].as_str(), made["files"].as_u64()),
        (Some("complete"), Some("full"), Some(2))
    );
    let archive = Path::new(made["archive"].as_str().unwrap());
    let folder = archive.parent().unwrap();
    let sum = std::process::Command::new("sha256sum")
        .args(["-c", &format!("{}.sha256", archive.file_name().unwrap().to_str().unwrap())])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(sum.status.success(), "{sum:?}");
    put(&world.beside("source").join("a.txt"), b"changed");
    let second = create(&world);
    assert_eq!((second["type"].as_str(), second["stored_files"].as_u64()), (Some("incremental"), Some(1)));
    let list: Value = world.read(&["backup", "list", "board", "--json"]);
    assert_eq!(list["archives"].as_array().unwrap().len(), 2);
    assert_eq!(list["archives"][0]["id"], second["id"]);
    let id = second["id"].as_str().unwrap();
    let shown: Value = world.read(&["backup", "show", &id[..8], "--json"]);
    assert_eq!(shown["archive"]["verified"]["result"], "intact");
    let text = world.run(&["backup", "show", &id[..8]]).out;
    assert!(
        text.contains("board incremental backup") && text.contains("every byte") || text.contains("verified"),
        "{text}"
    );
    // A dry run says what it would do and does nothing.
    let dry: Value = world.read(&["backup", "create", "board", "--dry-run", "--json"]);
    assert_eq!(dry["dry_run"], true);
    assert_eq!(archives(&world).len(), 2);
}

#[test]
fn each_way_to_end_has_its_code() {
    let world = scene("");
    let unknown = world.run(&["backup", "create", "nope", "--json"]);
    assert_eq!((unknown.code, unknown.error_code().as_str()), (4, "not_found"));
    assert!(unknown.err.contains("there are: board, caretaker"), "{unknown:?}");
    assert_eq!(world.run(&["backup", "show", "ffff"]).code, 4);
    assert_eq!(world.run(&["backup", "create", "board", "--type", "whole"]).code, 2);
    // Something that says it is a database and is none cannot be copied with a guarantee.
    let mut broken = b"SQLite format 3\0".to_vec();
    broken.resize(4_096, 0xa5);
    put(&world.beside("source").join("broken.sqlite"), &broken);
    let said = world.run(&["backup", "create", "board", "--json"]);
    let document: Value = said.document();
    assert_eq!((said.code, document["result"].as_str()), (3, Some("complete-with-exceptions")), "{said:?}");
    fs::rename(world.beside("source"), world.beside("elsewhere")).unwrap();
    let failed = world.run(&["backup", "create", "board", "--json"]);
    let document: Value = failed.document();
    assert_eq!((failed.code, document["result"].as_str()), (1, Some("failed")), "{failed:?}");
    assert_eq!(document["error"]["code"], "source_missing");
}

#[test]
fn what_is_beyond_its_term_goes_and_what_is_needed_stays() {
    let world = scene("keep = { full = 1, incremental = 2 }\n");
    // What was written a moment before a run is saved by the next one as well, and then something else needs that one.
    fs::remove_file(world.beside("source/b.txt")).unwrap();
    for round in 0..5 {
        put(&world.beside("source").join("a.txt"), format!("round {round}").as_bytes());
        create(&world);
    }
    let names: Vec<String> =
        archives(&world).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names[0].contains("_full_000001_") && names[2].contains("_000005_"), "{names:?}");
    let list: Value = world.read(&["backup", "list", "--json"]);
    assert_eq!(list["archives"].as_array().unwrap().len(), 3, "the catalog forgets what is gone");
    let plan: Value = world.read(&["backup", "prune", "--dry-run", "--json"]);
    assert!(plan["removed"].as_array().unwrap().is_empty() && plan["dry_run"] == true, "{plan}");
    assert_eq!(fs::read_dir(world.beside("disk/board")).unwrap().count(), 6, "hashes go with their archives");
}

/// Killed at some moment of a run, the engine of the command and the worker; then a run must succeed, and whatever has a final
/// name must be whole.
#[test]
fn case_41_a_kill_at_any_moment_leaves_only_whole_archives() {
    let world = scene("");
    for number in 0..30 {
        let bytes: Vec<u8> = (0..200_000_u32).map(|at| (at.wrapping_mul(2_654_435_761 + number) >> 13) as u8).collect();
        put(&world.beside("source").join(format!("{number}.bin")), &bytes);
    }
    for round in 0..12_u64 {
        put(&world.beside("source").join("a.txt"), format!("round {round}").as_bytes());
        let mut child = world
            .command(&["backup", "create", "board", "--now"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Some die while they start, some while they write, some are done by then.
        let until = std::time::Instant::now() + std::time::Duration::from_millis(40 + round * 67 % 900);
        while std::time::Instant::now() < until && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let _ = kill_process(Pid::from_child(&child), Signal::KILL);
        child.wait().unwrap();
    }
    let made = create(&world);
    assert_eq!(made["result"], "complete");
    assert_eq!(fs::read_dir(world.beside("disk/incoming")).unwrap().count(), 0);
    for archive in archives(&world) {
        let test = std::process::Command::new("zstd").arg("-tq").arg(&archive).output().unwrap();
        assert!(test.status.success(), "{}: {test:?}", archive.display());
    }
}

#[test]
fn a_kill_of_the_worker_is_a_failure_that_says_so_and_the_next_run_is_well() {
    let world = scene("");
    put(&world.beside("source").join("large"), &vec![7_u8; 60_000_000]);
    let child = world
        .command(&["backup", "create", "board", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let parent = child.id().to_string();
    let mut worker = None;
    World::wait_until("a worker", || {
        let found = std::process::Command::new("pgrep").args(["-P", &parent]).output().unwrap();
        worker = String::from_utf8(found.stdout).unwrap().trim().parse::<i32>().ok();
        worker.is_some()
    });
    let _ = kill_process(worker.and_then(Pid::from_raw).unwrap(), Signal::KILL);
    let output = child.wait_with_output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), document["result"].as_str()), (Some(1), Some("failed")), "{document}");
    assert_eq!(create(&world)["result"], "complete");
    assert_eq!(archives(&world).len(), 1);
}

#[test]
fn a_kill_while_the_destination_is_marked_leaves_it_usable() {
    let world = scene("");
    fs::create_dir_all(world.beside("disk")).unwrap();
    put(&world.beside("disk").join(".caretaker-destination.0123abcd"), b"half");
    assert_eq!(create(&world)["result"], "complete");
}

#[test]
fn ctrl_c_ends_a_backup_with_130_and_leaves_nothing() {
    let world = scene("");
    put(&world.beside("source").join("large"), &vec![7_u8; 80_000_000]);
    let child =
        world.command(&["backup", "create", "board"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    World::wait_until("the archive to grow", || {
        fs::read_dir(world.beside("disk/incoming")).into_iter().flatten().next().is_some()
    });
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert_eq!((archives(&world).len(), fs::read_dir(world.beside("disk/incoming")).unwrap().count()), (0, 0));
}

/// A small disk of its own for archives.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: PathBuf, size: &str) -> Option<Self> {
        let option = format!("size={size},mode=0700");
        let mounted =
            std::process::Command::new("mount").args(["-t", "tmpfs", "-o", &option, "tmpfs"]).arg(&path).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(path))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg("-l").arg(&self.0).output());
    }
}

#[test]
fn cases_43_and_44_a_full_disk_fails_clearly_keeps_what_is_there_and_can_be_cleared() {
    let world = scene("keep = { full = 1, incremental = 1 }\n");
    let Some(_disk) = SmallDisk::mount(world.beside("disk"), "12m") else { return };
    let random = |bytes: usize| {
        let mut random = vec![0; bytes];
        fs::File::open("/dev/urandom").unwrap().read_exact(&mut random).unwrap();
        random
    };
    put(&world.beside("source").join("large"), &random(4_000_000));
    let first = create(&world);
    assert_eq!(first["result"], "complete");
    put(&world.beside("source").join("larger"), &random(20_000_000));
    let full = world.run(&["backup", "create", "board", "--type", "full", "--json"]);
    let document: Value = full.document();
    assert_eq!((full.code, document["error"]["code"].as_str()), (1, Some("disk_full")), "{full:?}");
    assert_eq!((archives(&world).len(), fs::read_dir(world.beside("disk/incoming")).unwrap().count()), (1, 0));
    let id = first["id"].as_str().unwrap();
    let verified: Value = world.read(&["backup", "verify", id, "--deep", "--json"]);
    assert_eq!(verified["result"], "intact");
    // To the last byte.
    let mut filler = fs::File::create(world.beside("disk/filler")).unwrap();
    while filler.write_all(&[7; 512]).is_ok() {}
    fs::remove_file(world.beside("source/larger")).unwrap();
    assert_eq!(world.run(&["backup", "prune", "--json"]).code, 0, "removing needs no room");
}
