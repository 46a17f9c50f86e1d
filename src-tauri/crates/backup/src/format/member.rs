//! Writes the header of one tar member: ustar where it fits, PAX records for the rest, and GNU long names for names that are no UTF-8.

use super::sparse::SparseMap;
use super::time::Time;

/// What kind of member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// A file; its bytes follow.
    File,
    /// A folder.
    Folder,
    /// A link with its target.
    Symlink,
    /// A second name of a member before it.
    HardLink,
    /// A named pipe.
    Fifo,
    /// A device that is read by characters.
    CharacterDevice,
    /// A device that is read by blocks.
    BlockDevice,
}

impl MemberKind {
    /// The letter in the header.
    pub fn letter(self) -> u8 {
        match self {
            Self::File => b'0',
            Self::HardLink => b'1',
            Self::Symlink => b'2',
            Self::CharacterDevice => b'3',
            Self::BlockDevice => b'4',
            Self::Folder => b'5',
            Self::Fifo => b'6',
        }
    }
}

/// A name and a value that a file system keeps beside a file.
pub type Attribute = (Vec<u8>, Vec<u8>);

/// Everything that a header says.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// The name, with `/` between its parts and none at either end.
    pub path: &'a [u8],
    /// What it is.
    pub kind: MemberKind,
    /// Permission bits.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// Bytes that follow, without padding; for a sparse file without its map.
    pub size: u64,
    /// When the content changed last.
    pub modified: Time,
    /// When the file came into being, where the system knows.
    pub created: Option<Time>,
    /// Where a link points.
    pub target: &'a [u8],
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Extended attributes.
    pub attributes: &'a [Attribute],
    /// Flags of the file system as text.
    pub flags: &'a str,
    /// Holes.
    pub sparse: Option<&'a SparseMap>,
}

impl<'a> Member<'a> {
    /// A plain file, as the members of the archive itself are.
    pub fn file(path: &'a [u8], size: u64, modified: Time) -> Self {
        Self {
            path,
            kind: MemberKind::File,
            mode: 0o644,
            uid: 0,
            gid: 0,
            size,
            modified,
            created: None,
            target: &[],
            device: (0, 0),
            attributes: &[],
            flags: "",
            sparse: None,
        }
    }

    /// Appends the header, and the map of a sparse file after it. The bytes of the file come next, then [`pad`].
    pub fn put(&self, out: &mut Vec<u8>) {
        let map = self.sparse.map(SparseMap::bytes);
        let stored = self.size + map.as_ref().map_or(0, Vec::len) as u64;
        let mut name = self.path.to_vec();
        if self.kind == MemberKind::Folder {
            name.push(b'/');
        }
        let mut records = Vec::new();
        if self.modified.nanoseconds != 0 || self.modified.seconds < 0 {
            record(&mut records, b"mtime", self.modified.decimal().as_bytes());
        }
        if stored > LARGEST_OCTAL {
            record(&mut records, b"size", stored.to_string().as_bytes());
        }
        if let Some(created) = self.created {
            record(&mut records, b"LIBARCHIVE.creationtime", created.decimal().as_bytes());
        }
        if !self.flags.is_empty() {
            record(&mut records, b"SCHILY.fflags", self.flags.as_bytes());
        }
        for (key, value) in self.attributes {
            record(&mut records, &[b"SCHILY.xattr.", &key[..]].concat(), value);
        }
        if let Some(map) = self.sparse {
            record(&mut records, b"GNU.sparse.major", b"1");
            record(&mut records, b"GNU.sparse.minor", b"0");
            record(&mut records, b"GNU.sparse.name", &name);
            record(&mut records, b"GNU.sparse.realsize", map.size.to_string().as_bytes());
            name = b"GNUSparseFile.0/"
                .iter()
                .chain(name.rsplit(|byte| *byte == b'/').next().unwrap_or_default())
                .copied()
                .collect();
            name.truncate(NAME);
        }
        let (mut long_name, mut long_target) = (None, None);
        if name.len() > NAME {
            if std::str::from_utf8(&name).is_ok() {
                record(&mut records, b"path", &name);
            } else {
                long_name = Some(name.clone());
            }
        }
        if self.target.len() > NAME {
            if std::str::from_utf8(self.target).is_ok() {
                record(&mut records, b"linkpath", self.target);
            } else {
                long_target = Some(self.target);
            }
        }
        if !records.is_empty() {
            extension(out, b'x', b"PaxHeader", &records);
        }
        if let Some(target) = long_target {
            extension(out, b'K', b"././@LongLink", &[target, b"\0"].concat());
        }
        if let Some(long) = long_name {
            extension(out, b'L', b"././@LongLink", &[&long[..], b"\0"].concat());
        }
        let mut header = tar::Header::new_ustar();
        header.set_mode(self.mode & 0o7777);
        header.set_uid(u64::from(self.uid));
        header.set_gid(u64::from(self.gid));
        header.set_size(stored);
        header.set_mtime(u64::try_from(self.modified.seconds).unwrap_or(0));
        header.set_entry_type(tar::EntryType::new(self.kind.letter()));
        if matches!(self.kind, MemberKind::CharacterDevice | MemberKind::BlockDevice) {
            // Both calls fail only for headers that are no ustar.
            let _ = header.set_device_major(self.device.0);
            let _ = header.set_device_minor(self.device.1);
        }
        put_header(out, header, &name, self.target);
        if let Some(map) = map {
            out.extend_from_slice(&map);
        }
    }
}

/// Longest name and target in a plain header.
const NAME: usize = 100;
/// Eleven octal digits.
const LARGEST_OCTAL: u64 = 0o777_7777_7777;

/// Bytes that fill the last block of a file of this size.
pub fn padding(size: u64) -> usize {
    (size.next_multiple_of(512) - size) as usize
}

/// Appends the bytes that fill the last block.
pub fn pad(out: &mut Vec<u8>, size: u64) {
    out.resize(out.len() + padding(size), 0);
}

/// The end of a tar archive.
pub const END: [u8; 1024] = [0; 1024];

fn put_header(out: &mut Vec<u8>, mut header: tar::Header, name: &[u8], target: &[u8]) {
    if let Some(ustar) = header.as_ustar_mut() {
        let fill = |field: &mut [u8; NAME], bytes: &[u8]| {
            let length = bytes.len().min(NAME);
            field[..length].copy_from_slice(&bytes[..length]);
        };
        fill(&mut ustar.name, name);
        fill(&mut ustar.linkname, target);
    }
    header.set_cksum();
    out.extend_from_slice(header.as_bytes());
}

fn extension(out: &mut Vec<u8>, letter: u8, name: &[u8], content: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(content.len() as u64);
    header.set_entry_type(tar::EntryType::new(letter));
    put_header(out, header, name, &[]);
    out.extend_from_slice(content);
    pad(out, content.len() as u64);
}

/// A PAX record begins with its own length, which counts the digits of that length.
fn record(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + decimal_digits(length) != length {
        length = rest + decimal_digits(length);
    }
    out.extend_from_slice(length.to_string().as_bytes());
    out.push(b' ');
    out.extend_from_slice(key);
    out.push(b'=');
    out.extend_from_slice(value);
    out.push(b'\n');
}

fn decimal_digits(mut number: usize) -> usize {
    let mut digits = 1;
    while number >= 10 {
        number /= 10;
        digits += 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_itself() {
        for length in 1..1_200 {
            let mut out = Vec::new();
            record(&mut out, b"path", &vec![b'x'; length]);
            let text = String::from_utf8(out.clone()).unwrap();
            let said: usize = text.split(' ').next().unwrap().parse().unwrap();
            assert_eq!(said, out.len());
        }
    }
}
