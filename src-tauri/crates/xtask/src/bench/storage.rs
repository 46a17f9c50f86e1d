//! The database of samples: days of series at 30 s written as the engine writes them, what that costs, what it takes up,
//! and how fast a day leaves again.

use std::path::{Path, PathBuf};

use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{Access, EpochReason, Keep, MetricsStore};
use tempfile::TempDir;

use super::Outcome;
use super::process::Written;
use super::report::Row;
use super::series::{DAY, INTERVAL, Machine, START};
use super::times::{Times, figure};

const DAYS: i64 = 30;
const ROUNDS_A_DAY: i64 = DAY / INTERVAL;
/// The engine checkpoints every five minutes, and seals after every two hours.
const CHECKPOINT_ROUNDS: i64 = 10;
const SEAL_ROUNDS: i64 = 240;
/// The engine stores a list of the top processes this often.
const LIST_ROUNDS: i64 = 4;

/// The generated history; its folder goes when this is dropped.
pub struct History {
    folder: TempDir,
    store: MetricsStore,
    samples: i64,
    /// Just after the newest round.
    pub end: Timestamp,
}

/// What writing it cost, the first three of the last day.
#[derive(Default)]
pub struct Costs {
    /// Rounds without a list of processes.
    pub inserts: Times,
    /// Those with one.
    pub with_lists: Times,
    /// What reached the disk.
    pub written: Written,
    /// Seals of two hours, of all days.
    pub seals: Times,
    /// Seals that also merged a day or a week.
    pub merges: Times,
}

impl History {
    /// Writes 30 days of 150 series.
    pub fn generate() -> Outcome<(Self, Vec<Row>)> {
        let (history, costs) = Self::of(Machine::new(), DAYS)?;
        let mut rows = inserted(&costs);
        rows.extend(history.bytes(costs.written));
        Ok((history, rows))
    }

    /// Writes that many days of a machine.
    pub fn of(mut machine: Machine, days: i64) -> Outcome<(Self, Costs)> {
        let folder = tempfile::tempdir_in(scratch())?;
        let store = MetricsStore::open(&folder.path().join("metrics.db"), Access::ReadWrite)?;
        let epoch = store.start_epoch(machine.round(0, START).moment, EpochReason::Start)?;
        let mut costs = Costs::default();
        let mut before = Written::of_this_process();
        for number in 0..days * ROUNDS_A_DAY {
            let last_day = number >= (days - 1) * ROUNDS_A_DAY;
            if number == (days - 1) * ROUNDS_A_DAY {
                store.checkpoint()?;
                before = Written::of_this_process();
            }
            let mut round = machine.round(epoch, START + number * INTERVAL);
            round.processes = (last_day && number % LIST_ROUNDS == 0).then(|| machine.processes());
            if round.processes.is_some() {
                costs.with_lists.measure(|| Ok(store.append(&round)?))?;
            } else if last_day {
                costs.inserts.measure(|| Ok(store.append(&round)?))?;
            } else {
                store.append(&round)?;
            }
            if number % CHECKPOINT_ROUNDS == CHECKPOINT_ROUNDS - 1 {
                store.checkpoint()?;
            }
            if number % SEAL_ROUNDS == 0 && number > 0 {
                let mut times = Times::default();
                let done = times.measure(|| Ok(store.roll_up(round.moment.wall)?))?;
                let all = if done.days + done.weeks == 0 { &mut costs.seals } else { &mut costs.merges };
                all.extend(times);
            }
        }
        store.checkpoint()?;
        costs.written = Written::of_this_process().since(before);
        let end = Timestamp::from_millis(START + days * DAY);
        store.roll_up(end)?;
        store.checkpoint()?;
        let samples = days * ROUNDS_A_DAY * machine.keys().count() as i64;
        Ok((Self { folder, store, samples, end }, costs))
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

impl History {
    /// Bytes on disk for each sample, with everything.
    pub fn bytes_a_sample(&self) -> f64 {
        self.store.size_bytes() as f64 / self.samples as f64
    }

    fn bytes(&self, written: Written) -> Vec<Row> {
        let size = self.store.size_bytes() as f64 / 1e6;
        let each = self.bytes_a_sample();
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
        rows.push(Row::at_most("Database, 150 series, 30 d", size, 65.0, "MB", format!("{size:.1} MB")));
        let words = format!("{each:.2} bytes with clocks, roll-ups and free pages");
        rows.push(Row::at_most("A sample on disk", each, 2.6, "B", words));
        rows
    }
}

fn inserted(costs: &Costs) -> Vec<Row> {
    let Costs { inserts, with_lists, seals, merges, .. } = costs;
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
    let seal = format!("{}, CPU {} ms", seals.in_words(), figure(seals.mean_cpu()));
    vec![
        Row::at_most("Insert of a round of 150 series, median", inserts.wall(0.5), 0.1, "ms", median),
        Row::at_most("Insert of a round of 150 series, p99", inserts.wall(0.99), 0.1, "ms", high),
        Row::information("The same with a list of 30 processes, every fourth round", with_lists.in_words()),
        Row::at_most("Seal of two hours of 150 series, p99", seals.wall(0.99), 5.0, "ms", seal),
        Row::information("The same with a day or a week merged", merges.in_words()),
    ]
}

/// A folder on a disk where there is one: `/tmp` is often memory, on which writing costs nothing.
fn scratch() -> PathBuf {
    let disk = Path::new("/var/tmp");
    if disk.is_dir() { disk.to_path_buf() } else { std::env::temp_dir() }
}
