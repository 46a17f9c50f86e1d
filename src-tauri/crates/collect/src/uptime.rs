//! Time since boot. It comes from the clocks of the round, so it costs no system call and agrees with every rule.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};

use crate::series::Series;

/// Seconds since boot, sleep included.
#[derive(Debug)]
pub(crate) struct Uptime {
    uptime: Series,
}

impl Default for Uptime {
    fn default() -> Self {
        Self { uptime: Series::new(names::UPTIME, Unit::Seconds) }
    }
}

impl Collector for Uptime {
    fn name(&self) -> &'static str {
        "uptime"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        self.uptime.push(into, context.moment.elapsed.or_zero().as_seconds());
        Ok(())
    }
}
