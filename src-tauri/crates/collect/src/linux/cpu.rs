//! CPU in use, in total and per core, load averages, and how long tasks wait for a core.
//!
//! Usage is busy / (busy + idle) between two rounds, from `/proc/stat` (proc(5)): idle is `idle` + `iowait`, because a
//! core that waits for a disk is free; busy is the rest, `steal` included, because to the programs here it is gone.
//! `guest` is already part of `user`.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::Span;

use super::kept_file::KeptFile;
use super::part::{Part, together};
use super::pressure::Pressure;
use super::root::Root;
use super::text::{decimal, lines, number, words};
use crate::failure::failed;
use crate::series::{LabelledSeries, Series, percent};

/// The kernel takes back small amounts of `iowait` and, when a core comes and goes, `idle`; beyond a second the counter
/// started anew.
const IDLE_TAKEN_BACK: u64 = 100;

/// See the module.
#[derive(Debug)]
pub(crate) struct Cpu {
    stat: KeptFile,
    loadavg: KeptFile,
    pressure: Pressure,
    before: Stat,
    now: Stat,
    usage: Series,
    core_usage: LabelledSeries,
    loads: [Series; 3],
    load_per_core: Series,
}

/// Ticks since boot, of all cores and of each.
#[derive(Clone, Debug, Default, PartialEq)]
struct Stat {
    total: Option<Ticks>,
    cores: Vec<(u32, Ticks)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Ticks {
    busy: u64,
    idle: u64,
}

impl Cpu {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            stat: KeptFile::new(root.path("proc/stat")),
            loadavg: KeptFile::new(root.path("proc/loadavg")),
            pressure: Pressure::new(root, "cpu", names::CPU_PRESSURE),
            before: Stat::default(),
            now: Stat::default(),
            usage: Series::new(names::CPU_USAGE, Unit::Percent),
            core_usage: LabelledSeries::new(names::CPU_CORE_USAGE, "core", Unit::Percent),
            loads: [names::LOAD_1M, names::LOAD_5M, names::LOAD_15M].map(|name| Series::new(name, Unit::Ratio)),
            load_per_core: Series::new(names::LOAD_PER_CORE, Unit::Ratio),
        }
    }

    fn usage(&mut self, since_last: Option<Span>, into: &mut Collected) -> Result<Part, CollectError> {
        std::mem::swap(&mut self.before, &mut self.now);
        self.now.clear();
        let Some(bytes) = self.stat.read()? else {
            return Ok(Part::Missing);
        };
        self.now.parse(bytes);
        let Some(total) = self.now.total else {
            return Err(failed("read /proc/stat", "there is no line for the CPU"));
        };
        if since_last.is_none() {
            return Ok(Part::Here);
        }
        if let Some(usage) = self.before.total.and_then(|before| usage(before, total)) {
            self.usage.push(into, usage);
        }
        for &(core, ticks) in &self.now.cores {
            let before = self.before.cores.iter().find(|(other, _)| *other == core);
            if let Some(usage) = before.and_then(|(_, before)| usage(*before, ticks)) {
                self.core_usage.push(into, itoa(core, &mut [0; 10]), usage);
            }
        }
        Ok(Part::Here)
    }

    fn load(&mut self, into: &mut Collected) -> Result<Part, CollectError> {
        let Some(bytes) = self.loadavg.read()? else {
            return Ok(Part::Missing);
        };
        let Some(loads) = parse_loadavg(bytes) else {
            return Err(failed("read /proc/loadavg", "there are no three numbers"));
        };
        for (series, load) in self.loads.iter().zip(loads) {
            series.push(into, load);
        }
        if !self.now.cores.is_empty() {
            self.load_per_core.push(into, loads[2] / self.now.cores.len() as f64);
        }
        Ok(Part::Here)
    }
}

impl Collector for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let usage = self.usage(context.since_last, into);
        let load = self.load(into);
        together([usage, load, self.pressure.collect(into)])
    }
}

impl Stat {
    fn clear(&mut self) {
        self.total = None;
        self.cores.clear();
    }

    fn parse(&mut self, bytes: &[u8]) {
        // The lines of the CPU come first; those of the interrupts behind them are long.
        for line in lines(bytes).map_while(|line| line.strip_prefix(b"cpu")) {
            let (core, figures) = line.split_at(line.iter().take_while(|byte| byte.is_ascii_digit()).count());
            let Some(ticks) = Ticks::parse(figures) else { continue };
            if core.is_empty() {
                self.total = Some(ticks);
            } else if let Some(core) = number(core).and_then(|core| u32::try_from(core).ok()) {
                self.cores.push((core, ticks));
            }
        }
    }
}

impl Ticks {
    /// `user nice system idle iowait irq softirq steal`; old kernels and cut lines have fewer, `idle` is the least.
    fn parse(figures: &[u8]) -> Option<Self> {
        let mut columns = [0_u64; 8];
        let mut count = 0;
        for (column, word) in columns.iter_mut().zip(words(figures)) {
            *column = number(word)?;
            count += 1;
        }
        let [user, nice, system, idle, iowait, irq, softirq, steal] = columns;
        let sum = |parts: &[u64]| parts.iter().fold(0_u64, |sum, part| sum.saturating_add(*part));
        (count >= 4).then(|| Self { busy: sum(&[user, nice, system, irq, softirq, steal]), idle: sum(&[idle, iowait]) })
    }
}

/// In percent; none when no tick passed or a counter started anew.
fn usage(before: Ticks, now: Ticks) -> Option<f64> {
    let busy = now.busy.checked_sub(before.busy)?;
    if before.idle.saturating_sub(now.idle) > IDLE_TAKEN_BACK {
        return None;
    }
    let idle = now.idle.saturating_sub(before.idle);
    percent(busy as f64, busy as f64 + idle as f64)
}

fn parse_loadavg(bytes: &[u8]) -> Option<[f64; 3]> {
    let mut figures = words(bytes).map(decimal);
    Some([figures.next()??, figures.next()??, figures.next()??])
}

/// The digits of a number without an allocation.
fn itoa(number: u32, digits: &mut [u8; 10]) -> &str {
    let mut rest = number;
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    std::str::from_utf8(&digits[start..]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Stat {
        let mut stat = Stat::default();
        stat.parse(text.as_bytes());
        stat
    }

    #[test]
    fn usage_counts_iowait_as_idle_and_steal_as_busy() {
        let before = Ticks::parse(b" 100 0 100 1000 50 0 0 0 0 0").unwrap();
        for (line, expected) in [
            (" 150 0 100 1050 50 0 0 0 0 0", Some(50.0)),
            (" 100 0 100 1000 150 0 0 0 0 0", Some(0.0)),
            (" 100 0 100 1000 50 0 0 70 0 0", Some(100.0)),
            (" 150 0 100 1000 40 0 0 0 0 0", Some(100.0)),
            (" 100 0 100 1000 50 0 0 0 0 0", None),
            (" 90 0 100 2000 50 0 0 0 0 0", None),
            (" 150 0 100 500 50 0 0 0 0 0", None),
        ] {
            assert_eq!(usage(before, Ticks::parse(line.as_bytes()).unwrap()), expected, "{line}");
        }
    }

    #[test]
    fn guest_time_is_not_counted_twice() {
        let before = Ticks::parse(b" 0 0 0 0 0 0 0 0 0 0").unwrap();
        let now = Ticks::parse(b" 50 0 0 50 0 0 0 0 50 0").unwrap();
        assert_eq!(usage(before, now), Some(50.0));
    }

    #[test]
    fn cores_keep_their_numbers_when_one_is_off() {
        let stat = parsed("cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu11 1 2 3 4 5 6 7 8 9 10\nintr 9 9\ncpu2 1 2 3 4\n");
        assert_eq!(stat.total, Some(Ticks { busy: 6, idle: 4 }));
        assert_eq!(stat.cores, [(0, Ticks { busy: 6, idle: 4 }), (11, Ticks { busy: 27, idle: 9 })]);
    }

    #[test]
    fn what_is_cut_off_is_left_out() {
        for text in ["", "cpu", "cpu  1 2", "cpu  x y z 0", "cpu0", "intr 0"] {
            assert_eq!(parsed(text), Stat::default(), "{text}");
        }
        assert_eq!(parse_loadavg(b"0.20 0.18 0.12 1/80 11206\n"), Some([0.20, 0.18, 0.12]));
        assert_eq!(parse_loadavg(b"0.20 0.18"), None);
    }

    #[test]
    fn numbers_become_labels() {
        for number in [0, 7, 10, 127, u32::MAX] {
            assert_eq!(itoa(number, &mut [0; 10]), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_usage_within_its_bounds(one in "(cpu[0-9]{0,2} [0-9 ]{0,40}\n){0,4}", garbage: Vec<u8>) {
            let (before, mut now) = (Stat::default(), parsed(&one));
            now.parse(&garbage);
            let share = usage(before.total.unwrap_or_default(), now.total.unwrap_or_default());
            prop_assert!(share.is_none_or(|share| (0.0..=100.0).contains(&share)));
        }
    }
}
