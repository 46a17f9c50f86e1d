//! Files that move while they are read.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use caretaker_backup::format::manifest::{Flags, Reason};
use caretaker_backup::source::{Choice, Replace, Root};

use crate::scene::{Scene, noise};

/// Does something between the walk and the reading.
struct Meanwhile<F: Fn() + Sync>(F, AtomicBool);

impl<F: Fn() + Sync> Meanwhile<F> {
    fn new(what: F) -> Self {
        Self(what, AtomicBool::new(false))
    }
}

impl<F: Fn() + Sync> Replace for Meanwhile<F> {
    fn by_path(&self, _: &Path) -> Choice {
        if !self.1.swap(true, Ordering::SeqCst) {
            (self.0)();
        }
        Choice::Read
    }

    fn database(&self, _: &Path) -> Choice {
        Choice::Read
    }
}

fn meanwhile(scene: &mut Scene, what: impl Fn(PathBuf) + Sync) -> caretaker_backup::write::Outcome {
    let source = scene.source();
    scene.make(None, &Meanwhile::new(|| what(source.clone()))).unwrap()
}

fn append(path: &Path, bytes: &[u8]) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

#[test]
fn case_1_a_file_that_grew_is_a_whole_member() {
    let mut scene = Scene::new();
    scene.put("a", "small");
    scene.put("big", noise(1, 9 << 20));
    scene.put("z", "after");
    let outcome = meanwhile(&mut scene, |source| {
        append(&source.join("a"), b" and more");
        append(&source.join("big"), &noise(2, 3 << 20));
    });
    assert!(scene.check(&outcome.path).is_intact());
    assert_eq!(outcome.exceptions.iter().map(|exception| exception.reason).collect::<Vec<_>>(), [Reason::Changed]);
    scene.restore(&outcome.path, "target");
    // A small file is read as it is now; of a large one, what was promised.
    assert_eq!(std::fs::read(scene.path("target/data/a")).unwrap(), b"small and more");
    assert_eq!(std::fs::read(scene.path("target/data/big")).unwrap(), noise(1, 9 << 20));
    assert_eq!(std::fs::read(scene.path("target/data/z")).unwrap(), b"after");
    // The rest comes with the next run.
    let next = scene.increment(&outcome.state);
    assert_eq!(next.totals.stored, 1);
    scene.restore(&next.path, "next");
    scene.assert_same("next");
}

#[test]
fn case_2_a_file_that_shrank_is_filled_with_zeros() {
    let mut scene = Scene::new();
    scene.put("big", noise(1, 20 << 20));
    scene.put("small", noise(2, 1 << 20));
    scene.put("z", "after");
    let outcome = meanwhile(&mut scene, |source| {
        for (file, length) in [("big", 10 << 20), ("small", 100)] {
            OpenOptions::new().write(true).open(source.join(file)).unwrap().set_len(length).unwrap();
        }
    });
    assert!(scene.check(&outcome.path).is_intact());
    assert_eq!(outcome.exceptions.len(), 1);
    let report = scene.restore(&outcome.path, "target");
    assert_eq!(report.failed, []);
    let big = std::fs::read(scene.path("target/data/big")).unwrap();
    assert_eq!(big.len(), 20 << 20);
    assert_eq!(big[..10 << 20], noise(1, 20 << 20)[..10 << 20]);
    assert!(big[10 << 20..].iter().all(|byte| *byte == 0));
    assert_eq!(std::fs::metadata(scene.path("target/data/small")).unwrap().len(), 100);
    assert_eq!(std::fs::read(scene.path("target/data/z")).unwrap(), b"after");
}

#[test]
fn case_3_a_file_that_never_stands_still_is_flagged() {
    let mut scene = Scene::new();
    // Large enough to take longer than the clock of the file system needs for a step.
    scene.put("restless", vec![1; 60 << 20]);
    scene.put("still", "x");
    let stop = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        let path = scene.source().join("restless");
        scope.spawn(|| {
            let file = OpenOptions::new().write(true).open(path).unwrap();
            let mut number = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                number += 1;
                std::os::unix::fs::FileExt::write_all_at(&file, &number.to_le_bytes(), number % (50 << 20)).unwrap();
            }
        });
        let outcome = scene.full();
        stop.store(true, Ordering::Relaxed);
        outcome
    });
    let entry = outcome.state.entries.iter().find(|entry| *entry.path == *b"data/restless").unwrap();
    assert!(entry.flags.has(Flags::CHANGED));
    assert_eq!(outcome.exceptions[0].reason, Reason::Changed);
    assert!(scene.check(&outcome.path).is_intact());
    // It is read again next time, whatever its times say.
    assert_eq!(scene.increment(&outcome.state).totals.stored, 1);
}

#[test]
fn case_4_and_6_what_went_away_is_reported_and_the_rest_is_stored() {
    let mut scene = Scene::new();
    for name in ["a", "b/1", "b/2", "c", "d"] {
        scene.put(name, name);
    }
    scene.put("big", noise(1, 9 << 20));
    let outcome = meanwhile(&mut scene, |source| {
        std::fs::remove_file(source.join("a")).unwrap();
        std::fs::remove_file(source.join("big")).unwrap();
        std::fs::rename(source.join("b"), source.join("moved")).unwrap();
    });
    let gone: Vec<_> = outcome
        .exceptions
        .iter()
        .filter(|exception| exception.reason == Reason::Vanished)
        .map(|exception| String::from_utf8_lossy(&exception.path).into_owned())
        .collect();
    assert_eq!(gone, ["data/a", "data/b", "data/b/1", "data/b/2", "data/big"]);
    assert!(scene.check(&outcome.path).is_intact());
    let report = scene.restore(&outcome.path, "target");
    assert_eq!(report.failed, []);
    assert_eq!(std::fs::read(scene.path("target/data/d")).unwrap(), b"d");
}

#[test]
fn case_5_what_became_a_pipe_or_a_link_is_neither_waited_for_nor_followed() {
    let mut scene = Scene::new();
    for name in ["pipe", "link", "x"] {
        scene.put(name, name);
    }
    let outcome = meanwhile(&mut scene, |source| {
        for name in ["pipe", "link"] {
            std::fs::remove_file(source.join(name)).unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", source.join("link")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(source.join("pipe")).status().unwrap().success());
    });
    assert_eq!(outcome.exceptions.iter().map(|exception| exception.reason).collect::<Vec<_>>(), [Reason::Replaced; 2]);
    assert!(scene.check(&outcome.path).is_intact());
}

#[test]
fn case_26_a_destination_inside_a_source_is_refused() {
    let mut scene = Scene::new();
    for place in [scene.folder.path().to_owned(), scene.path("destination"), scene.path("destination/inner")] {
        std::fs::create_dir_all(&place).unwrap();
        let error =
            scene.make_of(&[Root::named(place, "data")], None, &caretaker_backup::source::NoReplacements).unwrap_err();
        assert!(error.to_string().contains("inside the other"), "{error}");
    }
    for name in ["", "..", "/x", "a/../b", ".caretaker/x"] {
        let root = Root { name: name.as_bytes().to_vec(), ..Root::at(scene.source()) };
        assert!(scene.make_of(&[root], None, &caretaker_backup::source::NoReplacements).is_err(), "{name}");
    }
    let twice = [Root::named(scene.source(), "a"), Root::named(scene.source(), "a/b")];
    assert!(
        scene
            .make_of(&twice, None, &caretaker_backup::source::NoReplacements)
            .unwrap_err()
            .to_string()
            .contains("one holds the other")
    );
    assert_eq!(scene.shelf().archives().len(), 0);
}
