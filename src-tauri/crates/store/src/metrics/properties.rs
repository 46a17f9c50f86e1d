//! Whatever is measured, whatever the clock does and whenever periods are sealed: what is read is what a plain list of
//! rounds says, and the same as from a store that never seals.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_core::metric::{Reading, Resolution, Round, RoundId, Unit};
use caretaker_core::time::{BootId, Moment, Span};
use proptest::prelude::*;
use tempfile::TempDir;

use super::MetricsStore;
use super::testing::{DAY, HOUR, MINUTE, SECOND, START, key, stamp};
use crate::{Access, EpochReason, Selection};

/// What happens next.
#[derive(Clone, Debug)]
enum Event {
    /// So many rounds, this far apart (s), of the series in this set, asleep for so long (ms) before.
    Measure { rounds: usize, apart: i64, series: u8, asleep: i64 },
    /// The wall clock jumps by so many minutes.
    ClockStep(i64),
    /// The engine ends and begins again.
    Restart,
    /// Everything that is over by the wall clock is sealed.
    Seal,
    /// Everything that is over by a clock that is so many minutes ahead is sealed.
    SealEarly(i64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (1_usize..60, prop_oneof![Just(30_i64), 10_i64..400], any::<u8>(), prop_oneof![Just(0), 0_i64..HOUR])
            .prop_map(|(rounds, apart, series, asleep)| Event::Measure { rounds, apart, series, asleep }),
        2 => (-400_i64..400).prop_map(Event::ClockStep),
        1 => Just(Event::Restart),
        3 => Just(Event::Seal),
        1 => (0_i64..400).prop_map(Event::SealEarly),
    ]
}

const NAMES: [&str; 8] = ["cpu", "memory", "disk@/", "disk@/home", "rate", "fan", "load", "swap"];

/// A store with the clocks of its machine.
struct Life {
    folder: TempDir,
    store: MetricsStore,
    epoch: u32,
    clocks: Moment,
}

impl Life {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = MetricsStore::open(&folder.path().join("metrics.db"), Access::ReadWrite).unwrap();
        let up = Span::from_hours(1);
        let clocks = Moment { wall: stamp(START), awake: up, elapsed: up, boot: BootId(9) };
        let epoch = store.start_epoch(clocks, EpochReason::Start).unwrap();
        Self { folder, store, epoch, clocks }
    }

    fn pass(&mut self, apart: i64, asleep: i64) {
        self.clocks.wall = self.clocks.wall + Span::from_millis(apart + asleep);
        self.clocks.elapsed += Span::from_millis(apart + asleep);
        self.clocks.awake += Span::from_millis(apart);
    }

    /// Does what happened; `seals` says whether this life ever seals. Gives the rounds as they must be read.
    fn live(&mut self, event: &Event, seals: bool) -> Vec<Round> {
        let mut measured = Vec::new();
        match event {
            Event::Measure { rounds, apart, series, asleep } => {
                self.pass(0, *asleep);
                for number in 0..*rounds {
                    // An even beat meets sealed stamps again when the clock is set back by whole minutes.
                    self.pass(apart * SECOND + if *apart == 30 { 0 } else { number as i64 % 3 }, 0);
                    measured.push(self.measure(*series, number, *apart));
                }
            }
            Event::ClockStep(minutes) => {
                self.clocks.wall = self.clocks.wall + Span::from_millis(minutes * MINUTE);
                if *minutes < 0 {
                    self.epoch = self.store.start_epoch(self.clocks, EpochReason::ClockStep).unwrap();
                }
            }
            Event::Restart => {
                let path = self.folder.path().join("metrics.db");
                self.store.close(std::time::Duration::from_secs(10)).unwrap();
                self.store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
                self.epoch = self.store.start_epoch(self.clocks, EpochReason::Start).unwrap();
            }
            Event::Seal if seals => {
                self.store.roll_up(self.clocks.wall).unwrap();
            }
            Event::SealEarly(minutes) if seals => {
                self.store.roll_up(self.clocks.wall + Span::from_millis(minutes * MINUTE)).unwrap();
            }
            Event::Seal | Event::SealEarly(_) => {}
        }
        measured
    }

    fn measure(&self, series: u8, number: usize, apart: i64) -> Round {
        let value = |n: usize| match n {
            0 => ((number * 7_919 + n) % 10_007) as f64 / 100.0,
            1 => f64::from(1 << 30) + (number % 50) as f64 * 4_096.0,
            2 => 71.25,
            _ => -1e6 + (number * n * 31 % 977) as f64,
        };
        // Some come and go from one round to the next.
        let there = |n: usize| series & (1 << n) != 0 && (n < 4 || number % n != 1);
        let readings = NAMES.iter().enumerate().filter(|(n, _)| there(*n)).map(|(n, name)| {
            let unit = if n == 1 { Unit::Bytes } else { Unit::Percent };
            Reading::gauge(key(name), unit, value(n))
        });
        let mut round = Round {
            id: RoundId { epoch: self.epoch, at: self.clocks.wall },
            moment: self.clocks,
            interval: Span::from_seconds(apart),
            readings: readings.collect(),
            processes: None,
        };
        round.id = self.store.append(&round).unwrap();
        round.moment.wall = round.id.at;
        round
    }
}

/// Everything that is known of a round, comparable.
type Known<'a> = (RoundId, Moment, Span, &'a [Reading]);

fn known(rounds: &[Round]) -> Vec<Known<'_>> {
    rounds.iter().map(|round| (round.id, round.moment, round.interval, round.readings.as_slice())).collect()
}

/// As one can compare them: a round says nothing about the order of its readings.
fn sorted(mut rounds: Vec<Round>) -> Vec<Round> {
    for round in &mut rounds {
        round.readings.sort_by(|one, other| one.key.cmp(&other.key));
    }
    rounds
}

fn only(rounds: &[Round], name: &str) -> Vec<Round> {
    let mut rounds = rounds.to_vec();
    for round in &mut rounds {
        round.readings.retain(|reading| reading.key.name == name);
    }
    rounds
}

fn check(life: &Life, control: &Life, reference: &[Round], pick: usize) {
    let store = &life.store;
    assert_eq!(known(&sorted(store.rounds_after(RoundId::default(), usize::MAX).unwrap())), known(reference));
    let newest = reference.last().map(|round| (round.id, round.moment));
    assert_eq!(store.newest().unwrap(), newest);
    let Some(middle) = reference.get(pick % reference.len().max(1)) else { return };
    let after: Vec<_> = reference.iter().filter(|round| round.id > middle.id).take(100).cloned().collect();
    assert_eq!(known(&sorted(store.rounds_after(middle.id, 100).unwrap())), known(&after));
    let since = |round: &&Round| round.id.at >= middle.id.at;
    let recent: Vec<_> = reference.iter().filter(since).cloned().collect();
    assert_eq!(known(&sorted(store.recent_rounds(middle.id.at).unwrap())), known(&recent));
    for name in ["cpu", "disk", "unheard of"] {
        let mut walked = Vec::new();
        let names = BTreeSet::from([name.to_owned()]);
        store.for_each_round(middle.id.at, &names, |round| walked.push(round.clone())).unwrap();
        assert_eq!(known(&sorted(walked)), known(&only(&recent, name)), "{name}");
    }
    assert_eq!(store.oldest().unwrap(), reference.iter().map(|round| round.id.at).min());

    // Every sample is there, once, in the order of time.
    let (from, to) = (stamp(START - 100 * DAY), stamp(START + 1_000 * DAY));
    let mut samples: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for round in reference {
        for reading in &round.readings {
            samples.entry(reading.key.as_ref().clone()).or_default().push((round.id.at, reading.value));
        }
    }
    let all = store.points_of(&Selection::All, from, to, Resolution::Raw).unwrap();
    assert_eq!(all.len(), samples.len());
    for (series, mut expect) in all.iter().zip(samples.values().cloned()) {
        expect.sort_by_key(|(at, _)| *at);
        let points = series.points.iter().filter_map(|point| Some((point.at, point.value?)));
        assert_eq!(points.collect::<Vec<_>>(), expect, "{}", series.key);
    }
    // And the rest is as without sealing: gaps, figures, parts of the range, few series.
    let ranges = [(from, to), (middle.id.at, middle.id.at + Span::from_minutes(190))];
    let few = Selection::Named { name: "disk".to_owned(), labels: caretaker_core::metric::Labels::none() };
    for (selection, (from, to)) in [&few, &Selection::All].into_iter().flat_map(|one| ranges.map(|range| (one, range)))
    {
        for resolution in [Resolution::Raw, Resolution::Step(Span::from_seconds(7))] {
            let points = |store: &MetricsStore| store.points_of(selection, from, to, resolution).unwrap();
            assert_eq!(points(store), points(&control.store));
        }
        let five = Resolution::Step(Span::from_minutes(5));
        let sealed = store.points_of(selection, from, to, five).unwrap();
        let plain = control.store.points_of(selection, from, to, five).unwrap();
        assert_eq!(sealed.len(), plain.len());
        for (sealed, plain) in sealed.iter().zip(&plain) {
            assert_eq!(sealed.stats.count, plain.stats.count);
            let exact = |one: &caretaker_core::metric::SeriesPoints| -> Vec<_> {
                one.points.iter().map(|point| (point.at, point.min, point.max)).collect()
            };
            assert_eq!(exact(sealed), exact(plain));
        }
    }
    store.check().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn what_is_read_is_what_was_measured(events in prop::collection::vec(event(), 1..25), pick in any::<prop::sample::Index>()) {
        let (mut life, mut control) = (Life::new(), Life::new());
        let mut reference = Vec::new();
        for (number, event) in events.iter().enumerate() {
            let measured = life.live(event, true);
            assert_eq!(known(&measured), known(&control.live(event, false)), "stamps do not depend on sealing");
            reference.extend(sorted(measured));
            reference.sort_by_key(|round| round.id);
            if number % 5 == 4 {
                check(&life, &control, &reference, pick.index(1_000));
            }
        }
        check(&life, &control, &reference, pick.index(1_000));
        life.store.roll_up(life.clocks.wall + Span::from_days(1)).unwrap();
        check(&life, &control, &reference, pick.index(1_000));
    }
}
