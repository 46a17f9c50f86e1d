//! macOS: errors and faults of the unified log, and what Homebrew installed.

use std::path::Path;

use caretaker_core::alert::RecentChange;
use caretaker_core::port::{Commands, FoundRecords};
use caretaker_core::record::{parse_brew, parse_unified};
use caretaker_core::time::Timestamp;

use super::brew::traces;
use super::command;
use crate::command::SystemCommands;

/// Not looked for in the search path: other programs are called `log` too.
const PROGRAM: &str = "/usr/bin/log";
/// Where Homebrew lies: on Apple's own processors, and on Intel's.
const HOMEBREW: [&str; 2] = ["/opt/homebrew", "/usr/local"];
const WORSE: &str = "messageType == error OR messageType == fault";

/// Errors and faults. An ordinary user may read them only as an administrator; others hear why not.
pub async fn between(from: Timestamp, until: Timestamp) -> FoundRecords {
    let stamp = |at: Timestamp| at.to_utc().format("%Y-%m-%d %H:%M:%S%z").to_string();
    let (start, end) = (stamp(from), stamp(until));
    let line = command(PROGRAM, &["show", "--style", "ndjson", "--predicate", WORSE, "--start", &start, "--end", &end]);
    let not_readable = |why: String| FoundRecords {
        note: format!("The system's log is not readable on this machine: {why}."),
        ..FoundRecords::default()
    };
    match SystemCommands.run(&line).await {
        Ok(result) if result.succeeded() => FoundRecords {
            source: "unified log".to_owned(),
            note: String::new(),
            records: parse_unified(&result.output),
        },
        Ok(result) => not_readable(result.complaint()),
        Err(error) => not_readable(error.to_string()),
    }
}

/// What Homebrew installed. Apple keeps no record of packages that is cheap to read.
pub async fn changes(since: Timestamp) -> Vec<RecentChange> {
    let read = tokio::task::spawn_blocking(move || {
        let found = HOMEBREW.iter().map(|prefix| parse_brew(&traces(Path::new(prefix), since), since));
        found.flatten().collect()
    });
    read.await.unwrap_or_default()
}
