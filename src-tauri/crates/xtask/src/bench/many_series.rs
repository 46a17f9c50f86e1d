//! The database of samples with more series than most machines have: what an insert, a seal, a sample and a chart cost
//! then. A few days of each, because nothing in it depends on more of them. And with the usual number, but asked in the
//! evening: the samples of a day lie closer together when it is over.

use caretaker_core::metric::{Resolution, SeriesKey};
use caretaker_core::time::Span;
use caretaker_store::Selection;

use super::Outcome;
use super::charts::forget;
use super::options::Options;
use super::report::Row;
use super::series::{Machine, START};
use super::storage::{History, ROUNDS_A_DAY};
use super::times::{Times, figure};

const DAYS: i64 = 3;

/// A row for the evening, one for 500 and one for 2,000.
pub fn rows(options: &Options) -> Outcome<Vec<Row>> {
    let mut rows = vec![evening(options)?];
    for count in [500, 2_000] {
        rows.push(row(count, options)?);
    }
    Ok(rows)
}

fn evening(options: &Options) -> Outcome<Row> {
    let (history, _) = History::of(Machine::new(), START, DAYS * ROUNDS_A_DAY - ROUNDS_A_DAY / 12)?;
    let cold = day_of_one(&history, options)?;
    let name = "Chart of 24 h, 1 series, every sample, at 22:00 UTC, cold";
    Ok(Row::at_most(name, cold.wall(0.5), 2.0, "ms", cold.in_words()))
}

fn row(count: usize, options: &Options) -> Outcome<Row> {
    let (history, costs) = History::of(Machine::with(count), START, DAYS * ROUNDS_A_DAY)?;
    let cold = day_of_one(&history, options)?;
    let words = format!(
        "insert {}; seal {}; {:.2} bytes a sample; every sample of 24 h of one, cold: median {} ms",
        costs.inserts.in_words(),
        costs.seals.in_words(),
        history.bytes_a_sample(),
        figure(cold.wall(0.5)),
    );
    Ok(Row::information(format!("{count} series, {DAYS} d"), words))
}

/// How long every sample of 24 h of one series takes, cold.
fn day_of_one(history: &History, options: &Options) -> Outcome<Times> {
    let one = Selection::Keys(vec![SeriesKey::labelled("host.cpu", "n", "7")]);
    let mut cold = Times::default();
    for _ in 0..options.choose(25, 9) {
        forget(history.store(), &history.path())?;
        let from = history.end - Span::from_days(1);
        cold.measure(|| Ok(history.store().points_of(&one, from, history.end, Resolution::Raw)?))?;
    }
    Ok(cold)
}
