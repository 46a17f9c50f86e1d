//! Other programs that people use, each given the same work: everything hashed or packed, two threads where they can. restic and
//! borg encrypt and keep each piece once as well, which tar and we do not.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::Outcome;
use super::super::programs;
use super::data::Set;
use super::timed::{self, Taken};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Everything is saved.
    Full,
    /// Nothing changed since.
    Unchanged,
    /// A little changed since.
    Changed,
    /// One file comes back, with nothing in the page cache.
    OneFile,
    /// Every byte is read and checked.
    Verify,
    /// Everything comes back.
    Restore,
}

impl Step {
    /// Those of a set, in order.
    pub fn all(set: Set) -> &'static [Self] {
        match set {
            Set::Small => &[Self::Full, Self::Unchanged, Self::Changed, Self::OneFile, Self::Verify, Self::Restore],
            Set::Large => &[Self::Full, Self::Changed, Self::OneFile, Self::Verify, Self::Restore],
        }
    }

    /// For the table.
    pub fn title(self, set: Set) -> &'static str {
        match (self, set) {
            (Self::Full, _) => "full",
            (Self::Unchanged, _) => "nothing changed",
            (Self::Changed, Set::Small) => "1 % changed",
            (Self::Changed, Set::Large) => "1,500 rows changed, 5 MB appended",
            (Self::OneFile, Set::Small) => "one file, cold",
            (Self::OneFile, Set::Large) => "one file of 512 MB, cold",
            (Self::Verify, _) => "deep verify",
            (Self::Restore, _) => "full restore",
        }
    }

    /// Whether a second time does the same.
    pub fn is_repeatable(self) -> bool {
        matches!(self, Self::Full | Self::Unchanged | Self::Verify)
    }

    /// Seconds on two cores.
    pub fn target(self, set: Set) -> Option<f64> {
        match (self, set) {
            (Self::Full, Set::Small) => Some(2.0),
            (Self::Full, Set::Large) => Some(7.0),
            (Self::Unchanged, _) => Some(0.35),
            (Self::Changed, Set::Small) => Some(0.4),
            (Self::OneFile, Set::Small) => Some(0.1),
            (Self::Verify, Set::Small) => Some(0.51),
            (Self::Verify, Set::Large) => Some(1.92),
            (Self::Restore, Set::Small) => Some(3.8),
            (Self::Restore, Set::Large) => Some(6.6),
            (Self::Changed | Self::OneFile, Set::Large) => None,
        }
    }
}

/// One of them.
pub struct Tool {
    /// As people call it.
    pub name: &'static str,
    /// Its folder below the folder of the set.
    place: &'static str,
    line: fn(Step, &str) -> String,
}

const TOOLS: [(&str, Tool); 3] = [
    ("zstd", Tool { name: "tar+zstd", place: "tz", line: tar }),
    ("restic", Tool { name: "restic", place: "restic", line: restic }),
    ("borg", Tool { name: "borg", place: "borg", line: borg }),
];

/// Those that are there.
pub fn installed() -> Vec<Tool> {
    TOOLS.into_iter().filter(|(program, _)| programs::installed(program)).map(|(_, tool)| tool).collect()
}

impl Tool {
    /// Does a step in the folder that has `source`.
    pub fn take(&self, set: Set, step: Step, folder: &Path) -> Outcome<Taken> {
        let target = target(folder, self.place, step)?;
        let mut bash = Command::new("bash");
        let line = (self.line)(step, set.one()).replace("TARGET", &target.display().to_string());
        bash.args(["-c", &format!("set -o pipefail; {line}")]).current_dir(folder);
        bash.env("RESTIC_PASSWORD", "x")
            .env("BORG_PASSPHRASE", "x")
            .env("RESTIC_CACHE_DIR", folder.join("restic-cache"));
        bash.env("BORG_BASE_DIR", folder.join("borg-base")).env("BORG_RELOCATED_REPO_ACCESS_IS_OK", "yes");
        // borg says with 1 that a file changed while it was read.
        let (taken, _) = timed::run(bash, if self.place == "borg" { &[0, 1] } else { &[0] })?;
        std::fs::remove_dir_all(&target)?;
        Ok(taken)
    }

    /// Bytes that it keeps.
    pub fn stored(&self, folder: &Path) -> u64 {
        size(&folder.join(self.place))
    }
}

/// An empty folder of its own for each restore: file systems are slow where many files were deleted a moment ago.
pub fn target(folder: &Path, place: &str, step: Step) -> Outcome<PathBuf> {
    let target = folder.join(format!("back-{place}-{step:?}").to_lowercase());
    let _ = std::fs::remove_dir_all(&target);
    std::fs::create_dir_all(&target)?;
    Ok(target)
}

/// Bytes of all files below a folder.
pub fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let one = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.map(one).sum()
}

fn tar(step: Step, one: &str) -> String {
    match step {
        Step::Full => "rm -rf tz && mkdir tz && tar -g tz/snap -cf - source | zstd -3 -T2 -q -o tz/full.tar.zst && sync tz/full.tar.zst".to_owned(),
        Step::Unchanged => "cp tz/snap tz/snap2 && tar -g tz/snap2 -cf - source | zstd -3 -T2 -q -f -o tz/none.tar.zst && sync tz/none.tar.zst".to_owned(),
        Step::Changed => "cp tz/snap tz/snap3 && tar -g tz/snap3 -cf - source | zstd -3 -T2 -q -f -o tz/changed.tar.zst && sync tz/changed.tar.zst".to_owned(),
        Step::OneFile => format!("zstd -dcq tz/full.tar.zst | tar -xf - -C TARGET source/{one}"),
        Step::Verify => "zstd -dcq tz/full.tar.zst | tar -tf - > TARGET/list && sha256sum tz/full.tar.zst".to_owned(),
        Step::Restore => "zstd -dcq tz/full.tar.zst | tar -xf - -C TARGET".to_owned(),
    }
}

fn restic(step: Step, one: &str) -> String {
    match step {
        Step::Full => "rm -rf restic && restic init -q -r restic && restic -q -r restic backup source".to_owned(),
        Step::Unchanged | Step::Changed => "restic -q -r restic backup source".to_owned(),
        Step::OneFile => format!("restic -q -r restic restore latest --target TARGET --include source/{one}"),
        Step::Verify => "restic -q -r restic check --read-data".to_owned(),
        Step::Restore => "restic -q -r restic restore latest --target TARGET".to_owned(),
    }
}

fn borg(step: Step, one: &str) -> String {
    match step {
        Step::Full => {
            "rm -rf borg && borg init -e repokey-blake2 borg && borg create -C zstd,3 borg::one source".to_owned()
        }
        Step::Unchanged => "borg create -C zstd,3 borg::none-$$ source".to_owned(),
        Step::Changed => "borg create -C zstd,3 borg::changed source".to_owned(),
        Step::OneFile => format!("cd TARGET && borg extract ../borg::one source/{one}"),
        Step::Verify => "borg check --verify-data borg".to_owned(),
        Step::Restore => "cd TARGET && borg extract ../borg::one".to_owned(),
    }
}
