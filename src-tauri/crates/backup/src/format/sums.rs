//! `.caretaker/SHA256SUMS` as GNU `sha256sum -c` reads it, names with odd bytes included.

use super::hex;

/// Appends the line of a file.
pub fn put(out: &mut Vec<u8>, digest: &[u8; 32], path: &[u8]) {
    let is_odd = path.iter().any(|byte| matches!(byte, b'\n' | b'\\' | b'\r'));
    if is_odd {
        out.push(b'\\');
    }
    out.extend_from_slice(hex(digest).as_bytes());
    out.extend_from_slice(b"  ");
    for byte in path {
        match byte {
            b'\n' if is_odd => out.extend_from_slice(b"\\n"),
            b'\r' if is_odd => out.extend_from_slice(b"\\r"),
            b'\\' if is_odd => out.extend_from_slice(b"\\\\"),
            other => out.push(*other),
        }
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_escaped_as_gnu_does() {
        let mut out = Vec::new();
        put(&mut out, &[0; 32], b"a b");
        put(&mut out, &[255; 32], b"a\nb\\");
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("{}  a b", "0".repeat(64)));
        assert_eq!(lines[1], format!("\\{}  a\\nb\\\\", "f".repeat(64)));
    }
}
