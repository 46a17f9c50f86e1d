//! A program of our own that lies beside this one and works for it: one stream connects the two, and each ends when the
//! other does. What they say to each other is decided elsewhere.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream as Pair;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use tokio::net::UnixStream;
use tokio::process::{Child, Command};

/// A started companion; killed when dropped.
#[derive(Debug)]
pub struct Companion {
    child: Child,
}

impl Companion {
    /// Starts the program of this name from the folder of this one, with the stream that leads to it. It inherits the
    /// environment: it belongs to the same person, home and desktop. It goes by the name of this one, so that docks and
    /// panels see one app.
    pub fn start(name: &str, arguments: &[&str]) -> io::Result<(Self, UnixStream)> {
        let program = beside(name)?;
        let (here, there) = Pair::pair()?;
        here.set_nonblocking(true)?;
        let child = Command::new(program)
            .arg0(own()?.file_name().unwrap_or(OsStr::new(name)))
            .args(arguments)
            .stdin(Stdio::from(OwnedFd::from(there)))
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok((Self { child }, UnixStream::from_std(here)?))
    }

    /// Its process id; none once it has ended.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }
}

/// The way back to the program that started this one, for a companion. What this program starts does not inherit it.
pub fn principal() -> io::Result<Pair> {
    Ok(Pair::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// Where this program lies, or lay before a package manager replaced it while it ran.
pub(super) fn own() -> io::Result<PathBuf> {
    const REPLACED: &str = " (deleted)";
    let own = std::env::current_exe()?;
    Ok(own.to_str().and_then(|path| path.strip_suffix(REPLACED)).map(PathBuf::from).unwrap_or(own))
}

/// The folder of this program.
pub(super) fn folder() -> io::Result<PathBuf> {
    Ok(own()?.parent().unwrap_or(Path::new("/")).to_owned())
}

pub(super) fn beside(name: &str) -> io::Result<PathBuf> {
    let program = own()?.parent().unwrap_or(Path::new("/")).join(name);
    if program.is_file() {
        return Ok(program);
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no `{}`", program.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named_with_its_place() {
        let problem = Companion::start("caretaker-nobody", &[]).unwrap_err();
        assert_eq!(problem.kind(), io::ErrorKind::NotFound);
        let own = std::env::current_exe().unwrap();
        let place = own.parent().unwrap().join("caretaker-nobody");
        assert!(problem.to_string().contains(place.to_str().unwrap()), "{problem}");
    }
}
