//! The outbox: notices with where their delivery stands. What a notice says is one JSON text that never changes; what
//! changes has columns.

use caretaker_core::alert::AlertId;
use caretaker_core::notice::{Notice, NoticeId, NoticeState};
use caretaker_core::time::{Span, Timestamp};
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::{from_json_or_skip, from_word, to_json, word};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "notice";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE notice (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, alert TEXT NOT NULL, channel TEXT NOT NULL,
            state TEXT NOT NULL, created INTEGER NOT NULL, attempts INTEGER NOT NULL, next_attempt INTEGER NOT NULL,
            delivered_at INTEGER, error TEXT, content TEXT NOT NULL) STRICT;
          CREATE INDEX notice_alert ON notice (alert);
          CREATE INDEX notice_pending ON notice (channel, next_attempt) WHERE state = 'pending';",
}];

/// What became of the notices of a channel, as far as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelHistory {
    /// When the channel last took one.
    pub last_delivered: Option<Timestamp>,
    /// When the next one that waits is tried.
    pub next_try: Option<Timestamp>,
    /// So many wait.
    pub waiting: u32,
    /// Why the newest one failed that was decided since and did not arrive.
    pub last_error: Option<String>,
}

/// No wait is longer; a notice that should wait longer was written before the clock was set back.
const LONGEST_WAIT: Span = Span::from_minutes(5);

/// Stores a notice; false when it is there already, whatever became of it since.
pub(crate) fn insert(connection: &Connection, notice: &Notice) -> Result<bool, Fault> {
    let stored = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO notice
               (id, alert, channel, state, created, attempts, next_attempt, delivered_at, error, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            notice.id.0,
            notice.alert.0,
            notice.channel,
            word(TABLE, &notice.state)?,
            notice.created.as_millis(),
            notice.attempts,
            notice.next_attempt.as_millis(),
            notice.delivered_at.map(Timestamp::as_millis),
            notice.error,
            to_json(TABLE, notice)?
        ])?;
    Ok(stored == 1)
}

/// Marks the pending notices that `notice` makes needless: older ones for the same alert on the same channel.
pub(crate) fn supersede(connection: &Connection, notice: &Notice) -> Result<usize, Fault> {
    let superseded = connection
        .prepare_cached(
            "UPDATE notice SET state = 'superseded' WHERE alert = ?1 AND channel = ?2 AND state = 'pending'
               AND number < (SELECT number FROM notice WHERE id = ?3)",
        )?
        .execute(params![notice.alert.0, notice.channel, notice.id.0])?;
    Ok(superseded)
}

/// Pending notices of a channel whose time has come, in the order in which they were decided. Those past their expiry
/// are among them: the caller says so of them.
pub(crate) fn due(connection: &Connection, channel: &str, now: Timestamp, limit: usize) -> Result<Vec<Notice>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let beyond = now + LONGEST_WAIT;
    select(
        connection,
        "state = 'pending' AND channel = ?1 AND (next_attempt <= ?2 OR next_attempt > ?3) ORDER BY number LIMIT ?4",
        params![channel, now.as_millis(), beyond.as_millis(), limit],
    )
}

/// When the next pending notice of a channel is due.
pub(crate) fn next_due(connection: &Connection, channel: &str) -> Result<Option<Timestamp>, Fault> {
    let next: Option<i64> = connection
        .prepare_cached("SELECT min(next_attempt) FROM notice WHERE state = 'pending' AND channel = ?1")?
        .query_row([channel], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(next.map(Timestamp::from_millis))
}

/// What became of the notices of a channel.
pub(crate) fn history(connection: &Connection, channel: &str) -> Result<ChannelHistory, Fault> {
    let (last_delivered, next_try, waiting): (Option<i64>, Option<i64>, u32) = connection
        .prepare_cached(
            "SELECT max(delivered_at), min(next_attempt) FILTER (WHERE state = 'pending'),
               count(*) FILTER (WHERE state = 'pending') FROM notice WHERE channel = ?1",
        )?
        .query_row([channel], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let last_error = connection
        .prepare_cached(
            "SELECT error FROM notice WHERE channel = ?1 AND error IS NOT NULL AND created > ?2
             ORDER BY number DESC LIMIT 1",
        )?
        .query_row(params![channel, last_delivered.unwrap_or(i64::MIN)], |row| row.get(0))
        .optional()?;
    Ok(ChannelHistory {
        last_delivered: last_delivered.map(Timestamp::from_millis),
        next_try: next_try.map(Timestamp::from_millis),
        waiting,
        last_error,
    })
}

/// All notices of an alert, the oldest first.
pub(crate) fn of_alert(connection: &Connection, alert: &AlertId) -> Result<Vec<Notice>, Fault> {
    select(connection, "alert = ?1 ORDER BY number", params![alert.0])
}

/// All notices that wait, on every channel.
pub(crate) fn pending(connection: &Connection) -> Result<Vec<Notice>, Fault> {
    select(connection, "state = 'pending' ORDER BY number", [])
}

/// The channel took it. Says whether it was still pending.
pub(crate) fn delivered(connection: &Connection, id: &NoticeId, at: Timestamp) -> Result<bool, Fault> {
    let changed = connection
        .prepare_cached(
            "UPDATE notice SET state = 'delivered', delivered_at = ?2, attempts = attempts + 1, error = NULL
             WHERE id = ?1 AND state = 'pending'",
        )?
        .execute(params![id.0, at.as_millis()])?;
    Ok(changed == 1)
}

/// The channel did not take it. Says whether it was still pending.
pub(crate) fn failed(
    connection: &Connection,
    id: &NoticeId,
    attempts: u32,
    next_attempt: Timestamp,
    error: &str,
) -> Result<bool, Fault> {
    let changed = connection
        .prepare_cached(
            "UPDATE notice SET attempts = ?2, next_attempt = ?3, error = ?4 WHERE id = ?1 AND state = 'pending'",
        )?
        .execute(params![id.0, attempts, next_attempt.as_millis(), error])?;
    Ok(changed == 1)
}

/// Nobody took it in time. Says whether it was still pending.
pub(crate) fn expired(connection: &Connection, id: &NoticeId) -> Result<bool, Fault> {
    let changed = connection
        .prepare_cached("UPDATE notice SET state = 'expired' WHERE id = ?1 AND state = 'pending'")?
        .execute([&id.0])?;
    Ok(changed == 1)
}

/// Deletes notices of before `cutoff` whose alert is gone, unless they still wait.
pub(crate) fn delete_before(connection: &Connection, cutoff: Timestamp) -> Result<usize, Fault> {
    Ok(connection.execute(
        "DELETE FROM notice WHERE created < ?1 AND state <> 'pending' AND alert NOT IN (SELECT id FROM alert)",
        [cutoff.as_millis()],
    )?)
}

fn select(connection: &Connection, condition: &str, values: impl Params) -> Result<Vec<Notice>, Fault> {
    let sql =
        format!("SELECT content, state, attempts, next_attempt, delivered_at, error FROM notice WHERE {condition}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut notices = Vec::new();
    while let Some(row) = rows.next()? {
        let content: String = row.get(0)?;
        let Some(notice) = from_json_or_skip::<Notice>(TABLE, &content) else { continue };
        let state: NoticeState = from_word(TABLE, &row.get::<_, String>(1)?)?;
        notices.push(Notice {
            state,
            attempts: row.get(2)?,
            next_attempt: Timestamp::from_millis(row.get(3)?),
            delivered_at: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
            error: row.get(5)?,
            ..notice
        });
    }
    Ok(notices)
}
