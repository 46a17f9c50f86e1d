//! Merges rollups into the next coarser tier: a day of parts into one dense row, a week of those into 1-hour buckets.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::codec::buckets::{self, Bucket};
use crate::error::Fault;
use crate::table::progress::{self, Mark};
use crate::table::rollup::{self, Tier};

/// The parts of the first day that is over become one row a series.
pub(super) fn day(connection: &Connection, parts: i64) -> Result<bool, Fault> {
    const PARTS: i64 = Tier::Day.span() / Tier::Part.span();
    let over = parts.div_euclid(Tier::Day.span());
    let before = progress::get(connection, Mark::Days)?.unwrap_or(i64::MIN);
    let first = rollup::first_from(connection, Tier::Part, rollup::FIRST_ROW)?.map(|row| row.div_euclid(PARTS));
    let Some(day) = first.filter(|day| *day < over) else {
        // Days without a round are over too.
        if before < over * Tier::Day.span() {
            progress::set(connection, Mark::Days, over * Tier::Day.span())?;
        }
        return Ok(false);
    };
    let end = (day + 1) * Tier::Day.span();
    let transaction = connection.unchecked_transaction()?;
    let whole = collect(&transaction, Tier::Part, day * PARTS, (day + 1) * PARTS, |_, bucket| bucket)?;
    for (id, fresh) in whole {
        merge_into(&transaction, Tier::Day, day, id, &fresh)?;
    }
    rollup::delete_before(&transaction, Tier::Part, (day + 1) * PARTS)?;
    progress::set(&transaction, Mark::Days, end.max(before))?;
    transaction.commit()?;
    Ok(true)
}

/// The days of the first week that is over become one row a series.
pub(super) fn week(connection: &Connection) -> Result<bool, Fault> {
    const DAYS: i64 = Tier::Week.span() / Tier::Day.span();
    let done = progress::get(connection, Mark::Weeks)?;
    let from = done.map_or(rollup::FIRST_ROW, |done| done.div_euclid(Tier::Day.span()));
    let Some(first) = rollup::first_from(connection, Tier::Day, from)? else { return Ok(false) };
    let week = first.div_euclid(DAYS);
    let end = (week + 1) * Tier::Week.span();
    if end > progress::get(connection, Mark::Days)?.unwrap_or(i64::MIN) {
        return Ok(false);
    }
    let transaction = connection.unchecked_transaction()?;
    let whole = collect(&transaction, Tier::Day, week * DAYS, (week + 1) * DAYS, hour_of)?;
    for (id, fresh) in whole {
        merge_into(&transaction, Tier::Week, week, id, &fresh)?;
    }
    progress::set(&transaction, Mark::Weeks, end)?;
    transaction.commit()?;
    Ok(true)
}

/// Buckets of the rows `from <= row < to` of a tier by series, each sent through `place`.
fn collect(
    connection: &Connection,
    tier: Tier,
    from: i64,
    to: i64,
    place: impl Fn(i64, Bucket) -> Bucket,
) -> Result<BTreeMap<u32, Vec<Bucket>>, Fault> {
    let mut whole: BTreeMap<u32, Vec<Bucket>> = BTreeMap::new();
    rollup::range(connection, tier, from, to, |row, id, bytes| {
        let into = whole.entry(id).or_default();
        buckets::decode(bytes, |bucket| push(into, place(row, bucket))).map_err(Fault::malformed(rollup::TABLE))
    })?;
    Ok(whole)
}

/// A 5-minute bucket of a day as part of an hour of its week.
pub(super) fn hour_of(day: i64, bucket: Bucket) -> Bucket {
    const DAYS: i64 = Tier::Week.span() / Tier::Day.span();
    const PER_HOUR: u32 = (Tier::Week.bucket() / Tier::Day.bucket()) as u32;
    Bucket { slot: day.rem_euclid(DAYS) as u32 * 24 + bucket.slot / PER_HOUR, ..bucket }
}

/// Adds a bucket to those with slots up to its own.
pub(super) fn push(buckets: &mut Vec<Bucket>, bucket: Bucket) {
    match buckets.last_mut() {
        Some(last) if last.slot == bucket.slot => last.merge(&bucket),
        _ => buckets.push(bucket),
    }
}

/// Stores buckets together with those that the row may hold already, and gives all.
pub(super) fn merge_into(
    connection: &Connection,
    tier: Tier,
    row: i64,
    id: u32,
    fresh: &[Bucket],
) -> Result<Vec<Bucket>, Fault> {
    let stored = rollup::find(connection, tier, row, id, |bytes| {
        buckets::decode_all(bytes).map_err(Fault::malformed(rollup::TABLE))
    })?;
    let merged = stored.map_or_else(|| fresh.to_vec(), |stored| buckets::replace(&stored, fresh));
    rollup::put(connection, tier, row, id, &buckets::encode(&merged))?;
    Ok(merged)
}
