//! Builds 30 days of 150 series in a temporary file and prints what it costs and how fast it answers.
//! Run it on an idle machine: `cargo run --release -p caretaker-store --example figures`. As root it empties the page
//! cache before each cold query; otherwise the cold figures are warm ones and it says so. Arguments: a folder to work
//! in, and a file to which the database is copied for a closer look.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use caretaker_core::metric::{Labels, ProcessReading, Reading, Resolution, Round, RoundId, SeriesKey, Unit};
use caretaker_core::time::{BootId, Moment, Span, Timestamp};
use caretaker_store::{Access, EpochReason, Keep, MetricsStore, Selection};

type Outcome<T> = Result<T, Box<dyn Error>>;

const START: i64 = 1_767_225_600_000;
const INTERVAL: i64 = 30_000;
const DAY: i64 = 86_400_000;
const DAYS: i64 = 30;
const ROUNDS_A_DAY: i64 = DAY / INTERVAL;

/// Values as on a machine: 50 shares of CPU, 20 sizes of memory, 45 rates, 20 temperatures, 15 near constants.
struct Machine {
    noise: u64,
    keys: Vec<(Arc<SeriesKey>, Unit)>,
    state: Vec<f64>,
}

impl Machine {
    fn new() -> Self {
        let kinds = [
            ("cpu", Unit::Percent, 50),
            ("memory", Unit::Bytes, 20),
            ("rate", Unit::BytesPerSecond, 45),
            ("temperature", Unit::Celsius, 20),
            ("constant", Unit::Count, 15),
        ];
        let keys: Vec<_> = kinds
            .iter()
            .flat_map(|(name, unit, count)| {
                (0..*count)
                    .map(move |n| (Arc::new(SeriesKey::labelled(&format!("host.{name}"), "n", format!("{n}"))), *unit))
            })
            .collect();
        let state = keys.iter().enumerate().map(|(n, (_, unit))| match unit {
            Unit::Percent => 20.0,
            Unit::Bytes => 4e9 + n as f64 * 1e8,
            Unit::Celsius => 55.0,
            _ => n as f64,
        });
        Self { noise: 0x9e37_79b9_7f4a_7c15, state: state.collect(), keys }
    }

    /// Evenly from 0 to 1.
    fn even(&mut self) -> f64 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        (self.noise >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Roughly normal.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.even()).sum::<f64>() - 6.0
    }

    fn readings(&mut self) -> Vec<Reading> {
        (0..self.keys.len())
            .map(|n| {
                let unit = self.keys[n].1;
                let before = self.state[n];
                let value = match unit {
                    Unit::Percent => {
                        self.state[n] = (before + self.normal()).clamp(2.0, 90.0);
                        (self.state[n] + 4.0 * self.normal()).clamp(0.0, 100.0)
                    }
                    Unit::Bytes => {
                        self.state[n] = (before + 2e6 * self.normal()).max(1e8);
                        (self.state[n] / 4_096.0).round() * 4_096.0
                    }
                    Unit::BytesPerSecond if n % 6 == 0 && self.even() < 0.95 => 0.0,
                    Unit::BytesPerSecond => (9.0 + 1.5 * self.normal()).exp(),
                    Unit::Celsius => {
                        self.state[n] = (before + 0.3 * self.normal()).clamp(30.0, 95.0);
                        self.state[n]
                    }
                    _ => before + f64::from(u8::from(self.even() < 0.001)),
                };
                Reading::gauge(Arc::clone(&self.keys[n].0), unit, value)
            })
            .collect()
    }

    fn round(&mut self, epoch: u32, at: i64) -> Round {
        let up = Span::from_millis(at - START + 3_600_000);
        let wall = Timestamp::from_millis(at);
        Round {
            id: RoundId { epoch, at: wall },
            moment: Moment { wall, awake: up, elapsed: up, boot: BootId(1) },
            interval: Span::from_millis(INTERVAL),
            readings: self.readings(),
            processes: None,
        }
    }

    fn processes(&mut self) -> Vec<ProcessReading> {
        (0..20)
            .map(|n| ProcessReading {
                pid: 1_000 + n * 37,
                name: format!("process-{n}"),
                cpu_percent: Some((self.even() * 10_000.0).round() / 100.0),
                memory_bytes: (self.even() * 1e5) as u64 * 4_096,
            })
            .collect()
    }
}

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir_in(std::env::args().nth(1).unwrap_or_else(|| "/var/tmp".to_owned()))?;
    let path = folder.path().join("metrics.db");
    let store = MetricsStore::open(&path, Access::ReadWrite)?;
    let mut machine = Machine::new();
    let epoch = store.start_epoch(machine.round(0, START).moment, EpochReason::Start)?;

    let last_day = (DAYS - 1) * ROUNDS_A_DAY;
    let (mut inserts, mut roll_ups) = (Times::default(), Times::default());
    let mut written = counters();
    for number in 0..DAYS * ROUNDS_A_DAY {
        if number == last_day {
            store.checkpoint()?;
            written = counters();
        }
        let at = START + number * INTERVAL;
        let round = machine.round(epoch, at);
        if number >= last_day {
            inserts.measure(|| Ok(store.append(&round)?))?;
        } else {
            store.append(&round)?;
        }
        if number % 10 == 9 {
            store.checkpoint()?;
        }
        if number % 240 == 0 {
            roll_ups.measure(|| Ok(store.roll_up(round.moment.wall)?))?;
        }
    }
    let end = Timestamp::from_millis(START + DAYS * DAY);
    store.roll_up(end)?;
    store.checkpoint()?;
    let now = counters();
    let cycles = ROUNDS_A_DAY as f64;
    let samples = (DAYS * ROUNDS_A_DAY * 150) as f64;

    println!("150 series, 30 d at 30 s, {} samples", samples as u64);
    println!(
        "file                     {:>9.2} MB, {:.2} bytes a sample with rollups",
        megabytes(&store),
        store.size_bytes() as f64 / samples
    );
    tables(&path)?;
    if let Some(copy) = std::env::args().nth(2) {
        fs::copy(&path, copy)?;
    }
    inserts.print("hot insert (handle)");
    roll_ups.print("roll-up of a period");
    println!(
        "written per cycle        {:>9.2} KB to disk, {:.2} KB to the kernel (last day, checkpoint every 5 min)",
        (now.0 - written.0) as f64 / cycles / 1_024.0,
        (now.1 - written.1) as f64 / cycles / 1_024.0
    );

    let one = Selection::Keys(vec![SeriesKey::labelled("host.cpu", "n", "7")]);
    let five = Resolution::Step(Span::from_minutes(5));
    let day = end - Span::from_days(1);
    query(&store, "24 h, 1 series, raw", &one, (day, end), Resolution::Raw)?;
    query(&store, "24 h, 1 series, 5 min", &one, (day, end), five)?;
    query(&store, "30 d, 1 series, 5 min", &one, (end - Span::from_days(30), end), five)?;
    query(
        &store,
        "30 d, 1 series, 1 h",
        &one,
        (end - Span::from_days(30), end),
        Resolution::Step(Span::from_hours(1)),
    )?;
    query(&store, "30 d, 1 series, raw", &one, (end - Span::from_days(30), end), Resolution::Raw)?;
    query(&store, "24 h, 150 series, 5 min", &Selection::All, (day, end), five)?;
    query(&store, "24 h, 150 series, raw", &Selection::All, (day, end), Resolution::Raw)?;
    let part = end - Span::from_minutes(5);
    query(&store, "24 h, 150 series, late", &Selection::All, (part - Span::from_days(1), part), five)?;
    timed("newest values of all", || Ok(store.series()?.len()))?;
    timed("marks and newest", || {
        Ok(store.newest()?.map_or(0, |_| store.marks(day, end).map_or(0, |marks| marks.len())))
    })?;

    let mut days = Times::default();
    for age in (20..30).rev() {
        let removed = days.measure(|| Ok(store.retain(Keep { raw: Span::from_days(age), ..Keep::default() }, end)?))?;
        assert_eq!(removed.rounds as i64, ROUNDS_A_DAY);
    }
    days.print("retention of a day");
    let begun = Instant::now();
    store.check()?;
    println!("quick_check, warm        {:>9.3} ms", milliseconds(begun.elapsed()));

    let written = counters();
    let mut with_lists = Times::default();
    for number in 0..1_000 {
        let mut round = machine.round(epoch, START + DAYS * DAY + number * INTERVAL);
        round.processes = Some(machine.processes());
        with_lists.measure(|| Ok(store.append(&round)?))?;
        if number % 10 == 9 {
            store.checkpoint()?;
        }
    }
    let now = counters();
    with_lists.print("insert with processes");
    // Bytes on disk are not told here: after the cold queries the kernel counts whole large folios as dirty.
    println!(
        "written per cycle        {:>9.2} KB to the kernel with a list of processes in every round",
        (now.1 - written.1) as f64 / 1_024_000.0
    );
    let begun = Instant::now();
    store.close(Duration::from_secs(2))?;
    println!("close                    {:>9.3} ms", milliseconds(begun.elapsed()));
    drop(store);
    timed("open, ask 24 h, close", || {
        let store = MetricsStore::open(&path, Access::ReadOnly)?;
        Ok(store.points("host.cpu", &Labels::one("n", "7"), day, end, five)?.len())
    })
}

fn query(
    store: &MetricsStore,
    name: &str,
    selection: &Selection,
    range: (Timestamp, Timestamp),
    resolution: Resolution,
) -> Outcome<()> {
    let ask = || -> Outcome<usize> {
        let all = store.points_of(selection, range.0, range.1, resolution)?;
        Ok(all.iter().map(|series| series.points.len()).sum())
    };
    let (mut cold, mut warm) = (Times::default(), Times::default());
    let mut count = 0;
    let mut is_cold = true;
    for _ in 0..5 {
        store.close_idle_readers();
        is_cold &= empty_page_cache();
        count = cold.measure(ask)?;
    }
    for _ in 0..20 {
        warm.measure(ask)?;
    }
    let word = if is_cold { "cold" } else { "new connection" };
    println!(
        "{name:<24} {:>9.3} ms {word} (best {:.3}, CPU {:.3}), {:.3} ms warm (best {:.3}, CPU {:.3}), {count} points",
        cold.at(0.5),
        cold.at(0.0),
        cold.cpu(),
        warm.at(0.5),
        warm.at(0.0),
        warm.cpu()
    );
    Ok(())
}

/// Wall times of repetitions, and the CPU time that all of them took together: that one does not depend on what else
/// the machine is doing.
#[derive(Default)]
struct Times {
    walls: Vec<Duration>,
    cpu: Duration,
}

impl Times {
    fn measure<T>(&mut self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let (begun, cpu) = (Instant::now(), cpu_time());
        let outcome = work()?;
        self.walls.push(begun.elapsed());
        self.cpu += cpu_time().saturating_sub(cpu);
        self.walls.sort();
        Ok(outcome)
    }

    fn at(&self, share: f64) -> f64 {
        milliseconds(self.walls[((self.walls.len() - 1) as f64 * share) as usize])
    }

    fn cpu(&self) -> f64 {
        milliseconds(self.cpu) / self.walls.len() as f64
    }

    fn print(&self, name: &str) {
        let (p50, p99, most, best, cpu) = (self.at(0.5), self.at(0.99), self.at(1.0), self.at(0.0), self.cpu());
        println!(
            "{name:<24} {p50:>9.3} ms p50, {p99:.3} p99, {best:.3} to {most:.3}; CPU {cpu:.3}; {} times",
            self.walls.len()
        );
    }
}

/// Of all threads of this process.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn timed(name: &str, work: impl Fn() -> Outcome<usize>) -> Outcome<()> {
    let mut times = Times::default();
    for _ in 0..20 {
        times.measure(&work)?;
    }
    times.print(name);
    Ok(())
}

fn tables(path: &std::path::Path) -> Outcome<()> {
    let connection = rusqlite::Connection::open(path)?;
    for table in ["hot", "layout", "r5m_part", "r5m", "r1h"] {
        let (rows, bytes): (i64, i64) = connection.query_row(
            &format!(
                "SELECT count(*), total({}) FROM {table}",
                if table == "layout" { "length(series) + length(base)" } else { "length(d)" }
            ),
            [],
            |row| Ok((row.get(0)?, row.get::<_, f64>(1)? as i64)),
        )?;
        println!("  {table:<22} {:>9.2} MB in {rows} rows", bytes as f64 / 1e6);
    }
    let free: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    println!("  free pages             {free:>9}");
    Ok(())
}

/// Bytes caused on disk and bytes handed to the kernel by this process.
fn counters() -> (u64, u64) {
    let text = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or(0);
    (field("write_bytes:"), field("wchar:"))
}

fn empty_page_cache() -> bool {
    let done = std::process::Command::new("sh").args(["-c", "sync; echo 1 > /proc/sys/vm/drop_caches"]).status();
    done.is_ok_and(|status| status.success())
}

fn megabytes(store: &MetricsStore) -> f64 {
    store.size_bytes() as f64 / 1e6
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
