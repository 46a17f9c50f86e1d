//! One look at all folders of a disk: the sizes of the largest ones.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Timestamp;

/// A folder with everything below it, as far as it lies on the same file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FolderSize {
    /// Its path.
    pub path: String,
    /// What it takes up on the disk, bytes; a file with several names counts once.
    pub bytes: u64,
}

/// Looks that are remembered of each disk: a month, with some for days on which it was looked at more often.
pub const LOOKS: usize = 40;

/// The largest folders of a disk at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Survey {
    /// When it was finished.
    pub at: Timestamp,
    /// How long it took, in milliseconds, pauses included.
    pub took_ms: i64,
    /// Everything that was seen, bytes.
    pub bytes: u64,
    /// Files that were seen.
    pub files: u64,
    /// Folders that could not be read.
    pub unreadable: u64,
    /// No folder that is left out is larger; 0 when none is left out.
    pub floor: u64,
    /// The largest folders, the largest first; the first is the disk itself.
    pub folders: Vec<FolderSize>,
}

impl Survey {
    /// The size of a folder; of one that is not listed, the most that it can have been.
    pub fn size(&self, path: &str) -> u64 {
        self.folders.iter().find(|folder| folder.path == path).map_or(self.floor, |folder| folder.bytes)
    }
}

/// A folder of which one within it takes at least this share says nothing that the inner one does not say better.
const SAME: f64 = 0.9;

/// The folders worth showing, the largest first: without the disk itself, and without those that are large for one folder
/// within them only.
pub fn shown(survey: &Survey, most: usize) -> Vec<&FolderSize> {
    let within =
        |outer: &FolderSize, inner: &FolderSize| outer.path != inner.path && contains(&outer.path, &inner.path);
    let is_shell = |outer: &FolderSize| {
        survey.folders.iter().any(|inner| within(outer, inner) && inner.bytes as f64 >= outer.bytes as f64 * SAME)
    };
    survey.folders.iter().skip(1).filter(|folder| !is_shell(folder)).take(most).collect()
}

/// Whether `inner` is `outer` or lies below it.
pub(super) fn contains(outer: &str, inner: &str) -> bool {
    let outer = outer.trim_end_matches('/');
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(folders: &[(&str, u64)]) -> Survey {
        let folder = |(path, bytes): &(&str, u64)| FolderSize { path: (*path).to_owned(), bytes: *bytes };
        Survey { folders: folders.iter().map(folder).collect(), ..Survey::default() }
    }

    #[test]
    fn shells_around_one_large_folder_are_left_out() {
        let seen = survey(&[("/", 100), ("/srv", 60), ("/srv/models", 58), ("/home", 30), ("/home/ann", 15)]);
        let paths: Vec<_> = shown(&seen, 20).into_iter().map(|folder| folder.path.as_str()).collect();
        assert_eq!(paths, ["/srv/models", "/home", "/home/ann"]);
        assert_eq!(shown(&seen, 1).len(), 1);
    }

    #[test]
    fn a_name_that_begins_alike_lies_elsewhere() {
        assert!(contains("/", "/srv") && contains("/srv", "/srv/models") && contains("/srv", "/srv"));
        assert!(!contains("/srv", "/srv2") && !contains("/srv/models", "/srv"));
    }
}
