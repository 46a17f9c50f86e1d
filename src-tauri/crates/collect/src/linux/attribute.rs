//! One number in a file of `/sys` that stays open between rounds.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// See the module.
#[derive(Debug)]
pub(crate) struct Attribute {
    path: PathBuf,
    file: Option<File>,
}

impl Attribute {
    /// Nothing is opened before the first read.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// The attribute if there is such a file, whether or not this user may read it.
    pub(crate) fn existing(path: PathBuf) -> Option<Self> {
        path.exists().then(|| Self::new(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this user has the right to. A device that sleeps may be opened, and refuses only the reading.
    pub(crate) fn may_be_opened(&self) -> bool {
        !File::open(&self.path).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    }

    /// What it shows now; none when that is no number. After an error the file is opened anew.
    pub(crate) fn read(&mut self) -> io::Result<Option<i64>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path)?,
        };
        let mut text = [0; 32];
        let length = file.read_at(&mut text, 0)?;
        self.file = Some(file);
        Ok(parse(&text[..length]))
    }
}

fn parse(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_and_nothing_else() {
        for (text, value) in
            [("45250\n", Some(45_250)), ("-5000", Some(-5_000)), ("", None), ("n/a\n", None), ("0x01", None)]
        {
            assert_eq!(parse(text.as_bytes()), value, "{text}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error_and_no_attribute() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gpu_busy_percent");
        assert!(Attribute::existing(path.clone()).is_none());
        assert!(Attribute::new(path.clone()).may_be_opened(), "what is missing is not refused");
        assert_eq!(Attribute::new(path).read().unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
