//! What Caretaker itself costs: CPU time, memory, and what it writes to disks.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use rustix::time::{ClockId, clock_gettime};

use super::bindings::process_usage;
use crate::failure::failed;
use crate::rate::Counter;
use crate::series::Series;

/// See the module.
#[derive(Debug)]
pub(crate) struct Own {
    milliseconds_before: Option<f64>,
    written_before: Counter,
    cpu_time: Series,
    memory: Series,
    written: Series,
}

impl Own {
    pub(crate) fn new() -> Self {
        Self {
            milliseconds_before: None,
            written_before: Counter::default(),
            cpu_time: Series::new(names::OWN_CPU_TIME, Unit::Milliseconds),
            memory: Series::new(names::OWN_MEMORY, Unit::Bytes),
            written: Series::new(names::OWN_WRITTEN, Unit::BytesPerSecond),
        }
    }
}

impl Collector for Own {
    fn name(&self) -> &'static str {
        "own"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        // A counter of work done, not a clock that any rule could read.
        let used = clock_gettime(ClockId::ProcessCPUTime);
        let milliseconds = used.tv_sec as f64 * 1e3 + used.tv_nsec as f64 / 1e6;
        if let Some(before) = self.milliseconds_before.replace(milliseconds) {
            self.cpu_time.push(into, (milliseconds - before).max(0.0));
        }
        let Some(usage) = process_usage(std::process::id()) else {
            return Err(failed("read what Caretaker uses", "the system does not say"));
        };
        self.memory.push(into, usage.footprint as f64);
        if let Some(rate) = self.written_before.rate(usage.written, context.since_last) {
            self.written.push(into, rate);
        }
        Ok(())
    }
}
