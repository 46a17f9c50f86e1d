//! Caretaker's own databases, and the terms of history in them.

use caretaker_core::maintenance::{Figure, Finding, Outcome};
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_store::StoreError;

use crate::engine::Engine;
use crate::pipeline::Work;

/// History goes by whole days and in rounds of an hour.
const SLACK: Span = Span::from_days(3);

/// Reads every page of them.
pub(super) async fn integrity(engine: &Engine) -> Result<Outcome, Problem> {
    let (generation, checked) = engine
        .blocking(|inner| {
            let checked = [
                ("metrics.db", inner.metrics.check(), inner.metrics.size_bytes()),
                ("caretaker.db", inner.state.check(), inner.state.size_bytes()),
            ];
            Ok((inner.metrics.generation(), checked))
        })
        .await?;
    let mut findings = Vec::new();
    let mut figures = Vec::new();
    for (name, check, size) in checked {
        let shown = Unit::Bytes.format(size as f64);
        let (finding, damage) = match check {
            Ok(()) => (Finding::note(name, format!("It is whole; it takes up {shown}.")), None),
            Err(error) => damaged(engine, name, &error, generation).await,
        };
        findings.push(finding);
        engine.remember_own_database(name, damage).await?;
        figures.push(Figure { name: name.to_owned(), value: size as f64, unit: "bytes".to_owned() });
    }
    let catalog = engine.catalog(|catalog| Ok((catalog.check(), catalog.size_bytes()))).await?;
    engine.remember_own_database("catalog.db", catalog.0.as_ref().err().map(ToString::to_string)).await?;
    findings.push(match catalog {
        (Ok(()), size) => {
            Finding::note("catalog.db", format!("It is whole; it takes up {}.", Unit::Bytes.format(size as f64)))
        }
        (Err(error), _) => Finding::attention("catalog.db", format!("It is damaged: {error}."))
            .hint("make it anew with `caretaker backup rebuild-catalog DESTINATION`"),
    });
    let damaged = findings.iter().filter(|finding| finding.text.starts_with("It is damaged")).count();
    let sentence = match damaged {
        0 => "Caretaker's databases are whole.".to_owned(),
        _ => format!(
            "{} damaged.",
            if damaged == 1 { "One database is".to_owned() } else { format!("{damaged} databases are") }
        ),
    };
    Ok(Outcome { figures, ..Outcome::found(sentence, findings) })
}

/// What is to be said of a damaged database, and the damage that is left. Samples begin anew at once: no other reads what was
/// decided of them.
async fn damaged(engine: &Engine, name: &str, error: &StoreError, generation: u32) -> (Finding, Option<String>) {
    let (finding, left) = (Finding::attention(name, format!("It is damaged: {error}.")), Some(error.to_string()));
    if name != "metrics.db" {
        let hint = "stop Caretaker, put the file of the last backup of the home in its place, and start it again";
        return (finding.hint(hint), left);
    }
    let now = engine.now();
    match engine.ask(|reply| Work::Damaged(generation, now, reply)).await.and_then(|begun| begun) {
        Ok(()) => {
            let hint = "it was set aside beside the new one that was begun; the last backup of the home has it whole";
            (finding.hint(hint), None)
        }
        Err(problem) => (finding.hint(format!("it could not be set aside: {problem}")), left),
    }
}

/// Whether samples are kept for their terms and no longer.
pub(super) async fn terms(engine: &Engine) -> Result<Outcome, Problem> {
    let (now, keep) = (engine.now(), engine.settings().keep.clone());
    let (oldest, runs) =
        engine.blocking(|inner| Ok((inner.metrics.oldest()?, inner.state.task_runs(None, 100_000)?.len()))).await?;
    let Some(oldest) = oldest else { return Ok(Outcome::done("Nothing is kept yet.")) };
    let age = now.since(oldest);
    let longest = keep.hourly.max(keep.five_minutes).max(keep.raw);
    let text = format!("The oldest is of {} ago; the longest term is {}.", age.in_words(), longest.in_words());
    let finding = if age > longest + SLACK {
        Finding::attention("samples", text).hint("`caretaker doctor` says why retention does not work")
    } else {
        Finding::note("samples", text)
    };
    let findings = vec![finding, Finding::note("runs of tasks", format!("{runs} are kept, 150 of each task at most."))];
    Ok(Outcome::found("History is kept for its terms.", findings))
}
