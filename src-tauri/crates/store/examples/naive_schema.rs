//! The table that comes to mind first (a row a sample, with a text name and a text time, and an index), filled with days
//! of 150 series every 30 s, so that `npm run bench` has something to stand beside. Prints one JSON line.
#![expect(clippy::print_stdout, reason = "its answer is a line on standard output")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, params};

const SERIES: i64 = 150;
const INTERVAL_S: i64 = 30;
const ROUNDS_A_DAY: i64 = 86_400 / INTERVAL_S;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let folder = words.next().ok_or("usage: naive_schema FOLDER [DAYS]")?;
    let days: i64 = words.next().map_or(Ok(3), |days| days.parse())?;
    let path = Path::new(&folder).join("naive.db");
    let mut connection = Connection::open(&path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096;
         CREATE TABLE sample (id INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT, name TEXT, value REAL);
         CREATE INDEX sample_by_name ON sample (name, ts);",
    )?;
    let mut times = Vec::new();
    let mut before = written();
    for round in 0..days * ROUNDS_A_DAY {
        if round == (days - 1) * ROUNDS_A_DAY {
            checkpoint(&connection)?;
            before = written();
        }
        let begun = Instant::now();
        insert(&mut connection, round)?;
        if round >= (days - 1) * ROUNDS_A_DAY {
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    checkpoint(&connection)?;
    let written_a_day = written() - before;
    drop(connection);
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let bytes = std::fs::metadata(&path)?.len();
    println!(
        "{{\"bytes\":{bytes},\"samples\":{},\"written_a_day\":{written_a_day},\"median_ms\":{},\"p99_ms\":{},\"chart_ms\":{}}}",
        days * ROUNDS_A_DAY * SERIES,
        at(0.5),
        at(0.99),
        chart(&path, days)?
    );
    Ok(())
}

/// One transaction a round.
fn insert(connection: &mut Connection, round: i64) -> rusqlite::Result<()> {
    let at = stamp(round);
    let transaction = connection.transaction()?;
    {
        let mut statement = transaction.prepare_cached("INSERT INTO sample (ts, name, value) VALUES (?1, ?2, ?3)")?;
        for series in 0..SERIES {
            let value = 20.0 + ((round * 7 + series * 13) % 6_000) as f64 / 100.0;
            statement.execute(params![at, format!("host.series.{series}"), value])?;
        }
    }
    transaction.commit()
}

/// Milliseconds for the last day of one series, by a fresh connection.
fn chart(path: &Path, days: i64) -> rusqlite::Result<f64> {
    let connection = Connection::open(path)?;
    let begun = Instant::now();
    let mut statement = connection.prepare("SELECT ts, value FROM sample WHERE name = ?1 AND ts >= ?2 ORDER BY ts")?;
    let from = stamp((days - 1) * ROUNDS_A_DAY);
    let rows = statement.query_map(params!["host.series.7", from], |row| row.get::<_, f64>(1))?;
    let sum: f64 = rows.flatten().sum();
    let took = begun.elapsed().as_secs_f64() * 1e3;
    if sum > 0.0 { Ok(took) } else { Err(rusqlite::Error::QueryReturnedNoRows) }
}

fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// A time as text, as people write it.
fn stamp(round: i64) -> String {
    let seconds = round * INTERVAL_S;
    let (day, rest) = (seconds / 86_400, seconds % 86_400);
    format!("2026-11-{:02}T{:02}:{:02}:{:02}Z", day + 1, rest / 3_600, rest / 60 % 60, rest % 60)
}

/// Bytes that reached the disk.
fn written() -> u64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}
