//! Rotation of logs, and telling their service to open them anew.

use std::fmt::Write as _;

use caretaker_care::logs::{self, Log, Manner};
use caretaker_core::maintenance::{Finding, Outcome, Rotation, RunResult};
use caretaker_core::metric::Unit;
use caretaker_core::port::CommandLine;
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;

use super::{Stop, in_background};
use crate::engine::Engine;
use crate::words::count;

/// A service that does not open its log anew by then does not.
const RELOAD: Span = Span::from_minutes(1);

/// Rotates, or says what would be.
pub(super) async fn rotate(engine: &Engine, wanted: &Rotation, is_dry: bool, stop: &Stop) -> Result<Outcome, Problem> {
    let (files, keep, stopped) = (wanted.files.clone(), wanted.keep, stop.clone());
    let manner = if wanted.copytruncate { Manner::CopyTruncate } else { Manner::Rename };
    let (rotated, mut findings) = in_background(move || {
        let (mut rotated, mut findings): (Vec<Log>, Vec<Finding>) = (Vec::new(), Vec::new());
        for pattern in &files {
            match logs::logs(pattern) {
                Ok(found) => {
                    for log in found {
                        let done = if is_dry { Ok(()) } else { logs::rotate(&log, keep, manner, &|| stopped.is_set()) };
                        match done {
                            Ok(()) => rotated.push(log),
                            Err(why) => findings.push(Finding::attention(pattern.clone(), format!("{why}."))),
                        }
                    }
                }
                Err(error) => {
                    findings.push(Finding::attention(pattern.clone(), format!("Nothing is rotated: {error}.")));
                }
            }
        }
        (rotated, findings)
    })
    .await?;
    let mut output = String::new();
    for log in &rotated {
        let _ = writeln!(output, "{}  {}", log.path.display(), Unit::Bytes.format(log.bytes as f64));
    }
    let mut result = None;
    if let Some((program, arguments)) = wanted.reload.split_first().filter(|_| !rotated.is_empty()) {
        let line = CommandLine::new(program, arguments.iter().cloned()).within(RELOAD);
        if is_dry {
            let _ = writeln!(output, "then `{line}`");
        } else {
            let failed = match engine.0.commands.run(&line).await {
                Ok(ran) if ran.succeeded() => None,
                Ok(ran) => Some(ran.complaint()),
                Err(error) => Some(error.to_string()),
            };
            if let Some(why) = failed {
                result = Some(RunResult::Failed);
                findings.push(
                    Finding::attention(line.to_string(), format!("The service was not told: {why}."))
                        .hint("it may still write to the renamed log; nothing of that is lost"),
                );
            }
        }
    }
    let what = count(rotated.len(), "log");
    let sentence = match (is_dry, rotated.len()) {
        (_, 0) => "No log is there with anything in it.".to_owned(),
        (true, _) => format!("{what} would be rotated; {} old ones of each stay.", wanted.keep),
        (false, _) => format!("{what} rotated; {} old ones of each stay.", wanted.keep),
    };
    let outcome = Outcome::found(sentence, findings);
    Ok(Outcome { result: result.unwrap_or(outcome.result), output, ..outcome })
}
