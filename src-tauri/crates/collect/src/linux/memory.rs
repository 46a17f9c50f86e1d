//! Memory and swap from `/proc/meminfo`, how fast pages are swapped out, and how long tasks wait for memory.
//!
//! Usage is 1 - MemAvailable/MemTotal: what programs could get without swapping counts as free, caches included.
//! A machine without swap has no series of it.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::Span;

use super::kept_file::KeptFile;
use super::part::{Part, together};
use super::pressure::Pressure;
use super::root::Root;
use super::text::{lines, number, words};
use crate::failure::failed;
use crate::rate::Counter;
use crate::series::{Series, percent};

/// See the module.
#[derive(Debug)]
pub(crate) struct Memory {
    meminfo: KeptFile,
    vmstat: KeptFile,
    pressure: Pressure,
    pages_out: Counter,
    has_swap: bool,
    total: Series,
    used: Series,
    available: Series,
    usage: Series,
    swap_total: Series,
    swap_used: Series,
    swap_out: Series,
}

/// Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Meminfo {
    total: Option<u64>,
    available: Option<u64>,
    swap_total: Option<u64>,
    swap_free: Option<u64>,
}

impl Memory {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            meminfo: KeptFile::new(root.path("proc/meminfo")),
            vmstat: KeptFile::new(root.path("proc/vmstat")),
            pressure: Pressure::new(root, "memory", names::MEMORY_PRESSURE),
            pages_out: Counter::default(),
            has_swap: false,
            total: Series::new(names::MEMORY_TOTAL, Unit::Bytes),
            used: Series::new(names::MEMORY_USED, Unit::Bytes),
            available: Series::new(names::MEMORY_AVAILABLE, Unit::Bytes),
            usage: Series::new(names::MEMORY_USAGE, Unit::Percent),
            swap_total: Series::new(names::SWAP_TOTAL, Unit::Bytes),
            swap_used: Series::new(names::SWAP_USED, Unit::Bytes),
            swap_out: Series::new(names::SWAP_OUT, Unit::BytesPerSecond),
        }
    }

    fn sizes(&mut self, into: &mut Collected) -> Result<Part, CollectError> {
        self.has_swap = false;
        let Some(bytes) = self.meminfo.read()? else {
            return Ok(Part::Missing);
        };
        let sizes = Meminfo::parse(bytes);
        let Some(total) = sizes.total else {
            return Err(failed("read /proc/meminfo", "there is no line MemTotal"));
        };
        self.total.push(into, total as f64);
        if let Some(available) = sizes.available.map(|available| available.min(total)) {
            let used = (total - available) as f64;
            self.available.push(into, available as f64);
            self.used.push(into, used);
            if let Some(usage) = percent(used, total as f64) {
                self.usage.push(into, usage);
            }
        }
        if let (Some(total @ 1..), Some(free)) = (sizes.swap_total, sizes.swap_free) {
            self.has_swap = true;
            self.swap_total.push(into, total as f64);
            self.swap_used.push(into, total.saturating_sub(free) as f64);
        }
        Ok(Part::Here)
    }

    fn swap_out(&mut self, since_last: Option<Span>, into: &mut Collected) -> Result<Part, CollectError> {
        if !self.has_swap {
            self.pages_out = Counter::default();
            return Ok(Part::Missing);
        }
        let Some(bytes) = self.vmstat.read()? else {
            return Ok(Part::Missing);
        };
        if let Some(rate) = parse_pages_out(bytes).and_then(|pages| self.pages_out.rate(pages, since_last)) {
            self.swap_out.push(into, rate * rustix::param::page_size() as f64);
        }
        Ok(Part::Here)
    }
}

impl Collector for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let sizes = self.sizes(into);
        let swap_out = self.swap_out(context.since_last, into);
        together([sizes, swap_out, self.pressure.collect(into)])
    }
}

impl Meminfo {
    fn parse(bytes: &[u8]) -> Self {
        let mut sizes = Self::default();
        for line in lines(bytes) {
            let mut line = words(line);
            let place = match line.next() {
                Some(b"MemTotal:") => &mut sizes.total,
                Some(b"MemAvailable:") => &mut sizes.available,
                Some(b"SwapTotal:") => &mut sizes.swap_total,
                Some(b"SwapFree:") => {
                    sizes.swap_free = kibibytes(line);
                    break;
                }
                _ => continue,
            };
            *place = kibibytes(line);
        }
        sizes
    }
}

/// `24684096 kB` in bytes; a line that is cut off before its unit could be any number.
fn kibibytes<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<u64> {
    let size = number(words.next()?)?.checked_mul(1_024)?;
    (words.next()? == b"kB").then_some(size)
}

/// Pages written to swap since boot.
fn parse_pages_out(bytes: &[u8]) -> Option<u64> {
    lines(bytes).find_map(|line| line.strip_prefix(b"pswpout ")).and_then(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_found_by_name_and_need_their_unit() {
        let text = "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    400 kB\nSwapTotal: 20 kB\nSwapFree: 5 k";
        let sizes = Meminfo::parse(text.as_bytes());
        assert_eq!(sizes.total, Some(1_024_000));
        assert_eq!(sizes.available, Some(409_600));
        assert_eq!((sizes.swap_total, sizes.swap_free), (Some(20_480), None));
        assert_eq!(Meminfo::parse(b"MemTotal: 99999999999999999999 kB\n"), Meminfo::default());
    }

    #[test]
    fn pages_out_are_found_among_names_that_begin_alike() {
        for (text, pages) in
            [("pswpin 3\npswpout 7\nzswpout 9\n", Some(7)), ("pswpout_x 7\n", None), ("pswpout", None), ("", None)]
        {
            assert_eq!(parse_pages_out(text.as_bytes()), pages, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = (Meminfo::parse(&bytes), parse_pages_out(&bytes));
        }
    }
}
