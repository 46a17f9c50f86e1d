//! Where Homebrew leaves its traces: only folders that changed lately are looked into, and nothing is started.

use std::fs::{DirEntry, read_dir, read_to_string};
use std::path::Path;
use std::time::{Duration, SystemTime};

use caretaker_core::record::BrewTraces;
use caretaker_core::time::Timestamp;

/// A receipt has some kilobytes.
const LARGEST_RECEIPT: u64 = 256 * 1024;

/// Receipts and folders below `prefix` that changed since `since`. What cannot be read is left out.
pub fn traces(prefix: &Path, since: Timestamp) -> BrewTraces {
    let mut found = BrewTraces::default();
    for formula in folders(&prefix.join("Cellar"), Some(since)) {
        for version in folders(&formula.path(), Some(since)) {
            let receipt = version.path().join("INSTALL_RECEIPT.json");
            let is_small = receipt.metadata().is_ok_and(|data| data.is_file() && data.len() <= LARGEST_RECEIPT);
            if is_small && let Ok(text) = read_to_string(&receipt) {
                found.receipts.push((name(&formula), text));
            }
        }
    }
    for app in folders(&prefix.join("Caskroom"), None) {
        for version in folders(&app.path().join(".metadata"), None) {
            let moments = folders(&version.path(), Some(since)).into_iter();
            found.apps.extend(moments.map(|moment| (name(&app), name(&moment))));
        }
    }
    found
}

fn name(entry: &DirEntry) -> String {
    entry.file_name().to_string_lossy().into_owned()
}

/// Folders within one, those only that changed since a moment where one is given.
fn folders(within: &Path, since: Option<Timestamp>) -> Vec<DirEntry> {
    let since = since.and_then(|at| {
        let millis = u64::try_from(at.as_millis()).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
    });
    let is_wanted = |entry: &DirEntry| {
        let changed = || entry.metadata().and_then(|data| data.modified()).ok();
        entry.file_type().is_ok_and(|kind| kind.is_dir()) && since.is_none_or(|since| changed() >= Some(since))
    };
    read_dir(within).into_iter().flatten().flatten().filter(is_wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use caretaker_core::record::parse_brew;
    use std::fs::{File, FileTimes, create_dir_all, write};

    #[test]
    fn only_what_changed_lately_is_read() {
        let prefix = tempfile::tempdir().unwrap();
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(now.as_millis() as u64);
        let set = |path: &Path, at: SystemTime| {
            File::open(path).unwrap().set_times(FileTimes::new().set_modified(at)).unwrap();
        };
        for (formula, at) in [("jq", time), ("wget", time - Duration::from_secs(400 * 86_400))] {
            let version = prefix.path().join("Cellar").join(formula).join("1.0");
            create_dir_all(&version).unwrap();
            #[expect(clippy::disallowed_methods, reason = "a fixture in a temporary folder")]
            write(version.join("INSTALL_RECEIPT.json"), format!("{{\"time\": {}}}", now.as_millis() / 1_000)).unwrap();
            set(&version, at);
            set(version.parent().unwrap(), at);
        }
        create_dir_all(prefix.path().join("Caskroom/ollama/.metadata/0.9/20261128115900.000/Casks")).unwrap();
        let since = "2026-11-27T12:00:00Z".parse().unwrap();
        let found = traces(prefix.path(), since);
        assert_eq!(found.receipts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["jq"]);
        let texts: Vec<String> = parse_brew(&found, since).into_iter().map(|change| change.text).collect();
        assert_eq!(texts, ["Installed the packages ollama, jq"]);
        assert_eq!(traces(&prefix.path().join("gone"), since), BrewTraces::default());
    }
}
