//! A file of the kernel that is opened once and read again from its start every round, into the same buffer.
//! Half the price of opening it each time. What this kernel does not have is a value, not an error.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use caretaker_core::port::CollectError;
use rustix::io::Errno;

use crate::failure::failed;

/// Far beyond any file that is read here; a file that never ends must not fill the memory.
const LIMIT: usize = 16 << 20;

/// What opening a file says when this kernel does not have it or never lets this user see it. A kernel started with
/// `psi=0` lets its pressure files be opened and then says `EOPNOTSUPP`.
const NOT_HERE: [Errno; 4] = [Errno::NOENT, Errno::NOTDIR, Errno::ACCESS, Errno::PERM];

/// See the module.
#[derive(Debug)]
pub(crate) struct KeptFile {
    path: PathBuf,
    state: State,
    buffer: Vec<u8>,
}

#[derive(Debug)]
enum State {
    Closed,
    Open(File),
    /// Not on this kernel; not asked again.
    Missing,
}

impl KeptFile {
    /// Nothing is opened before the first read.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, state: State::Closed, buffer: Vec::new() }
    }

    /// The whole content, or none when this kernel does not have the file. After any other error the file is opened
    /// anew by the next read.
    pub(crate) fn read(&mut self) -> Result<Option<&[u8]>, CollectError> {
        match self.fill() {
            Ok(true) => Ok(Some(&self.buffer)),
            Ok(false) => Ok(None),
            Err(error) => {
                self.state = State::Closed;
                Err(failed(format!("read {}", self.path.display()), error))
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        if let State::Closed = self.state {
            self.state = match File::open(&self.path) {
                Ok(file) => State::Open(file),
                Err(error) if is_any(&error, &NOT_HERE) => State::Missing,
                Err(error) => return Err(error),
            };
        }
        let State::Open(file) = &self.state else {
            return Ok(false);
        };
        match fill(file, &mut self.buffer) {
            Ok(()) => Ok(true),
            Err(error) if is_any(&error, &[Errno::OPNOTSUPP]) => {
                self.state = State::Missing;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// Reads the whole file from its start. The kernel hands out long files page by page, so a short read is no end.
fn fill(file: &File, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.resize(buffer.capacity().max(2_048), 0);
    let mut length = 0;
    loop {
        if length == buffer.len() {
            if length >= LIMIT {
                return Err(io::Error::other("it does not end"));
            }
            buffer.resize(length * 2, 0);
        }
        match file.read_at(&mut buffer[length..], length as u64) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(length);
    Ok(())
}

/// Whether an error is one of these.
pub(crate) fn is_any(error: &io::Error, codes: &[Errno]) -> bool {
    Errno::from_io_error(error).is_some_and(|code| codes.contains(&code))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_kept_file_shows_what_it_holds_now_even_when_it_outgrows_the_buffer() {
        let mut source = tempfile::NamedTempFile::new().unwrap();
        let mut kept = KeptFile::new(source.path().to_owned());
        assert_eq!(kept.read().unwrap(), Some(&b""[..]));
        let long = vec![b'x'; 100_000];
        source.write_all(&long).unwrap();
        assert_eq!(kept.read().unwrap(), Some(&long[..]));
        source.as_file().set_len(3).unwrap();
        assert_eq!(kept.read().unwrap(), Some(&b"xxx"[..]));
    }

    #[test]
    fn a_missing_file_is_none_and_a_folder_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut missing = KeptFile::new(folder.path().join("pressure/cpu"));
        assert_eq!(missing.read().unwrap(), None);
        let error = KeptFile::new(folder.path().to_owned()).read().unwrap_err();
        let CollectError::Failed { what, why } = error else { panic!("{error:?}") };
        assert!(what.starts_with("read /") && why.contains("directory"), "{what}: {why}");
    }

    #[test]
    fn a_file_without_an_end_is_refused() {
        let error = KeptFile::new("/dev/zero".into()).read().unwrap_err();
        assert!(error.to_string().contains("does not end"), "{error}");
    }
}
