//! The walk itself: depth first over the folders of one file system, a frame for each level, sizes added up on the way back.
//! It opens folders only, never a file.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use caretaker_core::folder::{Largest, Survey};
use caretaker_core::port::{Pace, WalkError};

/// Work for about so long, then rest for as long: half a core at most, also on an idle machine.
const WORK: Duration = Duration::from_millis(40);
/// How long the walk waits before it asks again whether others still need the machine.
const WAIT: Duration = Duration::from_millis(500);
/// After this much waiting it goes on all the same, at background priority.
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 60 * 60);
/// Entries between two looks at the clock.
const ENTRIES: u64 = 128;
/// Files with several names that are remembered, 16 bytes each; beyond that each name counts.
const MOST_LINKS: usize = 250_000;
/// `st_blocks` counts in these units on every system.
const BLOCK: u64 = 512;

/// A folder that is being added up.
struct Frame {
    path: PathBuf,
    bytes: u64,
    /// Names of folders in it that are still to be walked.
    folders: Vec<OsString>,
}

struct Walk<'w> {
    device: u64,
    links: HashSet<u64>,
    survey: Survey,
    largest: Largest,
    pace: &'w dyn Fn() -> Pace,
    entries: u64,
    worked: Instant,
    waited: Duration,
    /// Nobody ever sends: waiting for it is a pause that needs no sleep.
    pause: (mpsc::Sender<()>, mpsc::Receiver<()>),
}

/// The largest folders below `root`, named as if it were `named`.
pub fn walk(root: &Path, named: &str, pace: &dyn Fn() -> Pace) -> Result<Survey, WalkError> {
    let failed = |error: io::Error| WalkError::Failed { path: named.to_owned(), why: error.to_string() };
    let device = fs::metadata(root).map_err(failed)?.dev();
    let mut walk = Walk {
        device,
        links: HashSet::new(),
        survey: Survey::default(),
        largest: Largest::default(),
        pace,
        entries: 0,
        worked: Instant::now(),
        waited: Duration::ZERO,
        pause: mpsc::channel(),
    };
    let first = walk.read(root.to_owned())?.map_err(failed)?;
    let mut frames = vec![first];
    while let Some(top) = frames.last_mut() {
        if let Some(name) = top.folders.pop() {
            let path = top.path.join(name);
            match walk.read(path)? {
                Ok(frame) => frames.push(frame),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) => walk.survey.unreadable += 1,
            }
            continue;
        }
        let Some(done) = frames.pop() else { break };
        if let Some(parent) = frames.last_mut() {
            parent.bytes += done.bytes;
        } else {
            walk.survey.bytes = done.bytes;
        }
        if walk.largest.wants(done.bytes) {
            walk.largest.offer(name_of(&done.path, root, named), done.bytes);
        } else {
            walk.largest.leave_out(done.bytes);
        }
    }
    (walk.survey.folders, walk.survey.floor) = walk.largest.finish();
    Ok(walk.survey)
}

impl Walk<'_> {
    /// What lies in one folder. The outer error ends the walk, the inner one is of this folder alone.
    fn read(&mut self, path: PathBuf) -> Result<io::Result<Frame>, WalkError> {
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error)),
        };
        let mut frame = Frame { path, bytes: 0, folders: Vec::new() };
        for entry in entries {
            self.entries += 1;
            if self.entries.is_multiple_of(ENTRIES) {
                self.rest()?;
            }
            // What vanished meanwhile, or cannot be looked at, takes up nothing that anybody could tell.
            let Ok(entry) = entry else { continue };
            let Ok(data) = entry.metadata() else { continue };
            if data.dev() != self.device {
                continue;
            }
            if data.is_dir() {
                frame.bytes += data.blocks() * BLOCK;
                frame.folders.push(entry.file_name());
                continue;
            }
            self.survey.files += 1;
            let is_known = data.nlink() > 1 && self.is_known(data.ino());
            if !is_known {
                frame.bytes += data.blocks() * BLOCK;
            }
        }
        Ok(Ok(frame))
    }

    /// Whether another name of this file was counted already.
    fn is_known(&mut self, inode: u64) -> bool {
        if self.links.len() >= MOST_LINKS {
            return self.links.contains(&inode);
        }
        !self.links.insert(inode)
    }

    /// Pauses after a piece of work, and for as long as others need the machine.
    fn rest(&mut self) -> Result<(), WalkError> {
        let worked = self.worked.elapsed();
        if worked < WORK {
            return Ok(());
        }
        let mut wait = worked.min(WORK * 10);
        loop {
            let _: Result<(), mpsc::RecvTimeoutError> = self.pause.1.recv_timeout(wait);
            match (self.pace)() {
                Pace::Stop => return Err(WalkError::Stopped),
                Pace::Wait if self.waited < LONGEST_WAIT => {
                    self.waited += WAIT;
                    wait = WAIT;
                }
                Pace::Go | Pace::Wait => break,
            }
        }
        self.worked = Instant::now();
        Ok(())
    }
}

fn name_of(path: &Path, root: &Path, named: &str) -> String {
    match path.strip_prefix(root) {
        Ok(rest) if rest.as_os_str().is_empty() => named.to_owned(),
        Ok(rest) => Path::new(named).join(rest).to_string_lossy().into_owned(),
        Err(_) => path.to_string_lossy().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::symlink;

    fn file(path: &Path, kilobytes: usize) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = fs::File::create(path).unwrap();
        file.write_all(&vec![7; kilobytes * 1024]).unwrap();
        file.sync_all().unwrap();
    }

    fn size(survey: &Survey, path: &str) -> u64 {
        survey.folders.iter().find(|folder| folder.path == path).map_or(0, |folder| folder.bytes)
    }

    fn close(found: u64, kilobytes: u64) -> bool {
        // Folders take up a little themselves, and file systems round up.
        found >= kilobytes * 1024 && found < (kilobytes + 64) * 1024
    }

    #[test]
    fn folders_hold_what_lies_below_them_links_count_once_and_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        file(&root.join("models/large/a.bin"), 2_048);
        file(&root.join("models/b.bin"), 512);
        file(&root.join("home/c.txt"), 256);
        fs::hard_link(root.join("models/large/a.bin"), root.join("home/same.bin")).unwrap();
        symlink(root.join("models"), root.join("home/link")).unwrap();
        symlink("/", root.join("everything")).unwrap();
        let survey = walk(root, "/srv", &|| Pace::Go).unwrap();
        assert_eq!(survey.folders[0].path, "/srv");
        assert!(close(size(&survey, "/srv"), 2_816), "{survey:?}");
        assert!(close(size(&survey, "/srv/models") + size(&survey, "/srv/home"), 2_816), "{survey:?}");
        assert_eq!((survey.files, survey.unreadable), (6, 0));
        assert!(
            survey.folders.iter().all(|folder| !folder.path.contains("link") && !folder.path.contains("everything"))
        );
    }

    #[test]
    fn it_stops_when_it_is_told_to_and_a_missing_disk_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..2_000 {
            fs::create_dir(folder.path().join(format!("{number}"))).unwrap();
        }
        // Whether it gets far enough to ask depends on the machine; if it asks, it ends.
        match walk(folder.path(), "/", &|| Pace::Stop) {
            Err(WalkError::Stopped) | Ok(_) => {}
            Err(other) => panic!("{other}"),
        }
        assert!(matches!(walk(&folder.path().join("gone"), "/x", &|| Pace::Go), Err(WalkError::Failed { .. })));
    }

    #[test]
    fn odd_names_are_no_obstacle() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"a\xff\nb"));
        file(&odd.join("x"), 64);
        let survey = walk(folder.path(), "/", &|| Pace::Go).unwrap();
        assert!(survey.folders.iter().any(|folder| folder.path.contains('\u{fffd}')), "{survey:?}");
    }
}
