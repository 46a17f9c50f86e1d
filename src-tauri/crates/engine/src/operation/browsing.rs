//! What is in archives, as the catalog knows it: the folders of one, and all versions of a file.

use caretaker_core::backup::ArchivePath;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{BrowseEntry, BrowseView, FileVersion, VersionsView};
use caretaker_store::{CatalogStore, Inside, KnownVersion, StoreError};

use crate::engine::Engine;

/// Versions in one answer.
const MOST_VERSIONS: usize = 500;

impl Engine {
    /// A folder of an archive; its top with an empty path.
    pub async fn browse(&self, id: &str, path: ArchivePath) -> Result<BrowseView, Problem> {
        let archive = self.known_archive(id).await?;
        if !archive.has_entries {
            let message = format!("what is in archive {} is not in the catalog", archive.facts.id);
            return Err(Problem::new(Code::NotFound, message)
                .hint("`caretaker backup rebuild-catalog` with the name of its destination reads it"));
        }
        let (destination, id, folder) = (archive.destination, archive.facts.id, trimmed(&path));
        let (known, below) = (id.clone(), folder.clone());
        let inside = self.catalog(move |catalog| catalog.inside(&destination, &known, &below)).await?;
        if inside.is_empty() && !folder.as_bytes().is_empty() {
            return Err(Problem::new(Code::NotFound, format!("there is no folder `{folder}` in archive {id}"))
                .hint(format!("`caretaker backup browse {id}` shows its top")));
        }
        Ok(BrowseView { id, path: folder, entries: inside.into_iter().map(shown).collect() })
    }

    /// All versions of the file at this path, or, when there is none, of those that have it in their name.
    pub async fn versions(&self, path: String, job: Option<String>) -> Result<VersionsView, Problem> {
        let part = path.trim_matches('/').parse::<ArchivePath>().unwrap_or_else(|_| ArchivePath::new(path.as_bytes()));
        if part.as_bytes().is_empty() {
            return Err(
                Problem::new(Code::Usage, "what is to be found has no name").hint("name a file, or a part of its path")
            );
        }
        let found = self.catalog(move |catalog| versions(catalog, &part, job.as_deref())).await?;
        let is_cut = found.len() > MOST_VERSIONS;
        let versions = found.into_iter().take(MOST_VERSIONS).map(version).collect();
        Ok(VersionsView { path, versions, is_cut })
    }
}

fn versions(catalog: &CatalogStore, part: &ArchivePath, job: Option<&str>) -> Result<Vec<KnownVersion>, StoreError> {
    let exact = catalog.versions(part.as_bytes(), true, job, MOST_VERSIONS + 1)?;
    if exact.is_empty() { catalog.versions(part.as_bytes(), false, job, MOST_VERSIONS + 1) } else { Ok(exact) }
}

fn trimmed(path: &ArchivePath) -> ArchivePath {
    let bytes = path.as_bytes();
    let bytes = bytes.strip_prefix(b"/").unwrap_or(bytes);
    ArchivePath::new(bytes.strip_suffix(b"/").unwrap_or(bytes))
}

fn shown(inside: Inside) -> BrowseEntry {
    let Inside { entry, bytes } = inside;
    BrowseEntry {
        name: entry.path.name().to_string(),
        path: entry.path,
        kind: entry.kind,
        size: bytes,
        modified: entry.modified,
        mode: entry.mode,
        holder: entry.holder,
        flags: entry.flags,
    }
}

fn version(known: KnownVersion) -> FileVersion {
    FileVersion {
        job: known.job,
        path: known.entry.path,
        kind: known.entry.kind,
        size: known.entry.size,
        modified: known.entry.modified,
        first: known.first.0,
        first_at: known.first.1,
        last: known.last.0,
        last_at: known.last.1,
        points: known.points,
    }
}
