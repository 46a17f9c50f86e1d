use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::*;
use crate::testing::{Scene, flip, last, noise, put};
use caretaker_core::backup::Work;

fn order(scene: &Scene, archive: &Path) -> RestoreOrder {
    RestoreOrder {
        archive: archive.display().to_string(),
        shelf: scene.text("destination/home"),
        paths: Vec::new(),
        strip: ArchivePath::default(),
        to: scene.text("target"),
        conflict: Conflict::KeepBoth,
        owners: false,
        identities: Vec::new(),
        dry_run: false,
        hurry: true,
    }
}

fn done(order: RestoreOrder) -> RestoreOutcome {
    match last(&Work::Restore(order)) {
        Report::Restored(outcome) => *outcome,
        other => panic!("{other:?}"),
    }
}

fn refused(order: RestoreOrder) -> Problem {
    match last(&Work::Restore(order)) {
        Report::Failed(problem) => problem,
        other => panic!("{other:?}"),
    }
}

fn read(path: PathBuf) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn case_66_a_dry_run_says_what_would_happen_and_does_nothing() {
    let mut scene = Scene::new();
    for name in ["same", "older", "newer", "folder", "link", "new"] {
        scene.put(name, name);
    }
    let made = scene.full();
    put(&scene.restored("same"), "same");
    let set = |name: &str, seconds: u64| {
        put(&scene.restored(name), "mine");
        let file = std::fs::File::options().write(true).open(scene.restored(name)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
    };
    set("older", 1_000_000_000);
    set("newer", 4_100_000_000);
    put(&scene.restored("folder/inner"), "mine");
    symlink("/nowhere", scene.restored("link")).unwrap();
    for (conflict, skipped, renamed, replaced) in
        [(Conflict::KeepBoth, 0, 4, 0), (Conflict::Replace, 0, 1, 3), (Conflict::Skip, 4, 0, 0)]
    {
        let outcome = done(RestoreOrder { dry_run: true, conflict, ..order(&scene, &made.path) });
        let lists = (outcome.skipped.len(), outcome.renamed.len(), outcome.replaced.len());
        assert_eq!(lists, (skipped, renamed, replaced), "{conflict:?}");
        assert_eq!((outcome.unchanged, outcome.lost.len()), (1, 0));
        let what: Vec<_> =
            outcome.in_the_way.iter().map(|one| (one.path.name().to_string(), one.what.as_str())).collect();
        let expected = [("folder", "folder"), ("link", "something else"), ("newer", "newer"), ("older", "older")];
        assert_eq!(what, expected.map(|(name, what)| (name.to_owned(), what)));
        assert!(outcome.free_bytes.unwrap() > outcome.needed_bytes);
        assert!(!scene.restored("new").exists());
        assert_eq!(read(scene.restored("newer")), "mine");
    }
    // What it says is what happens.
    let outcome = done(order(&scene, &made.path));
    assert_eq!((outcome.files, outcome.unchanged, outcome.renamed.len()), (5, 1, 4));
    assert_eq!(read(scene.restored("newer")), "mine");
    assert_eq!(read(scene.restored("newer (restored)")), "newer");
    assert_eq!(read(scene.restored("new")), "new");
    // Run again there is nothing to do but to keep both once more.
    let again = done(RestoreOrder { conflict: Conflict::Skip, ..order(&scene, &made.path) });
    assert_eq!((again.files, again.unchanged), (0, 2));
}

#[test]
fn chosen_paths_come_back_to_where_they_were_when_their_beginning_is_left_away() {
    let mut scene = Scene::new();
    scene.put("a/x", "1");
    scene.put("b/y", "2");
    let made = scene.full();
    let outcome = done(RestoreOrder {
        paths: vec![scene.inside("a")],
        strip: scene.inside("a").parent(),
        ..order(&scene, &made.path)
    });
    assert_eq!((outcome.files, outcome.bytes), (1, 1));
    assert_eq!(read(scene.path("target/a/x")), "1");
    assert_eq!(std::fs::read_dir(scene.path("target")).unwrap().count(), 1);
    let unknown = refused(RestoreOrder { paths: vec![scene.inside("c")], ..order(&scene, &made.path) });
    assert!(unknown.message.contains("source/c"), "{unknown:?}");
}

#[test]
fn case_56_and_57_what_is_lost_is_named_with_the_newest_older_version() {
    let mut scene = Scene::new();
    scene.put("a", "first");
    scene.put("b", "first");
    let full = scene.full();
    scene.put("a", "second");
    let middle = scene.increment(&full.state);
    scene.put("b", "third");
    scene.put("c", "third");
    let newest = scene.increment(&middle.state);
    std::fs::remove_file(&middle.path).unwrap();
    let outcome = done(order(&scene, &newest.path));
    let lost: Vec<_> = outcome.lost.iter().map(|file| (file.path.clone(), file.older.clone())).collect();
    assert_eq!(lost, [(scene.inside("a"), Some(full.id.to_string()))]);
    assert_eq!((read(scene.restored("b")), read(scene.restored("c"))), ("third".to_owned(), "third".to_owned()));
    std::fs::remove_file(&full.path).unwrap();
    let outcome = done(RestoreOrder { dry_run: true, ..order(&scene, &newest.path) });
    assert_eq!(outcome.lost.iter().map(|file| file.older.clone()).collect::<Vec<_>>(), [None]);
}

#[test]
fn an_archive_without_its_end_gives_what_is_whole() {
    let mut scene = Scene::new();
    scene.put("a", "one");
    let made = scene.full();
    flip(&made.path, made.length - 40);
    let outcome = done(order(&scene, &made.path));
    assert_eq!(read(scene.restored("a")), "one");
    assert!(outcome.notes.iter().any(|note| note.contains("list of contents")), "{:?}", outcome.notes);
}

#[test]
fn archives_are_no_target() {
    let mut scene = Scene::new();
    scene.put("a", "one");
    let made = scene.full();
    for to in ["destination/home", "destination/home/not/there/yet"] {
        let problem = refused(RestoreOrder { to: scene.text(to), ..order(&scene, &made.path) });
        assert_eq!(problem.code, Code::Usage, "{problem:?}");
    }
    symlink(scene.path("destination/home"), scene.path("link")).unwrap();
    assert_eq!(refused(RestoreOrder { to: scene.text("link/x"), ..order(&scene, &made.path) }).code, Code::Usage);
    assert_eq!(std::fs::read_dir(scene.path("destination/home")).unwrap().count(), 2);
}

#[test]
fn case_69_a_restore_that_was_cancelled_goes_on_when_run_again() {
    let mut scene = Scene::new();
    for number in 0..40 {
        scene.put(&format!("{number}"), noise(number, 300_000));
    }
    let made = scene.full();
    let cancel = Cancel::default();
    cancel.cancel();
    let problem = carry_out(&order(&scene, &made.path), &Voice::new(std::io::sink()), &cancel).unwrap_err();
    assert_eq!(problem.code, Code::Interrupted);
    let outcome = done(order(&scene, &made.path));
    assert_eq!(outcome.files + outcome.unchanged, 40);
    assert!((0..40).all(|number| scene.restored(&format!("{number}")).metadata().unwrap().len() == 300_000));
}
