//! Reads the header of one tar member, as strictly as our own archives allow: what two programs could read differently is refused.

use super::Malformed;
use super::member::{Attribute, MemberKind};
use super::sparse::SparseMap;
use super::time::Time;

/// What a header said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The name without a slash at its end.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: MemberKind,
    /// Permission bits.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// Bytes that follow in the archive, without padding and without the map of a sparse file.
    pub stored: u64,
    /// Bytes of the file itself.
    pub size: u64,
    /// When the content changed last.
    pub modified: Time,
    /// When the file came into being.
    pub created: Option<Time>,
    /// Where a link points.
    pub target: Vec<u8>,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Extended attributes.
    pub attributes: Vec<Attribute>,
    /// Holes.
    pub sparse: Option<SparseMap>,
    /// Bytes of the header with all that belongs to it.
    pub header: usize,
}

/// Reads the member at the front; `None` at the end of the archive. A header lies within one frame as a whole.
pub fn member(bytes: &[u8]) -> Result<Option<Parsed>, Malformed> {
    let mut at = 0;
    let mut records = Records::default();
    loop {
        let block = bytes.get(at..at + 512).ok_or_else(|| Malformed::new("a header is cut off"))?;
        if block.iter().all(|byte| *byte == 0) {
            return if at == 0 { Ok(None) } else { Err(Malformed::new("an extended header stands alone")) };
        }
        let block: &[u8; 512] = block.try_into().map_err(|_| Malformed::new("a header is cut off"))?;
        let header = tar::Header::from_byte_slice(block);
        if checksum(block) != header.cksum().map_err(unreadable)? {
            return Err(Malformed::new("a header has another checksum"));
        }
        let size = header.entry_size().map_err(unreadable)?;
        at += 512;
        let letter = block[156];
        if matches!(letter, b'x' | b'L' | b'K') {
            let length = usize::try_from(size).ok().filter(|length| *length <= bytes.len() - at);
            let length = length.ok_or_else(|| Malformed::new("an extended header is cut off"))?;
            records.read(letter, &bytes[at..at + length])?;
            at += length.next_multiple_of(512);
            continue;
        }
        return records.finish(header, size, bytes, at).map(Some);
    }
}

fn unreadable(error: std::io::Error) -> Malformed {
    Malformed::new(format!("a header has a field that cannot be read: {error}"))
}

fn checksum(block: &[u8; 512]) -> u32 {
    let spaces = 8 * u32::from(b' ');
    block[..148].iter().chain(&block[156..]).map(|byte| u32::from(*byte)).sum::<u32>() + spaces
}

fn until_zero(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// What extended headers said of the member that follows.
#[derive(Debug, Default)]
struct Records {
    path: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    size: Option<u64>,
    modified: Option<Time>,
    created: Option<Time>,
    attributes: Vec<Attribute>,
    sparse_name: Option<Vec<u8>>,
    sparse_size: Option<u64>,
}

impl Records {
    fn read(&mut self, letter: u8, content: &[u8]) -> Result<(), Malformed> {
        match letter {
            b'L' => set(&mut self.path, until_zero(content).to_vec()),
            b'K' => set(&mut self.target, until_zero(content).to_vec()),
            _ => self.read_pax(content),
        }
    }

    fn read_pax(&mut self, mut rest: &[u8]) -> Result<(), Malformed> {
        while !rest.is_empty() {
            let wrong = || Malformed::new("an extended header has a broken record");
            let space = rest.iter().take(20).position(|byte| *byte == b' ').ok_or_else(wrong)?;
            let length = std::str::from_utf8(&rest[..space]).ok().and_then(|text| text.parse::<usize>().ok());
            let length = length.filter(|length| *length > space + 1 && *length <= rest.len()).ok_or_else(wrong)?;
            let record = rest[space + 1..length].strip_suffix(b"\n").ok_or_else(wrong)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(wrong)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            rest = &rest[length..];
            self.keep(key, value).map_err(|_| wrong())?;
        }
        Ok(())
    }

    fn keep(&mut self, key: &[u8], value: &[u8]) -> Result<(), Malformed> {
        let broken = || Malformed::new("broken");
        let text = || std::str::from_utf8(value).map_err(|_| broken());
        let number = || text()?.parse::<u64>().map_err(|_| broken());
        let time = || Time::parse(text()?).ok_or_else(broken);
        match key {
            b"path" => set(&mut self.path, value.to_vec()),
            b"linkpath" => set(&mut self.target, value.to_vec()),
            b"size" => set(&mut self.size, number()?),
            b"mtime" => set(&mut self.modified, time()?),
            b"LIBARCHIVE.creationtime" => set(&mut self.created, time()?),
            b"GNU.sparse.name" => set(&mut self.sparse_name, value.to_vec()),
            b"GNU.sparse.realsize" => set(&mut self.sparse_size, number()?),
            other => {
                if let Some(name) = other.strip_prefix(b"SCHILY.xattr.") {
                    self.attributes.push((name.to_vec(), value.to_vec()));
                }
                Ok(())
            }
        }
    }

    fn finish(self, header: &tar::Header, size: u64, bytes: &[u8], at: usize) -> Result<Parsed, Malformed> {
        let block = header.as_bytes();
        let kind = match block[156] {
            b'0' | 0 => MemberKind::File,
            b'1' => MemberKind::HardLink,
            b'2' => MemberKind::Symlink,
            b'3' => MemberKind::CharacterDevice,
            b'4' => MemberKind::BlockDevice,
            b'5' => MemberKind::Folder,
            b'6' => MemberKind::Fifo,
            other => return Err(Malformed::new(format!("a member has the unknown type {other}"))),
        };
        if self.size.is_some_and(|said| said != size) {
            return Err(Malformed::new("two headers of a member name different sizes"));
        }
        if kind != MemberKind::File && size != 0 {
            return Err(Malformed::new("a member that is no file has content"));
        }
        let mut path = self.path.unwrap_or_else(|| until_zero(&block[..100]).to_vec());
        let mut parsed_sparse = None;
        let mut header_length = at;
        let mut stored = size;
        if let (Some(name), Some(real)) = (self.sparse_name, self.sparse_size) {
            let (map, taken) = SparseMap::read(&bytes[at..], real)?;
            path = name;
            let data = size.checked_sub(taken as u64).filter(|data| *data == map.data());
            stored =
                data.ok_or_else(|| Malformed::new("a sparse file holds another number of bytes than its map says"))?;
            header_length += taken;
            parsed_sparse = Some(map);
        }
        if kind == MemberKind::Folder {
            while path.last() == Some(&b'/') {
                path.pop();
            }
        }
        let id = |number: std::io::Result<u64>| {
            let number = number.map_err(unreadable)?;
            u32::try_from(number).map_err(|_| Malformed::new("an owner has more than 32 bits"))
        };
        let device = |number: std::io::Result<Option<u32>>| number.ok().flatten().unwrap_or(0);
        let seconds = header.mtime().map_err(unreadable)?;
        let seconds = i64::try_from(seconds).map_err(|_| Malformed::new("a time is beyond all times"))?;
        Ok(Parsed {
            path,
            kind,
            mode: header.mode().map_err(unreadable)?,
            uid: id(header.uid())?,
            gid: id(header.gid())?,
            stored,
            size: parsed_sparse.as_ref().map_or(size, |map| map.size),
            modified: self.modified.unwrap_or(Time::from_seconds(seconds)),
            created: self.created,
            target: self.target.unwrap_or_else(|| until_zero(&block[157..257]).to_vec()),
            device: (device(header.device_major()), device(header.device_minor())),
            attributes: self.attributes,
            sparse: parsed_sparse,
            header: header_length,
        })
    }
}

/// Keeps a value that may be said only once.
fn set<T>(place: &mut Option<T>, value: T) -> Result<(), Malformed> {
    if place.is_some() {
        return Err(Malformed::new("two headers of a member say the same thing"));
    }
    *place = Some(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::member::{Member, pad};
    use super::*;

    fn check(member: &Member<'_>) -> Parsed {
        let mut bytes = Vec::new();
        member.put(&mut bytes);
        let header = bytes.len();
        pad(&mut bytes, member.size);
        bytes.extend_from_slice(&[0; 1024]);
        let parsed = super::member(&bytes).unwrap().unwrap();
        assert_eq!(parsed.header, header);
        assert_eq!(parsed.path, member.path);
        assert_eq!(parsed.stored, member.size);
        assert_eq!((parsed.modified, parsed.created), (member.modified, member.created));
        assert_eq!((parsed.mode, parsed.uid, parsed.gid), (member.mode, member.uid, member.gid));
        assert_eq!(parsed.target, member.target);
        assert_eq!(parsed.attributes, member.attributes);
        parsed
    }

    #[test]
    fn headers_return_as_they_went() {
        let plain = Member::file(b"a/b", 10, Time { seconds: 1_700_000_000, nanoseconds: 5 });
        check(&plain);
        let long = [b"x".repeat(255), b"y".repeat(255)].join(&b'/');
        let strange = [&long[..], b"/\xff\xfe"].concat();
        let attributes = [(b"user.a=b".to_vec(), vec![0, 10, 255]), (b"user.b".to_vec(), vec![b'\n'; 100_000])];
        for path in [&long, &strange] {
            check(&Member { path, attributes: &attributes[1..], ..plain.clone() });
            check(&Member { path, kind: MemberKind::Symlink, target: &strange, size: 0, ..plain.clone() });
            check(&Member { path, kind: MemberKind::Folder, size: 0, ..plain.clone() });
        }
        for seconds in [-5_000_000_000, -1, 0, 9_300_000_000] {
            check(&Member { modified: Time { seconds, nanoseconds: 7 }, uid: u32::MAX, ..plain.clone() });
        }
        let map = SparseMap { pieces: vec![(4_096, 10)], size: 1 << 40 };
        let parsed = check(&Member { sparse: Some(&map), path: &long, ..plain.clone() });
        assert_eq!((parsed.size, parsed.sparse), (1 << 40, Some(map)));
        let mut bytes = Vec::new();
        Member { size: 1 << 40, ..plain }.put(&mut bytes);
        assert_eq!(super::member(&bytes).unwrap().unwrap().stored, 1 << 40);
    }

    #[test]
    fn two_sizes_are_refused() {
        let mut bytes = Vec::new();
        Member::file(b"a", 1 << 40, Time::default()).put(&mut bytes);
        // The plain header, the third block, is given another size.
        let header = &mut bytes[1024..];
        header[124..136].copy_from_slice(b"00000000100\0");
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header[..512].iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert!(super::member(&bytes).unwrap_err().0.contains("different sizes"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
            let _ = super::member(&bytes);
        }

        #[test]
        fn a_header_with_changed_bytes_is_read_without_a_panic(place in 0_usize..1536, value: u8) {
            let mut bytes = Vec::new();
            Member::file(&[b'p'; 120], 77, Time { seconds: 1, nanoseconds: 1 }).put(&mut bytes);
            bytes[place] = value;
            let _ = super::member(&bytes);
        }
    }
}
