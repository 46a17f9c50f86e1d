//! Encrypted archives: everything that plain ones do, for whoever has the key, and nothing for others. Damage is noticed as it is in plain
//! ones, and the ordinary program of age opens what is written here.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use caretaker_backup::BackupError;
use caretaker_backup::encryption::{Key, Keys};
use caretaker_backup::format::footer::Packing;
use caretaker_backup::format::name::Type;
use caretaker_backup::kit;
use caretaker_backup::read::restore::{Conflict, Selection};
use caretaker_backup::read::{Archive, Level, Report, sidecar, verify};
use caretaker_backup::source::NoReplacements;
use caretaker_backup::write::{Cancel, Outcome, ReadBack};

use crate::scene::{Scene, assert_trees, noise, shell_ok, tree};

/// Bytes of a part of age with its authentication.
const PIECE: u64 = (64 << 10) + 16;

fn encrypted() -> (Scene, Key) {
    let mut scene = Scene::new();
    let key = Key::generate();
    (scene.recipients, scene.keys) = (vec![key.recipient()], Keys::new(vec![key.clone()]));
    (scene, key)
}

/// An archive of three frames with content.
fn sample() -> (Scene, PathBuf) {
    let (mut scene, _) = encrypted();
    for number in 0..300 {
        scene.put(format!("{:02}/{number}", number / 50), noise(number, 15_000));
    }
    let path = scene.full().path;
    (scene, path)
}

fn broken(scene: &Scene, bytes: &[u8]) -> PathBuf {
    let place = scene.path("broken.tar.zst.age");
    std::fs::File::create(&place).unwrap().write_all(bytes).unwrap();
    place
}

fn flip(path: &Path, at: u64, bit: u8) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ bit], at).unwrap();
}

fn check(path: &Path, keys: &Keys) -> Result<Report, BackupError> {
    verify(&Archive::open_with(path, keys)?, Level::Content, 2, &Cancel::default())
}

/// Where the content of a file of age begins: behind the line of its authentication and a nonce.
fn start_of(bytes: &[u8]) -> u64 {
    let line = bytes.windows(5).position(|window| window == b"\n--- ").unwrap() + 1;
    let length = bytes[line..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    (line + length + 16) as u64
}

#[test]
fn an_encrypted_archive_is_one_for_whoever_has_the_key() {
    for (packing, kind, end) in
        [(Packing::Zstd, Type::Full, ".tar.zst.age"), (Packing::Gzip, Type::Configuration, ".tar.gz.age")]
    {
        let (mut scene, _) = encrypted();
        (scene.packing, scene.kind, scene.read_back) = (packing, kind, ReadBack::Everything);
        for number in 0..50 {
            scene.put(format!("many/a recognisable name {number}"), b"a recognisable line\n".repeat(number * 100));
        }
        scene.put("big", noise(6, 9 << 20));
        let outcome = scene.full();
        assert!(outcome.path.to_str().unwrap().ends_with(end), "{}", outcome.path.display());
        let bytes = std::fs::read(&outcome.path).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
        assert_eq!(outcome.length, bytes.len() as u64);
        for word in [&b"recognisable"[..], b"HEADER.json", b"SHA256SUMS"] {
            assert!(memchr::memmem::find(&bytes, word).is_none());
        }
        // The hash beside it is one of the file, so that it can be checked without the key.
        assert_eq!(sidecar(&outcome.path).unwrap(), Some(true));
        shell_ok("cd destination/home && sha256sum -c *.sha256", scene.folder.path());
        let archive = Archive::open_with(&outcome.path, &scene.keys).unwrap();
        assert!(archive.is_encrypted());
        assert_eq!((archive.length(), archive.header().id), (outcome.length, outcome.id));
        assert!(scene.check(&outcome.path).is_intact());
        assert_eq!(scene.restore(&outcome.path, "target").failed, []);
        scene.assert_same("target");
    }
}

#[test]
fn a_chain_of_plain_and_encrypted_archives_is_one_chain() {
    let (mut scene, _) = encrypted();
    let recipients = scene.recipients.clone();
    scene.put("first", noise(1, 100_000));
    scene.put("second", noise(2, 100_000));
    scene.put("third", "of the first archive");
    scene.recipients.clear();
    let full = scene.full();
    scene.recipients.clone_from(&recipients);
    scene.put("second", noise(3, 100_000));
    let one = scene.increment(&full.state);
    scene.recipients.clear();
    scene.put("third", "of the third archive");
    let two = scene.increment(&one.state);
    assert_eq!([&full.path, &one.path].map(|path| path.extension().unwrap() == "age"), [false, true]);
    assert_eq!(scene.restore(&two.path, "target").failed, []);
    scene.assert_same("target");
    // What is compared with next time is the same as what the run had left.
    let state = caretaker_backup::read::state(&Archive::open(&two.path).unwrap(), &scene.shelf()).unwrap();
    assert_eq!(state.entries.len(), two.state.entries.len());
    assert!(state.entries.iter().zip(&two.state.entries).all(|(read, left)| read.digest == left.digest));
    // Without the key what others hold comes back, and what is lost has its reason.
    scene.keys = Keys::default();
    let report = scene.restore(&two.path, "without");
    let failed: Vec<_> = report.failed.iter().map(|failed| (&failed.path[..], failed.words.as_str())).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0].0, b"data/second");
    assert!(failed[0].1.contains("its key is not here"), "{failed:?}");
    assert_eq!(std::fs::read(scene.path("without/data/first")).unwrap(), noise(1, 100_000));
}

#[test]
fn case_76_without_the_right_key_it_says_so_and_reads_nothing() {
    let (scene, path) = sample();
    let other = Keys::new(vec![Key::generate()]);
    for (keys, words) in [(Keys::default(), "its key is not here"), (other.clone(), "no key that is here opens it")] {
        for error in [
            Archive::open_with(&path, &keys).unwrap_err(),
            Archive::scan_with(&path, &keys).unwrap_err(),
            Archive::header_of(&path, &keys).unwrap_err(),
        ] {
            assert!(matches!(error, BackupError::Locked { .. }), "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
    }
    // The right one among others is found.
    let key = Key::generate();
    let mut both = Scene::new();
    both.recipients = vec![key.recipient()];
    both.keys = Keys::new(vec![Key::generate(), key, Key::generate()]);
    both.put("a", "1");
    let path = both.full().path;
    assert!(both.check(&path).is_intact());
    // A file of keys as `age-keygen` writes it.
    let file = scene.path("keys.txt");
    let mine = Key::generate();
    let text = format!("# created: today\n# public key: {}\n{}\n", mine.recipient(), mine.private());
    std::fs::File::create(&file).unwrap().write_all(text.as_bytes()).unwrap();
    assert!(Keys::read(&[&file]).unwrap().belong_to(&[mine.recipient()]));
    std::fs::File::create(&file).unwrap().write_all(b"AGE-SECRET-KEY-1NONSENSE\n").unwrap();
    let error = Keys::read(&[&file]).unwrap_err().to_string();
    assert!(error.contains("keys.txt") && !error.contains("NONSENSE"), "{error}");
}

#[test]
fn case_76_one_flipped_bit_of_the_ciphertext_is_always_noticed() {
    let (scene, path) = sample();
    let bytes = std::fs::read(&path).unwrap();
    let broken = broken(&scene, &bytes);
    let whole = Archive::open_with(&path, &scene.keys).unwrap();
    let (start, length) = (start_of(&bytes), bytes.len() as u64);
    let mut offsets: Vec<u64> =
        noise(76, 480).chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap()) % length).collect();
    offsets.extend((0..start).step_by(5));
    offsets.extend((0..12).map(|back| length - 1 - back));
    let mut most = 0;
    for (number, offset) in offsets.into_iter().enumerate() {
        let bit = 1 << (number % 8);
        flip(&broken, offset, bit);
        match check(&broken, &scene.keys) {
            // In the header nobody can tell damage from another key; in the end it is damage.
            Err(BackupError::Locked { .. }) => assert!(offset < start, "{offset}"),
            // When nothing whole is left, nothing tells that it was an archive.
            Err(BackupError::Damaged { .. } | BackupError::Foreign { .. }) => {}
            Err(error) => panic!("bit {bit} at {offset}: {error}"),
            Ok(report) => {
                assert!(!report.is_intact(), "bit {bit} at {offset}");
                assert!(report.tampering.is_empty(), "{report:?}");
                most = most.max(report.lost.len());
            }
        }
        flip(&broken, offset, bit);
    }
    assert!(check(&broken, &scene.keys).unwrap().is_intact());
    // A part of the encryption lies in two frames at most, of three with 300 files.
    assert!(most > 0 && most < whole.manifest().entries.len(), "{most}");
}

#[test]
fn case_77_an_archive_that_ends_between_two_parts_of_its_encryption_is_cut_off() {
    let (scene, path) = sample();
    let bytes = std::fs::read(&path).unwrap();
    let whole = Archive::open_with(&path, &scene.keys).unwrap();
    let start = start_of(&bytes);
    let mut ends = Vec::new();
    for frame in &whole.manifest().frames {
        ends.push(ends.last().copied().unwrap_or(0) + u64::from(frame.length));
    }
    let before = tree(&scene.source());
    let parts = (bytes.len() as u64 - start) / PIECE;
    assert!(parts > 60);
    for part in 0..=parts {
        for more in [0, 1, 17, PIECE / 2] {
            let length = start + part * PIECE + more;
            if length >= bytes.len() as u64 || (more > 0 && part % 8 > 0) {
                continue;
            }
            let broken = broken(&scene, &bytes[..length as usize]);
            let error = Archive::open_with(&broken, &scene.keys).unwrap_err();
            assert!(matches!(error, BackupError::Damaged { .. }), "{length}: {error}");
            if part % 6 != 0 && part != parts / 2 {
                continue;
            }
            // What lies before the cut comes back; a part that was cut through has no authentication any more.
            let content = part * (PIECE - 16);
            let present = ends.partition_point(|end| *end <= content) as u32;
            let Ok(scanned) = Archive::scan_with(&broken, &scene.keys) else {
                assert_eq!(present, 0, "{length}");
                continue;
            };
            let is_there = |frame: u32| frame < present;
            let expected =
                whole.manifest().entries.iter().filter(|entry| entry.place.is_some_and(|place| is_there(place.frame)));
            assert_eq!(scanned.manifest().entries.len(), expected.count(), "{length}");
            assert!(!scanned.gaps().is_empty());
            if part == parts / 2 && more == 0 {
                let (_, report) = scene.restore_with(&scanned, "saved", &Selection::All, Conflict::KeepBoth);
                assert_eq!(report.failed, []);
                // The records of folders lie behind the cut, with their times.
                let saved = tree(&scene.path("saved/data"));
                let mut files = saved.iter().filter(|(_, words)| words.starts_with("file"));
                assert!(files.clone().count() > 50);
                assert!(files.all(|(name, words)| before.get(name) == Some(words)));
            }
        }
    }
    // Parts in another order, one twice, one missing, and one more behind the end.
    let part = |number: u64| {
        let at = (start + number * PIECE) as usize;
        bytes[at..at + PIECE as usize].to_vec()
    };
    let upto = |number: u64| &bytes[..(start + number * PIECE) as usize];
    let from = |number: u64| &bytes[(start + number * PIECE) as usize..];
    for (what, bytes) in [
        ("swapped", [upto(3), &part(4), &part(3), from(5)].concat()),
        ("doubled", [upto(3), &part(2), from(3)].concat()),
        ("missing", [upto(3), from(4)].concat()),
        ("longer", [&bytes[..], &part(0)].concat()),
    ] {
        let place = broken(&scene, &bytes);
        assert!(!check(&place, &scene.keys).is_ok_and(|report| report.is_intact()), "{what}");
    }
}

#[test]
fn what_is_whole_of_a_damaged_archive_comes_back_and_the_rest_is_named() {
    let (scene, path) = sample();
    let mut bytes = std::fs::read(&path).unwrap();
    let (start, length) = (start_of(&bytes), bytes.len());
    // One part in the middle, and the last one, so that the list of contents is gone.
    bytes[(start + 30 * PIECE) as usize + 5] ^= 1;
    bytes[length - 3] ^= 1;
    let broken = broken(&scene, &bytes);
    assert!(matches!(Archive::open_with(&broken, &scene.keys), Err(BackupError::Damaged { .. })));
    let scanned = Archive::scan_with(&broken, &scene.keys).unwrap();
    let gaps = scanned.gaps().join("\n");
    assert!(gaps.contains("2 of the parts of 64 KiB") && gaps.contains("the end is missing"), "{gaps}");
    let (found, all) =
        (scanned.manifest().entries.len(), Archive::open_with(&path, &scene.keys).unwrap().manifest().entries.len());
    assert!(found > all / 2 && found < all, "{found} of {all}");
    let (_, report) = scene.restore_with(&scanned, "saved", &Selection::All, Conflict::KeepBoth);
    assert_eq!(report.failed, []);
    let before = tree(&scene.source());
    assert!(tree(&scene.path("saved/data")).iter().all(|(name, words)| before.get(name) == Some(words)));
    // Without the header nobody can read anything, and that is said.
    bytes[0] ^= 1;
    std::fs::File::create(&broken).unwrap().write_all(&bytes).unwrap();
    let error = Archive::scan_with(&broken, &scene.keys).unwrap_err();
    assert!(error.to_string().contains("nothing in it can be read"), "{error}");
}

#[test]
fn a_lost_key_does_not_end_backups_and_what_is_written_meanwhile_opens_with_the_sheet() {
    let (mut scene, key) = encrypted();
    scene.put("a", noise(4, 300_000));
    scene.keys = Keys::default();
    scene.read_back = ReadBack::Everything;
    let outcome: Outcome = scene.make(None, &NoReplacements).unwrap();
    assert!(matches!(Archive::open(&outcome.path), Err(BackupError::Locked { .. })));
    scene.keys = Keys::new(vec![key]);
    assert!(scene.check(&outcome.path).is_intact());
    scene.restore(&outcome.path, "target");
    scene.assert_same("target");
}

#[test]
fn the_ordinary_programs_open_encrypted_archives() {
    let (mut scene, key) = encrypted();
    let lock = scene.destination.lock("test").unwrap();
    kit::put(&scene.destination, &lock).unwrap();
    drop(lock);
    let file = scene.path("key.txt");
    std::fs::File::create(&file).unwrap().write_all(format!("{}\n", key.private()).as_bytes()).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    for number in 0..40 {
        scene.put(format!("many/{number}"), noise(number, 3_000));
    }
    scene.put("big", noise(6, 9 << 20));
    let recipients = scene.recipients.clone();
    let full = scene.full();
    scene.put("many/3", "changed");
    std::fs::remove_file(scene.source().join("many/4")).unwrap();
    scene.recipients.clear();
    let plain = scene.increment(&full.state);
    scene.recipients = recipients;
    scene.put("many/5", "changed too");
    let last = scene.increment(&plain.state);
    scene.restore(&last.path, "ours");
    let name = |outcome: &Outcome| outcome.path.file_name().unwrap().display().to_string();
    if shell_ok("bash destination/restore.sh -i key.txt destination/home theirs", scene.folder.path()) {
        assert_trees(&scene.path("ours"), &scene.path("theirs"));
    }
    let by_hand = format!(
        "mkdir by-hand && age -d -i key.txt 'destination/home/{}' | zstd -dcq | tar -xpf - -C by-hand && cd by-hand && sha256sum --quiet -c .caretaker/SHA256SUMS",
        name(&full)
    );
    shell_ok(&by_hand, scene.folder.path());
    // Without a key it says what is missing before it writes anything.
    let line = format!("bash destination/restore.sh destination/home none '{}'", name(&full));
    let refused = crate::scene::shell(&line, scene.folder.path()).unwrap();
    let words = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && words.contains("-i KEY-FILE"), "{words}");
    // And the other way: what the ordinary program encrypted is read here.
    let plain = scene.path("plain.tar.zst");
    let line = format!(
        "age -d -i key.txt 'destination/home/{}' > plain.tar.zst && age -r {} -o again.tar.zst.age plain.tar.zst",
        name(&full),
        key.recipient()
    );
    if shell_ok(&line, scene.folder.path()) {
        assert!(!Archive::open(&plain).unwrap().is_encrypted());
        assert!(scene.check(&scene.path("again.tar.zst.age")).is_intact());
    }
}
