//! The socket of the engine: where it lies, who may bind it, and whose it must be before anybody talks to it. What is said
//! over it is the business of `api`.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use caretaker_core::problem::{Code, Problem};
use tokio::net::{UnixListener, UnixStream};

use crate::files::write_atomic;
use crate::hash::fnv1a;
use crate::home::{Home, OTHERS};
use crate::lock::{EngineLock, busy};

/// The longest path of a socket, in bytes. macOS takes 104 with the final zero, Linux 108.
const LONGEST: usize = 100;

/// Where short paths are to be had on every system.
const SHORT_PLACES: &str = "/tmp";

/// The listening socket; its file goes away with it.
#[derive(Debug)]
pub struct EngineSocket {
    listener: UnixListener,
    path: PathBuf,
    user: u32,
    home: Home,
}

impl EngineSocket {
    /// Binds the socket of this home, mode 0600. The lock is the proof that whatever lies there now is a leftover. Must be
    /// called inside a tokio runtime.
    pub fn bind(home: &Home, lock: &EngineLock) -> Result<Self, Problem> {
        debug_assert_eq!(lock.path(), home.lock(), "the lock of another home");
        let user = rustix::process::geteuid().as_raw();
        let path = place(home, user)?;
        let listener = bind_privately(&path).map_err(|error| failed("bind", &path, &error))?;
        Ok(Self { listener, path, user, home: home.clone() })
    }

    /// Binds again if clients cannot find it any more; says whether that was needed. Whoever is connected stays so.
    pub fn restore(&mut self) -> Result<bool, Problem> {
        if self.is_reachable() {
            return Ok(false);
        }
        self.path = place(&self.home, self.user)?;
        self.listener = bind_privately(&self.path).map_err(|error| failed("bind", &self.path, &error))?;
        Ok(true)
    }

    /// The next connection of this user; connections of others are closed unheard.
    pub async fn accept(&self) -> io::Result<UnixStream> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            match stream.peer_cred() {
                Ok(peer) if peer.uid() == self.user => return Ok(stream),
                Ok(peer) => tracing::warn!(uid = peer.uid(), "another user knocked at the engine's socket"),
                // The peer is gone already.
                Err(_) => {}
            }
        }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether clients can still find it; a cleaner of `/tmp` may have taken the file away.
    fn is_reachable(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|metadata| metadata.file_type().is_socket())
    }
}

impl Drop for EngineSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Connects to the engine of this home. None when no engine listens: there is no socket, or a killed engine left it.
pub async fn connect(home: &Home) -> Result<Option<UnixStream>, Problem> {
    let Some(path) = current(home) else { return Ok(None) };
    connect_as(&path, rustix::process::geteuid().as_raw(), home).await
}

async fn connect_as(path: &Path, user: u32, home: &Home) -> Result<Option<UnixStream>, Problem> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.file_type().is_socket() => {
            return Err(refused(path, "it is no socket"));
        }
        Ok(metadata) if metadata.uid() != user => {
            return Err(refused(path, &format!("it belongs to another user (uid {}, not {user})", metadata.uid())));
        }
        Ok(_) => {}
        Err(error) if absent(&error) => return Ok(None),
        Err(error) => return Err(failed("connect to", path, &error)),
    }
    let stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if absent(&error) => return Ok(None),
        // More calls wait than the kernel keeps: nobody has taken any for long.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(busy(&home.lock())),
        Err(error) => return Err(failed("connect to", path, &error)),
    };
    let peer = stream.peer_cred().map_err(|error| failed("connect to", path, &error))?.uid();
    if peer != user {
        return Err(refused(path, &format!("another user answers there (uid {peer}, not {user})")));
    }
    Ok(Some(stream))
}

/// Where the socket of this home is to lie, and recorded there if that is not in the home.
fn place(home: &Home, user: u32) -> Result<PathBuf, Problem> {
    let direct = home.socket();
    let pointer = home.socket_pointer();
    if fits(&direct) {
        remove(&pointer).map_err(|error| failed("bind", &direct, &error))?;
        return Ok(direct);
    }
    let folder = own_folder(Path::new(SHORT_PLACES), user)?;
    let path = folder.join(format!("{:016x}.socket", fnv1a(home.folder().as_os_str().as_encoded_bytes())));
    write_atomic(&pointer, path.as_os_str().as_encoded_bytes(), 0o600)?;
    Ok(path)
}

/// Where the socket of this home would be: the recorded place if there is one.
fn current(home: &Home) -> Option<PathBuf> {
    if fits(&home.socket()) {
        return Some(home.socket());
    }
    let recorded = fs::read(home.socket_pointer()).ok()?;
    use std::os::unix::ffi::OsStringExt;
    Some(PathBuf::from(std::ffi::OsString::from_vec(recorded))).filter(|path| path.is_absolute() && fits(path))
}

fn fits(path: &Path) -> bool {
    path.as_os_str().len() <= LONGEST
}

fn absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Binds under another name and moves the socket to its place when it listens and is closed to others, so that no client
/// ever sees one that is half made. The other name belongs to this home alone, as the final one does, and is no longer,
/// for the limit on paths.
fn bind_privately(path: &Path) -> io::Result<UnixListener> {
    let making = path.with_extension("new");
    remove(&making)?;
    let listener = UnixListener::bind(&making)?;
    fs::set_permissions(&making, fs::Permissions::from_mode(0o600))?;
    fs::rename(&making, path)?;
    Ok(listener)
}

/// A folder in a place where everybody may write, which is ours and closed, or refused: whoever owns the folder could
/// answer in the engine's name.
fn own_folder(places: &Path, user: u32) -> Result<PathBuf, Problem> {
    let folder = places.join(format!("caretaker-{user}"));
    match fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed("make", &folder, &error)),
        Ok(()) | Err(_) => {}
    }
    let metadata = fs::symlink_metadata(&folder).map_err(|error| failed("open", &folder, &error))?;
    if !metadata.is_dir() {
        return Err(refused(&folder, "it is no folder"));
    }
    if metadata.uid() != user {
        return Err(refused(&folder, &format!("it belongs to another user (uid {}, not {user})", metadata.uid())));
    }
    if metadata.mode() & OTHERS != 0 {
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))
            .map_err(|error| failed("protect", &folder, &error))?;
    }
    Ok(folder)
}

fn refused(path: &Path, why: &str) -> Problem {
    Problem::new(Code::Forbidden, format!("use `{}` for the engine's socket: {why}", path.display()))
        .hint("Remove it as its owner, or name another home folder with a shorter path (`--home`).")
}

fn failed(verb: &str, path: &Path, error: &io::Error) -> Problem {
    Problem::new(Code::HomeUnusable, format!("{verb} the engine's socket `{}`: {error}", path.display()))
        .hint("Check that its folder can be written, or name another home folder with `--home`.")
}

#[cfg(test)]
mod tests;
