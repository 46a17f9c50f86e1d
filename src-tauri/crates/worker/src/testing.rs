//! A source, a destination with real archives, and an ear that hears what a worker says; for the tests of this crate.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use caretaker_backup::format::footer::Packing;
use caretaker_backup::format::frame::Check;
use caretaker_backup::format::name::Type;
use caretaker_backup::format::time::Time;
use caretaker_backup::source::change::Inodes;
use caretaker_backup::source::{Choice, NoReplacements, Replace, Root, Rules};
use caretaker_backup::write::{Cancel, Destination, NoPace, Order, Outcome, Progress, ReadBack, State, run};
use caretaker_core::backup::{ArchivePath, Report, Source, Work};

use crate::Voice;

/// What was said.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Does a piece of work and gives all that was said of it, progress aside.
pub fn reports(work: &Work) -> Vec<Report> {
    heard(|voice| {
        crate::perform(work, voice, &Cancel::default());
    })
}

/// All that is said, progress aside.
pub fn heard(work: impl FnOnce(&Voice)) -> Vec<Report> {
    let said = Said::default();
    work(&Voice::new(said.clone()));
    let said = said.0.lock().unwrap();
    let lines = said.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let reports = lines.map(|line| serde_json::from_slice(line).unwrap());
    reports.filter(|report| !matches!(report, Report::Progress(_))).collect()
}

/// The last thing that was said.
pub fn last(work: &Work) -> Report {
    reports(work).pop().unwrap()
}

/// Notes that a test lets an archive have.
pub struct Noting(pub Vec<u8>);

impl Replace for Noting {
    fn by_path(&self, path: &Path) -> Choice {
        NoReplacements.by_path(path)
    }

    fn database(&self, path: &Path) -> Choice {
        NoReplacements.database(path)
    }

    fn notes(&self) -> Option<Vec<u8>> {
        Some(self.0.clone())
    }
}

/// Everything that a test needs.
pub struct Scene {
    pub folder: tempfile::TempDir,
    destination: Destination,
    sequence: u32,
    now: Time,
}

impl Scene {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["source", "destination", "target"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let destination = Destination::prepare(&folder.path().join("destination")).unwrap();
        // In the year 2096, after all files of the test, so that their times are trusted.
        Self { folder, destination, sequence: 0, now: Time::from_seconds(4_000_000_000) }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Where a file of the source is in an archive.
    pub fn inside(&self, name: &str) -> ArchivePath {
        ArchivePath::new(self.text(&format!("source/{name}")).trim_start_matches('/').as_bytes())
    }

    /// Where a file of the source lies below a folder that everything was restored to.
    pub fn restored(&self, name: &str) -> PathBuf {
        self.path("target").join(self.inside(name).to_string())
    }

    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        put(&self.path("source").join(name), content);
    }

    pub fn source(&self) -> Source {
        Source { folders: vec![self.text("source")], ..Source::default() }
    }

    pub fn full(&mut self) -> Outcome {
        self.make(None, &NoReplacements)
    }

    pub fn increment(&mut self, state: &State) -> Outcome {
        self.make(Some(state), &NoReplacements)
    }

    pub fn make(&mut self, previous: Option<&State>, replace: &dyn Replace) -> Outcome {
        self.sequence += 1;
        self.now.seconds += 3_600;
        let lock = self.destination.lock("test").unwrap();
        run(&Order {
            destination: &self.destination,
            lock: &lock,
            set: "home",
            kind: if previous.is_some() { Type::Incremental } else { Type::Full },
            sequence: self.sequence,
            roots: &[Root::at(self.path("source"))],
            rules: &Rules::default(),
            previous,
            inodes: Inodes::Stable,
            replace,
            packing: Packing::Zstd,
            level: 3,
            check: Check::Compare,
            recipients: &[],
            keys: &caretaker_backup::encryption::Keys::default(),
            read_back: ReadBack::Manifest,
            workers: 2,
            host: "test",
            now: self.now,
            pace: &NoPace,
            progress: &Progress::default(),
            cancel: &Cancel::default(),
        })
        .unwrap()
    }
}

/// Writes a file, with the folders on the way.
pub fn put(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = std::fs::remove_file(path);
    std::fs::File::create(path).unwrap().write_all(content.as_ref()).unwrap();
}

/// Changes a byte in the middle of a file that may not be written.
pub fn flip(path: &Path, at: u64) {
    use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let file = std::fs::File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 0x40], at).unwrap();
}

/// Bytes without a pattern, the same each time.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
