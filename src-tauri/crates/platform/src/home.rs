//! The home folder: where it is, what it holds, and whether it may be used. Opening what lies in it is the business of
//! others.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use caretaker_core::problem::{Code, Problem};
use rustix::fs::{Access, access};

use crate::files::is_full;

/// The bits of a mode that let the group and everybody in.
pub(crate) const OTHERS: u32 = 0o077;

/// One home folder and the names of what lies in it. Every path is absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// The folder named by `--home` or `CARETAKER_HOME`, else the default of the platform. Touches nothing and so may name
    /// a folder that does not exist.
    pub fn locate(chosen: Option<&Path>) -> Result<Self, Problem> {
        let folder = match chosen {
            Some(path) if path.as_os_str().is_empty() => {
                return Err(unusable("the home folder has an empty name".into(), "Name a folder with `--home`."));
            }
            Some(path) => path.to_path_buf(),
            None => default_folder()?,
        };
        let absolute = std::path::absolute(&folder).map_err(|error| failed("find", &folder, &error))?;
        // One folder has one name, so that two spellings of it share a lock and a socket.
        Ok(Self { folder: absolute.canonicalize().unwrap_or(absolute) })
    }

    /// Makes the folder if it is missing (mode 0700) and checks that it may be read and written by this user.
    pub fn prepare(&self) -> Result<Self, Problem> {
        let folder = &self.folder;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => not_a_folder(folder),
            _ => failed("make", folder, &error),
        })?;
        self.check()?;
        if let Err(error) = access(folder, Access::WRITE_OK | Access::EXEC_OK) {
            return Err(failed("write", folder, &error.into()));
        }
        self.tighten().map_err(|error| failed("protect", folder, &error))?;
        Self::locate(Some(folder))
    }

    /// Checks what a reader needs: it exists, is a folder, and belongs to this user.
    pub fn check(&self) -> Result<(), Problem> {
        let folder = &self.folder;
        let metadata = fs::metadata(folder).map_err(|error| failed("open", folder, &error))?;
        if !metadata.is_dir() {
            return Err(not_a_folder(folder));
        }
        refuse_foreign(folder, metadata.uid(), rustix::process::geteuid().as_raw())?;
        access(folder, Access::READ_OK | Access::EXEC_OK).map_err(|error| failed("read", folder, &error.into()))
    }

    /// Whether other users are kept out. A folder that existed before and holds other things keeps its mode.
    pub fn is_private(&self) -> bool {
        fs::metadata(&self.folder).is_ok_and(|metadata| metadata.mode() & OTHERS == 0)
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
    /// Samples.
    pub fn metrics_database(&self) -> PathBuf {
        self.folder.join("metrics.db")
    }
    /// State and history.
    pub fn caretaker_database(&self) -> PathBuf {
        self.folder.join("caretaker.db")
    }
    /// What can be rebuilt.
    pub fn catalog_database(&self) -> PathBuf {
        self.folder.join("catalog.db")
    }
    /// Definitions, unless `--config` names another file.
    pub fn configuration(&self) -> PathBuf {
        self.folder.join("caretaker.toml")
    }
    /// Held by whoever is the engine.
    pub fn lock(&self) -> PathBuf {
        self.folder.join("engine.lock")
    }
    /// Held by the one tray app of this home.
    pub fn app_lock(&self) -> PathBuf {
        self.folder.join("app.lock")
    }
    /// The socket, where its path is short enough; see [`crate::socket`].
    pub fn socket(&self) -> PathBuf {
        self.folder.join("engine.socket")
    }
    /// Where the socket lies instead, when the path of [`Home::socket`] is too long.
    pub fn socket_pointer(&self) -> PathBuf {
        self.folder.join("engine.socket.path")
    }
    /// Space kept back for the notice that the disk is full.
    pub fn reserve(&self) -> PathBuf {
        self.folder.join("reserve")
    }
    /// Touched after each judged round; its time of change is what a watchdog looks at.
    pub fn heartbeat(&self) -> PathBuf {
        self.folder.join("heartbeat")
    }
    /// Which notifications are on the screen.
    pub fn shown_notifications(&self) -> PathBuf {
        self.folder.join("notifications.json")
    }
    /// Access tokens of the loopback door; mode 0600.
    pub fn access_tokens(&self) -> PathBuf {
        self.folder.join("access.json")
    }
    /// The owner's own runbooks.
    pub fn runbooks(&self) -> PathBuf {
        self.folder.join("runbooks")
    }
    /// Caretaker's own logs.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// Takes the rights of others away, unless the folder is used for other things too: a person who names a shared
    /// folder by mistake must not find it closed.
    fn tighten(&self) -> io::Result<()> {
        if self.is_private() {
            return Ok(());
        }
        let ours = [self.configuration(), self.lock(), self.caretaker_database(), self.metrics_database()];
        let used_by_us = ours.iter().any(|path| path.exists());
        if used_by_us || fs::read_dir(&self.folder)?.next().is_none() {
            fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }
}

/// The folder of the user who runs this program.
pub fn user_folder() -> Option<PathBuf> {
    std::env::home_dir().filter(|path| path.is_absolute())
}

/// The number of the user who runs this program; 0 is root.
pub fn user_number() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn default_folder() -> Result<PathBuf, Problem> {
    let home = || {
        user_folder().ok_or_else(|| {
            unusable("this user has no home directory".into(), "Name a folder with `--home` or `CARETAKER_HOME`.")
        })
    };
    if cfg!(target_os = "macos") {
        return Ok(home()?.join("Library/Application Support/Caretaker"));
    }
    // The XDG base directory specification has relative paths ignored.
    match std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute()) {
        Some(data) => Ok(data.join("caretaker")),
        None => Ok(home()?.join(".local/share/caretaker")),
    }
}

fn refuse_foreign(folder: &Path, owner: u32, user: u32) -> Result<(), Problem> {
    if owner == user {
        return Ok(());
    }
    Err(unusable(
        format!("use home folder `{}`: it belongs to another user (uid {owner}, not {user})", folder.display()),
        "Run Caretaker as that user, or name another folder with `--home`.",
    ))
}

fn not_a_folder(folder: &Path) -> Problem {
    unusable(
        format!("use home folder `{}`: it, or a part of its path, is a file", folder.display()),
        "Move the file away, or name another folder with `--home`.",
    )
}

fn failed(verb: &str, folder: &Path, error: &io::Error) -> Problem {
    let hint = match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem => {
            "The disk is mounted read-only: mount it writable, or name another folder with `--home`."
        }
        io::ErrorKind::PermissionDenied => {
            "Give this user the right to read and write it, or name another folder with `--home`."
        }
        io::ErrorKind::NotFound if verb == "make" => "Name a folder that can be made, with `--home`.",
        io::ErrorKind::NotFound => "Start the engine once to make it, or name another folder with `--home`.",
        _ if is_full(error) => "Free space on that disk, or name another folder with `--home`.",
        _ => "Check the disk, or name another folder with `--home`.",
    };
    unusable(format!("{verb} home folder `{}`: {error}", folder.display()), hint)
}

fn unusable(message: String, hint: &str) -> Problem {
    Problem::new(Code::HomeUnusable, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_missing_home_is_made_for_this_user_alone() {
        let outer = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(&outer.path().join("a/b"))).unwrap().prepare().unwrap();
        assert_eq!(mode(home.folder()), 0o700);
        assert!(home.is_private());
        assert_eq!(home.caretaker_database(), home.folder().join("caretaker.db"));
    }

    #[test]
    fn an_open_home_is_closed_if_it_is_ours_and_left_alone_if_it_is_shared() {
        let outer = tempfile::tempdir().unwrap();
        let (empty, ours, shared) =
            (outer.path().join("empty"), outer.path().join("ours"), outer.path().join("shared"));
        for folder in [&empty, &ours, &shared] {
            fs::create_dir(folder).unwrap();
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::File::create(ours.join("caretaker.toml")).unwrap();
        fs::File::create(shared.join("thesis.txt")).unwrap();
        for (folder, expected) in [(&empty, 0o700), (&ours, 0o700), (&shared, 0o755)] {
            let home = Home::locate(Some(folder)).unwrap().prepare().unwrap();
            assert_eq!(mode(home.folder()), expected, "{}", folder.display());
        }
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let outer = tempfile::tempdir().unwrap();
        let file = outer.path().join("file");
        fs::File::create(&file).unwrap();
        for path in [file.clone(), file.join("below")] {
            let problem = Home::locate(Some(&path)).unwrap().prepare().unwrap_err();
            assert_eq!(problem.code, Code::HomeUnusable);
            assert!(problem.message.contains("is a file"), "{problem:?}");
        }
    }

    #[test]
    fn a_home_of_another_user_is_refused_with_both_users() {
        let problem = refuse_foreign(Path::new("/home/eve"), 1_001, 1_000).unwrap_err();
        assert_eq!(problem.code, Code::HomeUnusable);
        assert!(problem.message.contains("uid 1001, not 1000"), "{problem:?}");
        assert!(problem.hint.contains("--home"));
        assert_eq!(refuse_foreign(Path::new("/home/ann"), 1_000, 1_000), Ok(()));
    }

    #[test]
    fn two_spellings_are_one_home() {
        let outer = tempfile::tempdir().unwrap();
        let real = Home::locate(Some(&outer.path().join("real"))).unwrap().prepare().unwrap();
        std::os::unix::fs::symlink(real.folder(), outer.path().join("link")).unwrap();
        assert_eq!(Home::locate(Some(&outer.path().join("link"))).unwrap(), real);
    }

    #[test]
    fn a_home_that_nobody_made_cannot_be_read() {
        let outer = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(&outer.path().join("nowhere"))).unwrap();
        assert_eq!(home.check().unwrap_err().code, Code::HomeUnusable);
        assert!(!home.folder().exists(), "a check makes nothing");
    }
}
