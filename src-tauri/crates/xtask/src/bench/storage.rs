//! The database of samples: days of series at 30 s written as the engine writes them, what that costs, what it takes up,
//! and how fast a day leaves again.

use std::path::{Path, PathBuf};

use caretaker_core::time::Timestamp;
use caretaker_store::{Access, EpochReason, Keep, MetricsStore};
use tempfile::TempDir;

use super::Outcome;
use super::process::Written;
use super::report::Row;
use super::series::{DAY, INTERVAL, Machine};
use super::times::{Times, figure};

/// Of the history that charts are drawn from.
pub const DAYS: i64 = 30;
/// How many there are.
pub const ROUNDS_A_DAY: i64 = DAY / INTERVAL;
/// The engine checkpoints and rolls up every five minutes, and deletes every hour.
const HOUSEKEEPING_ROUNDS: i64 = 10;
const RETENTION_ROUNDS: i64 = 120;
/// The engine stores a list of the top processes this often.
const LIST_ROUNDS: i64 = 4;

/// The generated history; its folder goes when this is dropped.
pub struct History {
    folder: TempDir,
    store: MetricsStore,
    machine: Machine,
    epoch: u32,
    start: i64,
    rounds: i64,
    /// Just after the newest round.
    pub end: Timestamp,
}

/// Whether rounds bring lists of processes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    None,
    EveryFourth,
}

/// What living a while cost.
#[derive(Default)]
pub struct Costs {
    /// Rounds without a list of processes.
    pub inserts: Times,
    /// Those with one.
    pub with_lists: Times,
    /// What reached the disk.
    pub written: Written,
    /// Seals of two hours.
    pub seals: Times,
    /// Seals that also merged or sorted a day or a week.
    pub merges: Times,
    /// Calls of the retention that deleted something.
    pub retentions: Times,
}

impl History {
    /// Writes 30 days of 150 series from `start` on.
    pub fn generate(start: i64) -> Outcome<(Self, Vec<Row>)> {
        let (history, costs) = Self::of(Machine::new(), start, DAYS * ROUNDS_A_DAY)?;
        let mut rows = inserted(&costs);
        rows.extend(history.bytes(costs.written));
        Ok((history, rows))
    }

    /// Writes that many rounds of a machine, at least those of a day. The costs are those of the last day, and of all seals.
    pub fn of(machine: Machine, start: i64, rounds: i64) -> Outcome<(Self, Costs)> {
        let mut history = Self::begin(machine, start)?;
        let before = history.live(rounds - ROUNDS_A_DAY, Lists::None, None)?;
        let mut costs = history.live(ROUNDS_A_DAY, Lists::EveryFourth, None)?;
        costs.seals.extend(before.seals);
        costs.merges.extend(before.merges);
        history.store.roll_up(history.end)?;
        history.store.checkpoint()?;
        Ok((history, costs))
    }

    fn begin(mut machine: Machine, start: i64) -> Outcome<Self> {
        let folder = tempfile::tempdir_in(scratch())?;
        let store = MetricsStore::open(&folder.path().join("metrics.db"), Access::ReadWrite)?;
        let epoch = store.start_epoch(machine.round(0, start).moment, EpochReason::Start)?;
        Ok(Self { folder, store, machine, epoch, start, rounds: 0, end: Timestamp::from_millis(start) })
    }

    /// Writes rounds as the engine does, with its housekeeping; with `keep`, what is older goes.
    pub fn live(&mut self, rounds: i64, lists: Lists, keep: Option<Keep>) -> Outcome<Costs> {
        let mut costs = Costs::default();
        self.store.checkpoint()?;
        let before = Written::of_this_process();
        for number in self.rounds..self.rounds + rounds {
            let mut round = self.machine.round(self.epoch, self.start + number * INTERVAL);
            let listed = lists == Lists::EveryFourth && number % LIST_ROUNDS == 0;
            round.processes = listed.then(|| self.machine.processes());
            let times = if listed { &mut costs.with_lists } else { &mut costs.inserts };
            times.measure(|| Ok(self.store.append(&round)?))?;
            if number % HOUSEKEEPING_ROUNDS == HOUSEKEEPING_ROUNDS - 1 {
                self.store.checkpoint()?;
                let mut times = Times::default();
                let done = times.measure(|| Ok(self.store.roll_up(round.moment.wall)?))?;
                if done.days + done.weeks + done.sorted > 0 {
                    costs.merges.extend(times);
                } else if done.periods > 0 {
                    costs.seals.extend(times);
                }
            }
            if let Some(keep) = keep.filter(|_| number % RETENTION_ROUNDS == RETENTION_ROUNDS - 1) {
                let mut times = Times::default();
                if times.measure(|| Ok(self.store.retain(keep, round.moment.wall)?))?.rounds > 0 {
                    costs.retentions.extend(times);
                }
            }
        }
        self.store.checkpoint()?;
        costs.written = Written::of_this_process().since(before);
        self.rounds += rounds;
        self.end = Timestamp::from_millis(self.start + self.rounds * INTERVAL);
        Ok(costs)
    }

    /// Copies the database into a folder, as it lies on the disk.
    pub fn copy_to(&self, folder: &Path) -> Outcome<()> {
        self.store.checkpoint()?;
        for name in ["metrics.db", "metrics.db-wal"] {
            std::fs::copy(self.folder.path().join(name), folder.join(name))?;
        }
        Ok(())
    }

    /// The database.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("metrics.db")
    }

    /// The open store.
    pub fn store(&self) -> &MetricsStore {
        &self.store
    }

    /// Bytes on disk for each sample, with everything.
    pub fn bytes_a_sample(&self) -> f64 {
        self.store.size_bytes() as f64 / (self.rounds * self.machine.keys().count() as i64) as f64
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
pub fn scratch() -> PathBuf {
    let disk = Path::new("/var/tmp");
    if disk.is_dir() { disk.to_path_buf() } else { std::env::temp_dir() }
}
