//! Restores into targets that are in the way, lie, or are hostile: nothing is lost there, and nothing is written elsewhere.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use caretaker_backup::read::Archive;
use caretaker_backup::read::restore::{Conflict, Selection, Step};

use crate::scene::{Scene, noise, shell_ok};

fn put(path: &std::path::Path, content: &str) {
    use std::io::Write as _;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(path).unwrap().write_all(content.as_bytes()).unwrap();
}

fn read(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn case_66_what_is_there_is_shown_first_and_kept() {
    let mut scene = Scene::new();
    for name in ["same", "other.txt", "in the way", "new", "folder/x"] {
        scene.put(name, name);
    }
    let archive = Archive::open(&scene.full().path).unwrap();
    for (conflict, other, inner) in [
        (Conflict::KeepBoth, "mine", "mine"),
        (Conflict::Skip, "mine", "mine"),
        (Conflict::Replace, "other.txt", "mine"),
    ] {
        let target = format!("{conflict:?}");
        let place = scene.path(&target).join("data");
        put(&place.join("same"), "same");
        put(&place.join("other.txt"), "mine");
        put(&place.join("in the way/inner"), "mine");
        let (plan, report) = scene.restore_with(&archive, &target, &Selection::All, conflict);
        assert_eq!(report.failed, []);
        assert_eq!(plan.count(Step::Same), 1);
        assert_eq!(plan.count(Step::Create), 3);
        assert_eq!(read(&place.join("other.txt")), other);
        assert_eq!(read(&place.join("in the way/inner")), inner);
        assert_eq!(read(&place.join("new")), "new");
        let beside = place.join("other (restored).txt");
        match conflict {
            Conflict::KeepBoth => assert_eq!(read(&beside), "other.txt"),
            Conflict::Skip | Conflict::Replace => assert!(!beside.exists()),
        }
        assert_eq!(place.join("in the way (restored)").exists(), conflict != Conflict::Skip);
        // The plan said so.
        let expected = match conflict {
            Conflict::KeepBoth => [0, 2, 0],
            Conflict::Skip => [0, 0, 2],
            Conflict::Replace => [1, 1, 0],
        };
        assert_eq!([Step::Replace, Step::Beside, Step::Skip].map(|step| plan.count(step)), expected);
    }
}

#[test]
fn case_64_and_65_links_at_the_target_lead_nowhere() {
    let mut scene = Scene::new();
    scene.put("folder/file", "inside");
    scene.put("plain", "inside");
    let archive = Archive::open(&scene.full().path).unwrap();
    for conflict in [Conflict::KeepBoth, Conflict::Replace, Conflict::Skip] {
        let target = format!("{conflict:?}");
        let outside = scene.path("outside");
        put(&outside.join("file"), "outside");
        std::fs::set_permissions(&outside, std::fs::Permissions::from_mode(0o711)).unwrap();
        let place = scene.path(&target).join("data");
        std::fs::create_dir_all(&place).unwrap();
        symlink(&outside, place.join("folder")).unwrap();
        symlink(outside.join("file"), place.join("plain")).unwrap();
        scene.restore_with(&archive, &target, &Selection::All, conflict);
        assert_eq!(read(&outside.join("file")), "outside");
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
        assert_eq!(outside.metadata().unwrap().permissions().mode() & 0o777, 0o711);
        let restored = match conflict {
            Conflict::KeepBoth => Some("folder (restored)/file"),
            Conflict::Replace => Some("folder/file"),
            Conflict::Skip => None,
        };
        if let Some(restored) = restored {
            assert_eq!(read(&place.join(restored)), "inside");
        }
    }
    // The folder on the way itself.
    let outside = scene.path("outside");
    std::fs::create_dir(scene.path("way")).unwrap();
    symlink(&outside, scene.path("way/data")).unwrap();
    let (_, report) =
        scene.restore_with(&archive, "way", &Selection::Paths(vec![b"data/folder/file".to_vec()]), Conflict::KeepBoth);
    assert_eq!(report.failed, []);
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
    assert_eq!(read(&scene.path("way/data (restored)/folder/file")), "inside");
}

#[test]
fn case_64_a_link_of_the_archive_is_not_followed_by_a_later_one() {
    let mut scene = Scene::new();
    let outside = scene.path("outside");
    std::fs::create_dir(&outside).unwrap();
    symlink(&outside, scene.source().join("x")).unwrap();
    let first = scene.full();
    std::fs::remove_file(scene.source().join("x")).unwrap();
    scene.put("x/file", "inside");
    let second = scene.increment(&first.state);
    scene.restore(&first.path, "target");
    let archive = Archive::open(&second.path).unwrap();
    scene.restore_with(&archive, "target", &Selection::All, Conflict::Replace);
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    assert_eq!(read(&scene.path("target/data/x/file")), "inside");
}

#[test]
fn case_69_a_restore_that_was_cut_off_completes_when_run_again() {
    let mut scene = Scene::new();
    for number in 0..50 {
        scene.put(format!("{number}"), noise(number, 10_000));
    }
    scene.put("big", noise(99, 9 << 20));
    let archive = Archive::open(&scene.full().path).unwrap();
    scene.restore_with(&archive, "target", &Selection::All, Conflict::KeepBoth);
    // As a kill leaves it: some files missing, one begun.
    for number in 10..30 {
        std::fs::remove_file(scene.path("target/data").join(number.to_string())).unwrap();
    }
    let (plan, report) = scene.restore_with(&archive, "target", &Selection::All, Conflict::KeepBoth);
    assert_eq!((plan.count(Step::Create), plan.count(Step::Same), plan.count(Step::Beside)), (20, 31, 0));
    assert_eq!(report.failed, []);
    scene.assert_same("target");
}

#[test]
fn case_68_names_that_the_target_takes_for_one_are_both_restored() {
    let mut scene = Scene::new();
    for name in ["Letter.txt", "letter.txt", "Folder/x", "folder/x"] {
        scene.put(name, name);
    }
    let archive = Archive::open(&scene.full().path).unwrap();
    // A folder of ext4 can take both cases for one name, where the file system was made for it.
    let made = "truncate -s 64M disk && mkfs.ext4 -q -O casefold disk && mkdir target && mount -o loop disk target && mkdir target/data && chattr +F target/data";
    let ready = crate::scene::is_root()
        && crate::scene::shell(made, scene.folder.path()).is_some_and(|output| output.status.success());
    if !ready {
        let _ = crate::scene::shell("umount target", scene.folder.path());
        println!("skipped: no file system that ignores case");
        return;
    }
    let (_, report) = scene.restore_with(&archive, "target", &Selection::All, Conflict::KeepBoth);
    let contents: Vec<String> = ["Letter.txt", "letter (restored).txt", "Folder/x", "folder (restored)/x"]
        .iter()
        .filter_map(|name| std::fs::read_to_string(scene.path("target/data").join(name)).ok())
        .collect();
    shell_ok("umount target", scene.folder.path());
    assert_eq!(report.failed, []);
    assert_eq!(report.renamed.len(), 2, "{report:?}");
    assert_eq!(contents, ["Letter.txt", "letter.txt", "Folder/x", "folder/x"]);
}

#[test]
fn case_67_a_target_that_is_too_small_is_refused_before_the_first_byte() {
    let mut scene = Scene::new();
    scene.put("big", noise(1, 12 << 20));
    let archive = Archive::open(&scene.full().path).unwrap();
    std::fs::create_dir(scene.path("target")).unwrap();
    let mounted = crate::scene::is_root()
        && crate::scene::shell("mount -t tmpfs -o size=8m tmpfs target", scene.folder.path())
            .is_some_and(|output| output.status.success());
    if !mounted {
        println!("skipped: needs root to mount");
        return;
    }
    let shelf = scene.shelf();
    let target = scene.path("target");
    let wish = caretaker_backup::read::restore::Wish {
        shelf: &shelf,
        point: &archive,
        selection: &Selection::All,
        strip: b"",
        target: &target,
        conflict: Conflict::KeepBoth,
        ownership: caretaker_backup::read::restore::Ownership::Mine,
        workers: 1,
        progress: &caretaker_backup::write::Progress::default(),
        cancel: &caretaker_backup::write::Cancel::default(),
    };
    let plan = caretaker_backup::read::restore::prepare(&wish).unwrap();
    let result = caretaker_backup::read::restore::restore(&wish, &plan);
    let left = std::fs::read_dir(&target).unwrap().count();
    shell_ok("umount target", scene.folder.path());
    assert!(matches!(result, Err(caretaker_backup::BackupError::Full { .. })));
    assert_eq!(left, 0);
}

#[test]
fn a_root_is_restored_into_the_folder_that_it_came_from() {
    let mut scene = Scene::new();
    scene.put("a/x", "1");
    scene.put("y", "2");
    let archive = Archive::open(&scene.full().path).unwrap();
    std::fs::remove_dir_all(scene.source().join("a")).unwrap();
    let shelf = scene.shelf();
    let target = scene.source();
    let wish = caretaker_backup::read::restore::Wish {
        shelf: &shelf,
        point: &archive,
        selection: &Selection::All,
        strip: b"data",
        target: &target,
        conflict: Conflict::KeepBoth,
        ownership: caretaker_backup::read::restore::Ownership::Mine,
        workers: 1,
        progress: &caretaker_backup::write::Progress::default(),
        cancel: &caretaker_backup::write::Cancel::default(),
    };
    let plan = caretaker_backup::read::restore::prepare(&wish).unwrap();
    let report = caretaker_backup::read::restore::restore(&wish, &plan).unwrap();
    assert_eq!((report.failed, plan.count(Step::Same)), (vec![], 1));
    assert_eq!(read(&target.join("a/x")), "1");
    assert_eq!(std::fs::read_dir(&target).unwrap().count(), 2);
}
