//! CPU time of one round of all collectors, back to back in this thread: what a round costs before storing and judging.

use std::time::Duration;

use caretaker_core::port::{CollectContext, Collected, Collector};
use caretaker_core::time::{Clock, Span};
use caretaker_platform::clock::SystemClock;

use super::Outcome;
use super::options::Options;
use super::report::Row;
use super::sleepers::{Sleepers, process_count};
use super::times::{Times, figure, own_cpu_time};

/// What the targets speak of: a desktop.
const DESKTOP: usize = 470;
const TOP: usize = 20;
const WITH_PROCESSES: f64 = 8.0;
const WITHOUT_PROCESSES: f64 = 1.2;

/// Rows for this machine as it is, for one as full as a desktop, and without the scan of processes.
pub fn rows(options: &Options) -> Outcome<Vec<Row>> {
    let count = options.choose(300, 100);
    let mut rows = vec![
        row("Round of all collectors, CPU, top 20 processes", WITH_PROCESSES, &rounds(count, true)?),
        row("The same without the process scan", WITHOUT_PROCESSES, &rounds(count, false)?),
    ];
    if process_count() < DESKTOP {
        let sleepers = Sleepers::fill_up_to(DESKTOP)?;
        rows.push(row("The same with top 20 processes on a fuller machine", WITH_PROCESSES, &rounds(count, true)?));
        drop(sleepers);
    }
    Ok(rows)
}

fn row(name: &str, limit: f64, times: &Times) -> Row {
    let median = times.cpu(0.5);
    let measured = format!(
        "median {} ms, p95 {} ms CPU, {} rounds, {} processes",
        figure(median),
        figure(times.cpu(0.95)),
        times.count(),
        process_count()
    );
    Row::at_most(name, median, limit, "ms", measured)
}

fn rounds(count: usize, with_processes: bool) -> Outcome<Times> {
    let clock = SystemClock::new();
    let mut collectors = caretaker_collect::collectors();
    collectors.retain(|collector| with_processes || collector.name() != "processes");
    let mut times = Times::default();
    let mut absent = vec![false; collectors.len()];
    for number in 0..=count {
        let since_last = (number > 0).then_some(Span::from_seconds(30));
        let context = CollectContext { moment: clock.moment(), since_last, processes: TOP };
        let begun = own_cpu_time();
        let readings = round(&mut collectors, &mut absent, &context);
        // The first round opens files and learns names.
        if number > 0 && readings > 0 {
            times.note(Duration::ZERO, own_cpu_time().saturating_sub(begun));
        }
    }
    if times.count() < count {
        return Err("the collectors brought nothing".into());
    }
    Ok(times)
}

/// As the engine does it, which asks a collector that has nothing on this machine only once.
fn round(collectors: &mut [Box<dyn Collector>], absent: &mut [bool], context: &CollectContext) -> usize {
    let mut collected = Collected::default();
    for (collector, absent) in collectors.iter_mut().zip(absent) {
        if !*absent {
            *absent = collector.collect(context, &mut collected).is_err();
        }
    }
    collected.readings.len()
}
