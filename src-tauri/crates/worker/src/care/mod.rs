//! Care of databases: which there are, and each in a process of its own.

mod rows;
mod sqlite;
#[cfg(test)]
mod tests;

use caretaker_backup::write::Cancel;
use caretaker_core::backup::{Report, WorkProgress};
use caretaker_core::database::{DatabaseOrder, DatabaseOutcome};
use caretaker_core::problem::Problem;

use crate::databases::Apart;
use crate::speech::Voice;

/// Does it, and tells what came of it.
pub(crate) fn care(order: &DatabaseOrder, apart: &Apart<'_>, voice: &Voice, cancel: &Cancel) -> Result<(), Problem> {
    let step = |step: String| voice.say(&Report::Progress(WorkProgress { step, ..WorkProgress::default() }));
    let outcome = match order {
        DatabaseOrder::Sqlite(order) => DatabaseOutcome::Sqlite(sqlite::sqlite(order, apart, &step, cancel)?),
        DatabaseOrder::Postgres(order) => DatabaseOutcome::Postgres(crate::postgres::care(order, &step, cancel)?),
        DatabaseOrder::Rows(order) => DatabaseOutcome::Rows(rows::rows(order, apart)?),
    };
    voice.say(&Report::Databases(Box::new(outcome)));
    Ok(())
}
