//! Whatever is measured and pushed, whatever the clock does and whenever periods are sealed: what is read is what a plain
//! list says, bit by bit where numbers are real, and the same as from a store that never seals.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_core::metric::{
    ProcessReading, Pushed, Reading, Resolution, Round, RoundId, SeriesKey, SeriesKind, SeriesPoints, Unit,
};
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
    /// Samples of a pushed series, each so long (ms) before now: some late, some twice at the same moment.
    Push { series: usize, samples: Vec<(i64, f64)> },
    /// A counter is pushed so often, ten seconds apart, and starts anew where a value is smaller.
    Count(Vec<u16>),
    /// The engine ends and begins again.
    Restart,
    /// Everything that is over by the wall clock is sealed.
    Seal,
    /// Everything that is over by a clock that is so many minutes ahead is sealed.
    SealEarly(i64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (1_usize..60, prop_oneof![Just(30_i64), 10_i64..400], any::<u8>(), prop_oneof![Just(0), 0_i64..HOUR, 0_i64..2 * DAY])
            .prop_map(|(rounds, apart, series, asleep)| Event::Measure { rounds, apart, series, asleep }),
        2 => prop_oneof![3 => -400_i64..400, 1 => -4_000_i64..4_000].prop_map(Event::ClockStep),
        3 => (0..PUSHED.len() - 1, prop::collection::vec((late(), real()), 1..20))
            .prop_map(|(series, samples)| Event::Push { series, samples }),
        1 => prop::collection::vec(any::<u16>(), 1..30).prop_map(Event::Count),
        1 => Just(Event::Restart),
        3 => Just(Event::Seal),
        1 => (0_i64..400).prop_map(Event::SealEarly),
    ]
}

/// How long before it comes a sample is true; a few stamps are met again and again.
fn late() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0), 2 => 0_i64..MINUTE, 1 => (0_i64..40).prop_map(|n| n * 30 * SECOND), 1 => 0_i64..30 * HOUR]
}

fn real() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => (-100_000_i64..100_000).prop_map(|n| n as f64 / 100.0),
        1 => any::<f64>().prop_filter("finite", |value| value.is_finite()),
        1 => prop::sample::select(HARD.to_vec()),
    ]
}

const HARD: [f64; 8] = [0.1, 1e-9, 1e18, -0.0, 0.0, f64::MAX, f64::MIN, 5e-324];
const PUSHED: [&str; 4] = ["board.sales", "board.latency@/a", "board.latency@/b", "board.requests"];
const COUNTER: usize = PUSHED.len() - 1;

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

    /// Does what happened; `seals` says whether this life ever seals. Gives the rounds and the pushed samples as they must
    /// be read.
    fn live(&mut self, event: &Event, seals: bool) -> (Vec<Round>, Vec<Pushed>) {
        let (mut measured, mut pushed) = (Vec::new(), Vec::new());
        match event {
            Event::Measure { rounds, apart, series, asleep } => {
                self.pass(0, *asleep);
                for number in 0..*rounds {
                    // An even beat meets sealed stamps again when the clock is set back by whole minutes.
                    self.pass(apart * SECOND + if *apart == 30 { 0 } else { number as i64 % 3 }, 0);
                    measured.push(self.measure(*series, number, *apart));
                }
            }
            Event::Push { series, samples } => {
                pushed = samples.iter().map(|(late, value)| self.sample(*series, *late, *value)).collect();
                self.store.push(&pushed).unwrap();
            }
            Event::Count(values) => {
                let newest = values.len() as i64 - 1;
                let sample = |(n, value): (usize, &u16)| {
                    self.sample(COUNTER, (newest - n as i64) * 10 * SECOND, f64::from(*value))
                };
                pushed = values.iter().enumerate().map(sample).collect();
                self.store.push(&pushed).unwrap();
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
        (measured, pushed)
    }

    fn sample(&self, series: usize, late: i64, value: f64) -> Pushed {
        let kind = if series == COUNTER { SeriesKind::Counter } else { SeriesKind::Gauge };
        let reading = Reading { key: key(PUSHED[series]), unit: Unit::Number, kind, value };
        Pushed { reading, at: self.clocks.wall - Span::from_millis(late), seen: self.clocks.wall }
    }

    fn measure(&self, series: u8, number: usize, apart: i64) -> Round {
        let value = |n: usize| match n {
            0 => ((number * 7_919 + n) % 10_007) as f64 / 100.0,
            1 => f64::from(1 << 30) + (number % 50) as f64 * 4_096.0,
            2 => 71.25,
            7 => HARD[number % HARD.len()] / if number.is_multiple_of(3) { 7.0 } else { 1.0 },
            _ => -1e6 + (number * n * 31 % 977) as f64,
        };
        // Some come and go from one round to the next.
        let there = |n: usize| series & (1 << n) != 0 && (n < 4 || number % n != 1);
        let readings = NAMES.iter().enumerate().filter(|(n, _)| there(*n)).map(|(n, name)| {
            let unit = match n {
                1 => Unit::Bytes,
                7 => Unit::Number,
                _ => Unit::Percent,
            };
            Reading::gauge(key(name), unit, value(n))
        });
        let mut round = Round {
            id: RoundId { epoch: self.epoch, at: self.clocks.wall },
            moment: self.clocks,
            interval: Span::from_seconds(apart),
            readings: readings.collect(),
            processes: (number % 4 == 1).then(|| processes(number)),
        };
        round.id = self.store.append(&round).unwrap();
        round.moment.wall = round.id.at;
        round
    }
}

/// A list in which some stay, some come and go, and one number is given to another process.
fn processes(number: usize) -> Vec<ProcessReading> {
    let process = |n: usize| ProcessReading {
        pid: n as u32 * 40,
        name: if n == 3 { format!("job-{}", number % 3) } else { format!("process-{n}") },
        cpu_percent: (n != 2).then(|| (number * n % 400) as f64 / 4.0),
        memory_bytes: (number * n * 4_096) as u64 + u64::from(n == 4),
    };
    (0..7).map(|n| process(if n < 5 { n } else { number * n % 50 + 5 })).collect()
}

/// Everything that is known of a round, comparable.
type Known<'a> = (RoundId, Moment, Span, &'a [Reading], Option<&'a [ProcessReading]>);

fn known(rounds: &[Round]) -> Vec<Known<'_>> {
    let mut all = Vec::with_capacity(rounds.len());
    for Round { id, moment, interval, readings, processes } in rounds {
        all.push((*id, *moment, *interval, readings.as_slice(), processes.as_deref()));
    }
    all
}

fn without_processes(mut rounds: Vec<Round>) -> Vec<Round> {
    for round in &mut rounds {
        round.processes = None;
    }
    rounds
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

/// What was pushed, by series and stamp: of two the later one.
type Inbox = BTreeMap<SeriesKey, BTreeMap<i64, Pushed>>;

/// The rounds with what was pushed between them, the first one with what came after `after`.
fn with_pushed(after: caretaker_core::time::Timestamp, rounds: &[Round], inbox: &Inbox) -> Vec<Round> {
    let mut last = after;
    let mut rounds = rounds.to_vec();
    for round in &mut rounds {
        let after = if last < round.id.at { last } else { round.id.at - round.interval };
        last = round.id.at;
        let fresh = |one: &&Pushed| {
            one.seen > after && one.seen <= round.id.at && one.seen.since(one.at) <= Span::from_minutes(10)
        };
        let mut news: Vec<&Pushed> = inbox.values().flat_map(BTreeMap::values).filter(fresh).collect();
        news.sort_by_key(|one| (one.seen, one.at));
        round.readings.extend(news.into_iter().map(|one| one.reading.clone()));
    }
    sorted(rounds)
}

fn check(life: &Life, control: &Life, measured: &[Round], inbox: &Inbox, pick: usize) {
    let store = &life.store;
    let start = RoundId::default();
    let reference = &with_pushed(start.at, measured, inbox)[..];
    assert_eq!(known(&sorted(store.rounds_after(start, usize::MAX).unwrap())), known(reference));
    let newest = reference.last().map(|round| (round.id, round.moment));
    assert_eq!(store.newest().unwrap(), newest);
    let Some(middle) = reference.get(pick % reference.len().max(1)) else { return };
    let after: Vec<_> = measured.iter().filter(|round| round.id > middle.id).take(100).cloned().collect();
    let after = with_pushed(middle.id.at, &after, inbox);
    assert_eq!(known(&sorted(store.rounds_after(middle.id, 100).unwrap())), known(&after));
    let since = |round: &&Round| round.id.at >= middle.id.at;
    let recent = without_processes(measured.iter().filter(since).cloned().collect());
    let recent = with_pushed(middle.id.at - Span::from_millis(1), &recent, inbox);
    assert_eq!(known(&sorted(store.recent_rounds(middle.id.at).unwrap())), known(&recent));
    for name in ["cpu", "disk", "board.latency", "unheard of"] {
        let mut walked = Vec::new();
        let names = BTreeSet::from([name.to_owned()]);
        store.for_each_round(middle.id.at, &names, |round| walked.push(round.clone())).unwrap();
        assert_eq!(known(&sorted(walked)), known(&only(&recent, name)), "{name}");
    }
    for at in [middle.id.at, middle.id.at + Span::from_hours(5), stamp(START - DAY)] {
        let lists = reference.iter().filter_map(|round| Some((round.id.at, round.processes.as_ref()?)));
        let nearest = lists.clone().map(|(ts, _)| ts.since(at).as_millis().abs()).min();
        let found = store.processes_near(at).unwrap();
        assert_eq!(found.as_ref().map(|(ts, _)| ts.since(at).as_millis().abs()), nearest);
        assert!(found.is_none_or(|(ts, list)| lists.clone().any(|one| one == (ts, &list))));
    }
    assert_eq!(store.oldest().unwrap(), reference.iter().map(|round| round.id.at).min());

    // Every sample is there, once, in the order of time.
    let (from, to) = (stamp(START - 100 * DAY), stamp(START + 1_000 * DAY));
    let mut samples: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (key, pushed) in inbox {
        samples.insert(key.clone(), pushed.values().map(|one| (one.at, one.reading.value)).collect());
    }
    for round in measured {
        for reading in &round.readings {
            samples.entry(reading.key.as_ref().clone()).or_default().push((round.id.at, reading.value));
        }
    }
    let all = store.points_of(&Selection::All, from, to, Resolution::Raw).unwrap();
    assert_eq!(all.len(), samples.len());
    for (series, mut expect) in all.iter().zip(samples.values().cloned()) {
        expect.sort_by_key(|(at, _)| *at);
        let points = series.points.iter().filter_map(|point| Some((point.at, point.value?)));
        let bits = |(at, value): (_, f64)| (at, value.to_bits());
        let expect: Vec<_> = expect.into_iter().map(bits).collect();
        assert_eq!(points.map(bits).collect::<Vec<_>>(), expect, "{}", series.key);
    }
    for entry in store.series().unwrap().iter().filter(|entry| entry.pushed) {
        let newest = inbox[&entry.key].values().last().map(|one| (one.at, one.reading.value.to_bits()));
        assert_eq!(entry.at.zip(entry.last.map(f64::to_bits)), newest, "{}", entry.key);
    }
    // And the rest is as without sealing: gaps, figures, parts of the range, few series.
    let ranges = [(from, to), (middle.id.at, middle.id.at + Span::from_minutes(190))];
    let named = |name: &str| Selection::Named { name: name.to_owned(), labels: caretaker_core::metric::Labels::none() };
    let selections = [named("disk"), named("board.latency"), Selection::All];
    for (selection, (from, to)) in selections.iter().flat_map(|one| ranges.map(|range| (one, range))) {
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
            let exact = |one: &SeriesPoints| -> Vec<_> {
                one.points.iter().map(|point| (point.at, point.min, point.max)).collect()
            };
            assert_eq!(exact(sealed), exact(plain));
            if sealed.unit == Unit::Number {
                let bits = |one: &SeriesPoints| -> Vec<_> {
                    one.points.iter().map(|point| point.value.map(f64::to_bits)).collect()
                };
                assert_eq!(bits(sealed), bits(plain), "sums of real numbers are those of the samples");
            }
        }
    }
    store.check().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn what_is_read_is_what_was_measured(events in prop::collection::vec(event(), 1..25), pick in any::<prop::sample::Index>()) {
        let (mut life, mut control) = (Life::new(), Life::new());
        let (mut reference, mut inbox) = (Vec::new(), Inbox::new());
        for (number, event) in events.iter().enumerate() {
            let (measured, pushed) = life.live(event, true);
            assert_eq!(known(&measured), known(&control.live(event, false).0), "stamps do not depend on sealing");
            reference.extend(sorted(measured));
            reference.sort_by_key(|round| round.id);
            for one in pushed {
                inbox.entry(one.reading.key.as_ref().clone()).or_default().insert(one.at.as_millis(), one);
            }
            if number % 5 == 4 {
                check(&life, &control, &reference, &inbox, pick.index(1_000));
            }
        }
        check(&life, &control, &reference, &inbox, pick.index(1_000));
        life.store.roll_up(life.clocks.wall + Span::from_days(1)).unwrap();
        check(&life, &control, &reference, &inbox, pick.index(1_000));
    }
}
