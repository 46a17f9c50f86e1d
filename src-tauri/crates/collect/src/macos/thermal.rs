//! How hot the system itself thinks it is: from "serious" on it slows down. Says more than any sensor, since a chip of
//! Apple is meant to run at 100 °C under load.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use objc2_foundation::NSProcessInfo;

use crate::series::Series;

/// See the module.
#[derive(Debug)]
pub(crate) struct Thermal {
    state: Series,
}

impl Thermal {
    pub(crate) fn new() -> Self {
        Self { state: Series::new(names::THERMAL_STATE, Unit::Count) }
    }
}

impl Collector for Thermal {
    fn name(&self) -> &'static str {
        "thermal"
    }

    fn collect(&mut self, _: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let state = NSProcessInfo::processInfo().thermalState();
        self.state.push(into, state.0 as f64);
        Ok(())
    }
}
