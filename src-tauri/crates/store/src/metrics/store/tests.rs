//! What a checkpoint moves, and when.

use caretaker_core::time::Span;

use crate::metrics::testing::*;

use super::*;

/// Size and content of the database file without its log.
fn file(world: &World) -> Vec<u8> {
    std::fs::read(world.path()).unwrap()
}

#[test]
fn a_checkpoint_moves_the_log_only_after_something_was_sealed_or_deleted() {
    let world = World::new();
    world.fill(START, START + 10 * MINUTE, |_| 1.0);
    world.store.checkpoint().unwrap();
    let begun = file(&world);
    world.fill(START + 10 * MINUTE, START + 2 * HOUR, |_| 1.0);
    world.store.checkpoint().unwrap();
    assert!(file(&world) == begun, "rounds are safe in the log, which was synced");
    world.store.roll_up(stamp(START + 2 * HOUR)).unwrap();
    world.store.checkpoint().unwrap();
    let sealed = file(&world);
    assert!(sealed != begun);

    world.fill(START + 2 * HOUR, START + 3 * HOUR, |_| 1.0);
    world.store.checkpoint().unwrap();
    assert!(file(&world) == sealed);
    world.store.retain(Keep { raw: Span::ZERO, ..Keep::default() }, stamp(START + DAY)).unwrap();
    world.store.checkpoint().unwrap();
    assert!(file(&world) == sealed, "nothing was old enough");
    // Without a log, what was not moved yet is not there.
    let copy = world.folder.path().join("copy.db");
    std::fs::copy(world.path(), &copy).unwrap();
    let rows: i64 =
        Connection::open(&copy).unwrap().query_row("SELECT count(*) FROM hot", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
}

#[test]
fn a_long_log_is_moved_although_nothing_was_sealed() {
    let world = World::new();
    world.store.checkpoint().unwrap();
    let begun = file(&world).len();
    for minute in 0..LONG_LOG {
        world.append(START + minute * MINUTE, &[("cpu", 1.0)]);
    }
    world.store.checkpoint().unwrap();
    assert!(file(&world).len() > begun);
}

#[test]
fn what_a_reader_holds_up_is_moved_the_next_time() {
    let world = World::new();
    world.fill(START, START + 2 * HOUR, |_| 1.0);
    world.store.checkpoint().unwrap();
    let reader = Connection::open(world.path()).unwrap();
    let snapshot = reader.unchecked_transaction().unwrap();
    let count = |connection: &Connection| -> i64 {
        connection.query_row("SELECT count(*) FROM hot", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(&snapshot), 240);
    world.store.roll_up(stamp(START + 2 * HOUR)).unwrap();
    world.store.checkpoint().unwrap();
    let held_up = file(&world);
    assert_eq!(count(&snapshot), 240);
    drop(snapshot);
    world.store.checkpoint().unwrap();
    assert!(file(&world) != held_up);
}
