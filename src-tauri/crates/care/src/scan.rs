//! Lock files below folders, and advisories in a folder with an export of OSV. Nothing is fetched.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use caretaker_core::time::Timestamp;
use caretaker_core::vulnerability::{Advisory, Locked, is_lock_file, locked};

use crate::IsStopped;

/// Folders within folders that are gone into.
const DEEPEST: usize = 12;
/// Nobody's lock file is larger.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Nor an advisory.
const LARGEST_ADVISORY: u64 = 4 * 1024 * 1024;
/// Folders of packages that were fetched, which have lock files of their own.
const PASSED_OVER: [&str; 8] = ["node_modules", ".git", "target", ".venv", "venv", "vendor", "__pycache__", ".cache"];

/// A lock file.
#[derive(Clone, Debug, PartialEq)]
pub struct LockFile {
    /// Its path.
    pub path: PathBuf,
    /// When it was last changed.
    pub changed: Timestamp,
    /// What it holds.
    pub packages: Vec<Locked>,
}

/// Lock files below the folders, by path.
pub fn lock_files(folders: &[String], is_stopped: IsStopped<'_>) -> (Vec<LockFile>, Vec<String>) {
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    for folder in folders {
        let path = Path::new(folder);
        if !path.is_dir() {
            failed.push(format!("there is no folder `{folder}`"));
            continue;
        }
        walk(path, 0, is_stopped, &mut |file| {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !is_lock_file(name) {
                return;
            }
            match text(file, LARGEST) {
                Ok((text, changed)) => {
                    found.push(LockFile { path: file.to_owned(), changed, packages: locked(name, &text) });
                }
                Err(error) => failed.push(format!("{}: {error}", file.display())),
            }
        });
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found.dedup_by(|left, right| left.path == right.path);
    (found, failed)
}

/// Goes through plain files; no link is followed.
fn walk(folder: &Path, depth: usize, is_stopped: IsStopped<'_>, file: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_stopped() {
            return;
        }
        let Ok(kind) = entry.file_type() else { continue };
        let name = entry.file_name();
        if kind.is_file() {
            file(&entry.path());
        } else if kind.is_dir() && depth < DEEPEST && !PASSED_OVER.iter().any(|passed| name == *passed) {
            walk(&entry.path(), depth + 1, is_stopped, file);
        }
    }
}

fn text(path: &Path, largest: u64) -> std::io::Result<(String, Timestamp)> {
    let file = fs::File::open(path)?;
    let data = file.metadata()?;
    if !data.is_file() || data.size() > largest {
        return Err(std::io::Error::other("it is too large"));
    }
    let mut bytes = Vec::new();
    file.take(largest).read_to_end(&mut bytes)?;
    let changed = data.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let changed = Timestamp::from_millis(i64::try_from(changed.as_millis()).unwrap_or(i64::MAX));
    Ok((String::from_utf8_lossy(&bytes).into_owned(), changed))
}

/// A locked version with an advisory about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The version.
    pub locked: Locked,
    /// Lock files that hold it.
    pub files: Vec<PathBuf>,
    /// The advisory.
    pub id: String,
    /// In a sentence.
    pub summary: String,
    /// How bad, in its own word; may be empty.
    pub severity: String,
    /// The version in which it is fixed.
    pub fixed: Option<String>,
}

/// What a scan found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scanned {
    /// By package.
    pub hits: Vec<Hit>,
    /// Advisories that were read.
    pub advisories: u64,
    /// Files that are none.
    pub unreadable: u64,
    /// When the newest of them was changed, as they say themselves.
    pub newest: Option<Timestamp>,
}

/// Compares locked versions with every advisory below `osv`.
pub fn vulnerabilities(files: &[LockFile], osv: &Path, is_stopped: IsStopped<'_>) -> Scanned {
    let mut by_name: BTreeMap<&str, Vec<(&Locked, &Path)>> = BTreeMap::new();
    for file in files {
        for package in &file.packages {
            by_name.entry(&package.name).or_default().push((package, &file.path));
        }
    }
    let mut scanned = Scanned::default();
    walk(osv, 0, is_stopped, &mut |path| {
        if path.extension().is_none_or(|kind| kind != "json") {
            return;
        }
        let value = text(path, LARGEST_ADVISORY).ok().and_then(|(text, _)| serde_json::from_str(&text).ok());
        let Some(value) = value else {
            scanned.unreadable += 1;
            return;
        };
        let Some(advisory) = Advisory::read(&value) else { return };
        scanned.advisories += 1;
        scanned.newest = scanned.newest.max(advisory.modified.parse().ok());
        for name in advisory.affected.iter().map(|affected| affected.package.as_str()) {
            for (package, file) in by_name.get(name).into_iter().flatten() {
                if let Some(found) = advisory.check(package) {
                    scanned.add(package, file, &advisory, found.fixed);
                }
            }
        }
    });
    scanned.hits.sort_by(|left, right| (&left.locked, &left.id).cmp(&(&right.locked, &right.id)));
    scanned
}

impl Scanned {
    fn add(&mut self, package: &Locked, file: &Path, advisory: &Advisory, fixed: Option<String>) {
        let known = self.hits.iter_mut().find(|hit| hit.id == advisory.id && hit.locked == *package);
        match known {
            Some(hit) if hit.files.iter().any(|known| known == file) => {}
            Some(hit) => hit.files.push(file.to_owned()),
            None => self.hits.push(Hit {
                locked: package.clone(),
                files: vec![file.to_owned()],
                id: advisory.id.clone(),
                summary: advisory.summary.clone(),
                severity: advisory.severity.clone(),
                fixed,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = fs::File::create(path).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    }

    fn osv(ecosystem: &str, name: &str, fixed: &str) -> String {
        format!(
            r#"{{"id":"TEST-{name}","modified":"2026-02-03T04:05:06Z","summary":"{name} is bad","affected":[{{"package":
               {{"ecosystem":"{ecosystem}","name":"{name}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#
        )
    }

    /// Lock file, its text with `VERSION`, ecosystem, package, vulnerable version, fixed version.
    const CASES: [(&str, &str, &str, &str, &str, &str); 9] = [
        (
            "Cargo.lock",
            "[[package]]\nname = \"time\"\nversion = \"VERSION\"\nsource = \"registry+x\"\n",
            "crates.io",
            "time",
            "0.2.22",
            "0.2.23",
        ),
        (
            "package-lock.json",
            r#"{"packages":{"node_modules/minimist":{"version":"VERSION"}}}"#,
            "npm",
            "minimist",
            "1.2.5",
            "1.2.6",
        ),
        (
            "pnpm-lock.yaml",
            "packages:\n\n  minimist@VERSION:\n    resolution: {}\n",
            "npm",
            "minimist",
            "1.2.5",
            "1.2.6",
        ),
        ("yarn.lock", "minimist@^1.2.0:\n  version \"VERSION\"\n", "npm", "minimist", "1.2.5", "1.2.6"),
        (
            "poetry.lock",
            "[[package]]\nname = \"Jinja2\"\nversion = \"VERSION\"\n",
            "PyPI",
            "jinja2",
            "2.11.2",
            "2.11.3",
        ),
        ("uv.lock", "[[package]]\nname = \"jinja2\"\nversion = \"VERSION\"\n", "PyPI", "Jinja2", "2.11.3rc1", "2.11.3"),
        ("requirements.txt", "Jinja2==VERSION\n", "PyPI", "jinja2", "2.11.2", "2.11.3"),
        ("go.sum", "golang.org/x/text vVERSION h1:x=\n", "Go", "golang.org/x/text", "0.3.6", "0.3.7"),
        ("Gemfile.lock", "GEM\n  specs:\n    rails (VERSION)\n", "RubyGems", "rails", "6.0.3.rc1", "6.0.3"),
    ];

    #[test]
    fn for_each_kind_the_vulnerable_version_is_found_and_the_fixed_one_is_not() {
        for (file, text, ecosystem, name, vulnerable, fixed) in CASES {
            let folder = tempfile::tempdir().unwrap();
            put(&folder.path().join("osv/a/TEST.json"), &osv(ecosystem, name, fixed));
            put(&folder.path().join("osv/broken.json"), "{");
            for (version, hits) in [(vulnerable, 1), (fixed, 0)] {
                put(&folder.path().join("app/inner").join(file), &text.replace("VERSION", version));
                put(&folder.path().join("app/node_modules/x").join(file), &text.replace("VERSION", vulnerable));
                let folders = [folder.path().join("app").display().to_string()];
                let (files, failed) = lock_files(&folders, &|| false);
                assert_eq!((files.len(), failed.len()), (1, 0), "{file}");
                let found = vulnerabilities(&files, &folder.path().join("osv"), &|| false);
                assert_eq!(found.hits.len(), hits, "{file} {version}: {found:?}");
                assert_eq!((found.advisories, found.unreadable), (1, 1), "{file}");
                assert_eq!(found.newest, "2026-02-03T04:05:06Z".parse().ok());
                if let Some(hit) = found.hits.first() {
                    assert_eq!(hit.fixed.as_deref(), Some(fixed), "{file}");
                }
            }
        }
    }
}
