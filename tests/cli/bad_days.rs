//! Bad days: homes that cannot be used, databases that cannot be read. Each has a message that says what to do.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use caretaker_core::view::{OverallState, PointsView, Status};

use crate::world::{World, put};

#[test]
fn a_file_where_the_home_should_be_is_named() {
    let world = World::new();
    put(&world.home(), b"");
    for words in
        [&["run", "--json"][..], &["run", "--once", "--json"], &["status", "--json"], &["config", "show", "--json"]]
    {
        let said = world.run(words);
        assert_eq!((said.code, said.error_code().as_str()), (1, "home_unusable"), "{words:?}: {said:?}");
        assert!(said.err.contains("is a file") && said.err.contains("hint:"), "{said:?}");
    }
}

/// A folder that nobody can write, mounted for the length of a test; none where mounting is not allowed.
struct ReadOnly<'w>(&'w World);

impl<'w> ReadOnly<'w> {
    fn mount(world: &'w World) -> Option<Self> {
        let home = world.home();
        let run = |words: &[&str]| {
            Command::new("mount").args(words).arg(&home).output().is_ok_and(|out| out.status.success())
        };
        let bound =
            Command::new("mount").arg("--bind").arg(&home).arg(&home).output().is_ok_and(|out| out.status.success());
        let mounted = Self(world);
        let ready = bound && run(&["-o", "remount,bind,ro"]);
        if !ready {
            assert!(std::env::var_os("CI").is_none(), "the gate must be able to mount a folder read-only");
            #[expect(clippy::print_stderr, reason = "who runs the tests should see that one did not run")]
            {
                eprintln!("skipped: mounting a folder read-only is not allowed here");
            }
        }
        ready.then_some(mounted)
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.home()).output();
    }
}

#[test]
fn a_read_only_home_is_read_but_not_run() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let Some(_mounted) = ReadOnly::mount(&world) else { return };
    for words in
        [&["run", "--json"][..], &["run", "--once", "--json"], &["config", "set", "collect.interval", "10s", "--json"]]
    {
        let said = world.run(words);
        assert_eq!((said.code, said.error_code().as_str()), (1, "home_unusable"), "{words:?}: {said:?}");
        assert!(said.err.contains("hint:"), "{said:?}");
    }
    let status: Status = world.run(&["status", "--json"]).document();
    assert!(status.engine.last_round.is_some(), "what was measured can still be read");
    let shown: PointsView = world.read(&["metrics", "show", "host.memory.usage", "--since", "1h", "--json"]);
    assert!(shown.points.unwrap().iter().any(|point| point.value.is_some()));
}

#[test]
fn reading_a_home_that_was_never_used_says_so_and_makes_nothing() {
    let world = World::new();
    for words in [
        &["alerts", "list"][..],
        &["alerts", "show", "x"],
        &["metrics", "list"],
        &["metrics", "show", "host.cpu.usage"],
        &["metrics", "summary"],
    ] {
        let said = world.run(words);
        assert_eq!(said.code, 1, "{words:?}: {said:?}");
        assert!(said.err.contains("nothing is there yet") && said.err.contains("caretaker run"), "{words:?}: {said:?}");
        let said = world.run(&[words, &["--json"]].concat());
        assert_eq!((said.code, said.error_code().as_str()), (1, "not_configured"), "{words:?}: {said:?}");
    }
    let status: Status = world.run(&["status", "--json"]).document();
    assert_eq!((status.state, status.engine.last_round), (OverallState::Unknown, None));
    let doctor = world.run(&["doctor"]);
    assert!(doctor.out.contains("there are none yet"), "{doctor:?}");
    assert_eq!(world.run(&["config", "show"]).code, 0, "defaults are known without a home");
    assert!(!world.home().exists(), "reading made the home");
}

/// A home whose engine was killed, so that its words are still in the lock file.
#[test]
fn a_killed_engine_is_not_named_as_the_engine() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let left = r#"{"pid":4711,"program":"caretaker-app","version":"0.1.0","started":"2026-01-31T08:30:00.000Z"}"#;
    put(&world.home().join("engine.lock"), left.as_bytes());
    let status: Status = world.run(&["status", "--json"]).document();
    assert_eq!((status.engine.running, status.engine.pid), (false, None));
}

#[test]
fn damaged_samples_are_set_aside_and_told() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let database = world.home().join("metrics.db");
    put(&database, &[0x5a; 8192]);
    let engine = world.start(&["run"]);
    world.wait_for_samples();
    let status: Status = world.run(&["status", "--json"]).document();
    let part = status.degraded.iter().find(|part| part.part.contains("samples")).expect("it shows as degraded");
    assert!(part.why.contains("set aside") && part.hint.contains("kept in"), "{part:?}");
    let kept = fs::read_dir(world.home()).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<_> = kept
        .filter(|path| path != &database && fs::read(path).is_ok_and(|bytes| bytes.starts_with(&[0x5a; 64])))
        .collect();
    assert_eq!(kept.len(), 1, "the damaged file is kept: {kept:?}");
    drop(engine);
}

#[test]
fn a_short_command_never_sets_samples_aside_without_a_word() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    put(&world.home().join("metrics.db"), &[0x5a; 8192]);
    let reading = world.run(&["metrics", "list"]);
    assert!(reading.code == 1 && reading.err.contains("caretaker run"), "who reads changes nothing: {reading:?}");
    let said = world.run(&["config", "set", "collect.interval", "10s"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("`metrics.db` was damaged: it was set aside as `metrics.damaged-"), "{said:?}");
    let again = world.run(&["config", "set", "collect.interval", "20s"]);
    assert!(!again.err.contains("damaged"), "it is said by who does it: {again:?}");

    // The next engine, and whoever asks without one, know of it.
    let status: Status = world.run(&["status", "--json"]).document();
    assert!(status.degraded.iter().any(|part| part.part == "samples database"), "{:?}", status.degraded);
    assert!(status.operations.iter().any(|one| one.what.contains("metrics.damaged-")), "{:?}", status.operations);
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let status: Status = world.run(&["status", "--json"]).document();
    assert!(status.alerts.iter().any(|alert| alert.rule == "own-database"), "{:?}", status.alerts);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    for name in ["metrics.db", "caretaker.db"] {
        let world = World::new();
        assert_eq!(world.run(&["run", "--once"]).code, 0);
        let path = world.home().join(name);
        // The user version lies at byte 60 of an SQLite file (sqlite.org/fileformat.html).
        let mut file = File::options().write(true).open(&path).unwrap();
        file.seek(SeekFrom::Start(60)).unwrap();
        file.write_all(&9_999_u32.to_be_bytes()).unwrap();
        drop(file);
        let before = fs::read(&path).unwrap();
        for words in [&["run", "--json"][..], &["run", "--once", "--json"], &["status", "--json"]] {
            let said = world.run(words);
            assert_eq!((said.code, said.error_code().as_str()), (1, "database_newer"), "{name} {words:?}: {said:?}");
            assert!(said.err.contains("hint: update Caretaker"), "{said:?}");
        }
        // The first 100 bytes are SQLite's own header with a counter of openings.
        assert_eq!(fs::read(&path).unwrap().split_off(100), before[100..], "{name} was touched");
    }
}

#[test]
fn a_home_that_somebody_holds_is_waited_for_and_then_its_holder_is_named() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let mut lock = File::options().read(true).write(true).open(world.home().join("engine.lock")).unwrap();
    lock.try_lock().unwrap();
    lock.write_all(br#"{"pid":4711,"program":"caretaker-app","version":"0.1.0","started":"2026-01-31T08:30:00.000Z"}"#)
        .unwrap();
    let begun = Instant::now();
    let said = world.run(&["config", "set", "collect.interval", "10s", "--json"]);
    assert_eq!((said.code, said.error_code().as_str()), (1, "busy"), "{said:?}");
    assert!(said.err.contains("caretaker-app 0.1.0") && said.err.contains("process 4711"), "{said:?}");
    assert!(begun.elapsed() >= Duration::from_secs(10), "it gave up after {:?}", begun.elapsed());
    assert_ne!(world.run(&["status", "--json"]).code, 2, "reading needs no lock");
}
