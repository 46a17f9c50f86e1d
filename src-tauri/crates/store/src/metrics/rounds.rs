//! Stored rounds as rounds again: for replaying those not yet judged and for refilling windows after a start.

use std::collections::{BTreeSet, HashMap};

use caretaker_core::metric::{Reading, Round, RoundId};
use caretaker_core::time::{Moment, Span, Timestamp};

use super::reader::Reader;
use crate::codec::row::Row;
use crate::error::Fault;
use crate::table::epoch::{self, Epoch};
use crate::table::series::Series;
use crate::table::{hot, processes};

/// The first row of an epoch may carry a stamp slightly before its beginning, when the clock is being slewed.
const SLEW: i64 = 5_000;

/// What of a round is wanted.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    /// Everything.
    Whole,
    /// All series and no list of processes.
    Series,
    /// Only the series of these names.
    Named(&'a BTreeSet<String>),
}

impl Reader {
    /// The round measured last, with its clocks.
    pub(super) fn newest(&mut self) -> Result<Option<(RoundId, Moment)>, Fault> {
        for epoch in epoch::all(&self.connection)?.into_iter().rev() {
            let lowest = epoch.started.wall.as_millis() - SLEW;
            let Some(ts) = hot::newest_of(&self.connection, epoch.id, lowest)? else { continue };
            let id = RoundId { epoch: epoch.id, at: Timestamp::from_millis(ts) };
            let (connection, layouts) = (&self.connection, &mut self.layouts);
            let clocks = hot::find(connection, ts, |row| {
                let layout = layouts.get(connection, row.layout)?;
                let open = Row::open(row.bytes, layout.series.len()).map_err(Fault::malformed(hot::TABLE))?;
                Ok(open.clocks)
            })?;
            return Ok(clocks.map(|clocks| (id, epoch.moment(clocks, ts))));
        }
        Ok(None)
    }

    /// At most `limit` rounds that were measured after `id`, in that order.
    pub(super) fn rounds_after(&mut self, id: RoundId, limit: usize) -> Result<Vec<Round>, Fault> {
        let epochs = epoch::all(&self.connection)?;
        let later =
            epochs.iter().filter(|epoch| epoch.id > id.epoch).map(|epoch| epoch.started.wall.as_millis() - SLEW);
        let lowest = later.fold(id.at.as_millis(), i64::min);
        let ids = hot::ids_after(&self.connection, id, lowest, limit)?;
        self.load(&ids, &epochs, Wanted::Whole)
    }

    /// Rounds stamped `since` or later in the order in which they were measured, without their processes.
    pub(super) fn recent_rounds(&mut self, since: Timestamp) -> Result<Vec<Round>, Fault> {
        let epochs = epoch::all(&self.connection)?;
        let ids = self.ids_since(since)?;
        self.load(&ids, &epochs, Wanted::Series)
    }

    /// Identities of the rounds stamped `since` or later, in the order in which they were measured.
    pub(super) fn ids_since(&mut self, since: Timestamp) -> Result<Vec<RoundId>, Fault> {
        hot::ids_after(&self.connection, RoundId::default(), since.as_millis(), usize::MAX)
    }

    /// These rounds as far as they are still there, with nothing in them but the series of these names.
    pub(super) fn rounds_of(&mut self, ids: &[RoundId], names: &BTreeSet<String>) -> Result<Vec<Round>, Fault> {
        let epochs = epoch::all(&self.connection)?;
        self.load(ids, &epochs, Wanted::Named(names))
    }

    fn load(&mut self, ids: &[RoundId], epochs: &[Epoch], wanted: Wanted<'_>) -> Result<Vec<Round>, Fault> {
        let series = self.series()?;
        let series: HashMap<u32, &Series> = series
            .iter()
            .filter(|(_, series)| match wanted {
                Wanted::Whole | Wanted::Series => true,
                Wanted::Named(names) => names.contains(&series.key.name),
            })
            .map(|(id, series)| (*id, series))
            .collect();
        let mut rounds = Vec::with_capacity(ids.len());
        let (connection, layouts) = (&self.connection, &mut self.layouts);
        for id in ids {
            let position = epochs.binary_search_by_key(&id.epoch, |epoch| epoch.id).ok();
            let epoch = position.and_then(|position| epochs.get(position));
            let epoch = epoch.ok_or(Fault::UnknownEpoch { epoch: id.epoch })?;
            let ts = id.at.as_millis();
            let round = hot::find(connection, ts, |row| {
                let layout = layouts.get(connection, row.layout)?;
                let open = Row::open(row.bytes, layout.series.len()).map_err(Fault::malformed(hot::TABLE))?;
                let mut readings = Vec::with_capacity(layout.series.len().min(series.len()));
                open.each(&layout.base, |slot, stored| {
                    if let Some(series) = layout.series.get(slot).and_then(|id| series.get(id)) {
                        let (key, unit, kind) = (series.key.clone(), series.unit, series.kind);
                        readings.push(Reading { key, unit, kind, value: series.value(stored) });
                    }
                })
                .map_err(Fault::malformed(hot::TABLE))?;
                Ok(Round {
                    id: *id,
                    moment: epoch.moment(open.clocks, ts),
                    interval: Span::from_millis(open.clocks.interval),
                    readings,
                    processes: None,
                })
            })?;
            let Some(mut round) = round else { continue };
            if matches!(wanted, Wanted::Whole) {
                round.processes = processes::of_round(connection, ts)?;
            }
            rounds.push(round);
        }
        Ok(rounds)
    }
}

#[cfg(test)]
mod tests {
    use crate::EpochReason;
    use crate::metrics::testing::*;

    use super::*;

    #[test]
    fn rounds_after_a_judged_one_come_in_the_order_of_measuring_also_when_the_clock_went_back() {
        let mut world = World::new();
        let first = world.append(START + HOUR, &[("cpu", 1.0)]);
        let second = world.append(START + HOUR + 30 * SECOND, &[("cpu", 2.0)]);
        // Set back an hour: the stamps lie before those of the first epoch.
        world.epoch = world.store.start_epoch(moment(START + 10 * SECOND), EpochReason::ClockStep).unwrap();
        let third = world.append(START + 10 * SECOND, &[("cpu", 3.0)]);
        let fourth = world.append(START + 2 * HOUR, &[("cpu", 4.0)]);
        let after = |id, limit| -> Vec<_> {
            world.store.rounds_after(id, limit).unwrap().iter().map(|round| round.id).collect()
        };
        assert_eq!(after(RoundId::default(), 10), [first, second, third, fourth]);
        assert_eq!(after(first, 10), [second, third, fourth]);
        assert_eq!(after(second, 1), [third]);
        assert_eq!(after(third, 10), [fourth]);
        assert!(after(fourth, 10).is_empty());
        assert_eq!(world.store.newest().unwrap().unwrap().0, fourth);
    }

    #[test]
    fn the_newest_round_is_the_last_measured_and_not_the_latest_stamp() {
        let mut world = World::new();
        assert_eq!(world.store.newest().unwrap(), None);
        world.append(START + HOUR, &[("cpu", 1.0)]);
        world.epoch = world.store.start_epoch(moment(START), EpochReason::ClockStep).unwrap();
        assert_eq!(world.store.newest().unwrap().unwrap().0.at, stamp(START + HOUR));
        let last = world.append(START, &[("cpu", 2.0)]);
        assert_eq!(world.store.newest().unwrap(), Some((last, moment(START))));
    }

    #[test]
    fn recent_rounds_refill_a_window() {
        let world = World::new();
        world.fill(START, START + HOUR, |at| (at - START) as f64 / 1e6);
        let recent = world.store.recent_rounds(stamp(START + HOUR - 5 * MINUTE)).unwrap();
        assert_eq!(recent.len(), 10);
        assert!(recent.is_sorted_by_key(|round| round.id));
    }

    #[test]
    fn rounds_are_walked_with_nothing_but_the_series_that_are_named() {
        let mut world = World::new();
        for step in 0..1_200 {
            let at = START + step * 30 * SECOND;
            if step == 700 {
                world.epoch = world.store.start_epoch(moment(at), EpochReason::Start).unwrap();
            }
            world.append(at, &[("cpu", step as f64), ("memory", 2.0), ("disk@/", 3.0)]);
        }
        let since = stamp(START + 100 * 30 * SECOND);
        let walk = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let mut seen = Vec::new();
            world.store.for_each_round(since, &names, |round| seen.push(format!("{round:?}"))).unwrap();
            seen
        };
        let mut expect = world.store.recent_rounds(since).unwrap();
        assert_eq!(expect.len(), 1_100, "more than are read at once");
        let text = |rounds: &[Round]| rounds.iter().map(|round| format!("{round:?}")).collect::<Vec<_>>();
        assert_eq!(walk(&["cpu", "memory", "disk"]), text(&expect));
        for round in &mut expect {
            round.readings.retain(|reading| reading.key.name == "cpu");
        }
        assert_eq!(walk(&["cpu", "unheard of"]), text(&expect));
        for round in &mut expect {
            round.readings.clear();
        }
        assert_eq!(walk(&[]), text(&expect), "the rounds themselves count, for gaps");
    }
}
