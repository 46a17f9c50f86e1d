//! Stores a round: one row, in the order of the current layout. It makes a new layout when a period begins or a series
//! comes that the layout lacks; a series that is missing in a round only sets a bit.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use caretaker_core::metric::{ProcessReading, Reading, Round, RoundId, SeriesKey, Unit};
use caretaker_core::time::{Moment, Timestamp};
use rusqlite::Connection;

use super::period;
use crate::codec::brief::{self, Full};
use crate::codec::row::{self, Base};
use crate::error::Fault;
use crate::table::epoch::{self, Epoch, EpochReason};
use crate::table::hot::{self, HotRow};
use crate::table::layout::Layout;
use crate::table::progress::Mark;
use crate::table::series::{Encoding, Nature};
use crate::table::{clocks, layout, progress, series};

/// What the writing connection remembers so that a round costs one insert.
#[derive(Default)]
pub(super) struct Appender {
    epochs: HashMap<u32, Epoch>,
    layout: Layout,
    /// Which series each slot holds, and whether it had a value since the layout began.
    slots: Vec<Slot>,
    by_key: HashMap<Arc<SeriesKey>, usize>,
    /// Where the readings of the round before went: the same keys come in the same order.
    order: Vec<Option<(Arc<SeriesKey>, usize)>>,
    /// Buffers that keep their memory.
    values: Vec<Option<i64>>,
    bytes: Vec<u8>,
    list: Vec<u8>,
    /// The last list of processes in a hot row that was written in full.
    full_list: Option<Full>,
    late: BTreeSet<i64>,
    /// Up to where rows are sealed and rolled up; none when that has to be read again.
    rolled_up: Option<i64>,
    /// Stamps of the sealed rounds of a period.
    taken: Option<(i64, Vec<i64>)>,
}

struct Slot {
    key: Arc<SeriesKey>,
    unit: Unit,
    seen: bool,
}

impl Appender {
    /// Begins an epoch with a number above `known`.
    pub(super) fn start_epoch(
        &mut self,
        connection: &Connection,
        known: u32,
        moment: Moment,
        reason: EpochReason,
    ) -> Result<u32, Fault> {
        let epoch = epoch::insert(connection, known, moment, reason)?;
        self.epochs.insert(epoch.id, epoch);
        Ok(epoch.id)
    }

    /// Stores a round of a started epoch. Its stamp is the wall clock, or the next free millisecond.
    pub(super) fn append(&mut self, connection: &Connection, round: &Round) -> Result<RoundId, Fault> {
        let outcome = self.store(connection, round);
        if outcome.is_err() {
            // Whatever was remembered may have been rolled back.
            let epochs = std::mem::take(&mut self.epochs);
            *self = Self { epochs, ..Self::default() };
        }
        outcome
    }

    /// Whether rows of the current layout may refer to that series.
    pub(super) fn uses(&self, series: u32) -> bool {
        self.layout.series.contains(&series)
    }

    /// Takes note of a roll-up: how far it came must be read again, and the period that it sealed is late no more and
    /// has no layouts left.
    pub(super) fn rolled_up(&mut self, sealed: Option<i64>) {
        self.rolled_up = None;
        let Some(sealed) = sealed else { return };
        self.late.remove(&sealed);
        self.taken = None;
        self.full_list.take_if(|full| period::of(full.ts) <= sealed);
        if self.layout.period <= sealed {
            self.layout.id = 0;
        }
    }

    fn store(&mut self, connection: &Connection, round: &Round) -> Result<RoundId, Fault> {
        let epoch = self.epoch(connection, round.id.epoch)?;
        let mut ts = round.moment.wall.as_millis();
        let period = period::of(ts);
        let rolled_up = match self.rolled_up {
            Some(known) => known,
            None => *self.rolled_up.insert(progress::get(connection, Mark::Parts)?.unwrap_or(i64::MIN)),
        };
        let may_be_sealed = ts < rolled_up;
        let is_late = may_be_sealed && !self.late.contains(&period);
        let fits = self.layout.id != 0 && self.layout.period == period && self.place(&round.readings);
        // One statement is a transaction of its own; more need one around them.
        let around = (is_late || !fits).then(|| connection.unchecked_transaction());
        let around = around.transpose()?;
        if is_late {
            progress::note_late(connection, period)?;
        }
        if !fits {
            self.renew(connection, period, &round.readings)?;
        }
        for slot in self.slots.iter_mut().zip(&self.values).filter(|(_, value)| value.is_some()) {
            slot.0.seen = true;
        }
        loop {
            if may_be_sealed && self.is_taken(connection, ts)? {
                ts += 1;
                continue;
            }
            self.bytes.clear();
            let measured = epoch.clocks(&round.moment, ts, round.interval);
            row::encode(&mut self.bytes, measured, &self.values, &self.layout.base);
            let full = round.processes.as_ref().map(|list| self.encode_list(ts, list));
            let row = HotRow { ts, epoch: epoch.id, layout: self.layout.id, bytes: &self.bytes };
            if hot::insert(connection, &row, full.is_some().then_some(&self.list))? {
                self.full_list = full.flatten().or(self.full_list.take());
                break;
            }
            ts += 1;
        }
        if let Some(transaction) = around {
            transaction.commit()?;
        }
        if is_late {
            self.late.insert(period);
        }
        Ok(RoundId { epoch: epoch.id, at: Timestamp::from_millis(ts) })
    }

    /// Writes a list of processes; what comes back is the list itself when it had to be in full, for the next ones.
    fn encode_list(&mut self, ts: i64, list: &[ProcessReading]) -> Option<Full> {
        self.list.clear();
        // Beside a list of another period it could not be read once that is sealed.
        let known = self.full_list.as_ref().filter(|full| period::of(full.ts) == period::of(ts));
        if known.is_some_and(|full| brief::encode_beside(&mut self.list, full, ts, list)) {
            return None;
        }
        brief::encode_full(&mut self.list, list);
        Some(Full::of(ts, list))
    }

    /// Whether a sealed round has that stamp.
    fn is_taken(&mut self, connection: &Connection, ts: i64) -> Result<bool, Fault> {
        let period = period::of(ts);
        let stamps = match self.taken.take().filter(|(known, _)| *known == period) {
            Some((_, stamps)) => stamps,
            None => clocks::find(connection, period)?.iter().flatten().map(|stamp| stamp.ts).collect(),
        };
        let found = stamps.binary_search(&ts).is_ok();
        self.taken = Some((period, stamps));
        Ok(found)
    }

    fn epoch(&mut self, connection: &Connection, id: u32) -> Result<Epoch, Fault> {
        if !self.epochs.contains_key(&id) {
            self.epochs = epoch::all(connection)?.into_iter().map(|epoch| (epoch.id, epoch)).collect();
        }
        self.epochs.get(&id).copied().ok_or(Fault::UnknownEpoch { epoch: id })
    }

    /// Fills `values` from the readings; false when one has no slot.
    fn place(&mut self, readings: &[Reading]) -> bool {
        self.values.clear();
        self.values.resize(self.slots.len(), None);
        self.order.resize(readings.len(), None);
        let mut complete = true;
        for (reading, hint) in readings.iter().zip(&mut self.order) {
            let Some(stored) = stored(reading) else { continue };
            let expected = hint.as_ref().filter(|(key, _)| Arc::ptr_eq(key, &reading.key)).map(|(_, slot)| *slot);
            let found = expected.or_else(|| self.by_key.get(&reading.key).copied());
            let Some(slot) = found.filter(|slot| self.slots.get(*slot).is_some_and(|slot| slot.unit == reading.unit))
            else {
                complete = false;
                continue;
            };
            if expected.is_none() {
                *hint = Some((Arc::clone(&reading.key), slot));
            }
            if let Some(value) = self.values.get_mut(slot) {
                *value = Some(stored);
            }
        }
        complete
    }

    /// Makes a layout with room for every reading. A new period drops the series that the last one did not see.
    fn renew(&mut self, connection: &Connection, period: i64, readings: &[Reading]) -> Result<(), Fault> {
        if self.layout.id == 0 && self.resume(connection, period)? && self.place(readings) {
            return Ok(());
        }
        let same_period = self.layout.period == period;
        let before = std::mem::take(&mut self.layout);
        let mut fresh = Layout { period, ..Layout::default() };
        let mut slots = Vec::with_capacity(self.slots.len());
        for ((slot, id), base) in self.slots.drain(..).zip(before.series).zip(before.base) {
            if same_period || slot.seen {
                fresh.series.push(id);
                fresh.base.push(base);
                slots.push(Slot { seen: same_period && slot.seen, ..slot });
            }
        }
        self.by_key = slots.iter().enumerate().map(|(index, slot)| (Arc::clone(&slot.key), index)).collect();
        for reading in readings {
            let Some(stored) = stored(reading) else { continue };
            let base = base_of(reading.unit, stored);
            let known = self.by_key.get(&reading.key).copied();
            let known = known.filter(|slot| slots.get(*slot).is_some_and(|slot| slot.unit == reading.unit));
            if let Some(old) = known.and_then(|slot| fresh.base.get_mut(slot)) {
                *old = base;
                continue;
            }
            let id = series::number(
                connection,
                &reading.key,
                Nature::measured(reading.unit, reading.kind),
                period::start(period),
            )?;
            self.by_key.insert(Arc::clone(&reading.key), slots.len());
            slots.push(Slot { key: Arc::clone(&reading.key), unit: reading.unit, seen: false });
            fresh.series.push(id);
            fresh.base.push(base);
        }
        fresh.id = layout::insert(connection, period, &fresh.series, &fresh.base)?;
        self.layout = fresh;
        self.slots = slots;
        self.order.clear();
        self.place(readings);
        Ok(())
    }

    /// Takes up the layout that a process before this one left in the same period.
    fn resume(&mut self, connection: &Connection, period: i64) -> Result<bool, Fault> {
        self.late = progress::late(connection)?;
        let Some(layout) = layout::newest_of(connection, period)? else { return Ok(false) };
        let known: HashMap<u32, _> = series::all(connection)?.into_iter().map(|series| (series.id, series)).collect();
        let slots: Option<Vec<_>> = layout
            .series
            .iter()
            .map(|id| known.get(id).map(|series| Slot { key: Arc::clone(&series.key), unit: series.unit, seen: false }))
            .collect();
        let Some(slots) = slots else { return Ok(false) };
        self.by_key = slots.iter().enumerate().map(|(index, slot)| (Arc::clone(&slot.key), index)).collect();
        self.slots = slots;
        self.layout = layout;
        Ok(true)
    }
}

/// The number that is stored for a reading; none for what does not fit.
fn stored(reading: &Reading) -> Option<i64> {
    Encoding::of(reading.unit).stored(reading.value)
}

/// Rates jump between nothing and much, so their distance from nothing is the shortest; others stay where they are.
const fn base_of(unit: Unit, stored: i64) -> Base {
    let value = if matches!(unit, Unit::BytesPerSecond) { 0 } else { stored };
    Base { value, pages: matches!(unit, Unit::Bytes) && stored % 4_096 == 0 }
}

#[cfg(test)]
mod tests;
