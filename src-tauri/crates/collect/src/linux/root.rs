//! Where `/proc` and `/sys` are: at `/` on a live machine, in a folder for a recorded one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder that stands for `/`.
#[derive(Clone, Debug)]
pub(crate) struct Root(Arc<Path>);

impl Default for Root {
    fn default() -> Self {
        Self::at(Path::new("/"))
    }
}

impl Root {
    pub(crate) fn at(folder: &Path) -> Self {
        Self(Arc::from(folder))
    }

    /// `path` as seen from this root; a leading slash does not leave it.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.0.join(path.strip_prefix("/").unwrap_or(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        let root = Root::at(Path::new("/recorded"));
        for path in ["proc/stat", "/proc/stat"] {
            assert_eq!(root.path(path), Path::new("/recorded/proc/stat"));
        }
        assert_eq!(Root::default().path("/"), Path::new("/"));
    }
}
