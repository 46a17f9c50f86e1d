//! Archives beside GNU tar with zstd, restic and borg on the same seeded data, and what a backup in the background costs a service.
//! Ours is measured as a person has it: the whole command `caretaker backup …`, catalog included.

mod data;
mod ours;
mod service;
mod timed;
mod tools;

use std::path::Path;

use super::Outcome;
use super::options::Options;
use super::report::Row;
use data::Set;
use ours::Ours;
use timed::Taken;
use tools::{Step, Tool};

/// A section of rows for each set of data, and one for the service.
pub async fn rows(options: &Options) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for set in [Set::Small, Set::Large] {
        let folder = tempfile::tempdir_in(super::storage::scratch())?;
        let source = folder.path().join("source");
        eprintln!("  making the {} files…", set.word());
        let made = data::make(set, options.choose(1, 10), &source)?;
        rows.push(Row::information(format!("{}: what is saved", set.title()), made.words()));
        rows.extend(set_rows(options, set, folder.path())?);
        if set == Set::Small {
            rows.extend(match service::rows(options, &source).await {
                Ok(rows) => rows,
                Err(why) => vec![Row::not_measured("A service while its machine backs up", why)],
            });
        }
    }
    Ok(rows)
}

/// One row a step, with all tools in it.
fn set_rows(options: &Options, set: Set, folder: &Path) -> Outcome<Vec<Row>> {
    let mut ours = Ours::new(options, folder)?;
    let tools = tools::installed();
    let mut rows = Vec::new();
    let mut stored = Vec::new();
    let mut peak: Vec<(&str, u64)> = Vec::new();
    for step in Step::all(set).iter().copied() {
        eprintln!("  {}: {}…", set.word(), step.title(set));
        if step == Step::OneFile && !timed::drop_caches() {
            rows.push(Row::not_measured(figure(set, step), "only root may empty the page cache"));
            continue;
        }
        if step == Step::Changed {
            data::change(set, options.choose(1, 10), &folder.join("source"))?;
        }
        let times = if step.is_repeatable() { options.choose(3, 1) } else { 1 };
        let own = best(times, || ours.take(set, step))?;
        let mut others = Vec::new();
        for tool in &tools {
            if step == Step::OneFile {
                timed::drop_caches();
            }
            match best(times, || tool.take(set, step, folder)) {
                Ok(taken) => {
                    note(&mut peak, tool.name, taken.peak);
                    others.push((tool, taken));
                }
                Err(why) => rows.push(Row::not_measured(format!("{}, {}", figure(set, step), tool.name), why)),
            }
        }
        note(&mut peak, "Caretaker", own.peak);
        let words = format!("**{}**{}", own.words(), against(&own, &others));
        rows.push(match step.target(set).filter(|_| !options.quick) {
            Some(limit) => Row::at_most(figure(set, step), own.seconds, limit, "s", words),
            None => Row::information(figure(set, step), words),
        });
        if step == Step::Full || step == Step::Changed {
            let sizes = |tool: &Tool| format!("{} {}", tool.name, megabytes(tool.stored(folder)));
            let all: Vec<String> = tools.iter().map(sizes).collect();
            stored.push(Row::information(
                format!("{}, stored after it", figure(set, step)),
                format!("**{}**; {}", megabytes(ours.stored()), all.join(", ")),
            ));
        }
    }
    rows.extend(stored);
    let peaks: Vec<String> = peak.iter().map(|(name, bytes)| format!("{name} {}", megabytes(*bytes))).collect();
    rows.push(Row::information(format!("{}: peak memory of the largest process", set.title()), peaks.join(", ")));
    Ok(rows)
}

fn figure(set: Set, step: Step) -> String {
    format!("{}: {}", set.title(), step.title(set))
}

fn best(times: u32, mut take: impl FnMut() -> Outcome<Taken>) -> Outcome<Taken> {
    let mut best = take()?;
    for _ in 1..times {
        let again = take()?;
        best.peak = best.peak.max(again.peak);
        best.seconds = best.seconds.min(again.seconds);
    }
    Ok(best)
}

/// `; tar+zstd 2.07 s (1.28 times ours)`.
fn against(own: &Taken, others: &[(&Tool, Taken)]) -> String {
    let one = |(tool, taken): &(&Tool, Taken)| {
        format!("; {} {:.2} s ({:.2} times as long)", tool.name, taken.seconds, taken.seconds / own.seconds.max(0.001))
    };
    others.iter().map(one).collect()
}

fn note(peak: &mut Vec<(&'static str, u64)>, name: &'static str, bytes: u64) {
    match peak.iter_mut().find(|(known, _)| *known == name) {
        Some((_, most)) => *most = (*most).max(bytes),
        None => peak.push((name, bytes)),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
