//! Files of other versions of the program.

use std::path::Path;

use caretaker_core::metric::{ProcessReading, Resolution, Round, RoundId};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{Access, EpochReason, Keep, MetricsStore, RolledUp, Selection, StoreError};
use rusqlite::Connection;

use crate::{START, moment, pushed, round};

fn with_version(path: &Path, version: u32) {
    let store = MetricsStore::open(path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    store.append(&round(epoch, START)).unwrap();
    drop(store);
    Connection::open(path).unwrap().pragma_update(None, "user_version", version).unwrap();
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    with_version(&path, 9_009);
    // As a program leaves it that keeps its log another way: nothing of that may change either.
    let connection = Connection::open(&path).unwrap();
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = MetricsStore::open(&path, access).err().unwrap();
        assert!(matches!(error, StoreError::Newer { found: 9, supported: 4, .. }), "{error}");
        let problem = Problem::from(error);
        assert_eq!(problem.code, Code::DatabaseNewer);
        assert!(problem.hint.contains("update Caretaker"), "{problem:?}");
    }
    assert!(std::fs::read(&path).unwrap() == before, "the file was changed");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_compatible_newer_database_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    with_version(&path, 5_004);
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    assert!(store.newest().unwrap().is_some());
    drop(store);
    let version: u32 = Connection::open(&path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 5_004);
}

/// Brings the rows of sorted days together, as schema 3 had them.
fn days_together(connection: &Connection) {
    let mut statement =
        connection.prepare("SELECT substr(name, 11) FROM sqlite_schema WHERE name GLOB 'chunk_day_*'").unwrap();
    let days: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    drop(statement);
    for day in days {
        connection
            .execute_batch(&format!(
                "INSERT INTO chunk_day SELECT ({day} << 24) | id, d FROM \"chunk_day_{day}\";
                 DROP TABLE \"chunk_day_{day}\""
            ))
            .unwrap();
    }
    connection.execute_batch("ALTER TABLE sorted_day DROP COLUMN own; PRAGMA user_version = 3003").unwrap();
}

/// A database as schema 1 left it: rolled up, and still with all of its rows.
fn of_schema_1(path: &Path, rounds: i64) -> String {
    let store = MetricsStore::open(path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    for number in 0..rounds {
        store.append(&round(epoch, START + number * 30_000)).unwrap();
    }
    let stored = format!("{:?}", store.rounds_after(RoundId::default(), usize::MAX).unwrap());
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("CREATE TABLE rows AS SELECT * FROM hot; CREATE TABLE layouts AS SELECT * FROM layout")
        .unwrap();
    store.roll_up(Timestamp::from_millis(START + rounds * 30_000)).unwrap();
    drop(store);
    connection
        .execute_batch(
            "DELETE FROM hot; INSERT INTO hot SELECT ts, epoch, layout, d, NULL FROM rows; DROP TABLE rows;
             DELETE FROM layout; INSERT INTO layout SELECT * FROM layouts; DROP TABLE layouts;
             ALTER TABLE hot DROP COLUMN processes; ALTER TABLE series DROP COLUMN pushed;
             DROP TABLE clocks; DROP TABLE chunk; DROP TABLE chunk_day; DROP TABLE sorted_day; DROP TABLE process_list;
             DROP TABLE inbox; DROP TABLE pushed; PRAGMA user_version = 1001",
        )
        .unwrap();
    stored
}

#[test]
fn a_database_of_the_first_schema_is_copied_and_its_rows_are_sealed_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let before = of_schema_1(&path, 1_000);
    let refused = MetricsStore::open(&path, Access::ReadOnly).err().unwrap();
    assert!(matches!(refused, StoreError::Older { found: 1, .. }), "{refused}");

    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let points = || {
        let (from, to) = (Timestamp::from_millis(START), Timestamp::from_millis(START + 86_400_000));
        [Resolution::Raw, Resolution::Step(Span::from_minutes(5)), Resolution::Step(Span::from_hours(1))]
            .map(|resolution| store.points_of(&Selection::All, from, to, resolution).unwrap())
    };
    let rounds = || format!("{:?}", store.rounds_after(RoundId::default(), usize::MAX).unwrap());
    let points_before = points();
    assert!(rounds() == before);
    let now = Timestamp::from_millis(START + 1_000 * 30_000);
    assert_eq!(store.roll_up(now).unwrap(), RolledUp { caught_up: 4, ..RolledUp::default() });
    assert!(rounds() == before && points() == points_before);
    assert_eq!(store.roll_up(now).unwrap(), RolledUp::default());
    let connection = Connection::open(&path).unwrap();
    let count = |table: &str| -> i64 {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("hot"), count("clocks"), count("chunk"), count("layout")), (40, 4, 160, 1));

    let copy = Connection::open(folder.path().join("metrics.db.schema-1")).unwrap();
    let rows: i64 = copy.query_row("SELECT count(*) FROM hot", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1_000, "as it was, for whoever wants to go back");
}

/// A database as schema 2 left it: sealed period by period, and each list of processes in a row of its own.
fn of_schema_2(path: &Path, rounds: i64) -> Vec<Round> {
    let store = MetricsStore::open(path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    let connection = Connection::open(path).unwrap();
    let mut lists = Vec::new();
    for number in 0..rounds {
        let mut round = round(epoch, START + number * 300_000);
        let process = ProcessReading { pid: 7, name: "make".to_owned(), cpu_percent: Some(12.5), memory_bytes: 4_096 };
        round.processes = (number % 4 == 0).then(|| vec![process]);
        let id = store.append(&round).unwrap();
        if round.processes.is_some() {
            lists.push(id.at.as_millis());
        }
    }
    let stored = store.rounds_after(RoundId::default(), usize::MAX).unwrap();
    // Before the last day is over, so that its chunks lie by period; those of sorted days are put back there.
    store.roll_up(Timestamp::from_millis(START + rounds * 300_000)).unwrap();
    drop(store);
    days_together(&connection);
    connection
        .execute_batch(
            "INSERT INTO chunk SELECT ((id >> 24) * 12 + (id & 15)) << 20 | ((id >> 4) & 1048575), d FROM chunk_day;
             DROP TABLE chunk_day; DROP TABLE sorted_day; DROP TABLE process_list;
             DROP TABLE inbox; DROP TABLE pushed; ALTER TABLE series DROP COLUMN pushed;
              ALTER TABLE hot DROP COLUMN processes; PRAGMA user_version = 2002",
        )
        .unwrap();
    for ts in lists {
        // One process: its number, its name, 12.5 %, one page.
        let list = [1, 7, 4, b'm', b'a', b'k', b'e', 0xc5, 0x13, 2];
        connection.execute("INSERT INTO processes VALUES (?1, ?2)", rusqlite::params![ts, list]).unwrap();
    }
    stored
}

#[test]
fn a_database_of_the_second_schema_keeps_its_lists_and_has_its_days_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let before = format!("{:?}", of_schema_2(&path, 600));
    let refused = MetricsStore::open(&path, Access::ReadOnly).err().unwrap();
    assert!(matches!(refused, StoreError::Older { found: 2, .. }), "{refused}");

    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let rounds = || format!("{:?}", store.rounds_after(RoundId::default(), usize::MAX).unwrap());
    assert!(rounds() == before);
    let near = || store.processes_near(Timestamp::from_millis(START + 1_300_000)).unwrap();
    let list = near();
    assert_eq!(list.as_ref().map(|(at, list)| (at.as_millis() - START, list.len())), Some((1_200_000, 1)));
    let now = Timestamp::from_millis(START + 600 * 300_000);
    let done = store.roll_up(now).unwrap();
    assert_eq!(done, RolledUp { sorted: 2, ..RolledUp::default() });
    assert!(rounds() == before && near() == list);

    // Lists of either kind go with their age, the old ones first.
    store.retain(Keep { processes: Span::from_days(1), ..Keep::default() }, now).unwrap();
    assert!(near().unwrap().0.as_millis() >= START + 86_400_000);
    assert!(folder.path().join("metrics.db.schema-2").exists());
}

/// Five days, of which the fifth is not over.
fn of_schema_3(path: &Path) -> Vec<Round> {
    let store = MetricsStore::open(path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    for number in 0..1_300 {
        store.append(&round(epoch, START + number * 300_000)).unwrap();
    }
    store.roll_up(Timestamp::from_millis(START + 1_300 * 300_000)).unwrap();
    let stored = store.rounds_after(RoundId::default(), usize::MAX).unwrap();
    drop(store);
    let connection = Connection::open(path).unwrap();
    days_together(&connection);
    // What a program left that was killed while it sorted the fifth day.
    let half = "INSERT INTO chunk_day SELECT ((?1 + 4) << 24) | (id & 1048575) << 4, x'00' FROM chunk LIMIT 3";
    connection.execute(half, [START / 86_400_000]).unwrap();
    stored
}

#[test]
fn days_that_the_third_schema_sorted_are_read_where_they_lie_and_go_with_their_age() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let before = format!("{:?}", of_schema_3(&path));
    let refused = MetricsStore::open(&path, Access::ReadOnly).err().unwrap();
    assert!(matches!(refused, StoreError::Older { found: 3, .. }), "{refused}");
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let rounds = || format!("{:?}", store.rounds_after(RoundId::default(), usize::MAX).unwrap());
    assert!(rounds() == before);

    // The fifth day is sorted by this version, and a late round comes into one that lies as before.
    let (epoch, later) = (store.start_epoch(moment(START + 1_300 * 300_000), EpochReason::Start).unwrap(), 1_500);
    for number in 1_300..later {
        store.append(&round(epoch, START + number * 300_000)).unwrap();
    }
    store.append(&round(epoch, START + 1_000)).unwrap();
    let now = Timestamp::from_millis(START + later * 300_000);
    let all = rounds();
    let done = store.roll_up(now).unwrap();
    assert_eq!((done.sorted, done.repeated), (1, 1), "{done:?}");
    assert!(rounds() == all);
    let connection = Connection::open(&path).unwrap();
    let count = |table: &str| -> i64 {
        connection.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get(0)).unwrap()
    };
    let own = format!("chunk_day_{}", START / 86_400_000 + 4);
    let series = count("chunk_day") / 48;
    assert_eq!((count("chunk_day"), count(&own)), (series * 48, series * 12), "four days there, one here");

    let keep = Keep { raw: Span::from_days(1), ..Keep::default() };
    while store.retain(keep, now).unwrap().rounds > 0 {}
    assert_eq!((count("chunk_day"), count(&own)), (0, series * 12));
    let kept = store.rounds_after(RoundId::default(), usize::MAX).unwrap();
    assert_eq!(kept.first().map(|round| round.id.at.as_millis()), Some(START + 4 * 86_400_000));
    assert!(folder.path().join("metrics.db.schema-3").exists());
}

#[test]
fn a_database_of_the_second_schema_is_copied_and_gets_an_inbox() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    for number in 0..300 {
        store.append(&round(epoch, START + number * 30_000)).unwrap();
    }
    store.roll_up(Timestamp::from_millis(START + 300 * 30_000)).unwrap();
    let all = |store: &MetricsStore| {
        let (from, to) = (Timestamp::from_millis(START), Timestamp::from_millis(START + 86_400_000));
        store.points_of(&Selection::All, from, to, Resolution::Raw).unwrap()
    };
    let before = all(&store);
    drop(store);
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "DROP TABLE chunk_day; DROP TABLE sorted_day; DROP TABLE process_list;
             ALTER TABLE hot DROP COLUMN processes;
             DROP TABLE inbox; DROP TABLE pushed; ALTER TABLE series DROP COLUMN pushed; PRAGMA user_version = 2002",
        )
        .unwrap();
    let refused = MetricsStore::open(&path, Access::ReadOnly).err().unwrap();
    assert!(matches!(refused, StoreError::Older { found: 2, .. }), "{refused}");
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    assert!(all(&store) == before, "nothing that was there reads differently");
    store.push(&[pushed(START, START)]).unwrap();
    assert_eq!(all(&store).len(), before.len() + 1);
    let copy = Connection::open(folder.path().join("metrics.db.schema-2")).unwrap();
    assert!(copy.prepare("SELECT * FROM inbox").is_err(), "as it was, for whoever wants to go back");
}

#[test]
fn a_reader_does_not_migrate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE something (a); DROP TABLE something").unwrap();
    let error = MetricsStore::open(&path, Access::ReadOnly).err().unwrap();
    assert!(matches!(error, StoreError::Older { found: 0, .. }), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
