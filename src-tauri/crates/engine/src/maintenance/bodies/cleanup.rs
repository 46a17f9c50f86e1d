//! Old files in folders: what would go, and letting it go.

use std::fmt::Write as _;
use std::path::Path;

use caretaker_care::place;
use caretaker_care::sweep::{self, Wanted};
use caretaker_core::maintenance::{Cleanup, Figure, Finding, Outcome, Remove, RunResult};
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::time::Timestamp;

use super::{Stop, in_background};
use crate::engine::Engine;
use crate::words::count;

/// Lines of a plan that are shown one by one.
const SHOWN: usize = 500;

/// Clears old files away, or says which would go.
pub(super) async fn cleanup(engine: &Engine, wanted: &Cleanup, is_dry: bool, stop: &Stop) -> Result<Outcome, Problem> {
    let (wanted, now, stopped) = (wanted.clone(), engine.now(), stop.clone());
    in_background(move || clear(&wanted, now, is_dry, &stopped)).await
}

fn clear(wanted: &Cleanup, now: Timestamp, is_dry: bool, stop: &Stop) -> Outcome {
    let homes = place::homes();
    let (mut files, mut bytes, mut output, mut findings, mut refused) = (0, 0, String::new(), Vec::new(), 0);
    for folder in &wanted.folders {
        let asked = Wanted {
            folder: Path::new(folder),
            names: &wanted.names,
            older_than: wanted.older_than,
            homes: &homes,
            now,
        };
        let plan = match sweep::plan(&asked, &|| stop.is_set()) {
            Ok(plan) => plan,
            Err(error) => {
                refused += 1;
                findings.push(Finding::attention(folder.clone(), format!("Nothing is cleared there: {error}.")));
                continue;
            }
        };
        if plan.unreadable > 0 {
            findings.push(Finding::note(
                folder.clone(),
                format!("{} could not be read.", count(plan.unreadable as usize, "folder")),
            ));
        }
        for old in plan.files.iter().take(SHOWN) {
            let age = now.since(old.changed).in_words();
            let how = if old.is_trash { ", from the trash" } else { "" };
            let size = Unit::Bytes.format(old.bytes as f64);
            let _ = writeln!(output, "{folder}/{}  {size}, unchanged for {age}{how}", old.path.display());
        }
        if plan.files.len() > SHOWN {
            let _ = writeln!(output, "… and {} more in {folder}", plan.files.len() - SHOWN);
        }
        if is_dry {
            files += plan.files.len();
            bytes += plan.bytes();
            continue;
        }
        let swept = match wanted.remove {
            Remove::Trash => plan.trash(&|| stop.is_set()),
            Remove::Delete => plan.delete(&|| stop.is_set()),
        };
        files += swept.files as usize;
        bytes += swept.bytes;
        findings.extend(
            swept.failed.iter().take(50).map(|why| Finding::attention(folder.clone(), format!("It stays: {why}."))),
        );
    }
    let what = format!("{} of {}", count(files, "file"), Unit::Bytes.format(bytes as f64));
    let sentence = match (is_dry, wanted.remove) {
        (true, Remove::Trash) => format!("{what} would go into the trash, or out of it for good."),
        (true, Remove::Delete) => format!("{what} would be deleted for good."),
        (false, Remove::Trash) => format!("{what} went into the trash, or out of it for good."),
        (false, Remove::Delete) => format!("{what} were deleted."),
    };
    let figures = vec![Figure { name: "cleared".to_owned(), value: bytes as f64, unit: "bytes".to_owned() }];
    let outcome = Outcome::found(sentence, findings);
    let result = if refused == wanted.folders.len() { RunResult::Failed } else { outcome.result };
    Outcome { result, output, figures, ..outcome }
}
