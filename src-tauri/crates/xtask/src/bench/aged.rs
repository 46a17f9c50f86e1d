//! A history that is as long as it gets: from the 31st day on, a day goes with every day that comes. What rounds, the
//! retention and the disk cost then, beside what they cost before; and memory, which may not grow with it.

use std::path::Path;

use caretaker_core::time::{Clock, Span};
use caretaker_platform::clock::SystemClock;
use caretaker_store::Keep;

use super::Outcome;
use super::options::Options;
use super::process::{Memory, Written};
use super::report::Row;
use super::series::DAY;
use super::storage::{DAYS, History, Lists, ROUNDS_A_DAY};
use super::times::{Times, figure};
use super::{headless, round};

/// Days that are lived after the history is full.
const MORE: i64 = 3;

/// When a history has to begin so that it is full, and was for a few days, at the last midnight (UTC).
pub fn start() -> i64 {
    let now = SystemClock::new().moment().wall.as_millis();
    (now.div_euclid(DAY) - DAYS - MORE) * DAY
}

/// Lives on for some days.
pub fn rows(history: &mut History) -> Outcome<Vec<Row>> {
    // The buckets of 5 minutes go too, as they do from the 91st day on.
    let keep = Keep { five_minutes: Span::from_days(DAYS), ..Keep::default() };
    let before = own_memory();
    let costs = history.live(MORE * ROUNDS_A_DAY, Lists::EveryFourth, Some(keep))?;
    let grown = own_memory().zip(before).map(|(after, before)| (after as f64 - before as f64) / 1e6);
    let (median, high) = (costs.inserts.wall(0.5), costs.inserts.wall(0.99));
    let insert = format!("median {} ms, {} times", figure(median), costs.inserts.count());
    let slow = format!("p99 {} ms, max {} ms", figure(high), figure(costs.inserts.wall(1.0)));
    let mut rows = vec![
        Row::at_most("From day 31 on: insert of a round of 150 series, median", median, 0.1, "ms", insert),
        Row::at_most("The same, p99", high, 0.1, "ms", slow),
        Row::at_most(
            "From day 31 on: retention of a day, rounds waiting meanwhile",
            costs.retentions.wall(0.5),
            10.0,
            "ms",
            costs.retentions.in_words(),
        ),
    ];
    if let Some((bytes, where_to)) = costs.written.best() {
        let day = bytes as f64 / 1e6 / MORE as f64;
        let words = format!("{day:.1} MB {where_to}");
        rows.push(Row::at_most(
            "From day 31 on: written a day, retention of raw and 5 min included",
            day,
            25.0,
            "MB",
            words,
        ));
    }
    if let Some(grown) = grown {
        let words = format!("{grown:+.2} MB private dirty after {MORE} days");
        rows.push(Row::at_most("From day 31 on: memory that the store takes more", grown, 0.5, "MB", words));
    }
    Ok(rows)
}

/// Takes one day after the other away; to be measured last.
pub fn retention(history: &History) -> Outcome<Vec<Row>> {
    let mut days = Times::default();
    let before = Written::of_this_process();
    for age in (20..DAYS).rev() {
        let keep = Keep { raw: Span::from_days(age), ..Keep::default() };
        let removed = days.measure(|| Ok(history.store().retain(keep, history.end)?))?;
        if removed.rounds as i64 != ROUNDS_A_DAY {
            return Err(format!("{} rounds were removed instead of a day's {ROUNDS_A_DAY}", removed.rounds).into());
        }
    }
    history.store().checkpoint()?;
    let written = Written::of_this_process().since(before).best();
    let words = written.map_or_else(
        || "this system does not count it for a process".to_owned(),
        |(bytes, where_to)| format!("{:.2} MB {where_to}", bytes as f64 / 1e6 / days.count() as f64),
    );
    Ok(vec![
        Row::at_most("Retention of a day, ten in a row", days.wall(0.5), 10.0, "ms", days.in_words()),
        Row::information("Written for it, with pages given back", words),
    ])
}

/// The engine on a home with that history.
pub async fn in_the_engine(options: &Options, samples: &Path) -> Outcome<Vec<Row>> {
    let mut rows = Box::pin(round::rows(options, Some(samples))).await?;
    rows.extend(headless::idle(options, Some(samples)).await?);
    Ok(rows.into_iter().map(|row| row.renamed("On 30 d of 150 series")).collect())
}

fn own_memory() -> Option<u64> {
    Memory::of(&[std::process::id()]).map(|memory| memory.private_dirty)
}
