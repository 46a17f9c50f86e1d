//! Destinations that are full, gone, taken or killed: an archive is whole, or it does not exist.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use caretaker_backup::BackupError;
use caretaker_backup::read::{Archive, Level, Shelf, verify};
use caretaker_backup::source::{Choice, NoReplacements, Replace};
use caretaker_backup::write::{Cancel, Destination};

use crate::scene::{Scene, is_root, noise, shell, shell_ok};

fn partials(scene: &Scene) -> usize {
    std::fs::read_dir(scene.path("destination/incoming")).map_or(0, Iterator::count)
}

#[test]
fn case_43_a_full_disk_leaves_no_archive_and_harms_none() {
    let mut scene = Scene::new();
    let mounted = is_root()
        && shell("mkdir small && mount -t tmpfs -o size=6m tmpfs small", scene.folder.path())
            .is_some_and(|output| output.status.success());
    if !mounted {
        println!("skipped: needs root to mount");
        return;
    }
    let small = scene.path("small");
    scene.destination = Destination::prepare(&small).unwrap();
    scene.put("first", noise(1, 100_000));
    let first = scene.full();
    for number in 0..40 {
        scene.put(format!("more/{number}"), noise(number, 100_000));
    }
    let (mut full, mut done) = (0, 0);
    // The disk is full a little earlier each time, so that every write is the one that fails.
    for free in (4..5_200).step_by(130) {
        shell_ok(
            &format!(
                "rm -f small/filler; size=$(( $(df -k --output=avail small | tail -1) - {free} )); [ $size -gt 0 ] && head -c ${{size}}K /dev/zero > small/filler; true"
            ),
            scene.folder.path(),
        );
        match scene.make(None, &NoReplacements) {
            Ok(outcome) => {
                assert!(scene.check(&outcome.path).is_intact());
                std::fs::remove_file(&outcome.path).unwrap();
                let _ = std::fs::remove_file(format!("{}.sha256", outcome.path.display()));
                done += 1;
            }
            Err(BackupError::Full { .. }) => full += 1,
            Err(error) => panic!("{free}: {error}"),
        }
        assert_eq!(std::fs::read_dir(small.join("incoming")).map_or(0, Iterator::count), 0, "{free}");
        assert_eq!(Shelf::open(&small.join("home")).unwrap().archives().len(), 1);
        assert!(scene.check(&first.path).is_intact());
    }
    // The reserve is room for what has to be written all the same.
    shell_ok("rm -f small/filler", scene.folder.path());
    scene.destination.keep_reserve(2 << 20).unwrap();
    let before = scene.destination.free().unwrap();
    scene.destination.release_reserve();
    let after = scene.destination.free().unwrap();
    drop(scene.destination);
    shell_ok("umount small", scene.folder.path());
    assert!(full > 10 && done > 3, "{full} {done}");
    assert!(after >= before + (2 << 20));
}

#[test]
fn case_46_a_disk_that_is_pulled_out_is_noticed_and_nothing_is_written_in_its_place() {
    let mut scene = Scene::new();
    for number in 0..100 {
        scene.put(format!("{number}"), noise(number, 1 << 20));
    }
    struct Pull(std::path::PathBuf);
    impl Replace for Pull {
        fn by_path(&self, _: &Path) -> Choice {
            let aside = self.0.with_file_name("pulled");
            if !aside.exists() {
                std::fs::rename(&self.0, &aside).unwrap();
                std::fs::create_dir(&self.0).unwrap();
            }
            Choice::Read
        }
        fn database(&self, _: &Path) -> Choice {
            Choice::Read
        }
    }
    let error = scene.make(None, &Pull(scene.path("destination"))).unwrap_err();
    assert!(matches!(error, BackupError::Destination { .. }), "{error}");
    assert_eq!(std::fs::read_dir(scene.path("destination")).unwrap().count(), 0);
    // Another disk under the same name is not taken for this one; this one, back again, is.
    let id = scene.destination.id();
    assert!(Destination::open(&scene.path("destination"), Some(id)).is_err());
    let other = Destination::prepare(&scene.path("destination")).unwrap();
    assert!(Destination::open(&scene.path("destination"), Some(id)).unwrap_err().to_string().contains("not"));
    assert_ne!(other.id(), id);
    assert_eq!(Destination::open(&scene.path("pulled"), Some(id)).unwrap().id(), id);
    assert!(Destination::open(&scene.path("nowhere"), None).unwrap_err().to_string().contains("waiting for the disk"));
}

#[test]
fn case_48_two_at_once_name_each_other() {
    let mut scene = Scene::new();
    scene.put("x", "1");
    let other = Destination::open(&scene.path("destination"), None).unwrap();
    let lock = other.lock("the nightly backup").unwrap();
    let error = scene.make(None, &NoReplacements).unwrap_err();
    assert!(error.to_string().contains("the nightly backup, process"), "{error}");
    drop(lock);
    scene.full();
}

#[test]
fn case_47_a_destination_that_takes_nothing_is_named() {
    if is_root() {
        println!("skipped: root may write everywhere");
        return;
    }
    let mut scene = Scene::new();
    scene.put("x", "1");
    std::fs::set_permissions(scene.path("destination"), std::fs::Permissions::from_mode(0o500)).unwrap();
    let error = scene.make(None, &NoReplacements).unwrap_err();
    std::fs::set_permissions(scene.path("destination"), std::fs::Permissions::from_mode(0o700)).unwrap();
    assert!(error.to_string().contains("destination"), "{error}");
}

#[test]
fn a_cancelled_run_leaves_nothing() {
    let mut scene = Scene::new();
    for number in 0..20 {
        scene.put(format!("{number}"), noise(number, 1 << 20));
    }
    scene.cancel.cancel();
    assert!(matches!(scene.make(None, &NoReplacements), Err(BackupError::Cancelled)));
    assert_eq!((partials(&scene), scene.shelf().archives().len()), (0, 0));
}

/// Not a test by itself: the program that the next test kills.
#[test]
fn writes_archives_until_it_is_killed() {
    let Ok(place) = std::env::var("CARETAKER_TEST_WRITER") else { return };
    let place = Path::new(&place);
    let mut scene = Scene::new();
    scene.destination = Destination::open(place, None).unwrap();
    for number in 0..30 {
        scene.put(format!("{number}"), noise(number, 60_000));
    }
    scene.sequence = Shelf::open(&place.join("home")).unwrap().next_sequence();
    println!("ready");
    for _ in 0..1_000 {
        let lock = scene.destination.lock("cleaner").unwrap();
        scene.destination.clear_leftovers(&lock).unwrap();
        drop(lock);
        scene.full();
    }
}

#[test]
fn case_41_and_49_a_killed_run_leaves_whole_archives_and_no_lock() {
    let scene = Scene::new();
    let place = scene.path("destination");
    let mut seen = 0;
    for round in 0..12_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "destination::writes_archives_until_it_is_killed", "--nocapture"])
            .env("CARETAKER_TEST_WRITER", &place)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = std::io::BufReader::new(child.stdout.take().unwrap());
        let ready = std::io::BufRead::lines(out).map_while(Result::ok).any(|line| line.contains("ready"));
        assert!(ready);
        // Killed after another while each time, wherever it is then: the number of files tells how far it came.
        let enough = noise(round, 1)[0] as usize % 4;
        let count = || std::fs::read_dir(place.join("home")).map_or(0, Iterator::count);
        let start = count();
        let mut spins = 0_u64;
        while count() < start + enough && spins < 50_000_000 {
            spins += 1;
        }
        for _ in 0..noise(round + 100, 1)[0] {
            std::hint::black_box(count());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // The lock died with its holder.
        let lock = scene.destination.lock("the next").unwrap();
        scene.destination.clear_leftovers(&lock).unwrap();
        drop(lock);
        assert_eq!(partials(&scene), 0);
        let shelf = scene.shelf();
        for (_, path) in shelf.archives() {
            let archive = Archive::open(path).unwrap();
            assert!(verify(&archive, Level::Content, 1, &Cancel::default()).unwrap().is_intact());
        }
        seen = shelf.archives().len();
    }
    assert!(seen > 0);
}
