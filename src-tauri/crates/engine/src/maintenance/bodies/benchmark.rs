//! The benchmark, unless the machine has something else to do.

use caretaker_core::maintenance::{Asked, BENCHMARK_PARTS, Figure, Finding, Outcome, RunResult};
use caretaker_core::metric::Unit;
use caretaker_core::problem::{Code, Problem};

use super::Stop;
use crate::engine::Engine;

/// More contention than this, and it would measure the others.
const CALM: f64 = 0.15;

/// Measures; `Skipped` while others work.
pub(super) async fn benchmark(engine: &Engine, asked: Asked, stop: &Stop) -> Result<Outcome, Problem> {
    let is_busy = engine.is_machine_busy() || caretaker_platform::background::contention() > CALM;
    // A person who asks for it knows.
    if is_busy && asked == Asked::Schedule {
        return Ok(Outcome::ended(RunResult::Skipped, "The machine was busy: it would have measured the others."));
    }
    let (folder, stopped) = (engine.home().folder().to_owned(), stop.clone());
    let folder = folder.canonicalize().unwrap_or(folder);
    let measured = engine
        .blocking(move |_| {
            caretaker_care::benchmark::measure(&folder, &|| stopped.is_set())
                .map_err(|error| Problem::new(Code::Internal, error.to_string()))
        })
        .await?;
    let findings = measured.iter().map(told).collect();
    let sentence = if is_busy { "Measured while others worked." } else { "Measured on a calm machine." };
    Ok(Outcome { figures: measured, ..Outcome::found(sentence, findings) })
}

fn told(figure: &Figure) -> Finding {
    let title = BENCHMARK_PARTS.iter().find(|part| part.name == figure.name).map_or("", |part| part.title);
    let value = match figure.unit.as_str() {
        "bytes/s" => Unit::BytesPerSecond.format(figure.value),
        "rounds/s" => format!("{:.1} million rounds/s", figure.value / 1e6),
        unit => format!("{:.0} {unit}", figure.value),
    };
    Finding::note(title, format!("{value}."))
}
