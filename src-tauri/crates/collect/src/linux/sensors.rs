//! Temperature sensors of the kernel: those of the chips, and the thermal zones of boards that have no chip.

use super::attribute::Attribute;
use super::hwmon::{chips, make_unique, numbered, text};
use super::root::Root;

/// A sensor whose file stays open.
#[derive(Debug)]
pub(crate) struct Sensor {
    /// `k10temp Tctl`, `nvme Composite`, `nvme Composite 2`; unique on this machine.
    pub(crate) label: String,
    pub(crate) file: Attribute,
}

/// All sensors, in the order of the kernel's numbers.
pub(crate) fn find(root: &Root) -> Vec<Sensor> {
    let mut found = on_chips(root);
    if found.is_empty() {
        found = zones(root);
    }
    make_unique(found.iter_mut().map(|sensor| &mut sensor.label));
    found
}

fn on_chips(root: &Root) -> Vec<Sensor> {
    let mut sensors = Vec::new();
    for chip in chips(root) {
        let name = &chip.name;
        let inputs = chip.inputs("temp", "_input");
        let alone = inputs.len() == 1;
        let begins = |label: &Option<String>, with: &str| label.as_ref().is_some_and(|label| label.starts_with(with));
        let has_package = inputs.iter().any(|input| begins(&input.label, "Package"));
        for input in inputs {
            // The package shows the hottest of its cores; sixty-four more series would say no more.
            if has_package && begins(&input.label, "Core ") {
                continue;
            }
            let label = match input.label {
                Some(label) => format!("{name} {label}"),
                None if alone => name.clone(),
                None => format!("{name} temp{}", input.number),
            };
            sensors.push(Sensor { label, file: Attribute::new(input.path) });
        }
    }
    sensors
}

fn zones(root: &Root) -> Vec<Sensor> {
    numbered(&root.path("sys/class/thermal"), "thermal_zone", "")
        .into_iter()
        .map(|(_, zone)| {
            let label = text(&zone.join("type")).unwrap_or_else(|| "thermal zone".to_owned());
            Sensor { label, file: Attribute::new(zone.join("temp")) }
        })
        .collect()
}
