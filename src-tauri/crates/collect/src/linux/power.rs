//! Power of the machine's parts, in watts, as far as anything measures it: the counters of RAPL
//! (Documentation/power/powercap/powercap.rst), which only root may read, and chips that watch a graphics card or the
//! whole machine.
//!
//! Nothing is added up to a total: `total` is there only where something measures it.

use std::collections::BTreeMap;

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::answers::Answers;
use super::attribute::Attribute;
use super::hwmon::{Chip, chips, numbered, text};
use super::root::Root;
use crate::rate::Counter;
use crate::sensor::{Told, absent, sensor};
use crate::series::LabelledSeries;

/// The kernel counts in millionths: of a watt, and of a joule.
const MILLIONTHS: f64 = 1e6;
/// More than any small computer takes; a counter that jumped shows it.
const MOST_WATTS: f64 = 5_000.0;

const OF_ROOT: &str = "only root may read RAPL, since its counters betray what programs compute: an engine that runs as \
    root has them";

/// See the module.
#[derive(Debug)]
pub(crate) struct Power {
    root: Root,
    /// None: to be searched for.
    meters: Option<Vec<Meter>>,
    power: LabelledSeries,
}

/// Something that measures the power of a part.
#[derive(Debug)]
struct Meter {
    /// `cpu`, `gpu`, `dram`, `total`, or what the chip calls it.
    part: String,
    file: Attribute,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Millionths of a watt.
    Power,
    /// Millionths of a joule since some moment.
    Energy(Counter),
}

impl Power {
    pub(crate) fn new(root: &Root) -> Self {
        Self { root: root.clone(), meters: None, power: LabelledSeries::new(names::POWER, "part", Unit::Watts) }
    }
}

impl Collector for Power {
    fn name(&self) -> &'static str {
        "power"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let root = &self.root;
        let meters = self.meters.get_or_insert_with(|| {
            let mut meters = find(root);
            // What may not be opened now is not opened later either: the rights of a process do not grow.
            meters.retain(|meter| meter.file.may_be_opened());
            meters
        });
        if meters.is_empty() {
            return Err(CollectError::Absent);
        }
        let mut answers = Answers::default();
        // Two packages, or two cards, are one part.
        let mut parts: BTreeMap<&str, f64> = BTreeMap::new();
        for meter in meters.iter_mut() {
            let Some(number) = answers.take(&meter.part, meter.file.read()) else { continue };
            let millionths = match &mut meter.kind {
                Kind::Power => Some(number),
                Kind::Energy(counter) => counter.rate(number as u64, context.since_last),
            };
            let watts = millionths.map(|millionths| millionths / MILLIONTHS);
            if let Some(watts) = watts.filter(|watts| (0.0..MOST_WATTS).contains(watts)) {
                *parts.entry(&meter.part).or_default() += watts;
            }
        }
        for (part, watts) in parts {
            self.power.push(into, part, watts);
        }
        if answers.vanished() {
            self.meters = None;
        }
        answers.verdict()
    }
}

fn find(root: &Root) -> Vec<Meter> {
    let mut meters = zones(root);
    meters.extend(chips(root).iter().flat_map(on_chip));
    meters
}

/// The zones of RAPL: `intel-rapl:0` is a package, `intel-rapl:0:2` a part of it. AMD's CPUs have them by the same name.
fn zones(root: &Root) -> Vec<Meter> {
    let folder = root.path("sys/class/powercap");
    let packages = numbered(&folder, "intel-rapl:", "").into_iter().flat_map(|(number, package)| {
        let within = numbered(&folder, &format!("intel-rapl:{number}:"), "").into_iter().map(|(_, zone)| zone);
        std::iter::once(package).chain(within)
    });
    packages
        .filter_map(|zone| {
            let part = part_of_zone(&text(&zone.join("name"))?)?;
            let file = Attribute::existing(zone.join("energy_uj"))?;
            Some(Meter { part: part.to_owned(), file, kind: Kind::Energy(Counter::default()) })
        })
        .collect()
}

/// The part that a zone of RAPL stands for; none for what is within another one.
fn part_of_zone(name: &str) -> Option<&'static str> {
    match name {
        "uncore" => Some("gpu"),
        "dram" => Some("dram"),
        "psys" => Some("total"),
        package if package.starts_with("package") => Some("cpu"),
        _ => None,
    }
}

fn on_chip(chip: &Chip) -> Vec<Meter> {
    let mut inputs = chip.inputs("power", "_average");
    for input in chip.inputs("power", "_input") {
        if !inputs.iter().any(|average| average.number == input.number) {
            inputs.push(input);
        }
    }
    let meters = inputs.into_iter().map(|input| Meter {
        part: part_on_chip(&chip.name, input.label.as_deref(), input.number),
        file: Attribute::new(input.path),
        kind: Kind::Power,
    });
    let mut meters: Vec<Meter> = meters.collect();
    // Intel's cards count energy only; the first counter is that of the whole card.
    if ["i915", "xe"].contains(&chip.name.as_str()) && meters.is_empty() {
        meters.extend(chip.inputs("energy", "_input").into_iter().take(1).map(|input| Meter {
            part: "gpu".to_owned(),
            file: Attribute::new(input.path),
            kind: Kind::Energy(Counter::default()),
        }));
    }
    meters
}

fn part_on_chip(chip: &str, label: Option<&str>, number: u32) -> String {
    match (chip, label) {
        ("amdgpu" | "nouveau" | "i915" | "xe", _) => "gpu".to_owned(),
        ("power_meter", _) | ("macsmc_hwmon", Some("Total System Power")) => "total".to_owned(),
        (chip, Some(label)) => format!("{chip} {label}"),
        (chip, None) => format!("{chip} power{number}"),
    }
}

/// Every meter as it is now, for `doctor`.
pub(crate) fn inspect(root: &Root) -> Vec<SensorView> {
    let meters = find(root);
    if meters.is_empty() {
        let source = "/sys/class/powercap, /sys/class/hwmon/hwmon*/power*";
        return vec![absent("power", source, "nothing on this machine measures it", "")];
    }
    let lines = meters.into_iter().map(|mut meter| {
        let line = sensor("power", &meter.part, meter.file.path().display());
        match (meter.file.read(), meter.kind) {
            (Ok(Some(number)), Kind::Power) => {
                let watts = number as f64 / MILLIONTHS;
                line.raw(number).fills(names::POWER, "part", &meter.part, Unit::Watts, watts)
            }
            (Ok(Some(number)), Kind::Energy(_)) => {
                let line = line.raw(number).noted("a counter of energy: two rounds make it watts");
                SensorView { series: Some(format!("{}{{part={}}}", names::POWER, meter.part)), ..line }
            }
            (Ok(None), _) => line.noted("it shows no number"),
            (Err(error), Kind::Energy(_)) => SensorView { hint: OF_ROOT.to_owned(), ..line.noted(error) },
            (Err(error), Kind::Power) => line.noted(error),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_chips_are_told_by_the_part_that_they_measure() {
        for (zone, part) in [
            ("package-0", Some("cpu")),
            ("package-1", Some("cpu")),
            ("core", None),
            ("uncore", Some("gpu")),
            ("dram", Some("dram")),
            ("psys", Some("total")),
        ] {
            assert_eq!(part_of_zone(zone), part, "{zone}");
        }
        for (chip, label, part) in [
            ("amdgpu", Some("PPT"), "gpu"),
            ("power_meter", None, "total"),
            ("macsmc_hwmon", Some("Total System Power"), "total"),
            ("macsmc_hwmon", Some("3.3V"), "macsmc_hwmon 3.3V"),
            ("ina219", None, "ina219 power1"),
        ] {
            assert_eq!(part_on_chip(chip, label, 1), part, "{chip}");
        }
    }
}
