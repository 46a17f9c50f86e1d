//! `caretaker status --json` from its start to its end, beside a running engine.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::Outcome;
use super::options::Options;
use super::programs::Place;
use super::report::Row;
use super::times::Times;

const RUNS: usize = 40;
const LIMIT: f64 = 15.0;

/// One row.
pub async fn rows(options: &Options) -> Outcome<Vec<Row>> {
    let place = Place::new(options)?;
    let (engine, _) = place.engine().await?;
    // The second round, a second after the first, brings what has a rate.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut times = Times::default();
    for number in 0..=RUNS {
        let mut command = place.command("caretaker")?;
        command.args(["status", "--json"]).stdout(Stdio::piped());
        let begun = Instant::now();
        let output = command.output().await?;
        let took = begun.elapsed();
        if !output.stdout.starts_with(b"{") {
            return Err(format!("it printed no status and ended with {}", output.status).into());
        }
        // The first run brings the program into the page cache.
        if number > 0 {
            times.note(took, Duration::ZERO);
        }
    }
    engine.stop().await?;
    Ok(vec![Row::at_most(
        "`caretaker status --json`, warm, start to end",
        times.wall(0.5),
        LIMIT,
        "ms",
        times.in_words(),
    )])
}
