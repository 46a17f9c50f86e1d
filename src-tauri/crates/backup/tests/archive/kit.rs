//! Restoring with what is on any computer: bash, tar, zstd or gzip, and Python for pages.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use caretaker_backup::kit;
use caretaker_backup::pages::{self, PageHashes};
use caretaker_backup::source::{Choice, PageSetOf, Replace, Replacement};

use crate::scene::{Scene, assert_trees, noise, shell, shell_ok};

struct Copy(std::path::PathBuf, Option<PageSetOf>);

impl Replace for Copy {
    fn by_path(&self, _: &std::path::Path) -> Choice {
        Choice::Read
    }

    fn database(&self, _: &std::path::Path) -> Choice {
        Choice::Instead(Replacement { content: self.0.clone(), pages: self.1.clone() })
    }
}

fn database(change: usize) -> Vec<u8> {
    let mut bytes = noise(7, 300 * 4_096);
    bytes[..16].copy_from_slice(b"SQLite format 3\0");
    bytes[change * 4_096 + 100] ^= 0xff;
    bytes
}

#[test]
fn case_72_ordinary_tools_restore_a_chain_as_the_program_does() {
    let mut scene = Scene::new();
    let lock = scene.destination.lock("test").unwrap();
    kit::put(&scene.destination, &lock).unwrap();
    kit::put(&scene.destination, &lock).unwrap();
    drop(lock);
    let copy = scene.path("copy");
    let set = scene.path("set");
    let put = |path: &std::path::Path, bytes: &[u8]| {
        std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), bytes).unwrap();
    };
    for number in 0..40 {
        scene.put(format!("many/{number}"), noise(number, 3_000));
    }
    scene.put("odd/new\nline", "x");
    scene.put("odd/-rf *", "x");
    scene.put("turns", "into a folder");
    scene.put("gone/deep/file", "x");
    scene.put("rights", noise(5, 5_000));
    scene.put("big", noise(6, 9 << 20));
    scene.put("app.db", database(0));
    std::fs::hard_link(scene.source().join("rights"), scene.source().join("rights too")).unwrap();
    symlink("many", scene.source().join("link")).unwrap();
    put(&copy, &database(1));
    let mut outcomes = vec![scene.make(None, &Copy(copy.clone(), None)).unwrap()];
    for step in 0..3 {
        let hashes = PageHashes::of(&database(1)[..], 4_096).unwrap();
        put(&copy, &database(10 + step));
        pages::make(&hashes, std::fs::File::open(&copy).unwrap(), std::fs::File::create(&set).unwrap()).unwrap();
        match step {
            0 => {
                std::fs::remove_file(scene.source().join("turns")).unwrap();
                scene.put("turns/inner", "x");
                std::fs::remove_dir_all(scene.source().join("gone")).unwrap();
                scene.put("many/3", "changed");
                std::fs::remove_file(scene.source().join("odd/new\nline")).unwrap();
            }
            1 => {
                std::fs::set_permissions(scene.source().join("rights"), std::fs::Permissions::from_mode(0o600))
                    .unwrap();
                std::fs::remove_file(scene.source().join("link")).unwrap();
                scene.put("link", "a file now");
            }
            _ => {
                std::fs::remove_dir_all(scene.source().join("turns")).unwrap();
                std::fs::rename(scene.source().join("many"), scene.source().join("few")).unwrap();
            }
        }
        scene.put("app.db", database(20 + step));
        let of = Some(PageSetOf { file: set.clone(), base: 1 });
        let state = outcomes[outcomes.len() - 1].state.clone();
        outcomes.push(scene.make(Some(&state), &Copy(copy.clone(), of)).unwrap());
        assert!(outcomes[outcomes.len() - 1].length < 200_000);
    }
    for (number, outcome) in outcomes.iter().enumerate() {
        let (ours, theirs) = (format!("ours-{number}"), format!("theirs-{number}"));
        let report = scene.restore(&outcome.path, &ours);
        assert_eq!(report.failed, []);
        if number == 1 {
            assert_eq!(std::fs::read(scene.path("ours-1/data/app.db")).unwrap(), database(10));
        }
        let line = format!(
            "bash destination/restore.sh destination/home {theirs} '{}'",
            outcome.path.file_name().unwrap().display()
        );
        if shell_ok(&line, scene.folder.path()) {
            assert_trees(&scene.path(&ours), &scene.path(&theirs));
        }
    }
    // Without the name of an archive it is the newest.
    if shell_ok("bash destination/restore.sh destination/home newest", scene.folder.path()) {
        assert_trees(&scene.path("ours-3"), &scene.path("newest"));
        let again = shell("bash destination/restore.sh destination/home newest", scene.folder.path()).unwrap();
        assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("not empty"));
    }
    // The tar of macOS and BSD does as well.
    if shell("command -v bsdtar", scene.folder.path()).is_some_and(|output| output.status.success()) {
        shell_ok(
            "mkdir bin && ln -s $(command -v bsdtar) bin/tar && PATH=$PWD/bin:$PATH bash destination/restore.sh destination/home bsd",
            scene.folder.path(),
        );
        assert_trees(&scene.path("ours-3"), &scene.path("bsd"));
    }
}
