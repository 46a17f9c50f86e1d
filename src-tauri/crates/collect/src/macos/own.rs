//! What Caretaker itself costs: CPU time, memory, what it writes to disks, and how often it wakes the processor.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use rustix::time::{ClockId, clock_gettime};

use super::bindings::process_usage;
use crate::failure::failed;
use crate::rate::Counter;
use crate::series::{Series, percent};

/// See the module.
#[derive(Debug)]
pub(crate) struct Own {
    milliseconds_before: Option<f64>,
    written_before: Counter,
    woke_before: Counter,
    cpu_time: Series,
    cpu_usage: Series,
    memory: Series,
    written: Series,
    wakeups: Series,
}

impl Own {
    pub(crate) fn new() -> Self {
        Self {
            milliseconds_before: None,
            written_before: Counter::default(),
            woke_before: Counter::default(),
            cpu_time: Series::new(names::OWN_CPU_TIME, Unit::Milliseconds),
            cpu_usage: Series::new(names::OWN_CPU_USAGE, Unit::Percent),
            memory: Series::new(names::OWN_MEMORY, Unit::Bytes),
            written: Series::new(names::OWN_WRITTEN, Unit::BytesPerSecond),
            wakeups: Series::new(names::OWN_WAKEUPS, Unit::Ratio),
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
            let milliseconds = (milliseconds - before).max(0.0);
            self.cpu_time.push(into, milliseconds);
            if let Some(share) = context.since_last.and_then(|span| percent(milliseconds, span.as_millis() as f64)) {
                self.cpu_usage.push(into, share);
            }
        }
        let Some(usage) = process_usage(std::process::id()) else {
            return Err(failed("read what Caretaker uses", "the system does not say"));
        };
        self.memory.push(into, usage.footprint as f64);
        if let Some(rate) = self.written_before.rate(usage.written, context.since_last) {
            self.written.push(into, rate);
        }
        if let Some(rate) = self.woke_before.rate(usage.wakeups, context.since_last) {
            self.wakeups.push(into, rate);
        }
        Ok(())
    }
}
