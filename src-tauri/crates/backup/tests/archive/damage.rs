//! Archives that a disk or a person changed: always noticed, and never more lost than has to be.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use caretaker_backup::BackupError;
use caretaker_backup::format::footer::{Footer, Packing};
use caretaker_backup::format::frame::{Check, Packer};
use caretaker_backup::format::manifest::{decode, encode};
use caretaker_backup::format::member::{Member, pad};
use caretaker_backup::format::time::Time;
use caretaker_backup::read::restore::{Conflict, Selection};
use caretaker_backup::read::{Archive, Level, Report, sidecar, verify};
use caretaker_backup::write::Cancel;
use proptest::prelude::*;
use sha2::Digest as _;

use crate::scene::{Scene, noise, tree};

/// An archive of three frames with content.
fn sample() -> (Scene, PathBuf) {
    let mut scene = Scene::new();
    for number in 0..300 {
        scene.put(format!("{:02}/{number}", number / 50), noise(number, 15_000));
    }
    let path = scene.full().path;
    (scene, path)
}

fn copy(scene: &Scene, path: &Path) -> PathBuf {
    let copy = scene.path("broken.tar.zst");
    let _ = std::fs::remove_file(&copy);
    std::fs::copy(path, &copy).unwrap();
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).unwrap();
    copy
}

fn change(path: &Path, at: u64, change: impl FnOnce(&mut [u8; 1])) {
    let mut file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    change(&mut byte);
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&byte).unwrap();
}

fn check(path: &Path) -> Result<Report, BackupError> {
    verify(&Archive::open(path)?, Level::Content, 2, &Cancel::default())
}

#[test]
fn case_53_one_flipped_bit_is_always_noticed_and_loses_one_frame() {
    let (scene, path) = sample();
    let broken = copy(&scene, &path);
    let whole = Archive::open(&path).unwrap();
    let frames = whole.manifest().frames.len();
    let data = whole.footer().offset;
    let length = whole.length();
    let mut offsets: Vec<u64> =
        noise(53, 8_000).chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap()) % length).collect();
    // The last bytes are rare among random places, and matter most.
    offsets.truncate(700);
    offsets.extend((0..64).map(|back| length - 1 - back));
    offsets.extend((0..236).map(|place| data.saturating_sub(100) + place));
    assert_eq!(offsets.len(), 1_000);
    let mut most = 0;
    for (number, offset) in offsets.into_iter().enumerate() {
        let bit = 1 << (number % 8);
        change(&broken, offset, |byte| byte[0] ^= bit);
        match check(&broken) {
            // A damaged end is found when it is opened, and all files are still there.
            Err(BackupError::Damaged { .. } | BackupError::Foreign { .. }) => {
                if number % 50 == 0 && offset > 100 {
                    let scanned = Archive::scan(&broken).unwrap();
                    assert_eq!(scanned.manifest().entries.len(), whole.manifest().entries.len());
                }
            }
            Err(error) => panic!("bit {bit} at {offset}: {error}"),
            Ok(report) => {
                // One bit of a frame's header is ignored by every decoder; what it unpacks to is compared all the same.
                if report.is_intact() {
                    assert_eq!(sidecar_of(&broken, &path), Some(false));
                    continue;
                }
                assert!(report.tampering.is_empty(), "{report:?}");
                most = most.max(report.lost.len());
            }
        }
        change(&broken, offset, |byte| byte[0] ^= bit);
    }
    assert!(check(&broken).unwrap().is_intact());
    // 300 files in three frames: never more than one frame.
    assert!(most <= 130, "{most} files of {frames} frames");
}

fn sidecar_of(broken: &Path, path: &Path) -> Option<bool> {
    let name = |path: &Path| PathBuf::from(format!("{}.sha256", path.display()));
    let _ = std::fs::copy(name(path), name(broken));
    sidecar(broken).unwrap()
}

#[test]
fn case_54_what_lies_before_a_cut_is_recovered() {
    let mut scene = Scene::new();
    for number in 0..60 {
        scene.put(format!("{number}"), noise(number, 20_000));
    }
    scene.put("big", noise(9, 9 << 20));
    let path = scene.full().path;
    let whole = Archive::open(&path).unwrap();
    let mut ends: Vec<u64> = Vec::new();
    let mut at = 0;
    for frame in &whole.manifest().frames {
        at += u64::from(frame.length);
        ends.push(at);
    }
    let before = tree(&scene.source());
    for step in 0..200_u64 {
        let length = whole.length() * (199 - step) / 200;
        let broken = copy(&scene, &path);
        OpenOptions::new().write(true).open(&broken).unwrap().set_len(length).unwrap();
        assert!(Archive::open(&broken).is_err(), "{length}");
        let Ok(scanned) = Archive::scan(&broken) else {
            assert!(length < ends[0], "{length}");
            continue;
        };
        // Everything whose last frame is there.
        let present = ends.partition_point(|end| *end <= length) as u32;
        let expected = whole.manifest().entries.iter().filter(|entry| {
            let Some(place) = entry.place else { return false };
            let last = if *entry.path == *b"data/big" { place.frame + 1 } else { place.frame };
            last < present
        });
        assert_eq!(scanned.manifest().entries.len(), expected.count(), "{length}");
        if step % 40 == 20 && present > 1 {
            let target = format!("target-{step}");
            let (_, report) = scene.restore_with(&scanned, &target, &Selection::All, Conflict::KeepBoth);
            assert_eq!(report.failed, []);
            let saved = tree(&scene.path(&target).join("data"));
            assert!(!saved.is_empty());
            for (name, words) in saved {
                assert_eq!(before.get(&name), Some(&words));
            }
        }
    }
}

#[test]
fn case_55_zeros_swaps_copies_and_garbage_are_noticed() {
    let (scene, path) = sample();
    let whole = Archive::open(&path).unwrap();
    let frames = whole.manifest().frames.clone();
    let bytes = std::fs::read(&path).unwrap();
    let mut starts = vec![0_usize];
    for frame in &frames {
        starts.push(starts[starts.len() - 1] + frame.length as usize);
    }
    let frame = |number: usize| bytes[starts[number]..starts[number + 1]].to_vec();
    let zeroed = [&bytes[..50_000], &[0; 4_096], &bytes[54_096..]].concat();
    let swapped = [&bytes[..starts[1]], &frame(2), &frame(1), &bytes[starts[3]..]].concat();
    let doubled = [&bytes[..starts[2]], &frame(1), &bytes[starts[2]..]].concat();
    let missing = [&bytes[..starts[2]], &bytes[starts[3]..]].concat();
    let garbage = [&bytes[..], b"something behind the end"].concat();
    for (what, broken) in
        [("zeros", zeroed), ("swapped", swapped), ("doubled", doubled), ("missing", missing), ("garbage", garbage)]
    {
        let place = scene.path("broken.tar.zst");
        std::fs::File::create(&place).unwrap().write_all(&broken).unwrap();
        assert!(!check(&place).is_ok_and(|report| report.is_intact()), "{what}");
    }
}

#[test]
fn case_58_a_hash_beside_an_archive_is_never_believed_over_its_content() {
    let (scene, path) = sample();
    let copy = copy(&scene, &path);
    assert_eq!(sidecar(&copy).unwrap(), None);
    assert!(check(&copy).unwrap().is_intact());
    let name = format!("{}.sha256", copy.display());
    std::fs::File::create(&name).unwrap().write_all(b"0000  broken.tar.zst\n").unwrap();
    assert_eq!(sidecar(&copy).unwrap(), Some(false));
    assert!(check(&copy).unwrap().is_intact());
}

/// Rewrites an archive with another manifest and another frame, as somebody would who wants to deceive.
fn forge(
    path: &Path,
    to: &Path,
    forge: impl FnOnce(&mut caretaker_backup::format::manifest::Manifest, &mut Vec<Vec<u8>>),
) {
    let whole = Archive::open(path).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let mut manifest = decode(&encode(whole.manifest())).unwrap();
    let mut raws: Vec<Vec<u8>> = Vec::new();
    let mut at = 0;
    for frame in &manifest.frames {
        raws.push(zstd::bulk::decompress(&bytes[at..at + frame.length as usize], frame.content as usize).unwrap());
        at += frame.length as usize;
    }
    forge(&mut manifest, &mut raws);
    let mut packer = Packer::new(Packing::Zstd, 3, Check::Compare).unwrap();
    let mut out = Vec::new();
    manifest.frames.clear();
    for raw in &raws {
        let packed = packer.pack(raw).unwrap();
        manifest
            .frames
            .push(caretaker_backup::format::manifest::Frame { length: packed.len() as u32, content: raw.len() as u32 });
        out.extend_from_slice(&packed);
    }
    let encoded = encode(&manifest);
    let mut raw = Vec::new();
    Member::file(b".caretaker/manifest", encoded.len() as u64, Time::default()).put(&mut raw);
    raw.extend_from_slice(&encoded);
    pad(&mut raw, encoded.len() as u64);
    let packed = packer.pack(&raw).unwrap();
    let footer =
        Footer { offset: out.len() as u64, length: packed.len() as u64, digest: sha2::Sha256::digest(&encoded).into() };
    out.extend_from_slice(&packed);
    out.extend_from_slice(&packer.pack(&[0; 1024]).unwrap());
    out.extend_from_slice(&footer.bytes(Packing::Zstd));
    std::fs::File::create(to).unwrap().write_all(&out).unwrap();
}

fn member(path: &[u8], content: &[u8]) -> Vec<u8> {
    let mut raw = Vec::new();
    Member::file(path, content.len() as u64, Time::default()).put(&mut raw);
    raw.extend_from_slice(content);
    pad(&mut raw, content.len() as u64);
    raw
}

#[test]
fn case_62_members_that_the_manifest_does_not_know_are_refused() {
    let mut scene = Scene::new();
    scene.put("a", "1");
    scene.put("b", "2");
    let path = scene.full().path;
    let forged = scene.path("destination/home/forged.tar.zst");
    let frame_of = |manifest: &caretaker_backup::format::manifest::Manifest| {
        manifest.find(b"data/a").unwrap().place.unwrap().frame as usize
    };
    for case in 0..5 {
        forge(&path, &forged, |manifest, raws| match case {
            // Behind the last member, in a frame of its own, instead of one, under another name, and with another size.
            0 => {
                let frame = frame_of(manifest);
                raws[frame].extend_from_slice(&member(b"data/smuggled", b"x"));
            }
            1 => raws.push(member(b"data/smuggled", b"x")),
            2 => {
                let (frame, offset) =
                    (frame_of(manifest), manifest.find(b"data/a").unwrap().place.unwrap().offset as usize);
                let end = manifest.find(b"data/b").unwrap().place.unwrap().offset as usize;
                raws[frame].splice(offset..end, member(b"data/x", b"1"));
            }
            3 => {
                let entry = manifest.entries.iter_mut().find(|entry| *entry.path == *b"data/a").unwrap();
                entry.size = 2;
            }
            _ => {
                let entry = manifest.entries.iter_mut().find(|entry| *entry.path == *b"data/a").unwrap();
                entry.kind = caretaker_backup::format::manifest::Kind::Symlink;
                entry.target = b"/etc"[..].into();
                entry.digest = None;
            }
        });
        let report = check(&forged).unwrap();
        assert!(!report.tampering.is_empty(), "{case}: {report:?}");
        if case != 1 {
            let shelf = scene.shelf();
            let archive = Archive::open(&forged).unwrap();
            let selection = Selection::All;
            let target = scene.path(&format!("target-{case}"));
            let wish = caretaker_backup::read::restore::Wish {
                shelf: &shelf,
                point: &archive,
                selection: &selection,
                strip: b"",
                target: &target,
                conflict: Conflict::KeepBoth,
                ownership: caretaker_backup::read::restore::Ownership::Mine,
                workers: 1,
                progress: &caretaker_backup::write::Progress::default(),
                cancel: &Cancel::default(),
            };
            let plan = caretaker_backup::read::restore::prepare(&wish).unwrap();
            let result = caretaker_backup::read::restore::restore(&wish, &plan);
            assert!(matches!(result, Err(BackupError::Tampered { .. })), "{case}: {result:?}");
            assert!(!target.join("data/smuggled").exists() && !target.join("data/a").exists(), "{case}");
        }
    }
}

#[test]
fn case_61_numbers_that_no_archive_has_are_refused() {
    let mut scene = Scene::new();
    scene.put("a", "1");
    let path = scene.full().path;
    let bytes = std::fs::read(&path).unwrap();
    let end = bytes.len() - 64;
    let place = scene.path("broken.tar.zst");
    for (offset, length) in
        [(u64::MAX, 1), (0, u64::MAX), (end as u64 + 1, 1), (1 << 62, 1 << 62), (0, 0), (7, 40), (0, end as u64)]
    {
        let footer = Footer { offset, length, digest: [0; 32] };
        let broken = [&bytes[..end], &footer.bytes(Packing::Zstd)].concat();
        std::fs::File::create(&place).unwrap().write_all(&broken).unwrap();
        let error = Archive::open(&place).unwrap_err();
        assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
    }
    // A bomb: a small frame that says, truly, that it holds far more than any frame does.
    let bomb = zstd::bulk::compress(&vec![0; 200 << 20], 3).unwrap();
    let broken = [&bomb, &bytes[..]].concat();
    std::fs::File::create(&place).unwrap().write_all(&broken).unwrap();
    assert!(Archive::open(&place).is_err());
    let scanned = Archive::scan(&place).unwrap();
    assert_eq!(scanned.manifest().entries.len(), 2);
}

#[test]
fn other_files_are_no_archives() {
    let scene = Scene::new();
    for content in [&b""[..], b"short", &[0; 5_000], &noise(3, 5_000)] {
        let place = scene.path("x.tar.zst");
        std::fs::File::create(&place).unwrap().write_all(content).unwrap();
        assert!(matches!(Archive::open(&place), Err(BackupError::Foreign { .. })));
        assert!(matches!(Archive::scan(&place), Err(BackupError::Foreign { .. })));
    }
}

#[test]
fn case_52_a_newer_format_is_refused_with_its_number() {
    let mut scene = Scene::new();
    scene.put("a", "1");
    let path = scene.full().path;
    let newer = scene.path("newer.tar.zst");
    forge(&path, &newer, |_, raws| {
        let text = String::from_utf8(raws[0].clone()).unwrap();
        raws[0] = text.replace("\"version\": 1", "\"version\": 7").into_bytes();
    });
    assert!(matches!(Archive::open(&newer), Err(BackupError::Newer { found: 7, known: 1, .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_in_any_frame_are_refused_or_read(seed: u64, count in 1_usize..40) {
        thread_local! {
            static SAMPLE: (Scene, PathBuf) = {
                let mut scene = Scene::new();
                scene.put("a/b", noise(1, 30_000));
                scene.put("a/c", "text ".repeat(1_000));
                let path = scene.full().path;
                (scene, path)
            };
        }
        SAMPLE.with(|(scene, path)| {
            let mut bytes = std::fs::read(path).unwrap();
            for pair in noise(seed, count * 9).chunks_exact(9) {
                let at = u64::from_le_bytes(pair[..8].try_into().unwrap()) as usize % bytes.len();
                bytes[at] = pair[8];
            }
            let place = scene.path("broken.tar.zst");
            std::fs::File::create(&place).unwrap().write_all(&bytes).unwrap();
            let _ = check(&place);
            let _ = Archive::scan(&place);
        });
    }
}
