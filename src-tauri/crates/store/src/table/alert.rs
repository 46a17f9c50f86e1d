//! Alerts, open and over, with their timelines and the evidence that was frozen when they were raised.
//! The alert itself is one JSON text; columns beside it only serve queries.

use caretaker_core::alert::{AlertId, Change, Evidence, Instance, State};
use caretaker_core::rule::Level;
use caretaker_core::time::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::{from_json, from_json_or_skip, to_json, word};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "alert";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE alert (
            id TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL, level TEXT NOT NULL, since INTEGER NOT NULL,
            resolved_at INTEGER, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
          CREATE INDEX alert_since ON alert (since);
          CREATE INDEX alert_open ON alert (state) WHERE state <> 'resolved';
          CREATE TABLE alert_event (
            id INTEGER PRIMARY KEY, alert TEXT NOT NULL, at INTEGER NOT NULL, change TEXT NOT NULL,
            UNIQUE (alert, at, change)) STRICT;
          CREATE TABLE evidence (alert TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;",
}];

/// Which alerts are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// In one of these states; empty for every state.
    pub states: Vec<State>,
    /// At exactly this level.
    pub level: Option<Level>,
    /// Not over before this.
    pub since: Option<Timestamp>,
    /// At most so many, the newest first.
    pub limit: Option<usize>,
}

/// What a shortened identity fits.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<T> {
    /// One thing.
    One(T),
    /// Several.
    Ambiguous(Vec<AlertId>),
    /// Nothing.
    Nothing,
}

/// Stores an alert as it stands.
pub(crate) fn put(connection: &Connection, alert: &Instance) -> Result<(), Fault> {
    // JSON has no infinity, such as the time until a disk that does not grow is full.
    let alert = &Instance { value: finite(alert.value), peak: finite(alert.peak), ..alert.clone() };
    connection
        .prepare_cached(
            "INSERT INTO alert (id, rule, state, level, since, resolved_at, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, state = excluded.state, level = excluded.level,
               since = excluded.since, resolved_at = excluded.resolved_at, content = excluded.content",
        )?
        .execute(params![
            alert.id.0,
            alert.rule,
            word(TABLE, &alert.state)?,
            alert.level.as_str(),
            alert.since.as_millis(),
            alert.resolved_at.map(Timestamp::as_millis),
            to_json(TABLE, alert)?
        ])?;
    Ok(())
}

/// Adds an entry to an alert's timeline; the same entry twice is one.
pub(crate) fn put_event(connection: &Connection, alert: &AlertId, at: Timestamp, change: &Change) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO alert_event (alert, at, change) VALUES (?1, ?2, ?3)")?
        .execute(params![alert.0, at.as_millis(), to_json("alert_event", change)?])?;
    Ok(())
}

/// Freezes the evidence of an alert; the first one stays.
pub(crate) fn put_evidence(connection: &Connection, alert: &AlertId, evidence: &Evidence) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO evidence (alert, content) VALUES (?1, ?2)")?
        .execute(params![alert.0, to_json("evidence", evidence)?])?;
    Ok(())
}

/// Puts completed evidence in the place of the one that is stored.
pub(crate) fn replace_evidence(connection: &Connection, alert: &AlertId, evidence: &Evidence) -> Result<(), Fault> {
    connection
        .prepare_cached("UPDATE evidence SET content = ?2 WHERE alert = ?1")?
        .execute(params![alert.0, to_json("evidence", evidence)?])?;
    Ok(())
}

/// Alerts that are not over, the oldest first.
pub(crate) fn open(connection: &Connection) -> Result<Vec<Instance>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT content FROM alert WHERE state <> 'resolved' ORDER BY since, id")?;
    contents(statement.query([])?)
}

/// Alerts that fit a filter, the newest first.
pub(crate) fn list(connection: &Connection, filter: &AlertFilter) -> Result<Vec<Instance>, Fault> {
    let mut conditions = String::from("1");
    let mut values: Vec<Value> = Vec::new();
    if !filter.states.is_empty() {
        conditions.push_str(" AND state IN (");
        conditions.push_str(&vec!["?"; filter.states.len()].join(", "));
        conditions.push(')');
        for state in &filter.states {
            values.push(word(TABLE, state)?.into());
        }
    }
    if let Some(level) = filter.level {
        conditions.push_str(" AND level = ?");
        values.push(level.as_str().to_owned().into());
    }
    if let Some(since) = filter.since {
        conditions.push_str(" AND (resolved_at IS NULL OR resolved_at >= ?)");
        values.push(since.as_millis().into());
    }
    values.push(filter.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1).into());
    let sql = format!("SELECT content FROM alert WHERE {conditions} ORDER BY since DESC, id DESC LIMIT ?");
    let mut statement = connection.prepare_cached(&sql)?;
    contents(statement.query(params_from_iter(values))?)
}

/// The alert whose identity begins with `prefix`; a whole identity is never ambiguous.
pub(crate) fn find(connection: &Connection, prefix: &str) -> Result<Found<Instance>, Fault> {
    let exact: Option<String> = connection
        .prepare_cached("SELECT content FROM alert WHERE id = ?1")?
        .query_row([prefix], |row| row.get(0))
        .optional()?;
    if let Some(content) = exact {
        return Ok(Found::One(from_json(TABLE, &content)?));
    }
    // An identity is ASCII, so everything with the prefix sorts before the prefix with the last character appended.
    let mut statement = connection.prepare_cached(
        "SELECT id, content FROM alert WHERE id >= ?1 AND id < ?1 || char(1114111) ORDER BY id LIMIT 20",
    )?;
    let found: Vec<(String, String)> =
        statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    match found.as_slice() {
        [] => Ok(Found::Nothing),
        _ if prefix.is_empty() => Ok(Found::Nothing),
        [(_, content)] => Ok(Found::One(from_json(TABLE, content)?)),
        several => Ok(Found::Ambiguous(several.iter().map(|(id, _)| AlertId(id.clone())).collect())),
    }
}

/// The timeline of an alert, in the order in which it was decided.
pub(crate) fn events(connection: &Connection, alert: &AlertId) -> Result<Vec<(Timestamp, Change)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT at, change FROM alert_event WHERE alert = ?1 ORDER BY id")?;
    let mut rows = statement.query([&alert.0])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let change: String = row.get(1)?;
        let at = Timestamp::from_millis(row.get(0)?);
        events.extend(from_json_or_skip("alert_event", &change).map(|change: Change| (at, change)));
    }
    Ok(events)
}

/// What was frozen when an alert was raised.
pub(crate) fn evidence(connection: &Connection, alert: &AlertId) -> Result<Option<Evidence>, Fault> {
    let content: Option<String> = connection
        .prepare_cached("SELECT content FROM evidence WHERE alert = ?1")?
        .query_row([&alert.0], |row| row.get(0))
        .optional()?;
    content.map(|content| from_json("evidence", &content)).transpose()
}

/// Deletes one alert with all that belongs to it.
pub(crate) fn delete(connection: &Connection, alert: &AlertId) -> Result<(), Fault> {
    for sql in [
        "DELETE FROM alert_event WHERE alert = ?1",
        "DELETE FROM evidence WHERE alert = ?1",
        "DELETE FROM alert WHERE id = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([&alert.0])?;
    }
    Ok(())
}

/// Deletes alerts that were over before `cutoff`, with all that belongs to them.
pub(crate) fn delete_before(connection: &Connection, cutoff: Timestamp) -> Result<usize, Fault> {
    for sql in [
        "DELETE FROM alert_event WHERE alert IN (SELECT id FROM alert WHERE resolved_at < ?1)",
        "DELETE FROM evidence WHERE alert IN (SELECT id FROM alert WHERE resolved_at < ?1)",
    ] {
        connection.execute(sql, [cutoff.as_millis()])?;
    }
    Ok(connection.execute("DELETE FROM alert WHERE resolved_at < ?1", [cutoff.as_millis()])?)
}

fn finite(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(f64::MIN, f64::MAX) }
}

fn contents(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Instance>, Fault> {
    let mut alerts = Vec::new();
    while let Some(row) = rows.next()? {
        let content: String = row.get(0)?;
        alerts.extend(from_json_or_skip::<Instance>(TABLE, &content));
    }
    Ok(alerts)
}
