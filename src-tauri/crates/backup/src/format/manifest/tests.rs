//! Manifests return as they went, hostile ones are refused, and an unchanged file costs about ten bytes.

use proptest::prelude::*;

use super::*;

fn entry(path: &[u8]) -> Entry {
    Entry {
        path: path.into(),
        kind: Kind::File,
        mode: 0o644,
        uid: 501,
        gid: 20,
        size: 1_234,
        modified: Time { seconds: 1_700_000_000, nanoseconds: 123_456_789 },
        changed: Time { seconds: 1_700_000_001, nanoseconds: 5 },
        inode: 77,
        device: (0, 0),
        target: Box::default(),
        link: None,
        flags: Flags::default(),
        attributes: 0,
        holder: 1,
        place: None,
        digest: None,
        base: None,
    }
}

fn sample() -> Manifest {
    let stored = Entry {
        place: Some(Place { frame: 1, offset: 512 }),
        digest: Some([7; 32]),
        holder: 2,
        attributes: 9,
        ..entry(b"a/stored")
    };
    Manifest {
        sequence: 2,
        started: Time { seconds: -5, nanoseconds: 1 },
        root: [3; 32],
        frames: vec![Frame { length: 10, content: 512 }, Frame { length: 20, content: 4_096 }],
        holders: vec![Holder { sequence: 1, id: ArchiveId([1; 16]) }, Holder { sequence: 2, id: ArchiveId([2; 16]) }],
        entries: vec![
            Entry { kind: Kind::Folder, ..entry(b"a") },
            Entry { kind: Kind::Symlink, target: b"../x"[..].into(), ..entry(b"a/link") },
            Entry { kind: Kind::BlockDevice, device: (8, 1), inode: u64::MAX, ..entry(b"a/sda") },
            stored.clone(),
            Entry { link: Some(3), place: None, flags: Flags::CHANGED, base: Some(1), ..entry(b"a/stored2") },
            Entry { modified: Time { seconds: i64::MIN / 2, nanoseconds: 0 }, ..entry(b"a.b") },
        ],
        exceptions: vec![Exception { path: b"gone"[..].into(), reason: Reason::Denied, words: "no".to_owned() }],
    }
}

#[test]
fn a_manifest_returns_as_it_went() {
    let manifest = sample();
    assert_eq!(decode(&encode(&manifest)), Ok(manifest.clone()));
    assert_eq!(manifest.find(b"a/stored").and_then(|entry| entry.digest), Some([7; 32]));
    assert_eq!(decode(&encode(&Manifest::default())), Ok(Manifest::default()));
}

#[test]
fn folders_come_before_what_they_hold_and_that_before_their_neighbours() {
    let mut paths = [&b"a.b"[..], b"a/z", b"a", b"a/b/c", b"ab", b"a-", b"a/b"];
    paths.sort_by(|one, other| order(one, other));
    assert_eq!(paths, [&b"a"[..], b"a/b", b"a/b/c", b"a/z", b"a-", b"a.b", b"ab"]);
}

#[test]
fn an_unchanged_file_costs_about_ten_bytes() {
    let entries: Vec<Entry> = (0..20_000_u64)
        .map(|number| {
            let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let modified =
                Time { seconds: 1_700_000_000 + number as i64 / 50, nanoseconds: (noise % 1_000_000_000) as u32 };
            let path = format!("home/documents/{:03}/file-{:05}.txt", number / 100, number);
            let changed = Time { nanoseconds: (modified.nanoseconds + 40_000).min(999_999_999), ..modified };
            Entry { modified, changed, size: noise % 30_000, inode: 4_000_000 + number, ..entry(path.as_bytes()) }
        })
        .collect();
    let manifest =
        Manifest { holders: vec![Holder { sequence: 1, id: ArchiveId([1; 16]) }], entries, ..Manifest::default() };
    let packed = zstd::bulk::compress(&encode(&manifest), 3).unwrap();
    let each = packed.len() as f64 / 20_000.0;
    assert!(each < 12.0, "{each} bytes");
}

#[test]
fn paths_that_lead_outside_are_refused() {
    for path in [&b"../x"[..], b"/etc/x", b"a/../../x", b"a//b", b"", b".", b"a/", b"a\0b"] {
        let manifest = Manifest {
            holders: vec![Holder { sequence: 1, id: ArchiveId([1; 16]) }],
            entries: vec![entry(path)],
            ..Manifest::default()
        };
        assert!(decode(&encode(&manifest)).unwrap_err().0.contains("outside"), "{path:?}");
    }
}

#[test]
fn a_manifest_cut_at_any_length_is_refused() {
    let bytes = encode(&sample());
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_number_of_entries_alone_takes_no_memory() {
    let mut manifest = encode(&Manifest::default());
    // The last byte of the first section is the number of entries.
    let end = 5 + 2 + manifest[6] as usize;
    assert_eq!(manifest[end - 1], 0);
    manifest[6] += 8;
    manifest.splice(end - 1..end, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert!(decode(&manifest).unwrap_err().0.contains("number of entries"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = decode(&bytes);
        let _ = decode(&[&b"CTMF\x01"[..], &bytes].concat());
    }

    #[test]
    fn a_manifest_with_changed_bytes_is_read_without_a_panic(changes: Vec<(u16, u8)>) {
        let mut bytes = encode(&sample());
        for (place, value) in changes {
            let place = usize::from(place) % bytes.len();
            bytes[place] = value;
        }
        if let Ok(manifest) = decode(&bytes) {
            prop_assert!(manifest.entries.windows(2).all(|pair| order(&pair[0].path, &pair[1].path).is_lt()));
        }
    }
}
