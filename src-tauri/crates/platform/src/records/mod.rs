//! Reads the log of the system for the minutes around an alert. What its lines mean is the core's work.

#[cfg(any(target_os = "macos", test))]
mod brew;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

use caretaker_core::alert::RecentChange;
use caretaker_core::port::{CommandLine, FoundRecords, PortFuture, Records};
use caretaker_core::time::{Span, Timestamp};

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;

use crate::own_warnings::own_warnings;

/// Logs answer within this time, or not at all.
const LIMIT: Span = Span::from_seconds(15);
/// More than ever fits into evidence; programs that print more are cut.
const OUTPUT: usize = 1024 * 1024;

/// The logs of this machine, with Caretaker's own warnings.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRecords;

impl Records for SystemRecords {
    fn between(&self, from: Timestamp, until: Timestamp) -> PortFuture<'_, FoundRecords> {
        Box::pin(async move {
            let mut found = system::between(from, until).await;
            found.records.retain(|record| record.at >= from && record.at <= until);
            found.records.extend(own_warnings(from, until));
            found
        })
    }

    fn changes(&self, since: Timestamp) -> PortFuture<'_, Vec<RecentChange>> {
        Box::pin(system::changes(since))
    }
}

fn command(program: &str, arguments: &[&str]) -> CommandLine {
    let line = CommandLine::new(program, arguments.iter().copied()).within(LIMIT);
    CommandLine { output_bound: OUTPUT, ..line }
}
