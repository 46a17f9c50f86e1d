//! What Caretaker itself costs: CPU time, memory, what it writes to disks, and how often it wakes up.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::Span;
use rustix::time::{ClockId, clock_gettime};

use super::kept_file::KeptFile;
use super::part::{Part, together};
use super::root::Root;
use super::text::{lines, number, words};
use super::usage::times_waited;
use crate::rate::Counter;
use crate::series::{Series, percent};

/// See the module.
#[derive(Debug)]
pub(crate) struct Own {
    statm: KeptFile,
    io: KeptFile,
    nanoseconds_before: Option<i128>,
    written_before: Counter,
    waited_before: Counter,
    cpu_time: Series,
    cpu_usage: Series,
    memory: Series,
    written: Series,
    wakeups: Series,
}

impl Own {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            statm: KeptFile::new(root.path("proc/self/statm")),
            io: KeptFile::new(root.path("proc/self/io")),
            nanoseconds_before: None,
            written_before: Counter::default(),
            waited_before: Counter::default(),
            cpu_time: Series::new(names::OWN_CPU_TIME, Unit::Milliseconds),
            cpu_usage: Series::new(names::OWN_CPU_USAGE, Unit::Percent),
            memory: Series::new(names::OWN_MEMORY, Unit::Bytes),
            written: Series::new(names::OWN_WRITTEN, Unit::BytesPerSecond),
            wakeups: Series::new(names::OWN_WAKEUPS, Unit::Ratio),
        }
    }

    /// CPU time of all threads; a counter of work done, not a clock that any rule could read.
    fn cpu_time(&mut self, since_last: Option<Span>, into: &mut Collected) -> Part {
        let used = clock_gettime(ClockId::ProcessCPUTime);
        let nanoseconds = i128::from(used.tv_sec) * 1_000_000_000 + i128::from(used.tv_nsec);
        if let Some(before) = self.nanoseconds_before.replace(nanoseconds) {
            let milliseconds = (nanoseconds - before).max(0) as f64 / 1_000_000.0;
            self.cpu_time.push(into, milliseconds);
            if let Some(share) = since_last.and_then(|span| percent(milliseconds, span.as_millis() as f64)) {
                self.cpu_usage.push(into, share);
            }
        }
        Part::Here
    }

    fn memory(&mut self, into: &mut Collected) -> Result<Part, CollectError> {
        let Some(bytes) = self.statm.read()? else {
            return Ok(Part::Missing);
        };
        if let Some(pages) = parse_private(bytes) {
            self.memory.push(into, pages as f64 * rustix::param::page_size() as f64);
        }
        Ok(Part::Here)
    }

    fn wakeups(&mut self, since_last: Option<Span>, into: &mut Collected) -> Part {
        let Some(times) = times_waited() else { return Part::Missing };
        if let Some(rate) = self.waited_before.rate(times, since_last) {
            self.wakeups.push(into, rate);
        }
        Part::Here
    }

    fn written(&mut self, since_last: Option<Span>, into: &mut Collected) -> Result<Part, CollectError> {
        let Some(bytes) = self.io.read()? else {
            return Ok(Part::Missing);
        };
        if let Some(rate) = parse_written(bytes).and_then(|written| self.written_before.rate(written, since_last)) {
            self.written.push(into, rate);
        }
        Ok(Part::Here)
    }
}

impl Collector for Own {
    fn name(&self) -> &'static str {
        "own"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let cpu_time = self.cpu_time(context.since_last, into);
        let memory = self.memory(into);
        let written = self.written(context.since_last, into);
        let wakeups = self.wakeups(context.since_last, into);
        together([Ok(cpu_time), memory, written, Ok(wakeups)])
    }
}

/// Resident pages of no file: the second word of `/proc/self/statm` less the third. Pages of programs and libraries are
/// shared with whoever else uses them, and the kernel takes them back when it likes. A word that nothing follows may be cut
/// off.
fn parse_private(bytes: &[u8]) -> Option<u64> {
    let mut words = words(bytes).skip(1);
    let (resident, shared) = (number(words.next()?)?, number(words.next()?)?);
    words.next().map(|_| resident.saturating_sub(shared))
}

/// Bytes that this program caused to be written to disks.
fn parse_written(bytes: &[u8]) -> Option<u64> {
    let figure =
        |name: &[u8]| lines(bytes).find_map(|line| line.strip_prefix(name)).and_then(|rest| words(rest).next());
    number(figure(b"write_bytes:")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_and_cut_files_give_none() {
        assert_eq!(parse_private(b"12254 4307 1256 1 0 10 0\n"), Some(3_051));
        assert_eq!(parse_private(b"12254 4307 12"), None);
        let io = "rchar: 1\nwchar: 2\nread_bytes: 3\nwrite_bytes: 4096\ncancelled_write_bytes: 0\n";
        assert_eq!(parse_written(io.as_bytes()), Some(4_096));
        assert_eq!(parse_written(b"rchar: 1\nwchar: 2\n"), None);
    }

    #[test]
    fn work_done_between_two_rounds_shows_as_cpu_time() {
        let mut own = Own::new(&Root::default());
        let mut round = Collected::default();
        own.cpu_time(None, &mut round);
        assert!(round.readings.is_empty(), "the first round has nothing to compare with");
        let mut sum = 0_u64;
        for number in 0..3_000_000_u64 {
            sum = std::hint::black_box(sum.wrapping_add(number));
        }
        own.cpu_time(Some(Span::from_seconds(30)), &mut round);
        let [time, share] = &round.readings[..] else { panic!("{:?}", round.readings) };
        assert!(time.value > 0.0, "{sum}");
        assert!((share.value - time.value / 300.0).abs() < 1e-9, "30 s of one core are 30,000 ms: {share:?}");
    }

    #[test]
    fn a_thread_that_waited_woke_up() {
        let mut own = Own::new(&Root::default());
        let mut round = Collected::default();
        own.wakeups(None, &mut round);
        assert!(round.readings.is_empty(), "the first round has nothing to compare with");
        for _ in 0..20 {
            std::thread::scope(|scope| {
                let (send, wait) = std::sync::mpsc::channel::<()>();
                scope.spawn(move || wait.recv());
                std::thread::yield_now();
                drop(send);
            });
        }
        own.wakeups(Some(Span::from_seconds(10)), &mut round);
        assert!(round.readings[0].value >= 2.0, "20 waits in 10 s: {:?}", round.readings);
    }
}
