//! Faults of the machine while files are read and restored: disks that give no bytes, rights that are missing, providers that hold
//! files back, programs that stand still, and bytes that change on their way.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use caretaker_backup::format::manifest::{Flags, Reason};
use caretaker_backup::read::Archive;
use caretaker_backup::read::restore::{Conflict, Ownership, Selection, Wish, prepare, restore_paced};
use caretaker_backup::source::{Choice, Replace, Root};
use caretaker_backup::write::{Cancel, NoPace, Pace, Progress};

use crate::scene::{Scene, as_nobody, is_root, noise, shell, shell_ok};

#[test]
fn case_29_a_disk_that_does_not_give_all_bytes_loses_one_file_and_not_the_run() {
    let mut scene = Scene::new();
    // A disk that ends too early: its file system is larger than the file that it lies in.
    let mounted = is_root()
        && shell(
            "truncate -s 64M disk && mkfs.ext4 -q -O ^has_journal disk && mkdir bad && mount -o loop disk bad",
            scene.folder.path(),
        )
        .is_some_and(|output| output.status.success());
    if !mounted {
        println!("skipped: needs root to mount");
        return;
    }
    let bad = scene.path("bad");
    for (name, length) in [("small", 300_000), ("big", 20 << 20)] {
        std::io::Write::write_all(&mut std::fs::File::create(bad.join(name)).unwrap(), &noise(7, length)).unwrap();
    }
    scene.put("good", "good");
    shell_ok("umount bad && mount -o loop,ro disk bad", scene.folder.path());
    // Everything behind the first megabytes is gone, as on a disk that dies.
    let data = "echo $(debugfs -R 'blocks /NAME' disk 2>/dev/null | tr ' ' '\\n' | grep . | sort -n | tail -1)";
    let last = |name: &str| -> u64 {
        let output = shell(&data.replace("NAME", name), scene.folder.path()).unwrap();
        String::from_utf8_lossy(&output.stdout).trim().parse().unwrap()
    };
    let block = 64_u64 << 20;
    let size = shell("stat -f -c %S bad", scene.folder.path()).unwrap();
    let size: u64 = String::from_utf8_lossy(&size.stdout).trim().parse().unwrap();
    let cut = [last("small"), last("big")].into_iter().min().unwrap().min(block / size) * size;
    shell_ok(&format!("sync; truncate -s {cut} disk; echo 3 > /proc/sys/vm/drop_caches"), scene.folder.path());
    let roots = [Root::named(scene.source(), "data"), Root::named(&bad, "bad")];
    let outcome = scene.make_of(&roots, None, &caretaker_backup::source::NoReplacements);
    shell_ok("umount -l bad", scene.folder.path());
    let outcome = outcome.unwrap();
    let errors: Vec<_> = outcome.exceptions.iter().filter(|each| each.reason == Reason::ReadError).collect();
    assert!(!errors.is_empty(), "{:?}", outcome.exceptions);
    let of = |path: &[u8]| outcome.state.entries.iter().find(|entry| *entry.path == *path).unwrap();
    for error in errors {
        assert!(of(&error.path).flags.has(Flags::UNREADABLE), "{error:?}");
    }
    assert!(of(b"data/good").digest.is_some());
    assert!(scene.check(&outcome.path).is_intact());
}

#[test]
fn case_9_a_named_folder_that_may_not_be_read_is_shown_with_what_helps() {
    let scene = Scene::new();
    scene.put("open/x", "1");
    scene.put("closed/x", "1");
    shell_ok("chmod 000 source/closed", scene.folder.path());
    let roots = [
        Root::named(scene.source().join("open"), "open"),
        Root::named(scene.source().join("closed"), "closed"),
        Root::named(scene.source().join("never"), "never"),
    ];
    let found = as_nobody(scene.folder.path(), || caretaker_backup::source::unreadable(&roots));
    shell_ok("chmod 755 source/closed", scene.folder.path());
    let named: Vec<_> =
        found.iter().map(|each| (each.path.file_name().unwrap().to_str().unwrap(), each.reason)).collect();
    assert_eq!(named, [("closed", Reason::Denied), ("never", Reason::Vanished)]);
    assert!(found.iter().all(|each| !each.fix.is_empty()));
}

#[test]
fn case_8_without_rights_the_rest_is_stored_and_older_copies_stay() {
    let mut scene = Scene::new();
    scene.put("secret/x", "1");
    scene.put("file", "1");
    let full = scene.full();
    scene.put("file", "22");
    shell_ok("chmod 000 source/secret", scene.folder.path());
    let folder = scene.folder.path().to_owned();
    let outcome = as_nobody(&folder, || scene.increment(&full.state));
    shell_ok("chmod 755 source/secret", &folder);
    assert!(outcome.exceptions.iter().any(|exception| exception.reason == Reason::Denied));
    let kept = outcome.state.entries.iter().find(|entry| *entry.path == *b"data/secret/x").unwrap();
    assert_eq!((kept.holder, kept.flags), (1, Flags::UNREADABLE));
    scene.restore(&outcome.path, "target");
    assert_eq!(std::fs::read(scene.path("target/data/secret/x")).unwrap(), b"1");
    assert_eq!(std::fs::read(scene.path("target/data/file")).unwrap(), b"22");
}

/// Some files lie with a provider, and opening one is noticed by its time of access.
struct Elsewhere;

impl Replace for Elsewhere {
    fn by_path(&self, _: &Path) -> Choice {
        Choice::Read
    }
    fn is_elsewhere(&self, path: &Path) -> bool {
        path.to_str().is_some_and(|path| path.contains("cloud"))
    }
    fn database(&self, _: &Path) -> Choice {
        Choice::Read
    }
}

fn scene_time(path: &Path) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    let meta = path.metadata().unwrap();
    (meta.atime(), meta.atime_nsec())
}

#[test]
fn case_10_what_lies_with_a_provider_is_not_opened_and_its_older_copy_stays() {
    let mut scene = Scene::new();
    for name in ["cloud-small", "cloud-large", "here"] {
        scene.put(name, noise(1, if name == "cloud-large" { 9 << 20 } else { 4_096 }));
    }
    let full = scene.full();
    // They were sent away: their record changed, and opening them would now fail, or fetch.
    for name in ["cloud-small", "cloud-large", "cloud-new"] {
        let size = scene.source().join(name).metadata().map_or(100, |meta| meta.len());
        scene.put(name, "");
        std::fs::File::options().write(true).open(scene.source().join(name)).unwrap().set_len(size).unwrap();
    }
    // Whoever opened one and read it would change when it was read last.
    let source = scene.source();
    let read = |name: &str| scene_time(&source.join(name));
    let before = [read("cloud-small"), read("cloud-large"), read("cloud-new")];
    let outcome = scene.make(Some(&full.state), &Elsewhere).unwrap();
    assert_eq!([read("cloud-small"), read("cloud-large"), read("cloud-new")], before);
    let of = |path: &str| outcome.state.entries.iter().find(|entry| *entry.path == *path.as_bytes()).unwrap();
    for name in ["data/cloud-small", "data/cloud-large"] {
        assert_eq!((of(name).holder, of(name).flags), (1, Flags::CLOUD_ONLY), "{name}");
    }
    assert_eq!((of("data/cloud-new").holder, of("data/cloud-new").flags), (0, Flags::CLOUD_ONLY));
    let told = outcome.exceptions.iter().filter(|each| each.reason == Reason::CloudOnly).count();
    assert_eq!((told, outcome.exceptions.len(), outcome.totals.stored), (3, 3, 0));
    scene.restore(&outcome.path, "target");
    assert_eq!(std::fs::read(scene.path("target/data/cloud-large")).unwrap(), noise(1, 9 << 20));
}

/// Damages an archive before its frames are read, and mends it after so many frames.
struct Flicker {
    path: std::path::PathBuf,
    at: u64,
    until: usize,
    frames: AtomicUsize,
}

impl Flicker {
    fn flip(&self) {
        let file = OpenOptions::new().read(true).write(true).open(&self.path).unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, self.at).unwrap();
        file.write_all_at(&[byte[0] ^ 0x10], self.at).unwrap();
    }
}

impl Pace for Flicker {
    fn wait(&self) {
        let frame = self.frames.fetch_add(1, Ordering::SeqCst);
        if frame == 0 || frame == self.until {
            self.flip();
        }
    }
}

#[test]
fn case_71_bytes_that_differ_are_read_once_more_and_get_no_name_otherwise() {
    let mut scene = Scene::new();
    for number in 0..20 {
        scene.put(format!("{number}"), noise(number, 10_000));
    }
    let full = scene.full();
    shell_ok(&format!("chmod 600 '{}'", full.path.display()), scene.folder.path());
    let archive = Archive::open(&full.path).unwrap();
    let (first, second) = (archive.manifest().frames[0].length, archive.manifest().frames[1].length);
    let run = |target: &str, pace: &dyn Pace| {
        let shelf = scene.shelf();
        let wish = Wish {
            shelf: &shelf,
            point: &archive,
            selection: &Selection::Paths(vec![b"data/3".to_vec(), b"data/7".to_vec()]),
            strip: b"",
            target: &scene.path(target),
            conflict: Conflict::KeepBoth,
            ownership: Ownership::Mine,
            workers: 1,
            progress: &Progress::default(),
            cancel: &Cancel::default(),
        };
        restore_paced(&wish, &prepare(&wish).unwrap(), pace).unwrap()
    };
    let flicker = |until| Flicker {
        path: full.path.clone(),
        at: u64::from(first) + u64::from(second) / 2,
        until,
        frames: AtomicUsize::new(0),
    };
    // For good: named, nothing stands there, and nothing half does either.
    let lasting = flicker(usize::MAX);
    let report = run("lasting", &lasting);
    lasting.flip();
    assert_eq!(report.failed.len(), 2, "{report:?}");
    assert_eq!(std::fs::read_dir(scene.path("lasting/data")).unwrap().count(), 0);
    assert_eq!(lasting.frames.load(Ordering::SeqCst), 2, "the frame is read twice, and no more");
    // For a moment: the second look brings it.
    let passing = flicker(1);
    let report = run("passing", &passing);
    assert_eq!(report.failed, []);
    assert_eq!(std::fs::read(scene.path("passing/data/7")).unwrap(), noise(7, 10_000));
    assert_eq!(run("calm", &NoPace).failed, []);
}

#[test]
fn case_16_large_attributes_and_access_lists_return() {
    let mut scene = Scene::new();
    scene.put("file", "x");
    scene.put("folder/inner", "x");
    let set = "setfacl -m u:12345:rw,g:54321:r source/file && setfacl -d -m u:12345:rwx source/folder && setfacl -m u:12345:x source/folder";
    if !shell(set, scene.folder.path()).is_some_and(|output| output.status.success()) {
        println!("skipped: the file system has no access lists");
        return;
    }
    // As large as this file system takes it: 64 KiB is what Linux allows, and ext4 gives about a block.
    let file = std::fs::File::open(scene.source().join("file")).unwrap();
    let taken = |bits: &i32| {
        let value = noise(16, 1 << bits);
        caretaker_backup::source::xattr::write(&file, &[(b"user.large".to_vec(), value)]).is_empty()
    };
    let largest = (8..=16).rev().find(taken);
    assert!(largest.is_some());
    let full = scene.full();
    scene.restore(&full.path, "target");
    scene.assert_same("target");
    let lists = "getfacl -R -n -p . | grep -v '^# file'";
    let (before, after) = (shell(lists, &scene.source()).unwrap(), shell(lists, &scene.path("target/data")).unwrap());
    assert_eq!(String::from_utf8_lossy(&before.stdout), String::from_utf8_lossy(&after.stdout));
    assert!(String::from_utf8_lossy(&after.stdout).contains("default:user:12345:rwx"));
    // Another list alone is a change.
    shell_ok("setfacl -m u:12345:r source/file", scene.folder.path());
    assert_eq!(scene.increment(&full.state).totals.stored, 1);
}
