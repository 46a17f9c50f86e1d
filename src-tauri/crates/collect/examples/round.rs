//! What a round costs: rounds of all collectors back to back, with and without the scan of processes, in CPU time.
//! `cargo run --release -p caretaker-collect --example round`

use std::collections::BTreeMap;
use std::io::{self, Write};

use caretaker_collect::{collectors, host_facts};
use caretaker_core::port::{CollectContext, Collected, Collector};
use caretaker_core::time::{Moment, Span};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: u32 = 400;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let before = cpu_time();
    let facts = host_facts();
    writeln!(out, "host_facts: {:.2} ms: {facts:?}", cpu_time() - before)?;

    let mut by_collector = BTreeMap::new();
    let mut all = collectors();
    let first = measure(&mut all, None, 1, &mut by_collector);
    writeln!(out, "first round: {first:.2} ms CPU")?;
    by_collector.clear();
    let whole = measure(&mut all, Some(Span::from_seconds(30)), ROUNDS, &mut by_collector);
    for (name, spent) in &by_collector {
        writeln!(out, "{name:>12}: {:7.3} ms CPU a round", spent / f64::from(ROUNDS))?;
    }
    let mut without: Vec<_> = collectors().into_iter().filter(|collector| collector.name() != "processes").collect();
    measure(&mut without, None, 1, &mut by_collector);
    let rest = measure(&mut without, Some(Span::from_seconds(30)), ROUNDS, &mut by_collector);
    writeln!(out, "with processes: {whole:.3} ms, without: {rest:.3} ms CPU a round, over {ROUNDS} rounds")?;

    let mut round = Collected::default();
    for collector in &mut all {
        if let Err(error) = collector.collect(&context(Some(Span::from_seconds(30))), &mut round) {
            writeln!(out, "{}: {error}", collector.name())?;
        }
    }
    for reading in &round.readings {
        writeln!(out, "{} {}", reading.key, reading.unit.format(reading.value))?;
    }
    for process in round.processes.unwrap_or_default() {
        writeln!(out, "{process:?}")?;
    }
    Ok(())
}

/// CPU milliseconds of one round, on average.
fn measure(
    collectors: &mut [Box<dyn Collector>],
    since_last: Option<Span>,
    rounds: u32,
    by_collector: &mut BTreeMap<&'static str, f64>,
) -> f64 {
    let start = cpu_time();
    for _ in 0..rounds {
        let mut round = Collected::default();
        for collector in &mut *collectors {
            let before = cpu_time();
            // What this machine does not have costs what it costs.
            let _ = collector.collect(&context(since_last), &mut round);
            *by_collector.entry(collector.name()).or_default() += cpu_time() - before;
        }
    }
    (cpu_time() - start) / f64::from(rounds)
}

fn context(since_last: Option<Span>) -> CollectContext {
    CollectContext { moment: Moment::default(), since_last, processes: 20 }
}

/// CPU time of this process, in milliseconds.
fn cpu_time() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec as f64 * 1e3 + used.tv_nsec as f64 / 1e6
}
