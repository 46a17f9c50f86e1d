//! The database of samples: 30 days of 150 series at 30 s written as the engine writes them, what that costs, what it
//! takes up, and how fast a day leaves again.

use std::path::{Path, PathBuf};

use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{Access, EpochReason, Keep, MetricsStore};
use tempfile::TempDir;

use super::Outcome;
use super::process::Written;
use super::report::Row;
use super::series::{COUNT, DAY, INTERVAL, Machine, START};
use super::times::{Times, figure};

const DAYS: i64 = 30;
const ROUNDS_A_DAY: i64 = DAY / INTERVAL;
/// The engine checkpoints every five minutes and rolls up every two hours.
const CHECKPOINT_ROUNDS: i64 = 10;
const ROLL_UP_ROUNDS: i64 = 240;
/// The engine stores a list of the top processes this often.
const LIST_ROUNDS: i64 = 4;

/// The generated history; its folder goes when this is dropped.
pub struct History {
    folder: TempDir,
    store: MetricsStore,
    /// Just after the newest round.
    pub end: Timestamp,
}

impl History {
    /// Writes 30 days; the rows are about the last one.
    pub fn generate() -> Outcome<(Self, Vec<Row>)> {
        let folder = tempfile::tempdir_in(scratch())?;
        let store = MetricsStore::open(&folder.path().join("metrics.db"), Access::ReadWrite)?;
        let mut machine = Machine::new();
        let epoch = store.start_epoch(machine.round(0, START).moment, EpochReason::Start)?;
        let (mut inserts, mut with_lists, mut roll_ups) = (Times::default(), Times::default(), Times::default());
        let mut before = Written::of_this_process();
        for number in 0..DAYS * ROUNDS_A_DAY {
            let last_day = number >= (DAYS - 1) * ROUNDS_A_DAY;
            if number == (DAYS - 1) * ROUNDS_A_DAY {
                store.checkpoint()?;
                before = Written::of_this_process();
            }
            let mut round = machine.round(epoch, START + number * INTERVAL);
            round.processes = (last_day && number % LIST_ROUNDS == 0).then(|| machine.processes());
            if round.processes.is_some() {
                with_lists.measure(|| Ok(store.append(&round)?))?;
            } else if last_day {
                inserts.measure(|| Ok(store.append(&round)?))?;
            } else {
                store.append(&round)?;
            }
            if number % CHECKPOINT_ROUNDS == CHECKPOINT_ROUNDS - 1 {
                store.checkpoint()?;
            }
            if number % ROLL_UP_ROUNDS == 0 && number > 0 {
                roll_ups.measure(|| Ok(store.roll_up(round.moment.wall)?))?;
            }
        }
        store.checkpoint()?;
        let written = Written::of_this_process().since(before);
        let end = Timestamp::from_millis(START + DAYS * DAY);
        store.roll_up(end)?;
        store.checkpoint()?;
        let mut rows = inserted(&inserts, &with_lists, &roll_ups);
        rows.extend(bytes(&store, written));
        Ok((Self { folder, store, end }, rows))
    }

    /// The database.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("metrics.db")
    }

    /// The open store.
    pub fn store(&self) -> &MetricsStore {
        &self.store
    }

    /// Takes one day after the other away; to be measured last.
    pub fn retention(&self) -> Outcome<Vec<Row>> {
        let mut days = Times::default();
        for age in (20..DAYS).rev() {
            let keep = Keep { raw: Span::from_days(age), ..Keep::default() };
            let removed = days.measure(|| Ok(self.store.retain(keep, self.end)?))?;
            if removed.rounds as i64 != ROUNDS_A_DAY {
                return Err(format!("{} rounds were removed instead of a day's {ROUNDS_A_DAY}", removed.rounds).into());
            }
        }
        Ok(vec![Row::at_most("Retention of a day", days.wall(0.5), 10.0, "ms", days.in_words())])
    }
}

fn inserted(inserts: &Times, with_lists: &Times, roll_ups: &Times) -> Vec<Row> {
    let median = format!(
        "median {} ms, CPU {} ms, {} times",
        figure(inserts.wall(0.5)),
        figure(inserts.mean_cpu()),
        inserts.count()
    );
    let high = format!(
        "p99 {} ms, max {} ms, CPU p99 {} ms",
        figure(inserts.wall(0.99)),
        figure(inserts.wall(1.0)),
        figure(inserts.cpu(0.99))
    );
    vec![
        Row::at_most("Insert of a round of 150 series, median", inserts.wall(0.5), 0.1, "ms", median),
        Row::at_most("Insert of a round of 150 series, p99", inserts.wall(0.99), 0.1, "ms", high),
        Row::information("The same with a list of 30 processes, every fourth round", with_lists.in_words()),
        Row::at_most("Roll-up of two hours", roll_ups.wall(0.5), 5.0, "ms", roll_ups.in_words()),
    ]
}

fn bytes(store: &MetricsStore, written: Written) -> Vec<Row> {
    let samples = (DAYS * ROUNDS_A_DAY * COUNT as i64) as f64;
    let size = store.size_bytes() as f64;
    let mut rows = match written.best() {
        Some((bytes, where_to)) => {
            let (cycle, day) = (bytes as f64 / ROUNDS_A_DAY as f64 / 1_024.0, bytes as f64 / 1e6);
            vec![
                Row::at_most(
                    "Written per round, with a list of processes every fourth",
                    cycle,
                    10.0,
                    "KB",
                    format!("{cycle:.2} KB {where_to}"),
                ),
                Row::at_most(
                    "Samples and lists of processes written a day",
                    day,
                    25.0,
                    "MB",
                    format!("{day:.1} MB {where_to}"),
                ),
            ]
        }
        None => vec![Row::not_measured(
            "Written per round, with a list of processes every fourth",
            "this system does not count it for a process",
        )],
    };
    let words = format!("{:.1} MB, {:.2} bytes a sample with roll-ups", size / 1e6, size / samples);
    rows.push(Row::at_most("Database, 150 series, 30 d", size / 1e6, 65.0, "MB", words));
    rows
}

/// A folder on a disk where there is one: `/tmp` is often memory, on which writing costs nothing.
fn scratch() -> PathBuf {
    let disk = Path::new("/var/tmp");
    if disk.is_dir() { disk.to_path_buf() } else { std::env::temp_dir() }
}
