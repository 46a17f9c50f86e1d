//! Chips that watch the hardware, `/sys/class/hwmon` (Documentation/hwmon/sysfs-interface.rst), and helpers for the
//! numbered folders of `/sys`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::root::Root;

/// One chip.
#[derive(Debug)]
pub(crate) struct Chip {
    /// What its driver calls it: `k10temp`, `nvme`, `nct6798`.
    pub(crate) name: String,
    folder: PathBuf,
}

/// One value that a chip shows.
#[derive(Debug)]
pub(crate) struct Input {
    /// Its number, as in `fan2_input`.
    pub(crate) number: u32,
    /// What the board's maker or the driver calls it.
    pub(crate) label: Option<String>,
    /// The file.
    pub(crate) path: PathBuf,
}

/// All chips, in the order of the kernel's numbers.
pub(crate) fn chips(root: &Root) -> Vec<Chip> {
    let folders = numbered(&root.path("sys/class/hwmon"), "hwmon", "");
    let named = |(_, folder): (u32, PathBuf)| {
        let name = text(&folder.join("name")).unwrap_or_else(|| "sensor".to_owned());
        Chip { name, folder }
    };
    folders.into_iter().map(named).collect()
}

impl Chip {
    /// The values of one kind, as `fan` and `_input` for `fan2_input`.
    pub(crate) fn inputs(&self, kind: &str, suffix: &str) -> Vec<Input> {
        let found = numbered(&self.folder, kind, suffix).into_iter();
        found
            .map(|(number, path)| {
                let label = text(&self.folder.join(format!("{kind}{number}_label")));
                Input { number, label, path }
            })
            .collect()
    }
}

/// Makes labels unique on this machine: the second `nvme Composite` is `nvme Composite 2`.
pub(crate) fn make_unique<'l>(labels: impl Iterator<Item = &'l mut String>) {
    let mut times: HashMap<String, u32> = HashMap::new();
    for label in labels {
        let time = times.entry(label.clone()).or_default();
        *time += 1;
        if *time > 1 {
            *label = format!("{label} {time}");
        }
    }
}

/// Entries of a folder that are a number between `before` and `after`, sorted by it; none when there is no folder.
pub(crate) fn numbered(folder: &Path, before: &str, after: &str) -> Vec<(u32, PathBuf)> {
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

/// A short text in a file of `/sys`; none when there is none.
pub(crate) fn text(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_come_twice_are_counted() {
        let mut labels = ["nvme Composite", "k10temp Tctl", "nvme Composite"].map(str::to_owned);
        make_unique(labels.iter_mut());
        assert_eq!(labels, ["nvme Composite", "k10temp Tctl", "nvme Composite 2"]);
    }

    #[test]
    fn only_numbers_between_the_words_count() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["fan10_input", "fan2_input", "fan2_label", "fan_input", "pwm1_input"] {
            fs::File::create(folder.path().join(name)).unwrap();
        }
        let found: Vec<u32> = numbered(folder.path(), "fan", "_input").into_iter().map(|(number, _)| number).collect();
        assert_eq!(found, [2, 10]);
    }
}
