//! What is remembered of each maintenance task between runs.

use caretaker_core::maintenance::TaskMemory;
use rusqlite::{Connection, params};

use super::{from_json_or_skip, to_json};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "task_memory";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 3,
    sql: "CREATE TABLE task_memory (task TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;",
}];

/// Stores what is remembered of tasks.
pub(crate) fn put(connection: &Connection, memories: &[(String, TaskMemory)]) -> Result<(), Fault> {
    let transaction = connection.unchecked_transaction()?;
    {
        let mut statement =
            transaction.prepare_cached("INSERT OR REPLACE INTO task_memory (task, content) VALUES (?1, ?2)")?;
        for (task, memory) in memories {
            statement.execute(params![task, to_json(TABLE, memory)?])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// What is remembered of all tasks.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(String, TaskMemory)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT task, content FROM task_memory ORDER BY task")?;
    let mut rows = statement.query([])?;
    let mut memories = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(memory) = from_json_or_skip(TABLE, &row.get::<_, String>(1)?) {
            memories.push((row.get(0)?, memory));
        }
    }
    Ok(memories)
}
