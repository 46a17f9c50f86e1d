//! A credential that stands in a file of its own. What others may read is no secret, and is not used.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A credential is a line.
const LONGEST: u64 = 4_096;

/// The credential in a file, or why there is none, after "which".
pub(crate) fn in_file(path: &str) -> Result<String, String> {
    let file = Path::new(path);
    if !file.is_absolute() {
        return Err("is no path from `/`".to_owned());
    }
    let found = std::fs::metadata(file).map_err(|error| format!("cannot be read: {error}"))?;
    if !found.is_file() || found.len() > LONGEST {
        return Err("is no file with one line".to_owned());
    }
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(format!("others may read (its mode is {mode:04o}; 0600 is right)"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))?;
    let text = text.trim();
    if text.is_empty() || text.contains('\n') {
        return Err("is no file with one line".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use caretaker_platform::files::write_atomic;

    use super::*;

    #[test]
    fn a_line_that_nobody_else_may_read_is_a_credential_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let put = |name: &str, text: &str, mode: u32| {
            write_atomic(Path::new(&path(name)), text.as_bytes(), mode).unwrap();
            in_file(&path(name))
        };
        assert_eq!(put("good", "  hunter2\n", 0o600), Ok("hunter2".to_owned()));
        assert_eq!(put("read-only", "hunter2", 0o400), Ok("hunter2".to_owned()));
        assert!(put("open", "hunter2", 0o640).unwrap_err().contains("0640"));
        assert!(put("lines", "a\nb\n", 0o600).is_err());
        assert!(put("empty", "\n", 0o600).is_err());
        assert!(put("long", &"x".repeat(5_000), 0o600).is_err());
        for other in [path("none"), path(""), "keys/relative".to_owned()] {
            assert!(in_file(&other).is_err(), "{other}");
        }
    }
}
