//! The owner's own runbooks: read from their folder, watched, written complete.

use std::path::Path;

use caretaker_core::problem::{Code, Problem};
use caretaker_core::runbook::{LARGEST, Library, RunbookId, WrittenRunbook};
use caretaker_core::time::Span;
use caretaker_platform::files::{self, Plain};

use crate::engine::{Engine, Mode};

/// Between two looks whether a file changed.
const LOOK: Span = Span::from_minutes(5);
/// More files than anybody writes; the rest is not read.
const MOST_FILES: usize = 500;

/// What lies in the folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct OwnRunbooks {
    pub written: Vec<WrittenRunbook>,
    /// Files that are no runbooks, and why.
    pub unusable: Vec<String>,
}

/// Reads every runbook of a folder; one that is not there has none.
pub(super) fn read_folder(folder: &Path) -> Result<OwnRunbooks, Problem> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(OwnRunbooks::default()),
        Err(error) => {
            return Err(Problem::new(Code::HomeUnusable, format!("read {}: {error}", folder.display()))
                .hint("check that it is a folder and that you may read it"));
        }
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.strip_suffix(".md").is_some() && !name.starts_with('.'));
    names.sort();
    let mut own = OwnRunbooks::default();
    if names.len() > MOST_FILES {
        own.unusable.push(format!("only the first {MOST_FILES} of {} files are read", names.len()));
    }
    for name in names.into_iter().take(MOST_FILES) {
        match read_one(folder, &name) {
            Ok(written) => own.written.push(written),
            Err(why) => own.unusable.push(format!("`{name}`: {why}")),
        }
    }
    Ok(own)
}

fn read_one(folder: &Path, name: &str) -> Result<WrittenRunbook, String> {
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let id: RunbookId =
        stem.parse().map_err(|error: caretaker_core::runbook::ParseRunbookIdError| error.to_string())?;
    match files::read_plain(&folder.join(name), LARGEST) {
        Ok(Plain::Bytes(bytes)) => {
            let text = String::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
            Ok(WrittenRunbook { id, text })
        }
        Ok(Plain::NoFile) => Err("it is a link, a folder or a device; put the file itself there".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl Engine {
    /// All runbooks as they are now.
    pub(crate) async fn library(&self) -> Result<(Library, Vec<String>), Problem> {
        let own = self.own_runbooks().await?;
        Ok((Library::new(own.written), own.unusable))
    }

    /// The owner's files as they are now. What changed of them is kept as a version.
    pub(crate) async fn own_runbooks(&self) -> Result<OwnRunbooks, Problem> {
        let now = self.now();
        self.blocking(move |inner| {
            let own = read_folder(&inner.home.runbooks())?;
            if inner.mode != Mode::ReadOnly {
                let found: Vec<(String, String)> =
                    own.written.iter().map(|one| (one.id.to_string(), one.text.clone())).collect();
                // A version that cannot be kept hides no runbook.
                if let Err(error) = inner.state.track_runbooks(&found, now) {
                    tracing::warn!(%error, "versions of runbooks could not be kept");
                }
            }
            Ok(own)
        })
        .await
    }

    /// Writes a runbook of the owner, completely or not at all.
    pub(crate) async fn write_runbook(&self, id: &RunbookId, text: String) -> Result<(), Problem> {
        let name = id.file_name();
        self.blocking(move |inner| {
            use std::os::unix::fs::DirBuilderExt;
            let folder = inner.home.runbooks();
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
            made.map_err(|error| Problem::new(Code::HomeUnusable, format!("make {}: {error}", folder.display())))?;
            Ok(files::write_atomic(&folder.join(name), text.as_bytes(), 0o600)?)
        })
        .await
    }

    /// Notes runs that a kill interrupted, then looks at the owner's files now and then.
    pub(crate) async fn runbook_loop(&self) {
        if let Err(problem) = self.settle_runs().await {
            tracing::warn!(%problem, "runs that were interrupted could not be noted");
        }
        loop {
            if let Err(problem) = self.own_runbooks().await {
                tracing::warn!(%problem, "runbooks could not be read");
            }
            self.0.clock.sleep(LOOK).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_texts_with_a_name_that_leads_nowhere_are_runbooks() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| files::write_atomic(&folder.path().join(name), bytes, 0o600).unwrap();
        put("mine.md", b"text");
        put("Loud Name.md", b"text");
        put("binary.md", &[0xff, 0xfe]);
        put("notes.txt", b"text");
        put(".hidden.md", b"text");
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.md")).unwrap();
        std::fs::create_dir(folder.path().join("folder.md")).unwrap();
        let own = read_folder(folder.path()).unwrap();
        assert_eq!(own.written.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["mine"]);
        let said = own.unusable.join("\n");
        for part in ["`Loud Name.md`", "no UTF-8", "`link.md`: it is a link", "`folder.md`: it is a link, a folder"] {
            assert!(said.contains(part), "{said}");
        }
        assert_eq!(own.unusable.len(), 4, "{said}");
        assert_eq!(read_folder(&folder.path().join("nothing")).unwrap(), OwnRunbooks::default());
        assert!(read_folder(&folder.path().join("mine.md")).is_err());
    }
}
