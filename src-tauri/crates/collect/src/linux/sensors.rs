//! Temperature sensors of the kernel: `/sys/class/hwmon` (Documentation/hwmon/sysfs-interface.rst), and the thermal
//! zones of boards that have nothing there.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::root::Root;

/// A sensor whose file stays open.
#[derive(Debug)]
pub(crate) struct Sensor {
    /// `k10temp Tctl`, `nvme Composite`, `nvme Composite 2`; unique on this machine.
    pub(crate) label: String,
    path: PathBuf,
    file: Option<File>,
}

impl Sensor {
    /// What it shows now in °C; none when that is no number.
    pub(crate) fn read(&mut self) -> io::Result<Option<f64>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path)?,
        };
        let mut text = [0; 32];
        let length = file.read_at(&mut text, 0)?;
        self.file = Some(file);
        Ok(parse_millidegrees(&text[..length]))
    }
}

/// All sensors, in the order of the kernel's numbers.
pub(crate) fn find(root: &Root) -> Vec<Sensor> {
    let mut found = chips(root);
    if found.is_empty() {
        found = zones(root);
    }
    let mut times: HashMap<String, u32> = HashMap::new();
    for sensor in &mut found {
        let time = times.entry(sensor.label.clone()).or_default();
        *time += 1;
        if *time > 1 {
            sensor.label = format!("{} {time}", sensor.label);
        }
    }
    found
}

fn chips(root: &Root) -> Vec<Sensor> {
    let mut sensors = Vec::new();
    for (_, chip) in numbered(&root.path("sys/class/hwmon"), "hwmon", "") {
        let name = text(&chip.join("name")).unwrap_or_else(|| "sensor".to_owned());
        let inputs = numbered(&chip, "temp", "_input");
        let named: Vec<_> = inputs
            .iter()
            .map(|(number, path)| (text(&chip.join(format!("temp{number}_label"))), number, path))
            .collect();
        let has_package =
            named.iter().any(|(label, ..)| label.as_ref().is_some_and(|label| label.starts_with("Package")));
        for (label, number, path) in &named {
            // The package shows the hottest of its cores; sixty-four more series would say no more.
            if has_package && label.as_ref().is_some_and(|label| label.starts_with("Core ")) {
                continue;
            }
            let label = match label {
                Some(label) => format!("{name} {label}"),
                None if named.len() == 1 => name.clone(),
                None => format!("{name} temp{number}"),
            };
            sensors.push(Sensor { label, path: (*path).clone(), file: None });
        }
    }
    sensors
}

fn zones(root: &Root) -> Vec<Sensor> {
    numbered(&root.path("sys/class/thermal"), "thermal_zone", "")
        .into_iter()
        .map(|(_, zone)| {
            let label = text(&zone.join("type")).unwrap_or_else(|| "thermal zone".to_owned());
            Sensor { label, path: zone.join("temp"), file: None }
        })
        .collect()
}

/// Entries of a folder that are a number between `before` and `after`, sorted by it; none when there is no folder.
fn numbered(folder: &Path, before: &str, after: &str) -> Vec<(u32, PathBuf)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let digits = name.to_str()?.strip_prefix(before)?.strip_suffix(after)?;
            Some((digits.parse().ok()?, folder.join(&name)))
        })
        .collect();
    found.sort();
    found
}

fn text(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `45250` is 45.25 °C.
fn parse_millidegrees(text: &[u8]) -> Option<f64> {
    let millidegrees: i64 = std::str::from_utf8(text).ok()?.trim().parse().ok()?;
    Some(millidegrees as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousandths_of_a_degree_are_read() {
        for (text, celsius) in [("45250\n", Some(45.25)), ("-5000", Some(-5.0)), ("", None), ("n/a\n", None)] {
            assert_eq!(parse_millidegrees(text.as_bytes()), celsius, "{text}");
        }
    }
}
