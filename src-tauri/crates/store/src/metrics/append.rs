//! Stores a round: one row, in the order of the current layout. It makes a new layout when a period begins or a series
//! comes that the layout lacks; a series that is missing in a round only sets a bit.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use caretaker_core::metric::{Reading, Round, RoundId, SeriesKey, Unit};
use caretaker_core::time::{Moment, Timestamp};
use rusqlite::Connection;

use super::period;
use crate::codec::row::Base;
use crate::codec::{processes as process_codec, row};
use crate::error::Fault;
use crate::table::epoch::{self, Epoch, EpochReason};
use crate::table::layout::Layout;
use crate::table::progress::Mark;
use crate::table::{hot, layout, processes, progress, series};

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
    late: BTreeSet<i64>,
    /// Up to where rows are rolled up; none when that has to be read again.
    rolled_up: Option<i64>,
}

struct Slot {
    key: Arc<SeriesKey>,
    unit: Unit,
    seen: bool,
}

impl Appender {
    /// Begins an epoch.
    pub(super) fn start_epoch(
        &mut self,
        connection: &Connection,
        moment: Moment,
        reason: EpochReason,
    ) -> Result<u32, Fault> {
        let epoch = epoch::insert(connection, moment, reason)?;
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

    /// Takes note of a roll-up: how far it came must be read again, and a late period that it did again is late no more.
    pub(super) fn rolled_up(&mut self, again: Option<i64>) {
        self.rolled_up = None;
        self.late.retain(|late| Some(*late) != again);
    }

    fn store(&mut self, connection: &Connection, round: &Round) -> Result<RoundId, Fault> {
        let epoch = self.epoch(connection, round.id.epoch)?;
        let mut ts = round.moment.wall.as_millis();
        let period = period::of(ts);
        let rolled_up = match self.rolled_up {
            Some(known) => known,
            None => *self.rolled_up.insert(progress::get(connection, Mark::Parts)?.unwrap_or(i64::MIN)),
        };
        let is_late = ts < rolled_up && !self.late.contains(&period);
        let fits = self.layout.id != 0 && self.layout.period == period && self.place(&round.readings);
        // One statement is a transaction of its own; more need one around them.
        let around = (is_late || !fits || round.processes.is_some()).then(|| connection.unchecked_transaction());
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
            self.bytes.clear();
            let clocks = epoch.clocks(&round.moment, ts, round.interval);
            row::encode(&mut self.bytes, clocks, &self.values, &self.layout.base);
            if hot::insert(connection, ts, epoch.id, self.layout.id, &self.bytes)? {
                break;
            }
            ts += 1;
        }
        if let Some(list) = &round.processes {
            self.bytes.clear();
            process_codec::encode(&mut self.bytes, list);
            processes::insert(connection, ts, &self.bytes)?;
        }
        if let Some(transaction) = around {
            transaction.commit()?;
        }
        if is_late {
            self.late.insert(period);
        }
        Ok(RoundId { epoch: epoch.id, at: Timestamp::from_millis(ts) })
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
            let id = series::number(connection, &reading.key, reading.unit, reading.kind, period::start(period))?;
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
    let scaled = (reading.value * f64::from(reading.unit.scale())).round();
    (scaled.abs() <= Base::LIMIT as f64).then_some(scaled as i64)
}

/// Rates jump between nothing and much, so their distance from nothing is the shortest; others stay where they are.
const fn base_of(unit: Unit, stored: i64) -> Base {
    let value = if matches!(unit, Unit::BytesPerSecond) { 0 } else { stored };
    Base { value, pages: matches!(unit, Unit::Bytes) && stored % 4_096 == 0 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use caretaker_core::metric::{ProcessReading, Resolution, SeriesKind};
    use caretaker_core::time::Span;
    use proptest::prelude::*;

    use crate::metrics::testing::*;
    use crate::{Access, MetricsStore, StoreError};

    use super::*;

    fn connection(world: &World) -> Connection {
        Connection::open(world.path()).unwrap()
    }

    fn count(world: &World, table: &str) -> i64 {
        connection(world).query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_round_comes_back_as_it_was_measured() {
        let world = World::new();
        let mut round = world.round(START + 30 * SECOND, &[("cpu", 12.34), ("disk@/", 99.99), ("disk@/home", 0.01)]);
        round.moment.awake = round.moment.awake - Span::from_minutes(5);
        round.readings.push(Reading { kind: SeriesKind::Counter, ..Reading::gauge(key("sent"), Unit::Bytes, 7e12) });
        round.processes = Some(vec![ProcessReading {
            pid: 7,
            name: "make".to_owned(),
            cpu_percent: Some(180.5),
            memory_bytes: 4_096_000,
        }]);
        let id = world.store.append(&round).unwrap();
        let stored = world.store.rounds_after(RoundId::default(), 10).unwrap();
        assert_eq!(stored.len(), 1);
        let stored = &stored[0];
        assert_eq!((stored.id, stored.moment, stored.interval), (id, round.moment, round.interval));
        assert_eq!(stored.readings, round.readings);
        assert_eq!(stored.processes, round.processes);
        assert_eq!(world.store.newest().unwrap(), Some((id, round.moment)));
    }

    #[test]
    fn a_stamp_that_is_taken_moves_to_the_next_free_millisecond_and_loses_nothing() {
        let world = World::new();
        let ids: Vec<_> = (0..3).map(|n| world.append(START, &[("cpu", f64::from(n))]).at.as_millis()).collect();
        assert_eq!(ids, [START, START + 1, START + 2]);
        let rounds = world.store.rounds_after(RoundId::default(), 10).unwrap();
        assert_eq!(rounds.iter().map(|round| round.readings[0].value).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
        // The clocks that timers run on are not moved with the stamp.
        assert!(rounds.iter().all(|round| round.moment.elapsed == moment(START).elapsed));
    }

    #[test]
    fn what_cannot_be_stored_is_left_out() {
        let world = World::new();
        world.append(START, &[("a", f64::NAN), ("b", f64::INFINITY), ("c", 1e30), ("d", -1e30), ("e", 5.0)]);
        let rounds = world.store.rounds_after(RoundId::default(), 10).unwrap();
        assert_eq!(rounds[0].readings.iter().map(|one| one.key.name.as_str()).collect::<Vec<_>>(), ["e"]);
    }

    #[test]
    fn a_series_that_comes_and_goes_makes_no_new_layouts() {
        let world = World::new();
        for n in 0..100 {
            let at = START + n * 30 * SECOND;
            if n % 2 == 0 {
                world.append(at, &[("cpu", 1.0), ("disk@/", 2.0)])
            } else {
                world.append(at, &[("cpu", 1.0)])
            };
        }
        assert_eq!(count(&world, "layout"), 1);
        let disk = world.values("disk", START, START + DAY, Resolution::Raw);
        assert!(disk.iter().all(|(_, value)| *value == Some(2.0)), "missing is not zero: {disk:?}");
        assert_eq!(disk.len(), 50);
    }

    #[test]
    fn a_new_period_drops_series_that_are_gone() {
        let world = World::new();
        world.append(START, &[("gone", 1.0), ("cpu", 1.0)]);
        world.append(START + 2 * HOUR, &[("cpu", 2.0)]);
        world.append(START + 4 * HOUR, &[("cpu", 3.0)]);
        let lengths: Vec<usize> = connection(&world)
            .prepare("SELECT length(series) FROM layout ORDER BY id")
            .unwrap()
            .query_map([], |row| row.get::<_, i64>(0))
            .unwrap()
            .map(|length| length.unwrap() as usize)
            .collect();
        assert_eq!(lengths, [2, 2, 1]);
        assert_eq!(world.values("cpu", START, START + DAY, Resolution::Step(Span::from_hours(2))).len(), 3);
    }

    #[test]
    fn a_restart_goes_on_with_the_layout_of_the_period() {
        let world = World::new();
        world.append(START, &[("cpu", 1.0), ("memory", 2.0)]);
        let world = world.restarted(START + MINUTE);
        world.append(START + MINUTE, &[("memory", 3.0), ("cpu", 4.0)]);
        assert_eq!((count(&world, "layout"), count(&world, "series")), (1, 2));
        assert_eq!(world.values("memory", START, START + HOUR, Resolution::Raw), [(0, Some(2.0)), (60, Some(3.0))]);
    }

    #[test]
    fn a_series_that_changes_its_unit_keeps_its_past() {
        let world = World::new();
        world.append(START, &[("load", 50.0)]);
        let mut round = world.round(START + 30 * SECOND, &[]);
        round.readings.push(Reading::gauge(key("load"), Unit::Count, 3.0));
        world.store.append(&round).unwrap();
        let labels = caretaker_core::metric::Labels::none();
        let all = world.store.points("load", &labels, stamp(START), stamp(START + HOUR), Resolution::Raw).unwrap();
        let values: BTreeMap<_, _> = all.iter().map(|one| (one.unit.symbol(), one.points[0].value)).collect();
        assert_eq!(values, BTreeMap::from([("%", Some(50.0)), ("", Some(3.0))]));
    }

    #[test]
    fn an_epoch_that_was_never_started_is_refused() {
        let world = World::new();
        let mut round = world.round(START, &[("cpu", 1.0)]);
        round.id.epoch = 99;
        assert!(matches!(world.store.append(&round), Err(StoreError::UnknownEpoch { epoch: 99 })));
        world.append(START, &[("cpu", 1.0)]);
    }

    #[test]
    fn a_reader_cannot_append() {
        let world = World::new();
        world.append(START, &[("cpu", 1.0)]);
        let reader = MetricsStore::open(&world.path(), Access::ReadOnly).unwrap();
        assert!(matches!(reader.append(&world.round(START, &[])), Err(StoreError::ReadOnly { .. })));
        assert_eq!(reader.newest().unwrap(), world.store.newest().unwrap());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        /// Whatever comes in whatever order, over periods and restarts: what was stored is what is read.
        #[test]
        fn rounds_come_back(rounds in prop::collection::vec((prop::collection::btree_map(0_usize..12, -1_000_000_i64..1_000_000, 0..10), 0_i64..40, prop::bool::weighted(0.1)), 1..40)) {
            let names: Vec<_> = (0..12).map(|n| format!("series{n}")).collect();
            let mut world = World::new();
            let (mut at, mut expect) = (START, Vec::new());
            for (values, minutes, restart) in rounds {
                at += minutes * MINUTE;
                if restart {
                    world = world.restarted(at);
                }
                let values: Vec<_> = values.iter().map(|(n, value)| (names[*n].as_str(), *value as f64 / 100.0)).collect();
                world.append(at, &values);
                expect.push(values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect::<BTreeMap<_, _>>());
            }
            let stored: Vec<BTreeMap<_, _>> = world.store.rounds_after(RoundId::default(), usize::MAX).unwrap().iter()
                .map(|round| round.readings.iter().map(|one| (one.key.name.clone(), one.value)).collect()).collect();
            prop_assert_eq!(stored, expect);
        }
    }
}
