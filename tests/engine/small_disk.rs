//! A file system of a few megabytes that a test can fill to the last byte.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A file system of its own that is as small as the test wants it.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// None where mounting is not allowed, which only a developer's machine may say.
    pub fn mount() -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        let words = ["-t", "tmpfs", "-o", "size=16m", "tmpfs"];
        if Command::new("mount").args(words).arg(disk.0.path()).output().is_ok_and(|out| out.status.success()) {
            return Some(disk);
        }
        assert!(std::env::var_os("CI").is_none(), "the gate must be able to mount a tmpfs");
        #[expect(clippy::print_stderr, reason = "who runs the tests should see that one did not run")]
        {
            eprintln!("skipped: mounting a tmpfs is not allowed here");
        }
        None
    }

    /// A home on it.
    pub fn home(&self) -> PathBuf {
        self.0.path().join("home")
    }

    /// Takes every byte that is left.
    pub fn fill(&self) -> PathBuf {
        let path = self.0.path().join("filler");
        let mut file = File::create(&path).unwrap();
        let block = [7_u8; 4096];
        while file.write_all(&block).is_ok() {}
        while file.write_all(&block[..1]).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).output());
    }
}
