//! Folders, opened so that no symbolic link is followed on the way, and the places that nobody may clear.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

/// Why a place is not worked in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// It belongs to the system, or to everybody.
    #[error("`{0}` belongs to the system: name a folder within it")]
    System(PathBuf),
    /// It is somebody's home.
    #[error("`{0}` is a home folder: name a folder within it")]
    Home(PathBuf),
    /// It is a disk of its own, or would lead to one.
    #[error("`{0}` is a mount point: name a folder within it")]
    MountPoint(PathBuf),
    /// It is no plain absolute path.
    #[error("`{0}` is no path from `/` without `..`")]
    NotPlain(PathBuf),
    /// A link stands on the way.
    #[error("`{0}` is a symbolic link, or one stands on the way to it: name the folder itself")]
    Link(PathBuf),
    /// It is not there.
    #[error("there is no folder `{0}`")]
    Missing(PathBuf),
    /// The system said no.
    #[error("open `{path}`: {why}")]
    Failed {
        /// What.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// Folders that belong to the system as a whole.
const SYSTEM: [&str; 34] = [
    "/",
    "/Applications",
    "/Library",
    "/System",
    "/Users",
    "/Volumes",
    "/bin",
    "/boot",
    "/cores",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/private",
    "/private/etc",
    "/private/var",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/lib",
];
/// Everything below these belongs to the system.
const SYSTEM_TREES: [&str; 12] =
    ["/System", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr/bin", "/usr/lib"];

/// How a folder is opened: never through a link in its last part.
pub(crate) const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Opens a folder part by part, so that no link on the way is followed.
pub fn open_folder(path: &Path) -> Result<OwnedFd, PlaceError> {
    let failed = |at: &Path, error: Errno| match error {
        Errno::LOOP | Errno::MLINK => PlaceError::Link(path.to_owned()),
        // A link opened as a folder without being followed is no folder.
        Errno::NOTDIR if is_link(at) => PlaceError::Link(path.to_owned()),
        Errno::NOENT | Errno::NOTDIR => PlaceError::Missing(path.to_owned()),
        other => PlaceError::Failed { path: at.to_owned(), why: std::io::Error::from(other).to_string() },
    };
    let mut at = PathBuf::from("/");
    let mut folder = openat(CWD, "/", FOLDER, Mode::empty()).map_err(|error| failed(&at, error))?;
    for name in plain(path)? {
        at.push(name);
        folder = openat(&folder, name, FOLDER, Mode::empty()).map_err(|error| failed(&at, error))?;
    }
    Ok(folder)
}

/// The same for a folder whose old files go: not the system's, nobody's home, no mount point.
pub fn open_for_clearing(path: &Path, homes: &[PathBuf]) -> Result<OwnedFd, PlaceError> {
    let clean: PathBuf = std::iter::once(OsStr::new("/")).chain(plain(path)?).collect();
    let is_system = SYSTEM.iter().any(|system| clean == Path::new(system))
        || SYSTEM_TREES.iter().any(|tree| clean.starts_with(tree));
    if is_system {
        return Err(PlaceError::System(path.to_owned()));
    }
    // A folder that holds a home is as bad as the home.
    if homes.iter().any(|home| home.starts_with(&clean)) {
        return Err(PlaceError::Home(path.to_owned()));
    }
    let folder = open_folder(&clean)?;
    let failed =
        |error: Errno| PlaceError::Failed { path: path.to_owned(), why: std::io::Error::from(error).to_string() };
    let own = fstat(&folder).map_err(failed)?;
    let above = statat(&folder, "..", AtFlags::empty()).map_err(failed)?;
    if own.st_dev != above.st_dev || own.st_ino == above.st_ino || is_mounted(&clean) {
        return Err(PlaceError::MountPoint(path.to_owned()));
    }
    // The same folder may have another name.
    for home in homes {
        if rustix::fs::stat(home).is_ok_and(|home| (home.st_dev, home.st_ino) == (own.st_dev, own.st_ino)) {
            return Err(PlaceError::Home(path.to_owned()));
        }
    }
    Ok(folder)
}

/// Names from the root on; none for what is not absolute or climbs.
fn plain(path: &Path) -> Result<Vec<&OsStr>, PlaceError> {
    let refused = || PlaceError::NotPlain(path.to_owned());
    let mut parts = path.components();
    if parts.next() != Some(Component::RootDir) || path.as_os_str().as_bytes().contains(&0) {
        return Err(refused());
    }
    parts
        .map(|part| match part {
            Component::Normal(name) => Ok(name),
            Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => Err(refused()),
        })
        .collect()
}

/// A folder that is mounted from the same disk shows only in the list of mounts.
fn is_mounted(path: &Path) -> bool {
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else { return false };
    mounts.lines().filter_map(|line| line.split(' ').nth(4)).any(|mount| Path::new(&unescaped(mount)) == path)
}

/// Spaces and the like stand there as `\040`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let octal = tail.get(..3).filter(|_| *first == b'\\');
        let value = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        if let Some(value) = value {
            bytes.push(value);
            rest = tail.get(3..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_link(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink())
}

/// Homes of the people of this machine.
pub fn homes() -> Vec<PathBuf> {
    let mut homes: Vec<PathBuf> = std::env::var_os("HOME").map(PathBuf::from).into_iter().collect();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    homes.extend(passwd.lines().filter_map(person_home).map(PathBuf::from));
    homes.extend(std::fs::read_dir("/Users").into_iter().flatten().flatten().map(|entry| entry.path()));
    // Programs have `/` or `/nonexistent` for a home.
    homes.retain(|home| home.components().count() > 1);
    homes.sort();
    homes.dedup();
    homes
}

fn person_home(line: &str) -> Option<&str> {
    let fields: Vec<&str> = line.split(':').collect();
    let user: u32 = fields.get(2)?.parse().ok()?;
    (user == 0 || (1_000..60_000).contains(&user)).then_some(*fields.get(5)?)
}

/// What stands under a name, without following it.
pub(crate) fn look(folder: impl AsFd, name: &OsStr) -> Result<(Stat, FileType), Errno> {
    let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok((stat, FileType::from_raw_mode(stat.st_mode as _)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// The temporary folder may itself be reached through a link, as on a Mac.
    fn scene() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        (folder, path)
    }

    #[test]
    fn the_system_homes_mount_points_and_odd_paths_are_refused() {
        let (_kept, root) = scene();
        let home = root.join("home/ann");
        std::fs::create_dir_all(home.join("cache")).unwrap();
        let homes = [home.clone()];
        let refused = |path: &Path| open_for_clearing(path, &homes).map(drop).unwrap_err();
        for path in ["/", "/etc", "/etc/ssl", "/usr/lib/x", "/home", "//", "/var"] {
            assert!(matches!(refused(Path::new(path)), PlaceError::System(_)), "{path}");
        }
        assert_eq!(refused(&home), PlaceError::Home(home.clone()));
        assert!(matches!(refused(&root.join("home")), PlaceError::Home(_)), "what holds a home");
        for path in ["relative", "/srv/../etc", ""] {
            assert!(matches!(refused(Path::new(path)), PlaceError::NotPlain(_)), "{path}");
        }
        assert!(matches!(refused(&root.join("gone")), PlaceError::Missing(_)));
        for mount in ["/proc/self", "/dev/shm"] {
            assert!(open_for_clearing(Path::new(mount), &homes).is_err(), "{mount}");
        }
        assert!(open_for_clearing(&home.join("cache"), &homes).is_ok());
    }

    #[test]
    fn a_link_anywhere_on_the_way_is_refused() {
        let (_kept, root) = scene();
        std::fs::create_dir_all(root.join("real/inner")).unwrap();
        symlink(root.join("real"), root.join("link")).unwrap();
        symlink("inner", root.join("real/other")).unwrap();
        for path in ["link", "link/inner", "real/other"] {
            let found = open_folder(&root.join(path)).map(drop).unwrap_err();
            assert!(matches!(found, PlaceError::Link(_)), "{path}: {found:?}");
        }
        assert!(open_folder(&root.join("real/inner")).is_ok());
    }

    #[test]
    fn a_home_under_another_name_is_still_a_home() {
        let (_kept, root) = scene();
        std::fs::create_dir_all(root.join("ann")).unwrap();
        symlink(root.join("ann"), root.join("home-of-ann")).unwrap();
        let found = open_for_clearing(&root.join("ann"), &[root.join("home-of-ann")]).map(drop).unwrap_err();
        assert!(matches!(found, PlaceError::Home(_)), "{found:?}");
    }
}
