//! Lock files: how old they are, and which known vulnerabilities their versions have.

use std::path::Path;

use caretaker_care::scan::{Hit, LockFile, lock_files, vulnerabilities as compare};
use caretaker_core::maintenance::{Figure, Finding, Outcome, Scan};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};

use super::{Stop, in_background};
use crate::engine::Engine;
use crate::words::count;

/// A lock file that nobody touched for so long holds old versions.
const OLD: Span = Span::from_days(180);
/// An export that is older knows little of what is new.
const STALE: Span = Span::from_days(30);

/// How old lock files are.
pub(super) async fn age(engine: &Engine, scan: &Scan, stop: &Stop) -> Result<Outcome, Problem> {
    let now = engine.now();
    let (files, failed) = read(scan, stop).await?;
    let mut findings: Vec<Finding> = files.iter().map(|file| aged(file, now)).collect();
    findings.extend(failed.into_iter().map(|why| Finding::attention("lock files", format!("{why}."))));
    let old = files.iter().filter(|file| now.since(file.changed) > OLD).count();
    let sentence = match (files.len(), old) {
        (0, _) => "There are no lock files in these folders.".to_owned(),
        (all, 0) => format!("{}, none older than {}.", count(all, "lock file"), OLD.in_words()),
        (all, old) => format!("{old} of {} are older than {}.", count(all, "lock file"), OLD.in_words()),
    };
    Ok(Outcome::found(sentence, findings))
}

fn aged(file: &LockFile, now: Timestamp) -> Finding {
    let age = now.since(file.changed).or_zero();
    let text = format!("{}, last changed {} ago.", count(file.packages.len(), "package"), age.in_words());
    let about = file.path.display().to_string();
    if age > OLD { Finding::attention(about, text) } else { Finding::note(about, text) }
}

async fn read(scan: &Scan, stop: &Stop) -> Result<(Vec<LockFile>, Vec<String>), Problem> {
    let (folders, stopped) = (scan.folders.clone(), stop.clone());
    in_background(move || lock_files(&folders, &|| stopped.is_set())).await
}

/// Which locked versions have known vulnerabilities.
pub(super) async fn vulnerabilities(engine: &Engine, scan: &Scan, stop: &Stop) -> Result<Outcome, Problem> {
    let osv = scan.osv.clone().unwrap_or_default();
    if !Path::new(&osv).is_dir() {
        return Err(Problem::new(Code::NotFound, format!("there is no folder `{osv}` with an export of OSV"))
            .hint("fetch one elsewhere, such as the file `all.zip` of an ecosystem, and unpack it there"));
    }
    let (files, failed) = read(scan, stop).await?;
    let (compared, stopped) = (files.clone(), stop.clone());
    let found = in_background(move || compare(&compared, Path::new(&osv), &|| stopped.is_set())).await?;
    let now = engine.now();
    let mut findings: Vec<Finding> = found.hits.iter().map(told).collect();
    findings.extend(failed.into_iter().map(|why| Finding::attention("lock files", format!("{why}."))));
    let age = found.newest.map(|newest| now.since(newest).or_zero());
    findings.push(match (found.advisories, age) {
        (0, _) => Finding::attention("export of OSV", "It holds no advisory for these kinds of packages.")
            .hint("unpack the export of each ecosystem that you use"),
        (number, Some(age)) if age > STALE => {
            Finding::attention("export of OSV", format!("{number} advisories, the newest {} old.", age.in_words()))
                .hint("fetch a newer export: what became known since is not found")
        }
        (number, age) => {
            let age =
                age.map_or_else(|| "of an unknown age".to_owned(), |age| format!("the newest {} old", age.in_words()));
            Finding::note("export of OSV", format!("{number} advisories, {age}."))
        }
    });
    let packages: usize = files.iter().map(|file| file.packages.len()).sum();
    let sentence = match found.hits.len() {
        0 => format!("{} in {}: no known vulnerability.", count(packages, "version"), count(files.len(), "lock file")),
        hits => format!("{hits} known vulnerabilities in {}.", count(files.len(), "lock file")),
    };
    let figure = Figure { name: "vulnerabilities".to_owned(), value: found.hits.len() as f64, unit: String::new() };
    Ok(Outcome { figures: vec![figure], ..Outcome::found(sentence, findings) })
}

fn told(hit: &Hit) -> Finding {
    let severity = if hit.severity.is_empty() { String::new() } else { format!(" ({})", hit.severity) };
    let about = format!("{} {}", hit.locked.name, hit.locked.version);
    let files: Vec<String> = hit.files.iter().map(|file| file.display().to_string()).collect();
    let text = format!("{}{severity}: {} In {}.", hit.id, sentence(&hit.summary), files.join(", "));
    let hint = match &hit.fixed {
        Some(fixed) => format!("{fixed} has it fixed"),
        None => "no fixed version is named".to_owned(),
    };
    Finding::attention(about, text).hint(hint)
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}
