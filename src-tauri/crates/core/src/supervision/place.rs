//! Whether a program lies where it will still lie after a restart of the machine.

use std::path::Path;

/// How well a place suits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It stays.
    Lasting,
    /// It stays until somebody tidies up.
    Fragile(String),
    /// It goes by itself: not to be kept alive from there.
    Fleeting(String),
}

/// Emptied at boot, by the system or after some days.
const TEMPORARY: [&str; 7] =
    ["/tmp", "/var/tmp", "/run", "/dev/shm", "/private/tmp", "/private/var/tmp", "/private/var/folders"];

/// Judges where the program lies; `temporary` is the folder that this system names for temporary files, if any.
pub fn fit(program: &Path, temporary: Option<&Path>) -> Fit {
    let text = program.to_string_lossy();
    if text.ends_with(" (deleted)") {
        return Fit::Fleeting("the program was replaced or deleted since it was started".to_owned());
    }
    if text.contains("/AppTranslocation/") {
        return Fit::Fleeting("macOS runs it from a hidden copy that goes when it ends".to_owned());
    }
    if text.starts_with("/Volumes/") {
        return Fit::Fleeting("it lies on a disk image or a removable disk".to_owned());
    }
    let fleeting = TEMPORARY.iter().map(Path::new).chain(temporary).find(|folder| program.starts_with(folder));
    if let Some(folder) = fleeting {
        return Fit::Fleeting(format!("it lies in {}, which is for temporary files", folder.display()));
    }
    let built = |folder: &str| text.contains(&format!("/target/{folder}/"));
    if ["debug", "release", "dist"].into_iter().any(built) {
        return Fit::Fragile("it lies in a build folder: `cargo clean` would remove it".to_owned());
    }
    Fit::Lasting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_goes_by_itself_is_not_kept_alive() {
        let judged = |path: &str| fit(Path::new(path), Some(Path::new("/scratch")));
        for path in [
            "/tmp/caretaker",
            "/var/tmp/x/caretaker",
            "/scratch/caretaker",
            "/tmp/.mount_careXYZ/usr/bin/caretaker",
            "/private/var/folders/ab/T/AppTranslocation/1-2/d/Caretaker.app/Contents/MacOS/caretaker",
            "/Volumes/Caretaker/Caretaker.app/Contents/MacOS/caretaker",
            "/usr/bin/caretaker (deleted)",
        ] {
            assert!(matches!(judged(path), Fit::Fleeting(_)), "{path}");
        }
        for path in
            ["/usr/bin/caretaker", "/Applications/Caretaker.app/Contents/MacOS/caretaker", "/tmpfiles/caretaker"]
        {
            assert_eq!(judged(path), Fit::Lasting, "{path}");
        }
        assert!(matches!(judged("/home/ann/caretaker/target/release/caretaker"), Fit::Fragile(_)));
    }
}
