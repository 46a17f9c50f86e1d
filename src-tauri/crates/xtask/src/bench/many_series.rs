//! The database of samples with more series than most machines have: what an insert, a seal, a sample and a chart cost
//! then. A few days of each, because nothing in it depends on more of them.

use caretaker_core::metric::{Resolution, SeriesKey};
use caretaker_core::time::Span;
use caretaker_store::Selection;

use super::Outcome;
use super::charts::forget;
use super::options::Options;
use super::report::Row;
use super::series::Machine;
use super::storage::History;
use super::times::{Times, figure};

const DAYS: i64 = 3;

/// A row for 500 and one for 2,000.
pub fn rows(options: &Options) -> Outcome<Vec<Row>> {
    [500, 2_000].map(|count| row(count, options)).into_iter().collect()
}

fn row(count: usize, options: &Options) -> Outcome<Row> {
    let (history, costs) = History::of(Machine::with(count), DAYS)?;
    let one = Selection::Keys(vec![SeriesKey::labelled("host.cpu", "n", "7")]);
    let mut cold = Times::default();
    for _ in 0..options.choose(25, 9) {
        forget(history.store(), &history.path())?;
        let from = history.end - Span::from_days(1);
        cold.measure(|| Ok(history.store().points_of(&one, from, history.end, Resolution::Raw)?))?;
    }
    let words = format!(
        "insert {}; seal {}; {:.2} bytes a sample; every sample of 24 h of one, cold: median {} ms",
        costs.inserts.in_words(),
        costs.seals.in_words(),
        history.bytes_a_sample(),
        figure(cold.wall(0.5)),
    );
    Ok(Row::information(format!("{count} series, {DAYS} d"), words))
}
