//! Queries of charts on 30 days of 150 series: cold, with a new connection and the file out of the page cache, and warm.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use caretaker_core::metric::{Resolution, Round, SeriesKey};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{MetricsStore, Selection};

use super::Outcome;
use super::options::Options;
use super::process::read_from_disk;
use super::report::Row;
use super::storage::History;
use super::times::{Times, figure};

/// What is asked, as the page asks it.
struct Query {
    name: &'static str,
    selection: Selection,
    from: Timestamp,
    resolution: Resolution,
    limit: f64,
}

/// A row for every query.
pub fn rows(options: &Options, history: &History) -> Outcome<Vec<Row>> {
    let one = || Selection::Keys(vec![SeriesKey::labelled("host.cpu", "n", "7")]);
    let five = Resolution::Step(Span::from_minutes(5));
    let (day, month) = (history.end - Span::from_days(1), history.end - Span::from_days(30));
    let query = |name, selection, from, resolution, limit| Query { name, selection, from, resolution, limit };
    let queries = [
        query("Chart of 24 h, 1 series, 5 min steps, cold", one(), day, five, 2.0),
        query("Chart of 24 h, 1 series, every sample, cold", one(), day, Resolution::Raw, 2.0),
        query("Chart of 30 d, 1 series, every sample, cold", one(), month, Resolution::Raw, 20.0),
        query("Chart of 30 d, 1 series, 1 h steps, cold", one(), month, Resolution::Step(Span::from_hours(1)), 5.0),
        query("Chart of 30 d, 1 series, 5 min steps, cold", one(), month, five, 5.0),
        query("Charts of 24 h, 150 series, 5 min steps, cold", Selection::All, day, five, 10.0),
    ];
    let mut rows: Vec<_> = queries.iter().map(|query| ask(query, options, history)).collect::<Outcome<_>>()?;
    rows.push(every_sample(options, history)?);
    rows.push(backtest(options, history)?);
    Ok(rows)
}

/// What exporting a day of everything asks for: far more points than a screen has.
fn every_sample(options: &Options, history: &History) -> Outcome<Row> {
    let mut cold = Times::default();
    for _ in 0..options.choose(25, 9) {
        forget(history.store(), &history.path())?;
        let from = history.end - Span::from_days(1);
        cold.measure(|| Ok(history.store().points_of(&Selection::All, from, history.end, Resolution::Raw)?))?;
    }
    Ok(Row::information("Every sample of 24 h, 150 series, cold", cold.in_words()))
}

/// What a backtest reads for a rule: all rounds, with nothing in them but one series.
fn backtest(options: &Options, history: &History) -> Outcome<Row> {
    let names = BTreeSet::from(["host.memory.7".to_owned()]);
    let (mut cold, mut warm, mut samples) = (Times::default(), Times::default(), 0);
    let mut walk = |times: &mut Times| {
        samples = 0;
        let from = history.end - Span::from_days(30);
        let each = |round: &Round| samples += round.readings.len();
        times.measure(|| Ok(history.store().for_each_round(from, &names, each)?))
    };
    for _ in 0..options.choose(25, 9) {
        forget(history.store(), &history.path())?;
        walk(&mut cold)?;
        walk(&mut warm)?;
    }
    let words = format!("{}; warm {} ms; {samples} samples", cold.in_words(), figure(warm.wall(0.5)));
    Ok(Row::at_most("Rounds of 30 d for a backtest of one rule, cold", cold.wall(0.5), 25.0, "ms", words))
}

fn ask(query: &Query, options: &Options, history: &History) -> Outcome<Row> {
    let store = history.store();
    let answer = || -> Outcome<usize> {
        let found = store.points_of(&query.selection, query.from, history.end, query.resolution)?;
        Ok(found.iter().map(|series| series.points.len()).sum())
    };
    let (mut cold, mut warm) = (Times::default(), Times::default());
    let (mut points, mut read) = (0, 0);
    for _ in 0..options.choose(25, 9) {
        forget(store, &history.path())?;
        let before = read_from_disk();
        points = cold.measure(answer)?;
        read += read_from_disk().saturating_sub(before);
    }
    for _ in 0..50 {
        warm.measure(answer)?;
    }
    if points == 0 {
        return Err(format!("{}: no points were found", query.name).into());
    }
    let was = if read > 0 {
        format!("{} KB read", read / 1_024 / cold.count() as u64)
    } else {
        "nothing was read from disk, so this is only a new connection".to_owned()
    };
    let measured = format!("{} ({was}); warm {} ms; {points} points", cold.in_words(), figure(warm.wall(0.5)));
    Ok(Row::at_most(query.name, cold.wall(0.5), query.limit, "ms", measured))
}

/// Closes the connections of readers and drops the database from the page cache, for which it must be on disk.
pub fn forget(store: &MetricsStore, path: &Path) -> Outcome<()> {
    store.close_idle_readers();
    let file = File::open(path)?;
    file.sync_all()?;
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    Ok(())
}
