//! What is left out: patterns as in `.gitignore`, checked when they are saved; caches that say so; and, if wished, nested `.gitignore` files.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A pattern that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pattern {number} `{pattern}`: {what}")]
pub struct BadPattern {
    /// Its place in the list, from 1.
    pub number: usize,
    /// The pattern.
    pub pattern: String,
    /// What is wrong.
    pub what: String,
}

/// Whether `.gitignore` files in the tree decide too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nested {
    /// They are files like all others.
    #[default]
    Store,
    /// What they name is left out.
    Honour,
}

/// Patterns that were understood.
#[derive(Debug, Clone)]
pub struct Excludes {
    patterns: Gitignore,
}

impl Excludes {
    /// Leaves nothing out.
    pub fn none() -> Self {
        Self { patterns: Gitignore::empty() }
    }

    /// Understands patterns, or names the first that it does not. `*.tmp`, `/cache`, `build/`, `!build/keep`; the last match wins.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, BadPattern> {
        let mut builder = GitignoreBuilder::new("");
        for (index, pattern) in patterns.into_iter().enumerate() {
            let bad = |what: &str| BadPattern { number: index + 1, pattern: pattern.to_owned(), what: what.to_owned() };
            let plain = pattern.trim_start_matches('!').trim_matches('/');
            if plain.trim().is_empty() {
                return Err(bad("it matches nothing"));
            }
            if pattern.starts_with('#') {
                return Err(bad("it is a comment and matches nothing; write `\\#` for a name that begins so"));
            }
            if plain.split('/').any(|part| matches!(part, "." | "..")) {
                return Err(bad("`.` and `..` match nothing; a leading `/` stands for the folder of the backup"));
            }
            if pattern.starts_with('~') {
                return Err(bad("`~` is not expanded; a leading `/` stands for the folder of the backup"));
            }
            // Taken for a plain character otherwise, and then it matches nothing.
            let opens = pattern
                .match_indices('[')
                .filter(|(at, _)| !pattern[..*at].ends_with('\\'))
                .map(|(at, _)| at)
                .next_back();
            if opens.is_some_and(|at| !pattern[at..].contains(']')) {
                return Err(bad("a `[` is not closed; write `\\[` for the character itself"));
            }
            builder.add_line(None, pattern).map_err(|error| bad(&error.to_string()))?;
        }
        let patterns = builder.build().map_err(|error| BadPattern {
            number: 0,
            pattern: String::new(),
            what: error.to_string(),
        })?;
        Ok(Self { patterns })
    }

    /// What the patterns say about a path below the folder of the backup.
    pub(super) fn verdict(&self, path: &Path, kind: IsFolder) -> Verdict {
        verdict(&self.patterns, path, kind)
    }
}

/// Whether a path is a folder, which patterns with a slash at their end ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IsFolder {
    Yes,
    No,
}

/// What a list of patterns says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Leave,
    Keep,
    Silent,
}

fn verdict(patterns: &Gitignore, path: &Path, kind: IsFolder) -> Verdict {
    match patterns.matched(path, kind == IsFolder::Yes) {
        Match::Ignore(_) => Verdict::Leave,
        Match::Whitelist(_) => Verdict::Keep,
        Match::None => Verdict::Silent,
    }
}

/// The patterns of one `.gitignore` file, for paths below its folder.
#[derive(Debug)]
pub(super) struct Local(Gitignore);

impl Local {
    /// Understands what it can, as git does.
    pub(super) fn new(text: &str) -> Self {
        let mut builder = GitignoreBuilder::new("");
        for line in text.lines() {
            // A line that git cannot read says nothing there, so it says nothing here.
            let _ = builder.add_line(None, line);
        }
        Self(builder.build().unwrap_or_else(|_| Gitignore::empty()))
    }

    /// What they say about a path below the folder of the file.
    pub(super) fn verdict(&self, path: &Path, kind: IsFolder) -> Verdict {
        verdict(&self.0, path, kind)
    }
}

/// How a `CACHEDIR.TAG` begins that marks a folder as a cache.
pub(super) const CACHE_TAG: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_refused_when_they_are_saved() {
        for wrong in ["", " ", "/", "!", "# x", "../x", "a/./b", "~/x", "[a"] {
            let error = Excludes::new(["*.tmp", wrong]).unwrap_err();
            assert_eq!((error.number, error.pattern.as_str()), (2, wrong));
        }
    }

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        let excludes = Excludes::new(["*.tmp", "/cache", "build/", "!keep.tmp"]).unwrap();
        for (path, kind, verdict) in [
            ("a/b.tmp", IsFolder::No, Verdict::Leave),
            ("a/keep.tmp", IsFolder::No, Verdict::Keep),
            ("cache", IsFolder::Yes, Verdict::Leave),
            ("a/cache", IsFolder::Yes, Verdict::Silent),
            ("a/build", IsFolder::Yes, Verdict::Leave),
            ("a/build", IsFolder::No, Verdict::Silent),
        ] {
            assert_eq!(excludes.verdict(Path::new(path), kind), verdict, "{path}");
        }
    }
}
