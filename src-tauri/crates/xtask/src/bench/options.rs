//! The words after `bench`. Where the programs come from is settled here; whether they are there, by who starts them.

use std::path::{Path, PathBuf};

/// How to say it.
pub const USAGE: &str =
    "xtask bench [--programs DIR] [--quick] [--store | --desktop | --archives | --peers-only] [--no-peers]";

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder with `caretaker` and `caretaker-app`.
    pub programs: PathBuf,
    /// Shorter waits and fewer repetitions: good enough to see a step, not for the documentation.
    pub quick: bool,
    /// Nothing but the database of samples.
    pub store_only: bool,
    /// Nothing but other monitors.
    pub peers_only: bool,
    /// Other monitors too, where they are installed.
    pub peers: bool,
    /// Nothing but the tray app and its window.
    pub desktop_only: bool,
    /// Nothing but archives, beside other programs that make some.
    pub archives_only: bool,
}

impl Options {
    /// Reads the words; without a folder, the programs are looked for beside this one.
    pub fn parse(words: &[&str]) -> Result<Self, String> {
        let beside = std::env::current_exe().ok().and_then(|own| own.parent().map(Path::to_path_buf));
        let mut options = Self {
            programs: beside.unwrap_or_default(),
            quick: false,
            store_only: false,
            desktop_only: false,
            archives_only: false,
            peers_only: false,
            peers: true,
        };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match *word {
                "--quick" => options.quick = true,
                "--store" => options.store_only = true,
                "--peers-only" => options.peers_only = true,
                "--no-peers" => options.peers = false,
                "--archives" => options.archives_only = true,
                "--desktop" => options.desktop_only = true,
                "--programs" => {
                    let folder = rest.next().ok_or_else(|| format!("--programs needs a folder; usage: {USAGE}"))?;
                    options.programs = PathBuf::from(folder);
                }
                other => return Err(format!("`{other}` is not understood; usage: {USAGE}")),
            }
        }
        Ok(options)
    }

    /// One of two figures: for a full run, for a quick one.
    pub fn choose<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_unknown_ones_refused() {
        let options = Options::parse(&["--quick", "--programs", "built"]).unwrap();
        assert!(options.quick && options.programs == Path::new("built"));
        assert!(Options::parse(&["--programs"]).unwrap_err().contains("needs a folder"));
        assert!(Options::parse(&["--fast"]).unwrap_err().contains("--fast"));
    }
}
