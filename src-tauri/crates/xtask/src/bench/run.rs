//! One measurement after the other, so that none disturbs another, and the table at the end.

use std::path::Path;
use std::time::Instant;

use super::options::Options;
use super::report::{Report, Row};
use super::storage::History;
use super::{Outcome, aged, archives, charts, collectors, command_line, headless, machine, many_series, round, rules};

/// Measures everything that can be measured here. `words` are those after `bench`.
pub fn run(words: &[&str]) -> Result<String, String> {
    let options = Options::parse(words)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    // Stand-ins of the desktop are not made to move between threads.
    Ok(tokio::task::LocalSet::new().block_on(&runtime, measure(&options)))
}

async fn measure(options: &Options) -> String {
    let begun = Instant::now();
    let machine = machine::description(options);
    let mut report = Report::default();
    // Beside the homes of the programs, which are in no hurry to be on a disk.
    let old = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => return format!("no folder for temporary files: {error}"),
    };
    if options.store_only {
        say("the store: 30 days of 150 series");
        report.add("The store", storage(options, old.path()));
        return format!("{machine}.\n\n{report}");
    }
    if options.peers_only {
        say("other monitors");
        report.add("Other monitors", peers(options).await);
        return format!("{machine}.\n\n{report}");
    }
    if options.desktop_only {
        say("the tray app");
        report.add("The tray app", desktop(options).await);
        return format!("{machine}.\n\n{report}");
    }
    if options.archives_only {
        say("archives");
        report.add("Archives", Box::pin(archives::rows(options)).await);
        return format!("{machine}.\n\n{report}");
    }
    say("the collectors");
    report.add("Round of all collectors", collectors::rows(options));
    say("a round in the engine");
    report.add("Round in the engine", Box::pin(round::rows(options, None)).await);
    say("the rules");
    report.add("200 rules", rules::rows(options));
    say("the store: 30 days of 150 series");
    report.add("The store", storage(options, old.path()));
    say("the command line");
    report.add("`caretaker status --json`", command_line::rows(options).await);
    say("the engine without a desktop");
    report.add("`caretaker run`", headless::rows(options).await);
    say("the engine with 30 days of samples");
    report.add("The engine on 30 d of 150 series", Box::pin(aged::in_the_engine(options, old.path())).await);
    say("the tray app");
    report.add("The tray app", desktop(options).await);
    if options.peers {
        say("other monitors");
        report.add("Other monitors", peers(options).await);
    }
    let missed = match report.missed() {
        0 => "no target is missed".to_owned(),
        1 => "1 target is missed".to_owned(),
        several => format!("{several} targets are missed"),
    };
    format!("{machine}.\n\n{report}\nMeasured in {} s; {missed}.", begun.elapsed().as_secs())
}

/// Leaves a copy of the history, grown old, in a folder.
fn storage(options: &Options, old: &Path) -> Outcome<Vec<Row>> {
    let (mut history, mut rows) = History::generate(aged::start())?;
    rows.extend(charts::rows(options, &history)?);
    rows.extend(aged::rows(&mut history)?);
    history.copy_to(old)?;
    rows.extend(aged::retention(&history)?);
    drop(history);
    rows.extend(many_series::rows(options)?);
    Ok(rows)
}

#[cfg(target_os = "linux")]
async fn peers(options: &Options) -> Outcome<Vec<Row>> {
    Box::pin(super::peers::rows(options)).await
}

#[cfg(not(target_os = "linux"))]
async fn peers(_options: &Options) -> Outcome<Vec<Row>> {
    std::future::ready(Err("only Linux tells what other programs cost".into())).await
}

#[cfg(target_os = "linux")]
async fn desktop(options: &Options) -> Outcome<Vec<Row>> {
    Box::pin(super::desktop::rows(options)).await
}

#[cfg(not(target_os = "linux"))]
async fn desktop(_options: &Options) -> Outcome<Vec<Row>> {
    std::future::ready(Err("only Linux has the private screen and bus that this needs".into())).await
}

fn say(what: &str) {
    eprintln!("measuring {what}…");
}
