//! Bytes to tree, for bytes that anybody may have written: memory is taken only for what is there, and every contradiction is refused.

use super::super::Malformed;
use super::super::name::ArchiveId;
use super::super::time::Time;
use super::super::varint::Cursor;
use super::encode::{MAGIC, REASONS, has, is_device, section};
use super::{Entry, Exception, Flags, Frame, Holder, Kind, Manifest, Place, order};

const KINDS: [Kind; 6] =
    [Kind::File, Kind::Folder, Kind::Symlink, Kind::Fifo, Kind::CharacterDevice, Kind::BlockDevice];

/// The sections of a manifest, each found once.
struct Sections<'a>(Vec<(u64, &'a [u8])>);

impl<'a> Sections<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let magic = bytes.get(..5).unwrap_or_default();
        if magic.get(..4) != Some(&MAGIC[..4]) {
            return Err(Malformed::new("this is no manifest"));
        }
        if magic != MAGIC {
            return Err(Malformed::new(format!("the manifest has version {}", magic[4])));
        }
        let mut cursor = Cursor::new(&bytes[5..]);
        let mut sections: Vec<(u64, &[u8])> = Vec::new();
        while !cursor.is_empty() {
            let number = cursor.number()?;
            let length = cursor.length()?;
            let content = cursor.take(length)?;
            if sections.iter().any(|(known, _)| *known == number) {
                return Err(Malformed::new("the manifest has a section twice"));
            }
            sections.push((number, content));
            if sections.len() > 256 {
                return Err(Malformed::new("the manifest has too many sections"));
            }
        }
        Ok(Self(sections))
    }

    fn get(&self, number: u64) -> Result<Cursor<'a>, Malformed> {
        let found = self.0.iter().find(|(known, _)| *known == number);
        let (_, content) = found.ok_or_else(|| Malformed::new(format!("the manifest has no section {number}")))?;
        Ok(Cursor::new(content))
    }
}

/// Reads a manifest.
pub fn decode(bytes: &[u8]) -> Result<Manifest, Malformed> {
    let mut entries = Vec::new();
    let mut manifest = visit(bytes, |count, path, entry| {
        if entries.is_empty() {
            entries.reserve_exact(count);
        }
        entries.push(Entry { path: path.into(), ..entry });
    })?;
    manifest.entries = entries;
    Ok(manifest)
}

/// Reads a manifest without keeping its tree: hands on each entry with its path beside it, and how many there are in all. What was
/// handed on counts only when the end is reached.
pub(crate) fn visit(bytes: &[u8], each: impl FnMut(usize, &[u8], Entry)) -> Result<Manifest, Malformed> {
    let sections = Sections::read(bytes)?;
    let mut run = sections.get(section::RUN)?;
    let sequence = run.small()?;
    let started = time(run.signed()?, run.number()?)?;
    let root = run.array()?;
    let count = run.length()?;
    let kinds = sections.get(section::KINDS)?;
    // One byte for each entry is really there, so that no number alone takes memory.
    if kinds.left() != count {
        return Err(Malformed::new("the manifest has another number of entries than it says"));
    }
    let mut manifest = Manifest { sequence, started, root, ..Manifest::default() };
    let mut frames = sections.get(section::FRAMES)?;
    while !frames.is_empty() {
        manifest.frames.push(Frame { length: frames.small()?, content: frames.small()? });
    }
    let mut holders = sections.get(section::HOLDERS)?;
    while !holders.is_empty() {
        manifest.holders.push(Holder { sequence: holders.small()?, id: ArchiveId(holders.array()?) });
    }
    entries(&sections, kinds, count, &manifest, each)?;
    let mut exceptions = sections.get(section::EXCEPTIONS)?;
    while !exceptions.is_empty() {
        let number = exceptions.length()?;
        let reason = *REASONS.get(number).ok_or_else(|| Malformed::new("an exception has an unknown reason"))?;
        let length = exceptions.length()?;
        let path = exceptions.take(length)?.into();
        let length = exceptions.length()?;
        let words = String::from_utf8_lossy(exceptions.take(length)?).into_owned();
        manifest.exceptions.push(Exception { path, reason, words });
    }
    Ok(manifest)
}

fn time(seconds: i64, nanoseconds: u64) -> Result<Time, Malformed> {
    let nanoseconds = u32::try_from(nanoseconds).ok().filter(|value| *value < 1_000_000_000);
    let nanoseconds =
        nanoseconds.ok_or_else(|| Malformed::new("a second has more than a thousand million nanoseconds"))?;
    Ok(Time { seconds, nanoseconds })
}

fn entries(
    sections: &Sections<'_>,
    mut kinds: Cursor<'_>,
    count: usize,
    manifest: &Manifest,
    mut each: impl FnMut(usize, &[u8], Entry),
) -> Result<(), Malformed> {
    let mut shared = sections.get(section::SHARED)?;
    let mut lengths = sections.get(section::LENGTHS)?;
    let mut names = sections.get(section::NAMES)?;
    let mut modes = sections.get(section::MODES)?;
    let mut owners = sections.get(section::OWNERS)?;
    let mut sizes = sections.get(section::SIZES)?;
    let mut seconds = sections.get(section::SECONDS)?;
    let mut nanoseconds = sections.get(section::NANOSECONDS)?;
    let mut changed = sections.get(section::CHANGED)?;
    let mut inodes = sections.get(section::INODES)?;
    let mut flags = sections.get(section::FLAGS)?;
    let mut held_by = sections.get(section::HELD_BY)?;
    let mut places = sections.get(section::PLACES)?;
    let mut digests = sections.get(section::DIGESTS)?;
    let mut targets = sections.get(section::TARGETS)?;
    let mut links = sections.get(section::LINKS)?;
    let mut attributes = sections.get(section::ATTRIBUTES)?;
    let mut devices = sections.get(section::DEVICES)?;
    let mut bases = sections.get(section::BASES)?;
    // The path of the last entry, and which entries are the first name of a file.
    let (mut before, mut path): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut firsts: Vec<bool> = Vec::with_capacity(count);
    let (mut second, mut inode, mut frame) = (0_i64, 0_u64, 0_i64);
    for index in 0..count {
        let kind =
            *KINDS.get(usize::from(kinds.byte()?)).ok_or_else(|| Malformed::new("an entry has an unknown kind"))?;
        let shared = shared.length()?;
        let prefix = before.get(..shared).ok_or_else(|| Malformed::new("a path continues one that is shorter"))?;
        let length = lengths.length()?;
        path.clear();
        path.extend_from_slice(prefix);
        path.extend_from_slice(names.take(length)?);
        if path.len() > LONGEST_PATH || !is_plain(&path) {
            return Err(Malformed::new("an entry has a path that leads outside"));
        }
        if index > 0 && order(&before, &path).is_ge() {
            return Err(Malformed::new("the entries are not in order"));
        }
        second = second.wrapping_add(seconds.signed()?);
        let modified = time(second, u64::from(u32::from_le_bytes(nanoseconds.array()?)))?;
        let changed_second = second.wrapping_add(changed.signed()?);
        let changed_nanosecond = i64::from(modified.nanoseconds).wrapping_add(changed.signed()?);
        inode = inode.wrapping_add(inodes.signed()? as u64);
        let bits = flags.number()?;
        let has = |bit: u64| bits & bit != 0;
        let holder = held_by.small()?;
        if holder != 0 && !manifest.holders.iter().any(|known| known.sequence == holder) {
            return Err(Malformed::new("an entry is held by an archive that is not listed"));
        }
        let place = if has(has::PLACE) {
            frame = frame.wrapping_add(places.signed()?);
            let inside = usize::try_from(frame).ok().and_then(|place| manifest.frames.get(place));
            let inside = inside.ok_or_else(|| Malformed::new("an entry lies in a frame that does not exist"))?;
            let offset = places.small()?;
            if offset >= inside.content || offset % 512 != 0 {
                return Err(Malformed::new("an entry lies outside its frame"));
            }
            Some(Place { frame: frame as u32, offset })
        } else {
            None
        };
        let link = if has(has::LINK) {
            let link = links.small()?;
            if firsts.get(link as usize) != Some(&true) {
                return Err(Malformed::new("a name belongs to a file that is not before it"));
            }
            Some(link)
        } else {
            None
        };
        let target: Box<[u8]> = if kind == Kind::Symlink {
            let length = targets.length()?;
            targets.take(length)?.into()
        } else {
            Box::default()
        };
        firsts.push(kind == Kind::File && link.is_none());
        let entry = Entry {
            path: Box::default(),
            kind,
            mode: modes.small()?,
            uid: owners.small()?,
            gid: owners.small()?,
            size: sizes.number()?,
            modified,
            changed: time(changed_second, changed_nanosecond as u64)?,
            inode,
            device: if is_device(kind) { (devices.small()?, devices.small()?) } else { (0, 0) },
            target,
            link,
            flags: Flags(bits as u16),
            attributes: if has(has::ATTRIBUTES) { u64::from_le_bytes(attributes.array()?) } else { 0 },
            holder,
            place,
            digest: if has(has::DIGEST) { Some(digests.array()?) } else { None },
            base: if has(has::BASE) { Some(bases.small()?) } else { None },
        };
        each(count, &path, entry);
        std::mem::swap(&mut before, &mut path);
    }
    let is_read = [names, modes, owners, sizes, places, digests, targets].iter().all(Cursor::is_empty);
    if !is_read {
        return Err(Malformed::new("the columns of the manifest differ in length"));
    }
    Ok(())
}

/// Longer than any system allows; keeps the work for a hostile manifest small.
const LONGEST_PATH: usize = 65_536;

/// Whether a path stays below the folder it is put in.
pub(crate) fn is_plain(path: &[u8]) -> bool {
    !path.contains(&0) && path.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
}
