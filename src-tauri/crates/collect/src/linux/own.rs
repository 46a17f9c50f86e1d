//! What Caretaker itself costs: CPU time, memory, and what it writes to disks.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::Span;
use rustix::time::{ClockId, clock_gettime};

use super::kept_file::KeptFile;
use super::part::{Part, together};
use super::root::Root;
use super::text::{lines, number, words};
use crate::rate::Counter;
use crate::series::Series;

/// See the module.
#[derive(Debug)]
pub(crate) struct Own {
    statm: KeptFile,
    io: KeptFile,
    nanoseconds_before: Option<i128>,
    written_before: Counter,
    cpu_time: Series,
    memory: Series,
    written: Series,
}

impl Own {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            statm: KeptFile::new(root.path("proc/self/statm")),
            io: KeptFile::new(root.path("proc/self/io")),
            nanoseconds_before: None,
            written_before: Counter::default(),
            cpu_time: Series::new(names::OWN_CPU_TIME, Unit::Milliseconds),
            memory: Series::new(names::OWN_MEMORY, Unit::Bytes),
            written: Series::new(names::OWN_WRITTEN, Unit::BytesPerSecond),
        }
    }

    /// CPU time of all threads; a counter of work done, not a clock that any rule could read.
    fn cpu_time(&mut self, into: &mut Collected) -> Part {
        let used = clock_gettime(ClockId::ProcessCPUTime);
        let nanoseconds = i128::from(used.tv_sec) * 1_000_000_000 + i128::from(used.tv_nsec);
        if let Some(before) = self.nanoseconds_before.replace(nanoseconds) {
            self.cpu_time.push(into, (nanoseconds - before).max(0) as f64 / 1_000_000.0);
        }
        Part::Here
    }

    fn memory(&mut self, into: &mut Collected) -> Result<Part, CollectError> {
        let Some(bytes) = self.statm.read()? else {
            return Ok(Part::Missing);
        };
        if let Some(pages) = parse_resident(bytes) {
            self.memory.push(into, pages as f64 * rustix::param::page_size() as f64);
        }
        Ok(Part::Here)
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
        let cpu_time = self.cpu_time(into);
        let memory = self.memory(into);
        let written = self.written(context.since_last, into);
        together([Ok(cpu_time), memory, written])
    }
}

/// Resident pages: the second word of `/proc/self/statm`. A last word without its line end may be cut off.
fn parse_resident(bytes: &[u8]) -> Option<u64> {
    let mut words = words(bytes).skip(1);
    let resident = number(words.next()?)?;
    words.next().map(|_| resident)
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
        assert_eq!(parse_resident(b"12254 4307 1256 1 0 10 0\n"), Some(4_307));
        assert_eq!(parse_resident(b"12254 43"), None);
        let io = "rchar: 1\nwchar: 2\nread_bytes: 3\nwrite_bytes: 4096\ncancelled_write_bytes: 0\n";
        assert_eq!(parse_written(io.as_bytes()), Some(4_096));
        assert_eq!(parse_written(b"rchar: 1\nwchar: 2\n"), None);
    }

    #[test]
    fn work_done_between_two_rounds_shows_as_cpu_time() {
        let mut own = Own::new(&Root::default());
        let mut round = Collected::default();
        own.cpu_time(&mut round);
        assert!(round.readings.is_empty(), "the first round has nothing to compare with");
        let mut sum = 0_u64;
        for number in 0..3_000_000_u64 {
            sum = std::hint::black_box(sum.wrapping_add(number));
        }
        own.cpu_time(&mut round);
        assert!(round.readings[0].value > 0.0, "{sum}");
    }
}
