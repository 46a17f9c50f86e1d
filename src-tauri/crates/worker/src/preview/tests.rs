use caretaker_backup::read::{Archive, Shelf, state};
use caretaker_core::backup::Work;

use super::*;
use crate::testing::{Scene, last, noise};

fn order(scene: &Scene, archive: &Path, name: &str) -> PreviewOrder {
    PreviewOrder {
        archive: archive.display().to_string(),
        shelf: scene.text("destination/home"),
        path: scene.inside(name),
        live: Some(scene.text(&format!("source/{name}"))),
        scratch: scene.text("scratch"),
        identities: Vec::new(),
    }
}

fn shown(order: PreviewOrder) -> FilePreview {
    let scratch = order.scratch.clone();
    let report = last(&Work::Preview(order));
    assert!(!Path::new(&scratch).exists(), "the scratch folder stays");
    match report {
        Report::Preview(preview) => *preview,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_is_shown_beside_what_it_is_today() {
    let mut scene = Scene::new();
    scene.put("a.txt", "one\ntwo\nthree\n");
    let full = scene.full();
    let same = shown(order(&scene, &full.path, "a.txt"));
    assert_eq!((same.kind.as_str(), same.content.as_deref()), ("text", Some("one\ntwo\nthree\n")));
    assert_eq!((same.live.as_str(), same.difference, same.is_cut), ("same", None, false));
    scene.put("a.txt", "one\n2\nthree\n");
    let differs = shown(order(&scene, &full.path, "a.txt"));
    assert_eq!(differs.live, "differs");
    assert_eq!(differs.difference.unwrap(), "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
    std::fs::remove_file(scene.path("source/a.txt")).unwrap();
    let gone = shown(order(&scene, &full.path, "a.txt"));
    assert_eq!((gone.live.as_str(), gone.content.as_deref()), ("gone", Some("one\ntwo\nthree\n")));
}

#[test]
fn content_that_an_older_archive_holds_is_found_there() {
    let mut scene = Scene::new();
    scene.put("a.txt", "kept");
    scene.put("b.txt", "one");
    let full = scene.full();
    let shelf = Shelf::open(&scene.path("destination/home")).unwrap();
    let before = state(&Archive::open(&full.path).unwrap(), &shelf).unwrap();
    scene.put("b.txt", "two!");
    let next = scene.increment(&before);
    assert_eq!(shown(order(&scene, &next.path, "a.txt")).content.as_deref(), Some("kept"));
    assert_eq!(shown(order(&scene, &next.path, "b.txt")).content.as_deref(), Some("two!"));
    assert_eq!(shown(order(&scene, &full.path, "b.txt")).content.as_deref(), Some("one"));
}

#[test]
fn images_and_other_bytes_have_their_kinds() {
    let mut scene = Scene::new();
    let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &noise(1, 100)].concat();
    scene.put("dot.png", &png);
    scene.put("huge.png", [&png[..8], &noise(2, MOST_IMAGE)].concat());
    scene.put("zero.bin", b"a\0b");
    scene.put("long.txt", "ä".repeat(MOST_TEXT));
    scene.put("large.bin", vec![7; usize::try_from(MOST_BYTES).unwrap() + 1]);
    let made = scene.full();
    let look = |name: &str| shown(order(&scene, &made.path, name));
    let dot = look("dot.png");
    assert_eq!(dot.kind, "image");
    assert_eq!(dot.content.unwrap(), format!("data:image/png;base64,{}", BASE64_STANDARD.encode(&png)));
    let huge = look("huge.png");
    assert_eq!((huge.kind.as_str(), huge.content, huge.is_cut), ("image", None, true));
    let zero = look("zero.bin");
    assert_eq!((zero.kind.as_str(), zero.content, zero.live.as_str()), ("binary", None, "same"));
    let long = look("long.txt");
    assert_eq!((long.content.unwrap().len(), long.is_cut), (MOST_TEXT, true));
    let large = look("large.bin");
    assert_eq!((large.kind.as_str(), large.content, large.live.as_str()), ("binary", None, "unknown"));
}

#[test]
fn what_is_no_file_of_the_archive_is_refused() {
    let mut scene = Scene::new();
    scene.put("folder/a.txt", "a");
    let made = scene.full();
    for (name, code) in [("folder", Code::Usage), ("other", Code::NotFound)] {
        match last(&Work::Preview(order(&scene, &made.path, name))) {
            Report::Failed(problem) => assert_eq!(problem.code, code, "{name}"),
            other => panic!("{other:?}"),
        }
    }
}
