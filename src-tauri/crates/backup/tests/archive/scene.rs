//! A source, a destination and a target in a temporary folder, and what is asked of them in one line each.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use caretaker_backup::BackupError;
use caretaker_backup::encryption::{Keys, Recipient};
use caretaker_backup::format::footer::Packing;
use caretaker_backup::format::frame::Check;
use caretaker_backup::format::name::Type;
use caretaker_backup::format::time::Time;
use caretaker_backup::read::restore::{Conflict, Ownership, Plan, Report, Selection, Wish, prepare, restore};
use caretaker_backup::read::{Archive, Level, Shelf, verify};
use caretaker_backup::source::change::Inodes;
use caretaker_backup::source::{NoReplacements, Replace, Root, Rules};
use caretaker_backup::write::{Cancel, Destination, NoPace, Order, Outcome, Progress, ReadBack, State, run};

/// Everything that a test of archives needs.
pub struct Scene {
    pub folder: tempfile::TempDir,
    pub destination: Destination,
    pub sequence: u32,
    pub rules: Rules,
    pub packing: Packing,
    pub recipients: Vec<Recipient>,
    pub keys: Keys,
    pub kind: Type,
    pub inodes: Inodes,
    pub read_back: ReadBack,
    pub cancel: Cancel,
    pub now: Time,
}

impl Scene {
    pub fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    pub fn within(parent: &Path) -> Self {
        let folder = tempfile::tempdir_in(parent).unwrap();
        for name in ["source", "destination"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let destination = Destination::prepare(&folder.path().join("destination")).unwrap();
        Self {
            folder,
            destination,
            sequence: 0,
            rules: Rules::default(),
            packing: Packing::Zstd,
            recipients: Vec::new(),
            keys: Keys::default(),
            kind: Type::Full,
            inodes: Inodes::Stable,
            read_back: ReadBack::Manifest,
            cancel: Cancel::default(),
            // A day after all files of the test, so that their times are trusted.
            now: Time::from_seconds(now() + 86_400),
        }
    }

    pub fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the source.
    pub fn put(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.source().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&path);
        File::create(path).unwrap().write_all(content.as_ref()).unwrap();
    }

    pub fn full(&mut self) -> Outcome {
        self.make(None, &NoReplacements).unwrap()
    }

    pub fn increment(&mut self, state: &State) -> Outcome {
        self.make(Some(state), &NoReplacements).unwrap()
    }

    pub fn make(&mut self, previous: Option<&State>, replace: &dyn Replace) -> Result<Outcome, BackupError> {
        let roots = [Root::named(self.source(), "data")];
        self.make_of(&roots, previous, replace)
    }

    pub fn make_of(
        &mut self,
        roots: &[Root],
        previous: Option<&State>,
        replace: &dyn Replace,
    ) -> Result<Outcome, BackupError> {
        self.sequence += 1;
        self.now.seconds += 3_600;
        let lock = self.destination.lock("test")?;
        let order = Order {
            destination: &self.destination,
            lock: &lock,
            set: "home",
            kind: if previous.is_some() { Type::Incremental } else { self.kind },
            sequence: self.sequence,
            roots,
            rules: &self.rules,
            previous,
            inodes: self.inodes,
            replace,
            packing: self.packing,
            recipients: &self.recipients,
            keys: &self.keys,
            level: 3,
            check: Check::Compare,
            read_back: self.read_back,
            workers: 2,
            host: "test",
            now: self.now,
            pace: &NoPace,
            progress: &Progress::default(),
            cancel: &self.cancel,
        };
        run(&order)
    }

    pub fn shelf(&self) -> Shelf {
        Shelf::open(&self.path("destination/home")).unwrap().with_keys(&self.keys)
    }

    /// Restores a whole archive into a new folder.
    pub fn restore(&self, archive: &Path, target: &str) -> Report {
        let archive = Archive::open_with(archive, &self.keys).unwrap();
        self.restore_with(&archive, target, &Selection::All, Conflict::KeepBoth).1
    }

    pub fn restore_with(
        &self,
        archive: &Archive,
        target: &str,
        selection: &Selection,
        conflict: Conflict,
    ) -> (Plan, Report) {
        let target = self.path(target);
        let shelf = self.shelf();
        let wish = Wish {
            shelf: &shelf,
            point: archive,
            selection,
            strip: b"",
            target: &target,
            conflict,
            ownership: if is_root() { Ownership::Restore } else { Ownership::Mine },
            workers: 2,
            progress: &Progress::default(),
            cancel: &Cancel::default(),
        };
        let plan = prepare(&wish).unwrap();
        let report = restore(&wish, &plan).unwrap();
        (plan, report)
    }

    /// Checks an archive to its last byte.
    pub fn check(&self, archive: &Path) -> caretaker_backup::read::Report {
        verify(&Archive::open_with(archive, &self.keys).unwrap(), Level::Content, 2, &Cancel::default()).unwrap()
    }

    /// Whether what was restored is what is in the source now.
    pub fn assert_same(&self, target: &str) {
        assert_trees(&self.source(), &self.path(target).join("data"));
    }
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Does something as a user without rights, also where the tests run as root: on a thread, which has a user of its own.
pub fn as_nobody<T: Send>(folder: &Path, work: impl FnOnce() -> T + Send) -> T {
    if !is_root() {
        return work();
    }
    shell_ok("chmod 755 . && chown -R 65534:65534 .", folder);
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let (user, group) = (rustix::thread::Uid::from_raw(65_534), rustix::thread::Gid::from_raw(65_534));
            rustix::thread::set_thread_groups(&[]).unwrap();
            rustix::thread::set_thread_gid(group).unwrap();
            rustix::thread::set_thread_uid(user).unwrap();
            work()
        });
        thread.join().unwrap()
    })
}

/// The machine's clock; the product reads none.
#[expect(
    clippy::disallowed_methods,
    reason = "files of a test get the time of the machine, and the test must be after them"
)]
pub fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

/// All that is below a folder, in words that can be compared.
pub fn tree(root: &Path) -> BTreeMap<Vec<u8>, String> {
    let mut found = BTreeMap::new();
    let mut links: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    walk(root, root, &mut found, &mut links);
    found
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<Vec<u8>, String>, links: &mut BTreeMap<u64, Vec<u8>>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.strip_prefix(root).unwrap().as_os_str().as_bytes().to_vec();
        let meta = std::fs::symlink_metadata(&path).unwrap();
        let time = (meta.mtime(), meta.mtime_nsec());
        let kind = meta.file_type();
        let words = if kind.is_symlink() {
            format!("link to {}", std::fs::read_link(&path).unwrap().display())
        } else if kind.is_dir() {
            format!("folder {:o} {time:?}", meta.permissions().mode())
        } else if kind.is_file() {
            let first = links.entry(meta.ino()).or_insert_with(|| name.clone());
            let shared =
                if meta.nlink() > 1 { format!(" same as {}", String::from_utf8_lossy(first)) } else { String::new() };
            let content = if meta.len() < 1 << 30 { digest(&path) } else { String::new() };
            let more = attributes(&path);
            format!("file {:o} {} {time:?} {content}{shared}{more}", meta.permissions().mode(), meta.len())
        } else {
            use std::os::unix::fs::FileTypeExt as _;
            if kind.is_fifo() { "pipe" } else { "device" }.to_owned()
        };
        found.insert(name, words);
        if kind.is_dir() {
            walk(root, &path, found, links);
        }
    }
}

fn attributes(path: &Path) -> String {
    use std::os::fd::AsFd as _;
    let list = File::open(path).ok().and_then(|file| caretaker_backup::source::xattr::read(file.as_fd()).ok());
    list.filter(|list| !list.is_empty())
        .map_or(String::new(), |list| format!(" attributes {:x}", caretaker_backup::source::xattr::digest(&list)))
}

fn digest(path: &Path) -> String {
    use sha2::Digest as _;
    let content = std::fs::read(path).unwrap();
    caretaker_backup::format::hex(&sha2::Sha256::digest(content))
}

pub fn assert_trees(one: &Path, other: &Path) {
    let (one, other) = (tree(one), tree(other));
    let differences: Vec<_> =
        one.iter()
            .filter(|(path, words)| other.get(*path) != Some(words))
            .map(|(path, words)| (String::from_utf8_lossy(path).into_owned(), words.clone(), other.get(path).cloned()))
            .chain(
                other.iter().filter(|(path, _)| !one.contains_key(*path)).map(|(path, words)| {
                    (String::from_utf8_lossy(path).into_owned(), String::new(), Some(words.clone()))
                }),
            )
            .collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

/// Runs a line of shell; `None` when a program of it is not installed.
pub fn shell(line: &str, folder: &Path) -> Option<std::process::Output> {
    let output = Command::new("bash").arg("-c").arg(line).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    if output.status.code() == Some(127) {
        println!("skipped: {line}");
        return None;
    }
    Some(output)
}

pub fn shell_ok(line: &str, folder: &Path) -> bool {
    let Some(output) = shell(line, folder) else { return false };
    assert!(
        output.status.success(),
        "{line}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    true
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
