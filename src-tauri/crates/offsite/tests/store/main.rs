//! Copies at a real store on loopback, on good days and bad ones.
#![expect(
    clippy::unwrap_used,
    clippy::unused_self,
    clippy::redundant_closure_for_method_calls,
    reason = "what does not come fails the test; the scene lends what it makes"
)]

mod scene;

use caretaker_core::backup::{TrialFault, Tried};
use caretaker_core::time::Timestamp;
use caretaker_offsite::{Pieces, StoreError};
use caretaker_testkit::{Fault, ObjectStore};
use scene::{Scene, noise};

/// Two parts and a bit.
const LARGE: usize = 17 << 20;

#[test]
fn a_file_goes_there_complete_and_comes_back_as_it_was() {
    let scene = Scene::new();
    let identity = scene.store(|store| store.recognise(None, &"ab".repeat(16))).unwrap();
    assert_eq!(identity, "ab".repeat(16));
    assert_eq!(scene.store(|store| store.recognise(Some(&identity), "")).unwrap(), identity);
    for (name, size) in [("small", 70_000), ("large", LARGE), ("empty", 0)] {
        let file = scene.file(name, size);
        let mut sent = 0;
        let object = scene.upload(name, &file, None, &mut |bytes| sent += bytes).unwrap();
        assert_eq!((object.key.as_str(), object.bytes, sent), (&*scene.key(name), size as u64, size as u64));
        let back = scene.folder.path().join("back");
        scene
            .store(|store| {
                store.fetch(&scene.key(name), object.bytes, &back, Pieces::All(Some(&file.sha256)), &mut |_| {})
            })
            .unwrap();
        assert!(std::fs::read(&back).unwrap() == std::fs::read(&file.path).unwrap(), "{name}");
    }
    scene.proxy.asked();
    let file = scene.known("large");
    scene.upload("large", &file, None, &mut |_| {}).unwrap();
    assert!(scene.proxy.asked().iter().all(|(method, _)| method != "PUT"), "what is there is not sent again");
    let listed = scene.store(|store| store.survey()).unwrap();
    let keys: Vec<&str> = listed.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, [".caretaker-destination", "origin/home/empty", "origin/home/large", "origin/home/small"]);
    scene.store(|store| store.remove(&scene.key("small"))).unwrap();
    scene.store(|store| store.remove(&scene.key("small"))).unwrap();
    assert_eq!(scene.store(|store| store.look(&scene.key("small"))).unwrap(), None);
    assert_eq!(scene.store(|store| store.survey()).unwrap().len(), 3);
}

#[test]
fn case_73_an_upload_that_is_cut_goes_on_where_it_was_and_nothing_half_made_is_seen() {
    let scene = Scene::new();
    let file = scene.file("large", LARGE);
    scene.proxy.set(Fault::CutAfter(9 << 20));
    let (error, unfinished) = scene.upload_in_vain("large", &file, None);
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
    let unfinished = unfinished.unwrap();
    assert_eq!(unfinished.parts.len(), 1);
    assert_eq!(scene.server.object(&format!("mini/{}", scene.key("large"))).unwrap(), None);
    scene.proxy.set(Fault::None);
    scene.proxy.asked();
    scene.upload("large", &file, Some(unfinished), &mut |_| {}).unwrap();
    let parts: Vec<String> = scene.parts_sent();
    assert_eq!(parts, ["2", "3"], "the first part is there");
    assert_eq!(scene.server.open_uploads().unwrap(), 0);
    assert!(scene.server.object(&format!("mini/{}", scene.key("large"))).unwrap().unwrap() == noise(1, LARGE));
}

#[test]
fn case_73_errors_of_the_store_and_of_the_network_are_told_as_what_they_are() {
    let scene = Scene::new();
    let file = scene.file("small", 70_000);
    for fault in [Fault::Down, Fault::Answer(500), Fault::Answer(503), Fault::CutAfter(1_000)] {
        scene.proxy.set(fault);
        let (error, _) = scene.upload_in_vain("small", &file, None);
        assert!(matches!(error, StoreError::Unreachable(_)), "{fault:?}: {error:?}");
    }
    scene.proxy.set(Fault::None);
    scene.upload("small", &file, None, &mut |_| {}).unwrap();
    scene.server.ask("DELETE", &format!("mini/{}", scene.key("small")), &[]).unwrap();
    scene.server.ask("DELETE", "", &[]).unwrap();
    let (error, _) = scene.upload_in_vain("small", &file, None);
    assert!(matches!(error, StoreError::NoBucket(_)), "{error:?}");
    let guarded = Scene::before(ObjectStore::start_guarded().unwrap());
    let error = guarded.store(|store| store.recognise(None, &"ab".repeat(16))).unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
    assert!(!error.to_string().contains("keyid"), "{error}");
}

#[test]
fn case_74_wrong_bytes_of_a_store_are_found_when_they_are_read_back_and_when_they_are_fetched() {
    let scene = Scene::new();
    let file = scene.file("small", 70_000);
    scene.proxy.set(Fault::Spoil);
    let (error, _) = scene.upload_in_vain("small", &file, None);
    assert!(matches!(error, StoreError::Wrong(_)), "{error:?}");
    let to = scene.folder.path().join("back");
    let fetched = |scene: &Scene| {
        scene.store(|store| store.fetch(&scene.key("small"), 70_000, &to, Pieces::All(Some(&file.sha256)), &mut |_| {}))
    };
    assert!(matches!(fetched(&scene), Err(StoreError::Wrong(_))));
    scene.proxy.set(Fault::None);
    fetched(&scene).unwrap();
    // An older, shorter object lies under the key: it is put in its place anew only when that is wished.
    scene.server.ask("PUT", &format!("mini/{}", scene.key("small")), b"old").unwrap();
    let (error, _) = scene.upload_in_vain("small", &file, None);
    assert!(matches!(error, StoreError::Wrong(_)), "{error:?}");
    scene.replace("small", &file).unwrap();
    fetched(&scene).unwrap();
}

#[test]
fn a_file_that_was_damaged_here_is_not_copied() {
    let scene = Scene::new();
    for size in [70_000, LARGE] {
        let mut file = scene.file("broken", size);
        file.sha256 = "00".repeat(32);
        let (error, _) = scene.upload_in_vain("broken", &file, None);
        assert!(matches!(error, StoreError::Local(_)), "{error:?}");
        assert_eq!(scene.server.object(&format!("mini/{}", scene.key("broken"))).unwrap(), None);
        assert_eq!(scene.server.open_uploads().unwrap(), 0, "its parts are gone");
    }
}

#[test]
fn a_store_that_was_emptied_or_swapped_is_not_written_to() {
    let scene = Scene::new();
    let gone = scene.store(|store| store.recognise(Some(&"ab".repeat(16)), "")).unwrap_err();
    assert!(matches!(gone, StoreError::Other(_)), "{gone:?}");
    scene.store(|store| store.recognise(None, &"cd".repeat(16))).unwrap();
    let other = scene.store(|store| store.recognise(Some(&"ab".repeat(16)), "")).unwrap_err();
    assert!(other.to_string().contains(&"cd".repeat(16)), "{other}");
    assert_eq!(scene.store(|store| store.recognise(None, &"ef".repeat(16))).unwrap(), "cd".repeat(16));
}

#[test]
fn work_that_is_cancelled_ends_soon() {
    let scene = Scene::new();
    let file = scene.file("large", LARGE);
    scene.proxy.set(Fault::HoldAfter(2));
    let begun = std::time::Instant::now();
    let error = scene.cancelled_after("large", &file, std::time::Duration::from_millis(500));
    assert_eq!(error, StoreError::Cancelled);
    assert!(begun.elapsed().as_secs() < 20);
}

#[test]
fn a_try_says_what_works_and_leaves_nothing_there() {
    let tried = |scene: &Scene, expected: Option<&str>| {
        scene.store(|store| store.try_out(expected, &Timestamp::default)).unwrap()
    };
    let scene = Scene::new();
    let fresh = tried(&scene, None);
    assert!(fresh.is_usable() && fresh.identity.is_none(), "{fresh:?}");
    assert!(fresh.date.as_ref().is_some_and(|date| date.ends_with("GMT")), "{fresh:?}");
    assert_eq!(scene.server.keys().unwrap(), Vec::<String>::new(), "whoever only looks makes nothing a destination");
    scene.store(|store| store.recognise(None, &"cd".repeat(16))).unwrap();
    assert_eq!(tried(&scene, Some(&"cd".repeat(16))).identity, Some("cd".repeat(16)));
    let other = tried(&scene, Some(&"ab".repeat(16)));
    assert!(matches!(&other.recognised, Tried::Failed(TrialFault::Wrong, words) if words.contains(&"cd".repeat(16))));
    scene.proxy.set(Fault::Spoil);
    let spoiled = tried(&scene, None);
    assert!(matches!(&spoiled.read, Tried::Failed(TrialFault::Wrong, _)), "{spoiled:?}");
    assert_eq!(spoiled.removed, Tried::Worked);
    scene.proxy.set(Fault::Down);
    let silent = tried(&scene, None);
    assert!(matches!(&silent.listed, Tried::Failed(TrialFault::Unreachable, _)), "{silent:?}");
    assert_eq!(silent.written, Tried::Not);
    let guarded = Scene::before(ObjectStore::start_guarded().unwrap());
    let refused = tried(&guarded, None);
    assert!(matches!(&refused.listed, Tried::Failed(TrialFault::WrongKeys, _)), "{refused:?}");
    assert_eq!(refused.written, Tried::Not);
    scene.proxy.set(Fault::None);
    scene.server.ask("DELETE", "mini/.caretaker-destination", &[]).unwrap();
    scene.server.ask("DELETE", "", &[]).unwrap();
    let gone = tried(&scene, None);
    assert!(matches!(&gone.listed, Tried::Failed(TrialFault::NoBucket, _)), "{gone:?}");
}
