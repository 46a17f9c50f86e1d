//! The whole way: written, listed, checked, restored, and opened by programs that do not know us.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use caretaker_backup::format::footer::Packing;
use caretaker_backup::format::name::Type;
use caretaker_backup::read::restore::{Conflict, Ownership, Selection, Wish, prepare, restore};
use caretaker_backup::read::{Archive, sidecar};
use caretaker_backup::source::{NoReplacements, Root};
use caretaker_backup::write::{Cancel, Progress, ReadBack};

use crate::scene::{Scene, assert_trees, is_root, noise, shell_ok};

/// A bit of everything.
fn fill(scene: &Scene) {
    for number in 0..300 {
        scene.put(format!("small/{}/{number}.txt", number % 7), format!("number {number}\n").repeat(number));
    }
    scene.put("empty", "");
    scene.put("big/random", noise(1, 9 << 20));
    scene.put("big/text", "a line that repeats itself\n".repeat(800_000));
    scene.put("big/exact", noise(2, 8 << 20));
    symlink("../empty", scene.source().join("small/link")).unwrap();
    symlink("/nowhere/at/all", scene.source().join("dangling")).unwrap();
    std::fs::create_dir(scene.source().join("empty folder")).unwrap();
    let secret = scene.source().join("empty");
    std::fs::set_permissions(secret, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_full_archive_is_written_checked_and_restored() {
    let mut scene = Scene::new();
    fill(&scene);
    scene.read_back = ReadBack::Everything;
    let outcome = scene.full();
    assert_eq!(outcome.exceptions, []);
    assert_eq!((outcome.totals.files, outcome.totals.stored), (304, 304));
    let report = scene.check(&outcome.path);
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(report.files, 304);
    assert_eq!(sidecar(&outcome.path).unwrap(), Some(true));
    let restored = scene.restore(&outcome.path, "target");
    assert_eq!((restored.failed.as_slice(), restored.renamed.as_slice()), (&[][..], &[][..]));
    scene.assert_same("target");
}

#[test]
fn ordinary_tools_open_an_archive() {
    let mut scene = Scene::new();
    fill(&scene);
    let path = scene.full().path.display().to_string();
    for (name, line) in [
        ("gnu", format!("zstd -dc '{path}' | tar -xf - -C gnu")),
        ("gnu-direct", format!("tar --zstd -xf '{path}' -C gnu-direct")),
        ("bsd", format!("zstd -dc '{path}' | bsdtar -xf - -C bsd")),
        (
            "python",
            format!(
                "zstd -dc '{path}' > python/x.tar && python3 -c \"import tarfile; tarfile.open('python/x.tar').extractall('python')\""
            ),
        ),
    ] {
        std::fs::create_dir(scene.path(name)).unwrap();
        if !shell_ok(&line, scene.folder.path()) {
            continue;
        }
        if name != "python" {
            scene.assert_same(name);
        }
        shell_ok(&format!("cd {name} && sha256sum --quiet -c .caretaker/SHA256SUMS"), scene.folder.path());
    }
    shell_ok(
        &format!("cd '{}' && sha256sum -c *.sha256", scene.path("destination/home").display()),
        scene.folder.path(),
    );
}

#[test]
fn configuration_is_gzip_that_a_bare_mac_opens() {
    let mut scene = Scene::new();
    fill(&scene);
    scene.kind = Type::Configuration;
    let outcome = scene.full();
    assert!(outcome.path.to_str().unwrap().ends_with(".tar.gz"));
    assert!(scene.check(&outcome.path).is_intact());
    scene.restore(&outcome.path, "target");
    scene.assert_same("target");
    for tool in ["tar", "bsdtar"] {
        std::fs::create_dir(scene.path(tool)).unwrap();
        if shell_ok(&format!("{tool} -xzf '{}' -C {tool}", outcome.path.display()), scene.folder.path()) {
            scene.assert_same(tool);
        }
    }
    let scanned = Archive::scan(&outcome.path).unwrap();
    assert_eq!(scanned.manifest().entries.len(), outcome.state.entries.len());
}

#[test]
fn one_file_is_restored_from_the_frames_that_hold_it() {
    let mut scene = Scene::new();
    fill(&scene);
    let archive = Archive::open(&scene.full().path).unwrap();
    for (path, target) in [("data/small/3/17.txt", "one"), ("data/big/text", "two"), ("data/small", "three")] {
        let selection = Selection::Paths(vec![path.as_bytes().to_vec()]);
        let (_, report) = scene.restore_with(&archive, target, &selection, Conflict::KeepBoth);
        assert_eq!(report.failed, []);
        let source = scene.source().join(path.strip_prefix("data/").unwrap());
        let restored = scene.path(target).join(path);
        if source.is_dir() {
            assert_trees(&source, &restored);
        } else {
            assert_eq!(std::fs::read(restored).unwrap(), std::fs::read(source).unwrap());
        }
    }
    // A path that only begins alike is another one.
    let selection = Selection::Paths(vec![b"data/smal".to_vec()]);
    let shelf = scene.shelf();
    let wish = caretaker_backup::read::restore::Wish {
        shelf: &shelf,
        point: &archive,
        selection: &selection,
        strip: b"",
        target: &scene.path("four"),
        conflict: Conflict::KeepBoth,
        ownership: caretaker_backup::read::restore::Ownership::Mine,
        workers: 1,
        progress: &caretaker_backup::write::Progress::default(),
        cancel: &caretaker_backup::write::Cancel::default(),
    };
    assert!(caretaker_backup::read::restore::prepare(&wish).unwrap_err().to_string().contains("find `data/smal`"));
}

#[test]
fn case_28_no_files_and_many_empty_files_are_archives_too() {
    let mut scene = Scene::new();
    scene.packing = Packing::Zstd;
    let outcome = scene.full();
    assert!(scene.check(&outcome.path).is_intact());
    for number in 0..4_000 {
        scene.put(format!("{}/{number}", number % 100), "");
    }
    let outcome = scene.full();
    assert_eq!(outcome.totals.files, 4_000);
    assert!(scene.check(&outcome.path).is_intact());
    assert!(outcome.length < 4_000 * 60, "{}", outcome.length);
    scene.restore(&outcome.path, "target");
    scene.assert_same("target");
}

#[test]
fn several_roots_and_single_files_keep_their_places() {
    let mut scene = Scene::new();
    scene.put("one/a", "1");
    scene.put("two/b", "2");
    scene.put("alone.txt", "3");
    let roots = [
        Root::named(scene.source().join("two"), "home/me/two"),
        Root::named(scene.source().join("alone.txt"), "home/me/alone.txt"),
        Root::named(scene.source().join("one"), "etc"),
    ];
    let outcome = scene.make_of(&roots, None, &NoReplacements).unwrap();
    assert!(scene.check(&outcome.path).is_intact());
    let report = scene.restore(&outcome.path, "target");
    assert_eq!(report.failed, []);
    for (path, content) in [("etc/a", "1"), ("home/me/two/b", "2"), ("home/me/alone.txt", "3")] {
        assert_eq!(std::fs::read_to_string(scene.path("target").join(path)).unwrap(), content);
    }
    let next = scene.make_of(&roots, Some(&outcome.state), &NoReplacements).unwrap();
    assert_eq!((next.totals.stored, next.totals.gone), (0, 0));
}

#[test]
fn case_70_rights_that_lend_a_user_come_back_only_with_owners() {
    let mut scene = Scene::new();
    scene.put("program", "x");
    std::fs::set_permissions(scene.source().join("program"), std::fs::Permissions::from_mode(0o4755)).unwrap();
    let archive = Archive::open(&scene.full().path).unwrap();
    let shelf = scene.shelf();
    let target = scene.path("mine");
    let wish = Wish {
        shelf: &shelf,
        point: &archive,
        selection: &Selection::All,
        strip: b"",
        target: &target,
        conflict: Conflict::KeepBoth,
        ownership: Ownership::Mine,
        workers: 1,
        progress: &Progress::default(),
        cancel: &Cancel::default(),
    };
    restore(&wish, &prepare(&wish).unwrap()).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&target.join("data/program")), 0o755);
    if is_root() {
        scene.restore(archive.path(), "owned");
        assert_eq!(mode(&scene.path("owned/data/program")), 0o4755);
    }
}
