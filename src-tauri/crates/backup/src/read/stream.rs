//! Goes through frames in order: unpacks them side by side, hands small members to whoever wants them on the threads, and large ones
//! piece by piece in order. What contradicts the manifest is told, never skipped.

use super::archive::Archive;
use super::layout::contradiction;
use crate::error::{BackupError, Result};
use crate::format::OWN_FOLDER;
use crate::format::frame::Unpacker;
use crate::format::member::padding;
use crate::format::parse::{self, Parsed};
use crate::ordered;
use crate::write::Pace;

/// What is met on the way, in order.
pub(crate) enum Event<'a, N> {
    /// What a thread said of a small member.
    Note(N),
    /// A member that goes on in later frames.
    Begin(u32, Box<Parsed>),
    /// More of its content.
    Feed(&'a [u8]),
    /// All of it was there.
    End,
    /// An entry that cannot be read.
    Lost(u32),
    /// A frame that cannot be read, and why.
    Broken(u32, String),
    /// A contradiction between members and manifest.
    Strange(String),
}

/// What a thread makes of a frame.
enum Frame<N> {
    /// Members that end here, and perhaps one that goes on, with its content so far.
    Members(Vec<N>, Option<(u32, Box<Parsed>, Vec<u8>)>),
    /// No entry begins here: more of a large member, or members of the archive itself.
    Raw(Vec<u8>),
    Broken(String),
    Strange(String),
}

/// A member that goes on.
struct Open {
    /// The entry, or none for a member of the archive itself.
    entry: Option<u32>,
    content: u64,
    padding: u64,
}

/// How strictly frames without entries are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Every frame is there; a member that nobody knows is a contradiction.
    Everything,
    /// Only some frames are read.
    Some,
}

/// How many threads, and how fast.
#[derive(Clone, Copy)]
pub(crate) struct Going<'a> {
    pub workers: usize,
    pub pace: &'a dyn Pace,
}

/// Reads the named frames.
pub(crate) fn stream<S, N: Send>(
    archive: &Archive,
    frames: &[u32],
    reading: Reading,
    going: Going<'_>,
    prepare: impl Fn() -> Result<S> + Sync,
    whole: impl Fn(&mut S, u32, &Parsed, &[u8]) -> Result<Option<N>> + Sync,
    mut follow: impl FnMut(Event<'_, N>) -> Result<()>,
) -> Result<()> {
    let mut open: Option<Open> = None;
    ordered::run(
        frames.len(),
        going.workers,
        || {
            let unpacker =
                Unpacker::new(archive.packing).map_err(|error| BackupError::io("read", &archive.path, error))?;
            Ok((unpacker, Vec::new(), prepare()?))
        },
        |(unpacker, raw, own), job| {
            let number = frames[job];
            going.pace.wait();
            if let Err(words) = archive.frame(number, unpacker, raw) {
                return Ok(Frame::Broken(words));
            }
            if archive.layout.entries(number).is_empty() {
                return Ok(Frame::Raw(std::mem::take(raw)));
            }
            members(archive, number, raw, |entry, parsed, content| whole(own, entry, parsed, content))
        },
        |job, frame| {
            let number = frames[job];
            let begins = !archive.layout.entries(number).is_empty();
            if begins && let Some(cut) = open.take() {
                if let Some(entry) = cut.entry {
                    follow(Event::Lost(entry))?;
                }
                follow(Event::Strange("a member ends before its size".to_owned()))?;
            }
            match frame {
                Frame::Members(notes, last) => {
                    for note in notes {
                        follow(Event::Note(note))?;
                    }
                    if let Some((entry, parsed, content)) = last {
                        let size = parsed.stored;
                        follow(Event::Begin(entry, parsed))?;
                        let mut member = Open { entry: Some(entry), content: size, padding: padding(size) as u64 };
                        let rest = feed(&mut member, &content, &mut follow)?;
                        debug_assert!(rest.is_empty());
                        open = Some(member);
                    }
                }
                Frame::Raw(raw) => raw_frame(&mut open, &raw, reading, &mut follow)?,
                Frame::Broken(words) => {
                    for entry in archive.layout.entries(number) {
                        follow(Event::Lost(*entry))?;
                    }
                    if let Some(entry) = open.take().and_then(|open| open.entry) {
                        follow(Event::Lost(entry))?;
                    }
                    follow(Event::Broken(number, words))?;
                }
                Frame::Strange(words) => {
                    for entry in archive.layout.entries(number) {
                        follow(Event::Lost(*entry))?;
                    }
                    follow(Event::Strange(words))?;
                }
            }
            Ok(())
        },
    )?;
    if let Some(entry) = open.and_then(|open| open.entry) {
        follow(Event::Lost(entry))?;
    }
    Ok(())
}

/// Gives content to the follower; returns what lies behind the member.
fn feed<'a, N>(
    open: &mut Open,
    raw: &'a [u8],
    follow: &mut impl FnMut(Event<'_, N>) -> Result<()>,
) -> Result<&'a [u8]> {
    let content = open.content.min(raw.len() as u64) as usize;
    if content > 0 && open.entry.is_some() {
        follow(Event::Feed(&raw[..content]))?;
    }
    open.content -= content as u64;
    let rest = &raw[content..];
    let skipped = open.padding.min(rest.len() as u64) as usize;
    open.padding -= skipped as u64;
    Ok(&rest[skipped..])
}

fn raw_frame<N>(
    open: &mut Option<Open>,
    raw: &[u8],
    reading: Reading,
    follow: &mut impl FnMut(Event<'_, N>) -> Result<()>,
) -> Result<()> {
    let mut rest = raw;
    loop {
        if let Some(member) = open {
            rest = feed(member, rest, follow)?;
            if member.content > 0 || member.padding > 0 {
                return Ok(());
            }
            let entry = member.entry;
            *open = None;
            if entry.is_some() {
                follow(Event::End)?;
            }
        }
        if rest.is_empty() || reading == Reading::Some {
            return Ok(());
        }
        match parse::member(rest) {
            Ok(Some(parsed)) if crate::descent::parts(&parsed.path).next() == Some(OWN_FOLDER) => {
                *open = Some(Open { entry: None, content: parsed.stored, padding: padding(parsed.stored) as u64 });
                rest = &rest[parsed.header..];
            }
            Ok(Some(parsed)) => {
                let name = crate::descent::display(&parsed.path);
                return follow(Event::Strange(format!("the manifest does not know the member `{name}`")));
            }
            // After a broken frame, what belongs to a lost member comes along.
            Ok(None) | Err(_) => return Ok(()),
        }
    }
}

/// Goes through a frame in which entries begin: exactly the members that the manifest names, one after the other. Nothing is handed
/// on before the whole frame agrees.
fn members<N>(
    archive: &Archive,
    number: u32,
    raw: &[u8],
    mut whole: impl FnMut(u32, &Parsed, &[u8]) -> Result<Option<N>>,
) -> Result<Frame<N>> {
    let (found, last) = match agreed(archive, number, raw) {
        Ok(agreed) => agreed,
        Err(words) => return Ok(Frame::Strange(words)),
    };
    let mut notes = Vec::new();
    for (index, parsed, content) in found {
        notes.extend(whole(index, &parsed, content)?);
    }
    Ok(Frame::Members(notes, last.map(|(index, parsed, content)| (index, Box::new(parsed), content.to_vec()))))
}

type Member<'a> = (u32, Parsed, &'a [u8]);

/// The members that end in a frame, and one that goes on; or words for how they contradict the manifest.
fn agreed<'a>(
    archive: &Archive,
    number: u32,
    raw: &'a [u8],
) -> std::result::Result<(Vec<Member<'a>>, Option<Member<'a>>), String> {
    let entries = archive.layout.entries(number);
    let mut found = Vec::with_capacity(entries.len());
    let mut at = 0;
    for (count, index) in entries.iter().enumerate() {
        let entry = &archive.manifest.entries[*index as usize];
        let name = || crate::descent::display(&entry.path);
        if entry.place.map(|place| place.offset as usize) != Some(at) {
            return Err(format!("a member before `{}` is not in the manifest", name()));
        }
        let parsed = match parse::member(&raw[at..]) {
            Ok(Some(parsed)) => parsed,
            Ok(None) => return Err(format!("there is no member for `{}`", name())),
            Err(error) => return Err(format!("`{}`: {error}", name())),
        };
        if let Some(what) = contradiction(&archive.manifest, entry, &parsed) {
            return Err(format!("the member for `{}` has {what}", name()));
        }
        let content = at + parsed.header;
        let left = (raw.len() - content) as u64;
        if parsed.stored > left {
            if count + 1 < entries.len() {
                return Err(format!("`{}` reaches over members after it", name()));
            }
            return Ok((found, Some((*index, parsed, &raw[content..]))));
        }
        let end = content + parsed.stored as usize;
        at = end + padding(parsed.stored);
        found.push((*index, parsed, &raw[content..end]));
    }
    if at != raw.len() {
        return Err(format!("frame {number} holds members that are not in the manifest"));
    }
    Ok((found, None))
}
