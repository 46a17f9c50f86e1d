//! The catalog against a plain reference: a list of trees.

use std::collections::BTreeMap;

use caretaker_core::backup::{ArchiveFacts, ArchivePath, CatalogEntry};
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;
use proptest::prelude::*;

use super::{CatalogStore, TakenOver};
use crate::Access;
use crate::table::archive::KnownArchive;

/// A path and a version of it.
type Tree = BTreeMap<u8, u8>;

fn entry(path: u8, version: u8) -> CatalogEntry {
    CatalogEntry {
        path: ArchivePath::new(format!("folder/{path}").into_bytes()),
        size: u64::from(version) * 10,
        content: u64::MAX - u64::from(version),
        ..CatalogEntry::default()
    }
}

fn entries(tree: &Tree) -> Vec<CatalogEntry> {
    tree.iter().map(|(path, version)| entry(*path, *version)).collect()
}

fn id(sequence: usize) -> String {
    format!("{sequence:032x}")
}

fn archive(sequence: usize) -> KnownArchive {
    let facts = ArchiveFacts {
        id: id(sequence),
        set: "board".to_owned(),
        kind: Some(if sequence == 1 { ArchiveType::Full } else { ArchiveType::Incremental }),
        sequence: sequence as u32,
        at: Timestamp::from_millis(sequence as i64 * 1_000),
        ..ArchiveFacts::default()
    };
    KnownArchive { facts, destination: "disk".to_owned(), ..KnownArchive::default() }
}

fn put_tree(catalog: &CatalogStore, sequence: usize, tree: &Tree) {
    catalog.begin(&id(sequence)).unwrap();
    catalog.stage(&id(sequence), entries(tree)).unwrap();
    assert_eq!(catalog.take_over(archive(sequence), Vec::new(), None).unwrap(), TakenOver::Whole);
}

fn put_differences(catalog: &CatalogStore, sequence: usize, before: &Tree, tree: &Tree) {
    let changed = tree.iter().filter(|(path, version)| before.get(path) != Some(version));
    let gone = before.keys().filter(|path| !tree.contains_key(path)).map(|path| entry(*path, 0).path);
    catalog.begin(&id(sequence)).unwrap();
    catalog.stage(&id(sequence), changed.map(|(path, version)| entry(*path, *version)).collect()).unwrap();
    catalog.stage_gone(&id(sequence), gone.collect()).unwrap();
    let taken = catalog.take_over(archive(sequence), Vec::new(), Some(id(sequence - 1))).unwrap();
    assert_eq!(taken, TakenOver::Whole);
}

/// Every tree, and every version with its archives.
fn view(catalog: &CatalogStore, trees: usize) -> (Vec<Vec<CatalogEntry>>, Vec<String>) {
    let mut shown = Vec::new();
    for sequence in 1..=trees {
        let mut tree = catalog.tree("disk", &id(sequence)).unwrap();
        tree.sort_by(|one, other| one.path.cmp(&other.path));
        shown.push(tree);
    }
    let versions = catalog.versions(b"folder/", false, None, 10_000).unwrap();
    let versions = versions.iter().map(|found| {
        format!("{} {} {} {} {}", found.entry.path, found.entry.content, found.first.0, found.last.0, found.points)
    });
    (shown, versions.collect())
}

fn plain(trees: &[Tree], forgotten: Option<usize>) -> Vec<Vec<CatalogEntry>> {
    let shown = trees.iter().enumerate().map(|(index, tree)| {
        if forgotten == Some(index + 1) {
            return Vec::new();
        }
        let mut tree = entries(tree);
        tree.sort_by(|one, other| one.path.cmp(&other.path));
        tree
    });
    shown.collect()
}

fn catalog(folder: &tempfile::TempDir, name: &str) -> CatalogStore {
    CatalogStore::open(&folder.path().join(name), Access::ReadWrite).unwrap()
}

fn tree() -> impl Strategy<Value = Tree> {
    proptest::collection::btree_map(0_u8..12, 0_u8..3, 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn trees_come_back_however_they_were_told(
        trees in proptest::collection::vec(tree(), 1..8),
        order in any::<u64>(),
        forgotten in 1_usize..8,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let built = catalog(&folder, "built.db");
        put_tree(&built, 1, &trees[0]);
        for sequence in 2..=trees.len() {
            put_differences(&built, sequence, &trees[sequence - 2], &trees[sequence - 1]);
        }
        prop_assert_eq!(&view(&built, trees.len()).0, &plain(&trees, None));
        // A rebuild in any order, each archive read as a whole.
        let rebuilt = catalog(&folder, "rebuilt.db");
        let mut sequences: Vec<usize> = (1..=trees.len()).collect();
        let mut random = order;
        for place in (1..sequences.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            sequences.swap(place, (random >> 33) as usize % (place + 1));
        }
        for sequence in sequences {
            put_tree(&rebuilt, sequence, &trees[sequence - 1]);
        }
        prop_assert_eq!(view(&built, trees.len()), view(&rebuilt, trees.len()));
        for (place, pair) in trees.windows(2).enumerate() {
            let (before, now) = (&pair[0], &pair[1]);
            let changes = rebuilt.changes("disk", &id(place + 2)).unwrap().unwrap();
            let gone = before.keys().filter(|path| !now.contains_key(path)).count() as u64;
            let new = now.keys().filter(|path| !before.contains_key(path)).count() as u64;
            let changed = now.iter().filter(|(path, version)| before.get(path).is_some_and(|old| old != *version));
            prop_assert_eq!((changes.changed, changes.new, changes.gone), (changed.count() as u64, new, gone));
            prop_assert_eq!(changes.folders.iter().map(|folder| folder.files).sum::<u64>(), changes.changed + new + gone);
        }
        // Forgetting one leaves the others as they are.
        let forgotten = forgotten.min(trees.len());
        built.forget("disk", &id(forgotten)).unwrap();
        prop_assert_eq!(&view(&built, trees.len()).0, &plain(&trees, Some(forgotten)));
        // And it can come back.
        put_tree(&built, forgotten, &trees[forgotten - 1]);
        prop_assert_eq!(&view(&built, trees.len()).0, &plain(&trees, None));
    }
}

#[test]
fn differences_to_an_unknown_tree_are_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = catalog(&folder, "catalog.db");
    catalog.begin(&id(2)).unwrap();
    catalog.stage(&id(2), vec![entry(1, 1)]).unwrap();
    assert_eq!(catalog.take_over(archive(2), Vec::new(), Some(id(1))).unwrap(), TakenOver::WithoutTree);
    assert_eq!(catalog.archives(None, 10).unwrap().len(), 1);
    assert!(catalog.tree("disk", &id(2)).unwrap().is_empty());
    // Read as a whole later, it is known.
    put_tree(&catalog, 2, &Tree::from([(1, 1)]));
    assert_eq!(catalog.tree("disk", &id(2)).unwrap().len(), 1);
}

#[test]
fn many_archives_of_one_tree_cost_little_more_than_one() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = catalog(&folder, "catalog.db");
    let files = |changed: u64| -> Vec<CatalogEntry> {
        let one = |number: u64| CatalogEntry {
            path: ArchivePath::new(format!("srv/board/orders/{number}.json").into_bytes()),
            content: if number == changed { number + 1_000_000 } else { number },
            ..CatalogEntry::default()
        };
        (0..2_000).map(one).collect()
    };
    catalog.begin(&id(1)).unwrap();
    catalog.stage(&id(1), files(u64::MAX)).unwrap();
    catalog.take_over(archive(1), Vec::new(), None).unwrap();
    let first = catalog.size_bytes();
    for sequence in 2..=37 {
        catalog.begin(&id(sequence)).unwrap();
        catalog.stage(&id(sequence), files(sequence as u64)).unwrap();
        catalog.take_over(archive(sequence), Vec::new(), None).unwrap();
    }
    catalog.close(std::time::Duration::from_secs(5)).unwrap();
    assert!(catalog.size_bytes() < first * 2, "{first} bytes for one became {}", catalog.size_bytes());
}
