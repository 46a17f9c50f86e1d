//! Linux: the journal where there is one, else a classic log file, else the ring of the kernel.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use caretaker_core::alert::RecentChange;
use caretaker_core::port::{Commands, FoundRecords};
use caretaker_core::record::{Record, parse_dpkg, parse_journal, parse_kernel, parse_syslog};
use caretaker_core::time::Timestamp;
use chrono::Local;

use super::command;
use crate::command::SystemCommands;

/// Log files of the distributions that keep no journal, the fuller one first.
const FILES: [&str; 3] = ["/var/log/syslog", "/var/log/messages", "/var/log/kern.log"];
const PACKAGES: &str = "/var/log/dpkg.log";
/// The last part of a file is where the last minutes are.
const TAIL: u64 = 256 * 1024;

/// Warnings of the first log that can be read.
pub async fn between(from: Timestamp, until: Timestamp) -> FoundRecords {
    let found =
        |source: &str, records: Vec<Record>| FoundRecords { source: source.to_owned(), note: String::new(), records };
    let mut why = Vec::new();
    match journal(from, until).await {
        Ok(records) => return found("journal", records),
        Err(reason) => why.push(reason),
    }
    let files = tokio::task::spawn_blocking(move || {
        let readable = FILES.iter().find_map(|file| Some((*file, tail(Path::new(file)).ok()?)));
        readable.map(|(file, text)| (file, parse_syslog(&text, until, &Local)))
    });
    // Only a panic ends it early, and then there is nothing to show.
    match files.await.ok().flatten() {
        Some((file, records)) => return found(file, records),
        None => why.push("no log file can be read".to_owned()),
    }
    match kernel().await {
        Ok(records) => found("dmesg", records),
        Err(reason) => {
            why.push(reason);
            let note = format!("The system's log is not readable on this machine: {}.", why.join("; "));
            FoundRecords { note, ..FoundRecords::default() }
        }
    }
}

async fn journal(from: Timestamp, until: Timestamp) -> Result<Vec<Record>, String> {
    // The journal counts from a stamp with fractions; its zone is said by the sign for seconds since the epoch.
    let stamp =
        |at: Timestamp| format!("@{}.{:03}", at.as_millis().div_euclid(1_000), at.as_millis().rem_euclid(1_000));
    let (since, end) = (stamp(from), stamp(until));
    let line = command(
        "journalctl",
        &["--quiet", "--no-pager", "--output", "json", "--priority", "warning", "--since", &since, "--until", &end],
    );
    let result = SystemCommands.run(&line).await.map_err(|error| error.to_string())?;
    if !result.succeeded() {
        return Err(format!("journalctl: {}", result.complaint()));
    }
    // Without a journal it ends well and says on the other stream that there is none; so it does for a user who may not read it.
    let refused = ["No journal files were found", "not seeing messages", "insufficient permissions"];
    if result.output.is_empty() && (refused.iter().any(|words| result.errors.contains(words)) || !has_journal().await) {
        return Err("there is no journal that this user may read".to_owned());
    }
    Ok(parse_journal(&result.output))
}

/// Whether the journal has any line at all.
async fn has_journal() -> bool {
    let line = command("journalctl", &["--quiet", "--no-pager", "--output", "json", "--lines", "1"]);
    SystemCommands.run(&line).await.is_ok_and(|result| result.succeeded() && !result.output.trim().is_empty())
}

async fn kernel() -> Result<Vec<Record>, String> {
    let line = command("dmesg", &["--decode", "--time-format", "iso", "--level", "emerg,alert,crit,err,warn"]);
    let result = SystemCommands.run(&line).await.map_err(|error| error.to_string())?;
    if result.succeeded() { Ok(parse_kernel(&result.output)) } else { Err(result.complaint()) }
}

/// What the package manager did.
pub async fn changes(since: Timestamp) -> Vec<RecentChange> {
    let read = tokio::task::spawn_blocking(move || {
        let text = tail(Path::new(PACKAGES)).unwrap_or_default();
        parse_dpkg(&text, since, &Local)
    });
    read.await.unwrap_or_default()
}

/// The last part of a file.
fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    use caretaker_core::time::Span;

    #[test]
    fn only_the_end_of_a_large_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut file = File::create(&path).unwrap();
        for number in 0..40_000 {
            writeln!(file, "line {number}").unwrap();
        }
        let text = tail(&path).unwrap();
        assert!(text.len() <= TAIL as usize && text.ends_with("line 39999\n"));
        assert!(tail(&folder.path().join("gone")).is_err());
    }

    #[tokio::test]
    async fn this_machine_answers_or_says_why_not() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let found = between(now, now + Span::from_minutes(2)).await;
        assert!(found.source.is_empty() != found.note.is_empty(), "{found:?}");
    }
}
