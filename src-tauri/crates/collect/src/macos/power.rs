//! Power of the machine's parts, from Apple's counters of energy, and of the machine as a whole, as its controller
//! measures it. Nothing is added up to a total.

use std::collections::BTreeMap;

use caretaker_core::metric::{SeriesKey, Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::bindings::io_report::IoReport;
use super::bindings::smc::Smc;
use crate::energy_model::{joules, part};
use crate::sensor::{Told, absent, sensor};
use crate::series::LabelledSeries;

/// Watts of the whole machine.
const TOTAL: &str = "PSTR";
/// More than any Mac takes; a counter that jumped shows it.
const MOST_WATTS: f64 = 2_000.0;

/// See the module.
pub(crate) struct Power {
    sources: Option<Sources>,
    power: LabelledSeries,
}

struct Sources {
    report: Option<IoReport>,
    controller: Option<Smc>,
}

impl Power {
    pub(crate) fn new() -> Self {
        Self { sources: None, power: LabelledSeries::new(names::POWER, "part", Unit::Watts) }
    }
}

impl Collector for Power {
    fn name(&self) -> &'static str {
        "power"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let sources = self.sources.get_or_insert_with(Sources::open);
        if sources.report.is_none() && sources.controller.is_none() {
            return Err(CollectError::Absent);
        }
        if let Some(report) = &mut sources.report {
            if context.since_last.is_none() {
                report.forget();
            }
            let channels = report.risen();
            let seconds = context.since_last.map_or(0.0, |span| span.as_seconds());
            let mut parts: BTreeMap<&str, f64> = BTreeMap::new();
            for channel in channels.iter().filter(|_| seconds > 0.0) {
                if let (Some(part), Some(joules)) = (part(&channel.name), joules(channel.counted, &channel.unit)) {
                    *parts.entry(part).or_default() += joules / seconds;
                }
            }
            for (part, watts) in parts {
                if (0.0..MOST_WATTS).contains(&watts) {
                    self.power.push(into, part, watts);
                }
            }
        }
        let total = sources.controller.as_mut().and_then(|controller| controller.number(TOTAL));
        if let Some(watts) = total.filter(|watts| *watts > 0.0 && *watts < MOST_WATTS) {
            self.power.push(into, "total", watts);
        }
        Ok(())
    }
}

impl Sources {
    fn open() -> Self {
        let mut controller = Smc::open();
        // A controller without the key would be asked for nothing in every round.
        if controller.as_mut().is_some_and(|controller| controller.number(TOTAL).is_none()) {
            controller = None;
        }
        Self { report: IoReport::open(), controller }
    }
}

/// Every counter as it is now, for `doctor`.
pub(crate) fn inspect() -> Vec<SensorView> {
    let mut lines = Vec::new();
    match IoReport::open() {
        None => lines.push(absent(
            "power",
            "libIOReport.dylib, group Energy Model",
            "this macOS or this chip does not have it",
            "",
        )),
        Some(mut report) => {
            report.risen();
            for channel in report.risen() {
                let line = sensor("power", &channel.name, "IOReport, group Energy Model");
                let line = line.raw(format!("{} {} since a moment ago", channel.counted, channel.unit.trim()));
                lines.push(match (part(&channel.name), joules(channel.counted, &channel.unit)) {
                    (Some(part), Some(_)) => {
                        let series = SeriesKey::labelled(names::POWER, "part", part).to_string();
                        SensorView { series: Some(series), ..line.noted("two rounds make it watts") }
                    }
                    (None, _) => line.noted("left out: within another one, or no part that has a name"),
                    (_, None) => line.noted("left out: its unit is none of energy"),
                });
            }
        }
    }
    let total = Smc::open().and_then(|mut controller| controller.value(TOTAL));
    let source = format!("SMC key {TOTAL}");
    lines.push(match total {
        Some(value) => {
            let line = sensor("power", "total", source).raw(format!("{} {:02x?}", value.kind, value.bytes));
            match value.number {
                Some(watts) => line.fills(names::POWER, "part", "total", Unit::Watts, watts),
                None => line.noted("its type is no number"),
            }
        }
        None => absent("power", source, "the controller does not have the key", ""),
    });
    lines
}
