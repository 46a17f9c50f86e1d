//! Steps of the owner's own: a program, or a request to a program on this machine.

use caretaker_core::maintenance::{CommandStep, Figure, HttpStep, Outcome, RunResult, StartOf};
use caretaker_core::port::{CommandError, CommandLine, Ended};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;

use crate::engine::Engine;

/// Bytes of each stream that are kept.
const OUTPUT: usize = 32 * 1024;

/// Runs a program. Without a shell, unless the file says so; its group ends with it.
pub(super) async fn command(
    engine: &Engine,
    step: &CommandStep,
    limit: Span,
    is_dry: bool,
) -> Result<Outcome, Problem> {
    let missing = || Problem::new(Code::NotConfigured, "No program is named.");
    let (first, rest) = step.command.split_first().ok_or_else(missing)?;
    let mut line = match step.by {
        StartOf::Words => CommandLine::new(first, rest.iter().cloned()),
        StartOf::Shell => CommandLine::new("/bin/sh", ["-c".to_owned(), first.clone()]),
    };
    (line.limit, line.output_bound) = (limit, OUTPUT);
    line.folder = step.folder.as_ref().map(Into::into);
    if is_dry {
        return Ok(Outcome::done(format!("It would run `{line}`, for at most {}.", limit.in_words())));
    }
    let ran = match engine.0.commands.run(&line).await {
        Ok(ran) => ran,
        Err(error @ CommandError::TimedOut { .. }) => {
            return Ok(Outcome::ended(RunResult::TimedOut, format!("{error}.")));
        }
        Err(error) => return Ok(Outcome::ended(RunResult::Failed, format!("{error}."))),
    };
    let mut output = ran.output.clone();
    if !ran.errors.is_empty() {
        output.push_str(&ran.errors);
    }
    if ran.cut {
        output.push_str("\n… the rest was not kept\n");
    }
    let outcome = match ran.ended {
        Ended::Code(0) => Outcome::done(format!("`{line}` ended well after {}.", ran.took.in_words())),
        Ended::Code(_) | Ended::Signal(_) => {
            Outcome::ended(RunResult::Failed, format!("`{line}` failed: {}.", ran.complaint()))
        }
    };
    Ok(Outcome { output, ..outcome })
}

/// Sends a request to a program on this machine.
pub(super) async fn http(engine: &Engine, step: &HttpStep, limit: Span, is_dry: bool) -> Result<Outcome, Problem> {
    if is_dry {
        return Ok(Outcome::done(format!("It would ask {} for an answer.", step.url)));
    }
    let limit = limit.min(Span::from_minutes(2));
    let answer = match caretaker_probe::ask(&*engine.0.egress, &step.url, step.method, limit).await {
        Ok(answer) => answer,
        Err(why) => return Ok(Outcome::ended(RunResult::Failed, format!("{}: {why}.", step.url))),
    };
    let is_good = step.status.map_or((200..300).contains(&answer.status), |wanted| wanted == answer.status);
    let sentence = format!("{} answered {} after {:.0} ms.", step.url, answer.status, answer.took_ms);
    let result = if is_good { RunResult::Done } else { RunResult::Failed };
    let figure = Figure { name: "answer".to_owned(), value: answer.took_ms, unit: "ms".to_owned() };
    Ok(Outcome { output: answer.body, figures: vec![figure], ..Outcome::ended(result, sentence) })
}
