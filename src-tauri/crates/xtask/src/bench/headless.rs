//! `caretaker run` without a desktop: how soon it answers, what memory it holds, what it costs when nothing happens.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Outcome;
use super::options::Options;
use super::process::{Memory, cpu_time};
use super::programs::Place;
use super::report::Row;
use super::times::Times;

const STARTS: usize = 12;
const READY_LIMIT: f64 = 100.0;
const MEMORY_LIMIT: f64 = 12.0;
const CPU_LIMIT: f64 = 0.1;
/// Two rounds follow the start closely; they are no idling.
const SETTLED: Duration = Duration::from_secs(5);
/// What only the start needed has left the memory by then.
const MEMORY_AFTER: Duration = Duration::from_secs(40);

/// Rows about the start, memory and idle CPU.
pub async fn rows(options: &Options) -> Outcome<Vec<Row>> {
    let mut rows = vec![starts(options).await?];
    rows.extend(idle(options, None).await?);
    Ok(rows)
}

/// Each start but the first finds the home that the one before left.
async fn starts(options: &Options) -> Outcome<Row> {
    let place = Place::new(options)?;
    let mut times = Times::default();
    for _ in 0..STARTS {
        let (engine, took) = place.engine().await?;
        times.note(took, Duration::ZERO);
        engine.stop().await?;
    }
    Ok(Row::at_most("`caretaker run`, start to first answer", times.wall(0.5), READY_LIMIT, "ms", times.in_words()))
}

/// What it holds and costs when nothing happens, in an empty home or one with samples.
pub async fn idle(options: &Options, samples: Option<&Path>) -> Outcome<Vec<Row>> {
    let place = samples.map_or_else(|| Place::new(options), |samples| Place::with_samples(options, samples))?;
    let (engine, _) = place.engine().await?;
    tokio::time::sleep(SETTLED).await;
    let length = Duration::from_secs(options.choose(60, 40));
    let (begun, before) = (Instant::now(), cpu_time(engine.pid()));
    tokio::time::sleep(MEMORY_AFTER.saturating_sub(SETTLED)).await;
    let memory = Memory::of_tree(engine.pid());
    tokio::time::sleep(length.saturating_sub(begun.elapsed())).await;
    let cpu = cpu_time(engine.pid()).zip(before).map(|(after, before)| after.saturating_sub(before));
    let share = cpu.map(|cpu| cpu.as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0);
    engine.stop().await?;
    let mut rows = Vec::new();
    match memory {
        Some(memory) => {
            let (proportional, dirty) = memory.megabytes();
            let words = format!("{proportional:.1} MB, of which {dirty:.1} MB private dirty");
            rows.push(Row::at_most(
                "Memory of `caretaker run` 40 s after its start, PSS",
                proportional,
                MEMORY_LIMIT,
                "MB",
                words,
            ));
        }
        None => rows.push(Row::not_measured(
            "Memory of `caretaker run` 40 s after its start, PSS",
            "this system has no smaps_rollup",
        )),
    }
    match (cpu, share) {
        (Some(cpu), Some(share)) => {
            let words = format!(
                "{share:.3} %: {:.1} ms in {} s at the 30 s interval",
                cpu.as_secs_f64() * 1e3,
                length.as_secs()
            );
            rows.push(Row::at_most("Idle CPU of `caretaker run`, of one core", share, CPU_LIMIT, "%", words));
        }
        _ => {
            rows.push(Row::not_measured(
                "Idle CPU of `caretaker run`",
                "this system hides CPU time of other processes",
            ));
        }
    }
    Ok(rows)
}
