use caretaker_core::backup::{ArchiveFacts, Work};

use super::*;
use crate::testing::{Scene, flip, put, reports};

fn order(scene: &Scene, folder: &str) -> ReadOrder {
    ReadOrder { folder: scene.text(folder), only: Vec::new(), identities: Vec::new() }
}

fn found(order: ReadOrder) -> (Vec<ArchiveFacts>, Vec<Vec<String>>, Vec<String>) {
    let (mut archives, mut trees, mut unreadable) = (Vec::new(), Vec::<Vec<String>>::new(), Vec::new());
    let said = reports(&Work::Read(order));
    assert_eq!(said.last(), Some(&Report::Read), "{:?}", said.last());
    for report in said {
        match report {
            Report::Archive(facts) => {
                archives.push(facts);
                trees.push(Vec::new());
            }
            Report::Entries(entries) => {
                let files = entries.iter().filter(|entry| entry.kind == caretaker_core::backup::EntryKind::File);
                trees.last_mut().unwrap().extend(files.map(|entry| entry.path.name().to_string()));
            }
            Report::Unreadable { file, .. } => unreadable.push(file),
            _ => {}
        }
    }
    (archives, trees, unreadable)
}

#[test]
fn every_archive_tells_its_facts_and_its_tree_in_order() {
    let mut scene = Scene::new();
    scene.put("a", "first");
    let full = scene.full();
    scene.put("b", "second");
    let next = scene.increment(&full.state);
    for folder in ["destination", "destination/home"] {
        let (archives, trees, unreadable) = found(order(&scene, folder));
        assert_eq!(unreadable, Vec::<String>::new());
        assert_eq!(trees, [vec!["a".to_owned()], vec!["a".to_owned(), "b".to_owned()]]);
        let [one, two] = &archives[..] else { panic!("{archives:?}") };
        assert_eq!((&*one.id, &*two.id), (&*full.id.to_string(), &*next.id.to_string()));
        assert_eq!((one.sequence, two.sequence, &two.needs[..]), (1, 2, &[1][..]));
        assert_eq!((&*one.set, one.files, one.bytes_source, one.bytes_stored), ("home", 1, 5, full.length));
        assert_eq!((&two.chain, two.at.as_millis()), (&one.id, 4_000_007_200_000));
        assert_eq!(one.sha256, caretaker_backup::format::hex(&full.digest));
        assert_eq!(one.file, full.path.file_name().unwrap().to_str().unwrap());
    }
    let only = ReadOrder { only: vec![next.id.to_string()], ..order(&scene, "destination") };
    assert_eq!(found(only).0.len(), 1);
}

#[test]
fn case_60_an_archive_is_what_it_says_of_itself_and_a_copy_counts_once() {
    let mut scene = Scene::new();
    scene.put("a", "first");
    let full = scene.full();
    std::fs::copy(&full.path, full.path.with_file_name("a copy.tar.zst")).unwrap();
    let (archives, ..) = found(order(&scene, "destination"));
    assert_eq!(
        archives.iter().map(|one| one.file.clone()).collect::<Vec<_>>(),
        [full.path.file_name().unwrap().to_str().unwrap()]
    );
    std::fs::rename(&full.path, full.path.with_file_name("renamed.tar.zst")).unwrap();
    let (archives, ..) = found(order(&scene, "destination"));
    assert_eq!(archives.len(), 1);
    assert_eq!(archives[0].id, full.id.to_string());
}

#[test]
fn case_54_a_damaged_end_costs_only_the_list_and_what_is_no_archive_is_named() {
    let mut scene = Scene::new();
    scene.put("a", "first");
    let full = scene.full();
    flip(&full.path, full.length - 40);
    put(&scene.path("destination/home/other.tar.zst"), "something else");
    let (archives, trees, unreadable) = found(order(&scene, "destination"));
    assert_eq!(unreadable, ["home/other.tar.zst"]);
    assert_eq!((archives[0].is_damaged, &archives[0].id), (true, &full.id.to_string()));
    assert_eq!(trees, [["a"]]);
}
