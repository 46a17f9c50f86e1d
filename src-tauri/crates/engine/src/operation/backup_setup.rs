//! Setting up a job: what is likely to be saved and where to, found on this machine; and the job as the window asks for it,
//! written into the configuration.

use std::path::{Path, PathBuf};

use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::{ArchiveType, Policy};
use caretaker_core::view::{BackupSuggestions, BackupsView, JobRequest, SuggestedExclude, SuggestedPath};
use caretaker_platform::{files, home};

use crate::engine::Engine;

/// Folders of a person that matter, with the reason.
const LIKELY: [(&str, &str); 6] = [
    ("Documents", "Your documents"),
    ("Pictures", "Your pictures"),
    ("Desktop", "What lies on your desktop"),
    ("Projects", "Your projects"),
    ("src", "Your source code"),
    ("Music", "Your music"),
];
/// Folders of a server that matter.
const LIKELY_SERVED: [(&str, &str); 3] =
    [("/srv", "What this machine serves"), ("/var/www", "Web pages"), ("/etc", "The settings of this system")];
/// What is usually left out.
const EXCLUDES: [(&str, &[&str], bool); 6] = [
    ("Packages of Node", &["node_modules/"], true),
    ("Builds of Rust and Maven", &["target/"], true),
    ("Environments and caches of Python", &[".venv/", "venv/", "__pycache__/"], true),
    ("Caches", &[".cache/", "*.cache", "Caches/"], true),
    ("Temporary files", &["*.tmp", "*.temp", "*.swp", ".DS_Store"], true),
    ("Virtual machines and disk images", &["*.iso", "*.vmdk", "*.qcow2", "*.vdi"], false),
];
/// Kinds of file systems under which disks are mounted that may be destinations.
const LEAST_ROOM: u64 = 1_000_000_000;

impl Engine {
    /// What a first job may save and where to. Looks at names only.
    pub async fn backup_suggestions(&self) -> Result<BackupSuggestions, Problem> {
        let mounts: Vec<String> = crate::growth::disks(&self.latest());
        self.blocking(move |_| {
            let person = home::user_folder();
            let own = person.iter().flat_map(|home| LIKELY.map(|(name, why)| (home.join(name), why)));
            let served = LIKELY_SERVED.map(|(path, why)| (PathBuf::from(path), why));
            let holds = |path: &Path| std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
            let folders = own.chain(served).filter(|(path, _)| holds(path)).map(|(path, why)| SuggestedPath {
                path: path.display().to_string(),
                why: why.to_owned(),
                bytes: None,
            });
            let destinations = mounts.iter().filter(|mount| !is_of_the_system(mount)).filter_map(|mount| {
                let space = files::space(Path::new(mount)).ok().filter(|space| space.free >= LEAST_ROOM)?;
                Some(SuggestedPath {
                    path: Path::new(mount).join("Caretaker").display().to_string(),
                    why: format!("A disk of its own, mounted at {mount}"),
                    bytes: Some(space.free),
                })
            });
            let excludes = EXCLUDES.map(|(title, patterns, is_usual)| SuggestedExclude {
                title: title.to_owned(),
                patterns: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(),
                is_usual,
            });
            Ok(BackupSuggestions {
                folders: folders.collect(),
                destinations: destinations.collect(),
                excludes: excludes.into(),
            })
        })
        .await
    }

    /// Writes a job into the configuration, new or changed; comments and other keys survive.
    pub async fn put_job(&self, id: &str, request: JobRequest) -> Result<BackupsView, Problem> {
        self.writable()?;
        let list = |values: &[String]| serde_json::to_string(values).unwrap_or_default();
        let key = |name: &str| format!("backup.{id}.{name}");
        let mut to = request.to.clone();
        let mut changes = Vec::new();
        if let Some(path) = &request.new_destination {
            let known = self.destinations();
            let mut destination = "disk".to_owned();
            let mut number = 1;
            while known.iter().any(|one| one.id == destination) {
                number += 1;
                destination = format!("disk-{number}");
            }
            changes.push((format!("destination.{destination}.path"), Some(path.clone())));
            to.insert(0, destination);
        }
        if to.is_empty() {
            return Err(Problem::new(Code::Usage, format!("the job {id} has no destination"))
                .hint("choose a disk or a folder for its archives"));
        }
        let optional = |values: &[String]| (!values.is_empty()).then(|| list(values));
        changes.extend([(key("folders"), Some(list(&request.folders))), (key("to"), Some(list(&to)))]);
        // What is not said is removed, where the file says it.
        changes.extend([
            (key("sqlite"), optional(&request.sqlite)),
            (key("postgres"), optional(&request.postgres)),
            (key("exclude"), optional(&request.exclude)),
            (key("full"), request.full.clone()),
            (key("incremental"), request.incremental.clone()),
            (key("encrypt"), request.encrypt.then(|| "true".to_owned())),
        ]);
        // The usual is not written, so that it stays the usual when that changes.
        let (usual, keep) = (Policy::default(), request.keep.unwrap_or_default());
        changes.extend(ArchiveType::ALL.map(|kind| {
            let kept = keep.of(kind);
            (key(&format!("keep.{}", kind.word())), (kept != usual.of(kind)).then(|| kept.to_string()))
        }));
        self.change_configuration(changes, format!("Set up the backup {id}")).await?;
        self.backups_changed();
        self.backups().await
    }
}

/// Whether losing the machine's own disk loses what is mounted there.
fn is_of_the_system(mount: &str) -> bool {
    matches!(mount, "/" | "/home" | "/var" | "/usr" | "/tmp" | "/boot" | "/opt" | "/srv")
        || ["/boot/", "/var/", "/snap/", "/System/"].iter().any(|begin| mount.starts_with(begin))
}
