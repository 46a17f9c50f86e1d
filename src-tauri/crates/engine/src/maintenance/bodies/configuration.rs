//! The configuration: whether it is sound, what changed in it, what differs from the defaults; and Caretaker's own starts.

use caretaker_core::maintenance::{Finding, Outcome};
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;

use crate::engine::Engine;
use crate::words::count;

const DAY: Span = Span::from_hours(24);
/// So many starts in a day are more than a person makes.
const MANY_STARTS: usize = 5;

/// Checks it, and what Caretaker itself could not do.
pub(super) async fn check(engine: &Engine) -> Result<Outcome, Problem> {
    let view = engine.configuration();
    let since = engine.now() - DAY;
    let (versions, operations) =
        engine.blocking(|inner| Ok((inner.state.configuration_history()?, inner.state.operations(1_000)?))).await?;
    let mut findings: Vec<Finding> = view
        .problems
        .iter()
        .map(|problem| {
            let about = format!("{} line {}", view.path, problem.line);
            Finding::attention(about, problem.message.clone()).hint(problem.hint.clone().unwrap_or_default())
        })
        .collect();
    findings.extend(versions.iter().filter(|version| version.at > since).map(|version| {
        Finding::note(format!("version {}", version.version), format!("It was changed through the {}.", version.who))
    }));
    let starts = operations.iter().filter(|one| one.kind == "start" && one.at > since).count();
    if starts > 0 {
        let text = format!(
            "Caretaker started {} in 24 hours.",
            if starts == 1 { "once".to_owned() } else { format!("{starts} times") }
        );
        findings.push(if starts >= MANY_STARTS {
            Finding::attention("start-up", text).hint("look into the system's log, or see `caretaker service status`")
        } else {
            Finding::note("start-up", text)
        });
    }
    findings.extend(
        engine.0.degraded.list().into_iter().map(|part| Finding::attention(part.part, part.why).hint(part.hint)),
    );
    let changed = versions.iter().filter(|version| version.at > since).count();
    let sentence = match (view.problems.len(), changed) {
        (0, 0) => "The configuration is sound and was not changed.".to_owned(),
        (0, changed) => format!("The configuration is sound; it was changed {} in 24 hours.", times(changed)),
        (problems, _) => format!("The configuration has {}.", count(problems, "mistake")),
    };
    Ok(Outcome::found(sentence, findings))
}

fn times(number: usize) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

/// What is configured otherwise than by default.
pub(super) fn defaults(engine: &Engine) -> Outcome {
    let view = engine.configuration();
    let mut findings: Vec<Finding> = view
        .origins
        .iter()
        .filter(|origin| origin.origin != "default")
        .map(|origin| Finding::note(origin.key.clone(), format!("{} ({}).", origin.value, origin.origin)))
        .collect();
    let different = findings.len();
    findings.extend(view.unused.iter().map(|key| {
        Finding::attention(key.clone(), "It has no effect in this version.")
            .hint("take it out, or wait for a later one")
    }));
    findings.extend(
        view.settings
            .rules
            .iter()
            .filter(|rule| !rule.enabled)
            .map(|rule| Finding::note(format!("rule.{}", rule.id), "The rule is switched off.")),
    );
    let sentence = match different {
        0 => "Everything is as it is by default.".to_owned(),
        _ => format!(
            "{} from the defaults.",
            if different == 1 { "1 value differs".to_owned() } else { format!("{different} values differ") }
        ),
    };
    Outcome::found(sentence, findings)
}
