//! A small file system of its own, for tests of a full or read-only disk. Mounting needs root.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

pub struct Tmpfs {
    folder: TempDir,
}

impl Tmpfs {
    /// None, with a word about it, where mounting is not permitted.
    pub fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size},mode=0700");
        if run("mount", &["-t", "tmpfs", "-o", &options, "caretaker-test", &folder.path().to_string_lossy()]) {
            return Some(Self { folder });
        }
        println!("skipped: this test mounts a small tmpfs, which needs root");
        None
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn make_read_only(&self) {
        assert!(run("mount", &["-o", "remount,ro", &self.path().to_string_lossy()]));
    }

    /// Writes a file until nothing fits any more, and gives its name back.
    pub fn fill(&self) -> std::path::PathBuf {
        use std::io::Write;
        let path = self.path().join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        while file.write_all(&[7; 4_096]).is_ok() {}
        path
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        run("umount", &["-l", &self.folder.path().to_string_lossy()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}
