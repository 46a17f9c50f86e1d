//! Caretaker's own databases, and the terms of history in them.

use caretaker_core::maintenance::{Figure, Finding, Outcome};
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;

use crate::engine::Engine;

/// History goes by whole days and in rounds of an hour.
const SLACK: Span = Span::from_days(3);

/// Reads every page of them.
pub(super) async fn integrity(engine: &Engine) -> Result<Outcome, Problem> {
    let (findings, figures, mut damages) = engine
        .blocking(|inner| {
            let checked = [
                ("metrics.db", inner.metrics.check(), inner.metrics.size_bytes()),
                ("caretaker.db", inner.state.check(), inner.state.size_bytes()),
            ];
            let (mut findings, mut figures, mut damages) = (Vec::new(), Vec::new(), Vec::new());
            for (name, check, size) in checked {
                damages.push((name, check.as_ref().err().map(ToString::to_string)));
                let shown = Unit::Bytes.format(size as f64);
                findings.push(match check {
                    Ok(()) => Finding::note(name, format!("It is whole; it takes up {shown}.")),
                    Err(error) => Finding::attention(name, format!("It is damaged: {error}."))
                        .hint("stop Caretaker and start it again: a damaged database is set aside, and the last backup of the home has it whole"),
                });
                figures.push(Figure { name: name.to_owned(), value: size as f64, unit: "bytes".to_owned() });
            }
            Ok((findings, figures, damages))
        })
        .await?;
    let catalog = engine.catalog(|catalog| Ok((catalog.check(), catalog.size_bytes()))).await?;
    damages.push(("catalog.db", catalog.0.as_ref().err().map(ToString::to_string)));
    for (name, damage) in damages {
        engine.remember_own_database(name, damage).await?;
    }
    let mut findings: Vec<Finding> = findings;
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
