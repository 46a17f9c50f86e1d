use caretaker_backup::format::hex;

use super::*;
use crate::testing::{Scene, flip, last, noise};
use caretaker_core::backup::Work;

fn check(archive: &Path, depth: VerifyDepth, digest: Option<String>) -> VerifyOutcome {
    let order = VerifyOrder {
        archives: vec![(archive.display().to_string(), digest)],
        depth,
        identities: Vec::new(),
        hurry: true,
    };
    match last(&Work::Verify(order)) {
        Report::Verified(mut outcomes) => outcomes.remove(0),
        other => panic!("{other:?}"),
    }
}

const DEPTHS: [VerifyDepth; 3] = [VerifyDepth::Ends, VerifyDepth::Frames, VerifyDepth::Deep];

#[test]
fn a_whole_archive_is_intact_at_every_depth_and_stays_as_it_is() {
    let mut scene = Scene::new();
    scene.put("a", "one");
    scene.put("b", noise(1, 9 << 20));
    let made = scene.full();
    let before = std::fs::read(&made.path).unwrap();
    for depth in DEPTHS {
        let outcome = check(&made.path, depth, Some(hex(&made.digest)));
        assert_eq!((outcome.result, outcome.damaged), (VerifyResult::Intact, vec![]), "{depth:?}");
        assert_eq!(outcome.id, made.id.to_string());
        assert_eq!(outcome.notes, Vec::<String>::new());
        assert_eq!(outcome.files, if depth == VerifyDepth::Ends { 0 } else { 2 });
        assert_eq!(outcome.sha256, if depth == VerifyDepth::Deep { hex(&made.digest) } else { String::new() });
    }
    assert!(std::fs::read(&made.path).unwrap() == before);
}

#[test]
fn case_53_damage_is_named_with_the_files_that_it_costs() {
    let mut scene = Scene::new();
    scene.put("small", "one");
    scene.put("large", noise(1, 9 << 20));
    let made = scene.full();
    flip(&made.path, made.length / 2);
    for depth in [VerifyDepth::Frames, VerifyDepth::Deep] {
        let outcome = check(&made.path, depth, Some(hex(&made.digest)));
        assert_eq!(outcome.result, VerifyResult::Damaged);
        let named: Vec<_> =
            outcome.damaged.iter().map(|one| &one.path).filter(|path| !path.as_bytes().is_empty()).collect();
        assert_eq!(named, [&scene.inside("large")]);
        let whole = outcome.damaged.iter().any(|one| one.reason.contains("another SHA-256"));
        assert_eq!(whole, depth == VerifyDepth::Deep);
    }
    assert_eq!(check(&made.path, VerifyDepth::Ends, None).result, VerifyResult::Intact);
}

#[test]
fn an_archive_without_its_end_a_stranger_and_one_that_is_gone_are_damaged() {
    let mut scene = Scene::new();
    scene.put("a", "one");
    let made = scene.full();
    let content = std::fs::read(&made.path).unwrap();
    for (name, content) in [
        ("cut.tar.zst", &content[..content.len() - 30]),
        ("other.tar.zst", b"something else, and not short"),
        ("empty.tar.zst", b""),
    ] {
        crate::testing::put(&scene.path(name), content);
        for depth in DEPTHS {
            let outcome = check(&scene.path(name), depth, None);
            assert_eq!(outcome.result, VerifyResult::Damaged, "{name}");
            assert!(outcome.damaged.iter().all(|one| !one.reason.is_empty()));
        }
    }
    let gone = check(&scene.path("gone.tar.zst"), VerifyDepth::Frames, None);
    assert_eq!(gone.result, VerifyResult::Damaged);
    assert!(gone.damaged[0].reason.contains("gone.tar.zst"), "{gone:?}");
}

#[test]
fn case_58_the_hash_beside_an_archive_is_never_believed_over_the_archive() {
    let mut scene = Scene::new();
    scene.put("a", "one");
    let made = scene.full();
    let mut beside = made.path.clone().into_os_string();
    beside.push(".sha256");
    let beside = std::path::PathBuf::from(beside);
    crate::testing::put(&beside, format!("{}  x\n", "0".repeat(64)));
    let outcome = check(&made.path, VerifyDepth::Deep, Some(hex(&made.digest)));
    assert_eq!(outcome.result, VerifyResult::Intact);
    assert_eq!(outcome.notes.len(), 1);
    std::fs::remove_file(&beside).unwrap();
    let outcome = check(&made.path, VerifyDepth::Deep, None);
    assert_eq!((outcome.result, outcome.notes.len()), (VerifyResult::Intact, 1));
    // The catalog's hash is believed.
    let outcome = check(&made.path, VerifyDepth::Deep, Some("1".repeat(64)));
    assert_eq!(outcome.result, VerifyResult::Damaged);
}

#[test]
fn a_check_ends_when_somebody_asks() {
    let mut scene = Scene::new();
    scene.put("a", "one");
    let made = scene.full();
    let order = VerifyOrder {
        archives: vec![(made.path.display().to_string(), None)],
        depth: VerifyDepth::Deep,
        identities: Vec::new(),
        hurry: true,
    };
    let cancel = Cancel::default();
    cancel.cancel();
    let problem = verify(&order, &Voice::new(std::io::sink()), &cancel).unwrap_err();
    assert_eq!(problem.code, caretaker_core::problem::Code::Interrupted);
}
