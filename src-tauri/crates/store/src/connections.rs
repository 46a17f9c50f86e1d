//! What all connections of the three databases have together, asked of real ones.

use tempfile::TempDir;

use crate::{Access, CatalogStore, MetricsStore, StateStore};

fn stores() -> (TempDir, MetricsStore, StateStore, CatalogStore) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let metrics = MetricsStore::open(&path("metrics.db"), Access::ReadWrite).unwrap();
    let state = StateStore::open(&path("caretaker.db"), Access::ReadWrite).unwrap();
    let catalog = CatalogStore::open(&path("catalog.db"), Access::ReadWrite).unwrap();
    (folder, metrics, state, catalog)
}

#[test]
fn the_caches_of_all_connections_together_have_four_megabytes() {
    let (_folder, metrics, state, catalog) = stores();
    let kibibytes = |(writer, reader): (i64, i64)| {
        // Negative says kibibytes; positive would be pages.
        assert!(writer < 0 && reader < 0, "{writer} {reader}");
        -(writer + crate::database::MOST_READERS as i64 * reader)
    };
    let ask = |pragma| [metrics.ask(pragma), state.ask(pragma), catalog.ask(pragma)].map(Result::unwrap);
    let sum: i64 = ask("cache_size").map(kibibytes).iter().sum();
    assert!(sum <= 4_096, "{sum} KiB");
}

#[test]
fn what_must_survive_a_power_cut_is_synced_and_all_of_it_has_a_log() {
    let (_folder, metrics, state, catalog) = stores();
    let writers = |pragma| [metrics.ask(pragma), state.ask(pragma), catalog.ask(pragma)].map(|asked| asked.unwrap().0);
    // 2: with each commit; 1: with each checkpoint.
    assert_eq!(writers("synchronous")[..2], [1, 2]);
    assert_eq!(writers("fullfsync")[..2], [0, 1]);
    assert_eq!(writers("checkpoint_fullfsync"), [1, 1, 1]);
}
