//! The lock of a home folder: whoever holds it is the engine. The kernel frees it when its holder dies, however it dies,
//! so the file's existence means nothing and it is never deleted.

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How long a door waits for the lock before it names the owner.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Between two tries.
const RETRY: Duration = Duration::from_millis(50);

/// Who holds the lock, as that process wrote it: for messages only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// `caretaker` or `caretaker-app`.
    pub program: String,
    /// Its version.
    pub version: String,
    /// When it took the lock.
    pub started: Timestamp,
}

impl Owner {
    /// This process.
    pub fn this_process(program: impl Into<String>, version: impl Into<String>, started: Timestamp) -> Self {
        Self { pid: std::process::id(), program: program.into(), version: version.into(), started }
    }
}

/// Why the lock could not even be tried.
#[derive(Debug, thiserror::Error)]
#[error("lock `{}`: {source}", path.display())]
pub struct LockError {
    /// The lock file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl From<LockError> for Problem {
    fn from(error: LockError) -> Self {
        Self::new(Code::HomeUnusable, error.to_string()).hint("Check that the home folder can be written.")
    }
}

/// The held lock; dropping it frees it.
#[derive(Debug)]
pub struct EngineLock {
    file: File,
    path: PathBuf,
}

impl EngineLock {
    /// Takes the lock if nobody has it; none when somebody has.
    pub fn try_acquire(path: &Path, owner: &Owner) -> Result<Option<Self>, LockError> {
        let Some(file) = try_hold(path)? else { return Ok(None) };
        let lock = Self { file, path: path.to_path_buf() };
        // A full disk must not stop the engine: the words are for others, the lock itself is held by now.
        if let Err(error) = lock.introduce(owner) {
            tracing::warn!(path = %path.display(), %error, "could not write who holds the lock");
        }
        Ok(Some(lock))
    }

    /// Takes the lock as soon as it is free, within `limit` of real time; else a [`Code::Busy`] that names its owner.
    pub async fn acquire_within(path: &Path, owner: &Owner, limit: Duration) -> Result<Self, Problem> {
        let tries = async {
            loop {
                if let Some(lock) = Self::try_acquire(path, owner)? {
                    return Ok(lock);
                }
                tokio::time::sleep(RETRY).await;
            }
        };
        match tokio::time::timeout(limit, tries).await {
            Ok(result) => result.map_err(|error: LockError| error.into()),
            Err(_) => Err(busy(path)),
        }
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn introduce(&self, owner: &Owner) -> io::Result<()> {
        let text = serde_json::to_vec(owner)?;
        let mut file = &self.file;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(&text)
    }
}

impl Drop for EngineLock {
    fn drop(&mut self) {
        // A name that outlives its lock would accuse a process that is gone. Closing the file frees the lock itself.
        let _ = self.file.set_len(0);
    }
}

/// Opens and locks a file; none when somebody has it.
pub(crate) fn try_hold(path: &Path) -> Result<Option<File>, LockError> {
    let fail = |source| LockError { path: path.to_path_buf(), source };
    // Never truncated on opening: until the lock is ours, the file carries the words of its owner.
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)
        .map_err(fail)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(fail(error)),
    }
}

/// Who holds the lock, or held it when it was killed; none when nobody is known. Ask only after the lock was refused.
pub fn owner(path: &Path) -> Option<Owner> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Who holds the lock at this moment; none when it is free, whatever a process that was killed left written there.
pub fn holder(path: &Path) -> Option<Owner> {
    let file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => owner(path),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

/// The lock is held and the caller cannot wait: who has it, since when, and what to do.
pub fn busy(path: &Path) -> Problem {
    let folder = path.parent().unwrap_or(path).display();
    let holder = owner(path).map_or_else(
        || "another process".to_owned(),
        |owner| format!("{} {} (process {}, since {})", owner.program, owner.version, owner.pid, owner.started),
    );
    Problem::new(Code::Busy, format!("use home folder `{folder}`: {holder} holds it and does not answer"))
        .hint("Wait until it is done, or end that process.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> Owner {
        Owner::this_process("caretaker", "0.1.0", Timestamp::from_millis(1_700_000_000_000))
    }

    #[test]
    fn one_holder_at_a_time_and_its_words_go_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.lock");
        let held = EngineLock::try_acquire(&path, &me()).unwrap().unwrap();
        assert!(EngineLock::try_acquire(&path, &me()).unwrap().is_none());
        assert_eq!(owner(&path), Some(me()), "a refused try leaves the owner's words alone");
        drop(held);
        assert_eq!(owner(&path), None);
        assert!(EngineLock::try_acquire(&path, &me()).unwrap().is_some());
    }

    #[test]
    fn words_that_a_killed_process_left_name_no_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.lock");
        let held = EngineLock::try_acquire(&path, &me()).unwrap().unwrap();
        assert_eq!(holder(&path), Some(me()));
        // Closing the file without its `Drop` is what the kernel does for a killed process.
        let EngineLock { ref file, .. } = held;
        file.unlock().unwrap();
        assert_eq!((owner(&path), holder(&path)), (Some(me()), None));
    }

    #[tokio::test]
    async fn a_held_lock_is_waited_for_and_then_its_owner_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.lock");
        let held = EngineLock::try_acquire(&path, &me()).unwrap().unwrap();
        let problem = EngineLock::acquire_within(&path, &me(), Duration::from_millis(120)).await.unwrap_err();
        assert_eq!(problem.code, Code::Busy);
        let named = format!("caretaker 0.1.0 (process {}, since 2023-11-14T22:13:20.000Z)", std::process::id());
        assert!(problem.message.contains(&named), "{problem:?}");
        let next = me();
        let (waiting, ()) = tokio::join!(EngineLock::acquire_within(&path, &next, PATIENCE), async { drop(held) });
        assert!(waiting.is_ok(), "taken as soon as it was free");
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_problem_of_the_home() {
        let error = EngineLock::try_acquire(Path::new("/nonexistent/engine.lock"), &me()).unwrap_err();
        assert_eq!(Problem::from(error).code, Code::HomeUnusable);
    }
}
