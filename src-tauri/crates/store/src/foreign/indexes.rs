//! Indexes and foreign keys as the schema of a database has them.

use std::collections::HashMap;

use caretaker_core::database::{ForeignKey, IndexFacts};
use rusqlite::Connection;

/// Tables of others than SQLite itself.
const TABLES: &str = "SELECT name FROM pragma_table_list
 WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

/// All of them.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<(Vec<IndexFacts>, Vec<ForeignKey>)> {
    let mut statement = connection.prepare(TABLES)?;
    let tables = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let statistics = statistics(connection)?;
    let (mut indexes, mut keys) = (Vec::new(), Vec::new());
    for table in &tables {
        for mut index in of_table(connection, table)? {
            index.spread = statistics.get(&index.name).copied();
            indexes.push(index);
        }
        let row_number = row_number(connection, table)?;
        // The row number is found without an index.
        keys.extend(foreign_keys(connection, table)?.into_iter().filter(|key| key.columns != row_number));
    }
    Ok((indexes, keys))
}

fn of_table(connection: &Connection, table: &str) -> rusqlite::Result<Vec<IndexFacts>> {
    let mut statement = connection.prepare(
        "SELECT il.name, il.\"unique\", il.origin, s.sql, il.partial FROM pragma_index_list(?1) il
         LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = il.name ORDER BY il.seq DESC",
    )?;
    let mut rows = statement.query([table])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let is_partial: bool = row.get(4)?;
        let sql: Option<String> = row.get(3)?;
        found.push(IndexFacts {
            columns: columns(connection, &name)?,
            table: table.to_owned(),
            is_unique: row.get(1)?,
            is_made: row.get::<_, String>(2)? == "c",
            condition: sql.filter(|_| is_partial).and_then(|sql| condition(&sql)),
            spread: None,
            name,
        });
    }
    Ok(found)
}

fn columns(connection: &Connection, index: &str) -> rusqlite::Result<Vec<Option<String>>> {
    let mut statement = connection
        .prepare("SELECT name, \"desc\", coll FROM pragma_index_xinfo(?1) WHERE \"key\" = 1 ORDER BY seqno")?;
    let columns = statement.query_map([index], |row| {
        let (name, falls, order): (Option<String>, bool, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let falls = if falls { "\tDESC" } else { "" };
        let order = order.filter(|order| order != "BINARY").map(|order| format!("\t{order}")).unwrap_or_default();
        Ok(name.map(|name| format!("{name}{falls}{order}")))
    })?;
    columns.collect()
}

/// What stands behind the last `WHERE` of an index with a condition.
fn condition(sql: &str) -> Option<String> {
    let at = sql.to_ascii_uppercase().rfind("WHERE")?;
    Some(sql.get(at + "WHERE".len()..)?.trim().to_owned())
}

/// The column that is the row number, as a list of one.
fn row_number(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 AND upper(type) = 'INTEGER'")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

fn foreign_keys(connection: &Connection, table: &str) -> rusqlite::Result<Vec<ForeignKey>> {
    let mut statement =
        connection.prepare("SELECT id, \"table\", \"from\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq")?;
    let mut rows = statement.query([table])?;
    let mut found: Vec<(i64, ForeignKey)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, column): (i64, String) = (row.get(0)?, row.get(2)?);
        if let Some((_, key)) = found.last_mut().filter(|(last, _)| *last == id) {
            key.columns.push(column);
        } else {
            let key = ForeignKey { table: table.to_owned(), columns: vec![column], parent: row.get(1)? };
            found.push((id, key));
        }
    }
    Ok(found.into_iter().map(|(_, key)| key).collect())
}

/// Of each index the rows of its table, and how many share a value of its first column.
fn statistics(connection: &Connection) -> rusqlite::Result<HashMap<String, (u64, u64)>> {
    let is_there = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'";
    if connection.query_row(is_there, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(HashMap::new());
    }
    let mut statement = connection.prepare("SELECT idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut found = HashMap::new();
    for row in rows {
        let (index, text) = row?;
        let mut numbers = text.split(' ').map_while(|word| word.parse::<u64>().ok());
        if let (Some(all), Some(each)) = (numbers.next(), numbers.next()) {
            found.insert(index, (all, each));
        }
    }
    Ok(found)
}
