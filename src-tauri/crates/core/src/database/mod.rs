//! Care of databases that belong to other programs, as orders, answers and judgements: what a process of its own is asked about
//! one, what it answers, and what that means. Nothing in here opens a database.

mod index;
mod known;
mod order;
mod postgres;
mod postgres_judge;
mod rows;
mod sqlite;
mod sqlite_judge;

pub use index::{ForeignKey, IndexFacts, IndexNote, review};
pub use known::{Integrity, KnownDatabase, KnownDatabases};
pub use order::{DatabaseOrder, DatabaseOutcome, PostgresOrder, Searched, SqliteOrder, SqliteOutcome, SqliteReport};
pub use postgres::{PostgresFacts, PostgresIndex, PostgresLook, PostgresTable, SlowQuery, Statements, UselessBecause};
pub use postgres_judge::judge_postgres;
pub use rows::{RowsAnswer, RowsCleared, RowsOrder, StoredAs, judge_rows};
pub use sqlite::{
    CareAnswer, CareDone, CareOrder, CareSteps, CheckDepth, GiveBack, Orphans, SqliteFacts, Verdict, pays,
};
pub use sqlite_judge::{Before, Judged, fit, judge_sqlite};
