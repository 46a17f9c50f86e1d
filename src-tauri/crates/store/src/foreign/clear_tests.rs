//! Clearing expired rows of real databases: exactly those go, whatever tables and columns are called and however they say when.

use std::os::unix::ffi::OsStrExt as _;

use caretaker_core::backup::ArchivePath;
use caretaker_core::database::{RowsAnswer, RowsCleared, RowsOrder, StoredAs};
use caretaker_core::time::{Span, Timestamp};
use rusqlite::Connection;

use super::clear;
use super::tests::{Scene, WRITER};

/// 2026-03-02 at 08:00 UTC.
const NOW: Timestamp = Timestamp::from_millis(1_772_438_400_000);

fn order(scene: &Scene, table: &str, column: &str) -> RowsOrder {
    RowsOrder {
        file: ArchivePath::new(scene.path().as_os_str().as_bytes()),
        table: table.to_owned(),
        column: column.to_owned(),
        stored_as: None,
        before: NOW - Span::from_days(30),
        now: NOW,
        copy: scene.folder.path().join("copy.sqlite").display().to_string(),
        is_dry: false,
        limit: Span::from_seconds(120),
    }
}

fn cleared(order: &RowsOrder) -> RowsCleared {
    match clear(order) {
        RowsAnswer::Cleared(cleared) => cleared,
        other => panic!("{other:?}"),
    }
}

fn refused(order: &RowsOrder) -> String {
    match clear(order) {
        RowsAnswer::Refused(why) => why,
        other => panic!("{other:?}"),
    }
}

fn made(scene: &Scene, statements: &str) {
    let connection = Connection::open(scene.path()).unwrap();
    connection.execute_batch(&format!("PRAGMA synchronous=OFF; PRAGMA journal_mode=wal; {statements}")).unwrap();
}

fn count(file: &std::path::Path, what: &str) -> i64 {
    let connection = Connection::open(file).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).unwrap()
}

/// Sixty rows, one for each day before now, by an expression of its time in seconds; and one without a time.
fn days(table: &str, column: &str, value: &str) -> String {
    let now = NOW.as_millis() / 1_000;
    format!(
        "CREATE TABLE {table} (id INTEGER PRIMARY KEY, {column});
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i < 59)
         INSERT INTO {table} ({column}) SELECT {value} FROM (SELECT {now} - i * 86400 AS t FROM n);
         INSERT INTO {table} ({column}) VALUES (NULL);"
    )
}

#[test]
fn rows_go_by_seconds_by_milliseconds_and_by_days_in_text() {
    for (value, stored_as, gone) in [
        ("t", StoredAs::Seconds, 29),
        ("t + 0.5", StoredAs::Seconds, 29),
        ("t * 1000", StoredAs::Milliseconds, 29),
        // By whole days, and one more, whatever the zone is.
        ("strftime('%Y-%m-%d', t, 'unixepoch')", StoredAs::Text, 28),
        ("strftime('%Y-%m-%dT%H:%M:%SZ', t, 'unixepoch')", StoredAs::Text, 28),
        ("strftime('%Y-%m-%d %H:%M:%S', t, 'unixepoch')", StoredAs::Text, 28),
    ] {
        let scene = Scene::new();
        made(&scene, &days("session", "seen", value));
        let before = scene.files();
        let dry = cleared(&RowsOrder { is_dry: true, ..order(&scene, "session", "seen") });
        assert_eq!((dry.rows, dry.expired, dry.deleted, dry.odd), (61, gone, 0, 1), "{value}: {dry:?}");
        assert!(scene.files() == before, "{value}: a dry run changed something");
        assert_eq!(dry.stored_as, Some(stored_as), "{value}");
        let done = cleared(&order(&scene, "session", "seen"));
        assert_eq!((done.deleted, done.stopped), (gone, None), "{value}");
        assert_eq!(count(&scene.path(), "session"), 61 - i64::try_from(gone).unwrap(), "{value}");
        let copy = std::path::PathBuf::from(done.copy.unwrap());
        assert_eq!(count(&copy, "session"), 61, "{value}: the copy is of before");
        // Nothing is left to do, and no copy is made for that.
        std::fs::remove_file(copy).unwrap();
        let again = cleared(&order(&scene, "session", "seen"));
        assert_eq!((again.expired, again.copy), (0, None), "{value}");
    }
}

#[test]
fn names_are_compared_with_the_schema_and_never_part_of_a_statement() {
    let scene = Scene::new();
    let odd = "\"se\"\"ssion; DROP TABLE kept --\"";
    made(&scene, &format!("CREATE TABLE kept (a); {}", days(odd, "\"when \"\"\"", "t")));
    let done = cleared(&order(&scene, "se\"ssion; DROP TABLE kept --", "when \""));
    assert_eq!(done.deleted, 29);
    assert_eq!((count(&scene.path(), odd), count(&scene.path(), "kept")), (32, 0));
    for (table, column, why) in [
        ("kept; DELETE FROM kept", "a", "there is no table"),
        ("kept", "a OR 1=1", "has no column"),
        ("kept\"", "a", "there is no table"),
        ("", "a", "there is no table"),
        ("sqlite_schema", "rootpage", "no ordinary table"),
        ("kept", "1", "has no column"),
    ] {
        let said = refused(&order(&scene, table, column));
        assert!(said.contains(why), "{table} {column}: {said}");
    }
}

#[test]
fn what_does_not_look_like_times_is_refused() {
    for (statements, why) in [
        (days("session", "seen", "t / 1000000"), "no times of this age"),
        (days("session", "seen", "CASE WHEN t % 172800 < 86400 THEN t ELSE t * 1000 END"), "of several kinds"),
        (days("session", "seen", "'yesterday'"), "no times"),
        (days("session", "seen", "x'00'"), "no times"),
        ("CREATE TABLE session (seen INT PRIMARY KEY) WITHOUT ROWID".to_owned(), "without row numbers"),
        ("CREATE VIEW session AS SELECT 1 AS seen".to_owned(), "no ordinary table"),
        ("CREATE TABLE session (seen INT, rowid, oid, _rowid_)".to_owned(), "hide the numbers"),
    ] {
        let scene = Scene::new();
        made(&scene, &statements);
        let said = refused(&order(&scene, "session", "seen"));
        assert!(said.contains(why), "{statements}: {said}");
    }
    // The number of a row is no time, however often somebody says so.
    let scene = Scene::new();
    made(&scene, &days("session", "seen", "t"));
    assert!(refused(&order(&scene, "session", "id")).contains("no times of this age"));
    let said = refused(&RowsOrder { stored_as: Some(StoredAs::Text), ..order(&scene, "session", "seen") });
    assert!(said.contains("holds seconds since 1970, and not text"), "{said}");
}

#[test]
fn many_rows_go_in_moments_while_somebody_writes() {
    let scene = Scene::new();
    drop(scene.database("wal"));
    let old = (NOW - Span::from_days(90)).as_millis() / 1_000;
    made(
        &scene,
        &format!(
            "CREATE TABLE session (id INTEGER PRIMARY KEY, seen INT, text TEXT); CREATE INDEX session_by_text ON session (text);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 60000)
             INSERT INTO session (seen, text) SELECT iif(i % 3 = 0, {}, {old}), hex(i * 7919) FROM n;",
            NOW.as_millis() / 1_000
        ),
    );
    let writer = scene.other(WRITER);
    let mut deleted = 0;
    let mut longest = 0;
    for _ in 0..5 {
        let done = cleared(&order(&scene, "session", "seen"));
        deleted += done.deleted;
        longest = longest.max(done.held_ms);
        if done.stopped.is_none() {
            break;
        }
    }
    let rows = writer.end();
    assert_eq!((deleted, count(&scene.path(), "session")), (40_000, 20_000));
    assert!(longest <= 250, "a lock was held for {longest} ms");
    assert!(rows.trim().parse::<u64>().unwrap() > 1_000, "it wrote meanwhile");
}

#[test]
fn what_belongs_to_a_row_goes_with_it_or_keeps_it() {
    let table = |action: &str| {
        format!(
            "{} CREATE TABLE note (of INT REFERENCES session (id) {action}); INSERT INTO note SELECT id FROM session;",
            days("session", "seen", "t")
        )
    };
    let scene = Scene::new();
    made(&scene, &table("ON DELETE CASCADE"));
    assert_eq!(cleared(&order(&scene, "session", "seen")).deleted, 29);
    assert_eq!(count(&scene.path(), "note"), 61 - 29);
    let scene = Scene::new();
    made(&scene, &table("ON DELETE RESTRICT"));
    let done = cleared(&order(&scene, "session", "seen"));
    assert_eq!(done.deleted, 0);
    assert!(done.stopped.unwrap().contains("FOREIGN KEY"), "why it ended is said");
    assert_eq!(count(&scene.path(), "session"), 61);
}

#[test]
fn a_row_that_was_renewed_meanwhile_stays() {
    // The scan and the deleting are apart; each row is looked at again when it is its turn.
    let scene = Scene::new();
    made(&scene, &days("session", "seen", "t"));
    made(
        &scene,
        "UPDATE session SET id = 0 WHERE id = 60;
         CREATE TRIGGER renew AFTER DELETE ON session WHEN old.id = 0 BEGIN
           UPDATE session SET seen = 1772438400 WHERE id IN (58, 59);
         END;",
    );
    let done = cleared(&order(&scene, "session", "seen"));
    assert_eq!((done.expired, done.deleted), (29, 27));
    assert_eq!(count(&scene.path(), "session WHERE id IN (58, 59)"), 2);
}
