//! What workers lay aside in the home while they work: copies of databases, files that a drill or a look brings back. A worker
//! removes its own; what a kill left is removed at the next start, and only what was written down before it was made.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::PoisonError;

use caretaker_core::problem::{Code, Problem};

use crate::engine::{Engine, Inner};

const KEY: &str = "backup.staging";

impl Engine {
    /// A name below `staging/` that nobody has, written down so that it is cleared whatever happens.
    pub(crate) async fn staged(&self, prefix: &str) -> Result<Staged, Problem> {
        let name = format!("{prefix}{}", uuid::Uuid::now_v7());
        let path = self.0.home.folder().join("staging").join(&name).display().to_string();
        let written = name.clone();
        self.blocking(move |inner| change(inner, |names| names.push(written))).await?;
        Ok(Staged { name, path })
    }

    /// Its worker has ended, and removed it.
    pub(crate) async fn unstaged(&self, staged: &Staged) -> Result<(), Problem> {
        let name = staged.name.clone();
        self.blocking(move |inner| forget(inner, &name)).await
    }

    /// Removes what work of before this start left. Its workers ended with their engine.
    pub(super) async fn clear_staging(&self) -> Result<(), Problem> {
        self.blocking(|inner| {
            let staging = inner.home.folder().join("staging");
            change(inner, |names| {
                names.retain(|name| {
                    let path = staging.join(name);
                    match remove(&path) {
                        Ok(()) => false,
                        Err(error) => {
                            tracing::warn!(%error, path = %path.display(), "what interrupted work laid aside could not be cleared");
                            true
                        }
                    }
                });
            })
        })
        .await
    }
}

/// A folder that a worker may make.
pub(crate) struct Staged {
    name: String,
    pub path: String,
}

impl Staged {
    /// As [`Engine::unstaged`], for whoever cannot wait: it writes at once.
    pub fn forget(&self, engine: &Engine) -> Result<(), Problem> {
        forget(&engine.0, &self.name)
    }
}

fn forget(inner: &Inner, name: &str) -> Result<(), Problem> {
    if !inner.home.folder().join("staging").join(name).exists() {
        change(inner, |names| names.retain(|known| *known != name))?;
    }
    Ok(())
}

fn change(inner: &Inner, change: impl FnOnce(&mut Vec<String>)) -> Result<(), Problem> {
    let _alone = inner.backups.remembering.lock().unwrap_or_else(PoisonError::into_inner);
    let stored = inner.state.setting(KEY)?;
    let before: Vec<String> = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let mut names = before.clone();
    change(&mut names);
    if names != before {
        let text = serde_json::to_string(&names).map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        inner.state.put_setting(KEY, Some(&text))?;
    }
    Ok(())
}

/// Removes a folder with everything in it; what is not there is removed. Folders that were brought back may forbid to change them.
fn remove(path: &Path) -> std::io::Result<()> {
    let gone = |result: std::io::Result<()>| match result {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    gone(std::fs::remove_dir_all(path)).or_else(|_| {
        open_up(path);
        gone(std::fs::remove_dir_all(path))
    })
}

fn open_up(folder: &Path) {
    let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        open_up(&entry.path());
    }
}
