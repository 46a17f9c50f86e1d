//! Increments: what counts as changed, what each restore point holds, and how archives depend on each other.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;

use caretaker_backup::BackupError;
use caretaker_backup::format::footer::Packing;
use caretaker_backup::format::manifest::{Flags, Reason};
use caretaker_backup::pages::{self, PageHashes};
use caretaker_backup::read::restore::{Conflict, Selection};
use caretaker_backup::read::{Archive, state};
use caretaker_backup::source::change::Inodes;
use caretaker_backup::source::{Choice, PageSetOf, Replace, Replacement};
use caretaker_backup::write::Outcome;

use crate::scene::{Scene, noise, shell_ok};

fn entry(outcome: &Outcome, path: &str) -> caretaker_backup::format::manifest::Entry {
    let found = outcome.state.entries.iter().find(|entry| *entry.path == *path.as_bytes());
    found.unwrap_or_else(|| panic!("{path} is not in the state")).clone()
}

#[test]
fn an_increment_holds_what_changed_and_restores_everything() {
    let mut scene = Scene::new();
    for number in 0..200 {
        scene.put(format!("a/{number}"), format!("{number}").repeat(500));
    }
    scene.put("big", noise(1, 20 << 20));
    let full = scene.full();
    let nothing = scene.increment(&full.state);
    assert_eq!((nothing.totals.stored, nothing.totals.gone), (0, 0));
    assert!(nothing.length < 10_000, "{}", nothing.length);
    scene.put("a/7", "changed");
    scene.put("b/new", "new");
    std::fs::remove_file(scene.source().join("a/8")).unwrap();
    let changed = scene.increment(&nothing.state);
    assert_eq!((changed.totals.stored, changed.totals.gone, changed.totals.altered), (2, 1, 1));
    scene.restore(&changed.path, "target");
    scene.assert_same("target");
    for outcome in [&full, &nothing, &changed] {
        assert!(scene.check(&outcome.path).is_intact());
        // What the next run is compared with can be had from the archives alone.
        let archive = Archive::open(&outcome.path).unwrap();
        let mut again = state(&archive, &scene.shelf()).unwrap();
        again.entries.iter_mut().for_each(|entry| entry.place = None);
        let mut known = outcome.state.clone();
        known.entries.iter_mut().for_each(|entry| entry.place = None);
        assert_eq!(again, known);
    }
    // One file needs one archive.
    let archive = Archive::open(&changed.path).unwrap();
    let selection = Selection::Paths(vec![b"data/a/7".to_vec()]);
    let (plan, _) = scene.restore_with(&archive, "one", &selection, Conflict::KeepBoth);
    assert_eq!(plan.archives.iter().map(|holder| holder.sequence).collect::<Vec<_>>(), [3]);
}

#[test]
fn case_18_content_behind_an_old_time_is_noticed() {
    let mut scene = Scene::new();
    scene.put("x", "one");
    let full = scene.full();
    shell_ok("touch -r source/x before && printf two > source/x && touch -r before source/x", scene.folder.path());
    let changed = scene.increment(&full.state);
    assert_eq!(changed.totals.stored, 1);
    scene.restore(&changed.path, "target");
    assert_eq!(std::fs::read(scene.path("target/data/x")).unwrap(), b"two");
}

#[test]
fn case_19_a_file_written_in_the_second_of_the_last_run_is_read_again() {
    let mut scene = Scene::new();
    scene.put("x", "one");
    // The run begins at the moment of the file.
    scene.now.seconds = scene.source().join("x").metadata().unwrap().mtime() - 3_600;
    let full = scene.full();
    // Somebody writes after it was read, and no time tells: same size, same time.
    let mut state = full.state.clone();
    let stored = state.entries.iter_mut().find(|entry| *entry.path == *b"data/x").unwrap();
    stored.digest = Some([1; 32]);
    assert_eq!(scene.increment(&state).totals.stored, 1);
    assert_eq!(scene.increment(&full.state).totals.stored, 0);
}

#[test]
fn case_20_new_rights_store_no_content() {
    let mut scene = Scene::new();
    scene.put("x", noise(3, 100_000));
    scene.put("big", noise(4, 10 << 20));
    let full = scene.full();
    for name in ["x", "big"] {
        std::fs::set_permissions(scene.source().join(name), std::fs::Permissions::from_mode(0o640)).unwrap();
    }
    let changed = scene.increment(&full.state);
    assert_eq!(changed.totals.stored, 0);
    assert!(changed.length < 10_000);
    assert!(entry(&changed, "data/x").flags.has(Flags::METADATA_ONLY));
    scene.restore(&changed.path, "target");
    scene.assert_same("target");
    let next = scene.increment(&changed.state);
    assert_eq!(next.totals.stored, 0);
}

#[test]
fn case_21_a_renamed_folder_loses_nothing_at_any_point() {
    let mut scene = Scene::new();
    for number in 0..500 {
        scene.put(format!("old/{}/{number}", number % 9), format!("{number}"));
    }
    let full = scene.full();
    std::fs::rename(scene.source().join("old"), scene.source().join("new")).unwrap();
    let renamed = scene.increment(&full.state);
    assert_eq!(renamed.totals.stored, 500);
    scene.restore(&renamed.path, "after");
    scene.assert_same("after");
    std::fs::rename(scene.source().join("new"), scene.source().join("old")).unwrap();
    scene.restore(&full.path, "before");
    // Renaming changes only the time of the folder above.
    shell_ok("touch -r before/data source && touch -r before/data/old source/old", scene.folder.path());
    scene.assert_same("before");
}

#[test]
fn case_22_one_name_for_a_file_a_folder_and_a_link_in_turn() {
    let mut scene = Scene::new();
    let place = scene.source().join("x");
    let mut outcomes = Vec::new();
    let mut trees = Vec::new();
    for step in 0..6 {
        let _ = std::fs::remove_file(&place);
        let _ = std::fs::remove_dir_all(&place);
        match step % 3 {
            0 => scene.put("x", format!("file {step}")),
            1 => scene.put("x/inner/file", format!("folder {step}")),
            _ => symlink("/etc", &place).unwrap(),
        }
        let outcome = match outcomes.last() {
            None => scene.full(),
            Some(last) => {
                let last: &Outcome = last;
                let state = last.state.clone();
                scene.increment(&state)
            }
        };
        trees.push(crate::scene::tree(&scene.source()));
        outcomes.push(outcome);
    }
    for (number, outcome) in outcomes.iter().enumerate() {
        let target = format!("target-{number}");
        scene.restore(&outcome.path, &target);
        assert_eq!(crate::scene::tree(&scene.path(&target).join("data")), trees[number], "{number}");
    }
}

#[test]
fn case_23_other_numbers_of_files_store_nothing_again() {
    let mut scene = Scene::new();
    for number in 0..50 {
        scene.put(format!("{number}"), noise(number, 5_000));
    }
    scene.put("big", noise(77, 9 << 20));
    let full = scene.full();
    // A copied disk: all files are new to the file system.
    shell_ok("cp -a source copy && rm -rf source && mv copy source", scene.folder.path());
    let copied = scene.increment(&full.state);
    assert_eq!(copied.totals.stored, 0);
    assert!(copied.length < 10_000);
    scene.inodes = Inodes::Unstable;
    scene.restore(&copied.path, "target");
    scene.assert_same("target");
}

#[test]
fn case_24_a_source_that_is_suddenly_empty_stops_the_run() {
    let mut scene = Scene::new();
    scene.put("x", "one");
    let full = scene.full();
    std::fs::remove_file(scene.source().join("x")).unwrap();
    let error = scene.make(Some(&full.state), &caretaker_backup::source::NoReplacements).unwrap_err();
    assert!(matches!(&error, BackupError::Refused { what } if what.contains("held files before")), "{error}");
    std::fs::remove_dir(scene.source()).unwrap();
    assert!(scene.make(Some(&full.state), &caretaker_backup::source::NoReplacements).is_err());
    assert_eq!(scene.shelf().archives().len(), 1);
}

#[test]
fn case_12_many_names_of_a_file_are_stored_once() {
    let mut scene = Scene::new();
    scene.put("first", noise(5, 300_000));
    scene.put("large", noise(6, 9 << 20));
    for number in 0..1_000 {
        std::fs::hard_link(scene.source().join("first"), scene.source().join(format!("name-{number}"))).unwrap();
    }
    std::fs::hard_link(scene.source().join("large"), scene.source().join("larger")).unwrap();
    let full = scene.full();
    assert!(full.length < (9 << 20) + 600_000, "{}", full.length);
    assert!(scene.check(&full.path).is_intact());
    scene.restore(&full.path, "target");
    scene.assert_same("target");
    assert_eq!(scene.path("target/data/name-77").metadata().unwrap().nlink(), 1_001);
    let archive = Archive::open(&full.path).unwrap();
    let selection = Selection::Paths(vec![b"data/name-500".to_vec()]);
    let (_, report) = scene.restore_with(&archive, "one", &selection, Conflict::KeepBoth);
    assert_eq!(report.failed, []);
    assert_eq!(std::fs::read(scene.path("one/data/name-500")).unwrap(), noise(5, 300_000));
    // Unchanged names need nothing; a new name brings the file into the new archive, because plain tools link only there.
    let same = scene.increment(&full.state);
    assert_eq!(same.totals.stored, 0);
    std::fs::hard_link(scene.source().join("large"), scene.source().join("largest")).unwrap();
    let more = scene.increment(&same.state);
    assert_eq!(entry(&more, "data/large").holder, more.state.sequence);
    scene.restore(&more.path, "more");
    scene.assert_same("more");
}

#[test]
fn case_56_a_missing_increment_loses_exactly_what_only_it_held() {
    let mut scene = Scene::new();
    scene.put("a", "1");
    scene.put("b", "1");
    let full = scene.full();
    scene.put("a", "22");
    let middle = scene.increment(&full.state);
    scene.put("b", "333");
    let last = scene.increment(&middle.state);
    std::fs::remove_file(&middle.path).unwrap();
    let report = scene.restore(&last.path, "target");
    assert_eq!(report.failed.iter().map(|failed| failed.path.as_slice()).collect::<Vec<_>>(), [b"data/a"]);
    assert!(report.failed[0].words.contains("find archive 2"), "{}", report.failed[0].words);
    assert_eq!(std::fs::read(scene.path("target/data/b")).unwrap(), b"333");
    // The next increment stores again what is missing.
    let archive = Archive::open(&last.path).unwrap();
    let known = state(&archive, &scene.shelf()).unwrap();
    let healed = scene.increment(&known);
    assert_eq!(healed.totals.stored, 1);
    let report = scene.restore(&healed.path, "healed");
    assert_eq!(report.failed, []);
    scene.assert_same("healed");
}

#[test]
fn case_57_without_its_base_an_increment_restores_what_it_holds() {
    let mut scene = Scene::new();
    scene.put("a", "1");
    scene.put("b", "1");
    let full = scene.full();
    scene.put("a", "22");
    let last = scene.increment(&full.state);
    std::fs::remove_file(&full.path).unwrap();
    let report = scene.restore(&last.path, "target");
    assert_eq!(report.failed.len(), 1);
    assert_eq!(std::fs::read(scene.path("target/data/a")).unwrap(), b"22");
}

#[test]
fn case_60_an_archive_under_another_name_is_found_by_its_identity() {
    let mut scene = Scene::new();
    scene.put("a", "1");
    let full = scene.full();
    scene.put("b", "1");
    let last = scene.increment(&full.state);
    std::fs::rename(&full.path, full.path.with_file_name("my old backup.tar.zst")).unwrap();
    let report = scene.restore(&last.path, "target");
    assert_eq!(report.failed, []);
    scene.assert_same("target");
}

#[test]
fn case_8_what_becomes_unreadable_keeps_its_older_copy() {
    let mut scene = Scene::new();
    scene.put("a", "1");
    let full = scene.full();
    // A folder takes the place of the file while it is read: seen as a file, opened as something else.
    struct Swap(PathBuf);
    impl Replace for Swap {
        fn by_path(&self, path: &std::path::Path) -> Choice {
            if *path == self.0 {
                std::fs::remove_file(path).unwrap();
                std::fs::create_dir(path).unwrap();
            }
            Choice::Read
        }
        fn database(&self, _: &std::path::Path) -> Choice {
            Choice::Read
        }
    }
    scene.put("a", "22");
    let swap = Swap(scene.source().join("a"));
    let outcome = scene.make(Some(&full.state), &swap).unwrap();
    assert_eq!(outcome.exceptions[0].reason, Reason::Replaced);
    let kept = entry(&outcome, "data/a");
    assert_eq!((kept.holder, kept.flags), (1, Flags::UNREADABLE));
    scene.restore(&outcome.path, "target");
    assert_eq!(std::fs::read(scene.path("target/data/a")).unwrap(), b"1");
}

/// Puts copies in the place of databases, as the owner of the crate does.
struct Copies {
    copy: PathBuf,
    pages: Option<PageSetOf>,
}

impl Replace for Copies {
    fn by_path(&self, path: &std::path::Path) -> Choice {
        if path.ends_with("ours.db") { Choice::Leave("it is ours".to_owned()) } else { Choice::Read }
    }

    fn database(&self, _: &std::path::Path) -> Choice {
        Choice::Instead(Replacement { content: self.copy.clone(), pages: self.pages.clone() })
    }
}

fn database(seed: u64, pages: usize) -> Vec<u8> {
    let mut bytes = noise(seed, pages * 4_096);
    bytes[..16].copy_from_slice(b"SQLite format 3\0");
    bytes
}

#[test]
fn databases_are_stored_as_copies_and_then_as_changed_pages() {
    for pages in [200_usize, 4_000] {
        let mut scene = Scene::new();
        scene.put("app.db", database(1, pages));
        scene.put("app.db-wal", "log");
        scene.put("app.db-shm", "memory");
        scene.put("ours.db", database(9, 2));
        let copy = scene.path("copy");
        let mut content = database(2, pages);
        std::fs::copy(scene.source().join("app.db"), &copy).unwrap();
        overwrite(&copy, &content);
        let hashes = PageHashes::of(&content[..], 4_096).unwrap();
        let full = scene.make(None, &Copies { copy: copy.clone(), pages: None }).unwrap();
        assert!(entry(&full, "data/app.db").flags.has(Flags::SNAPSHOT));
        let names: Vec<_> =
            full.state.entries.iter().map(|entry| String::from_utf8_lossy(&entry.path).into_owned()).collect();
        assert_eq!(names, ["data", "data/app.db"]);
        assert_eq!(full.exceptions[0].reason, Reason::NotReplaced);
        scene.restore(&full.path, "full");
        assert_eq!(std::fs::read(scene.path("full/data/app.db")).unwrap(), content);

        content[50 * 4_096 + 9] ^= 1;
        overwrite(&copy, &content);
        let set = scene.path("set");
        let file = std::fs::File::create(&set).unwrap();
        pages::make(&hashes, std::fs::File::open(&copy).unwrap(), file).unwrap();
        scene.put("app.db", database(3, pages));
        let of = Some(PageSetOf { file: set, base: 1 });
        let paged = scene.make(Some(&full.state), &Copies { copy: copy.clone(), pages: of }).unwrap();
        assert!(paged.length < 20_000, "{}", paged.length);
        assert!(scene.check(&paged.path).is_intact());
        scene.restore(&paged.path, "paged");
        assert_eq!(std::fs::read(scene.path("paged/data/app.db")).unwrap(), content);
        let same = scene.make(Some(&paged.state), &Copies { copy, pages: None }).unwrap();
        assert_eq!(same.totals.stored, 0);
        scene.restore(&same.path, "same");
        assert_eq!(std::fs::read(scene.path("same/data/app.db")).unwrap(), content);
        // Without the copy that the pages belong to, nothing is made up.
        std::fs::remove_file(&full.path).unwrap();
        let report = scene.restore(&paged.path, "lost");
        assert_eq!(report.failed.len(), 1, "{report:?}");
        assert!(!scene.path("lost/data/app.db").exists());
    }
}

fn overwrite(path: &std::path::Path, content: &[u8]) {
    use std::io::Write as _;
    std::fs::File::create(path).unwrap().write_all(content).unwrap();
}

struct Noting(Option<Vec<u8>>);

impl Replace for Noting {
    fn by_path(&self, _path: &std::path::Path) -> Choice {
        Choice::Read
    }

    fn database(&self, _path: &std::path::Path) -> Choice {
        Choice::Read
    }

    fn notes(&self) -> Option<Vec<u8>> {
        self.0.clone()
    }
}

#[test]
fn notes_about_databases_come_back_and_disturb_nobody() {
    for packing in [Packing::Zstd, Packing::Gzip] {
        let mut scene = Scene::new();
        scene.packing = packing;
        scene.put("large", noise(1, 20 << 20));
        // Longer than one frame.
        for notes in [None, Some(b"[]".to_vec()), Some(noise(2, 17 << 20))] {
            let outcome = scene.make(None, &Noting(notes.clone())).unwrap();
            let archive = Archive::open(&outcome.path).unwrap();
            assert!(archive.database_notes().unwrap() == notes);
            assert!(scene.check(&outcome.path).is_intact());
        }
    }
}

#[test]
fn further_names_of_a_large_file_stay_when_only_its_record_changed() {
    let mut scene = Scene::new();
    scene.put("large", noise(1, 9 << 20));
    std::fs::hard_link(scene.source().join("large"), scene.source().join("other name")).unwrap();
    let full = scene.full();
    std::fs::set_permissions(scene.source().join("large"), std::fs::Permissions::from_mode(0o640)).unwrap();
    let outcome = scene.increment(&full.state);
    assert_eq!((outcome.totals.stored, outcome.totals.gone), (0, 0));
    scene.restore(&outcome.path, "target");
    scene.assert_same("target");
}
