//! Shows one file of an archive, and how the file on the machine differs from it. It is brought back to a folder of this work alone,
//! as a restore would, so that content held by other archives, in pages or whole, is put together in one way only.

use std::ffi::OsStr;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use caretaker_backup::format::manifest::Kind;
use caretaker_backup::write::Cancel;
use caretaker_core::backup::{ArchivePath, Conflict, FilePreview, PreviewOrder, Report, RestoreOrder};
use caretaker_core::problem::{Code, Problem};
use similar::TextDiff;

use crate::drill::Scratch;
use crate::speech::Voice;
use crate::{opening, restore, trouble};

/// Larger files are not brought back only to be looked at.
const MOST_BYTES: u64 = 32 << 20;
/// Text that is shown.
const MOST_TEXT: usize = 256 << 10;
/// The largest image that is shown.
const MOST_IMAGE: usize = 2 << 20;
/// A comparison that takes longer is told in fewer, larger pieces.
const COMPARING: Duration = Duration::from_secs(1);
/// Lines around what differs.
const AROUND: usize = 3;

/// Shows the file.
pub(crate) fn preview(order: &PreviewOrder, voice: &Voice, cancel: &Cancel) -> Result<(), Problem> {
    let (size, is_small) = measure(order)?;
    let live = order.live.as_deref().map(Path::new);
    let mut shown = FilePreview { path: order.path.clone(), size, kind: "binary".to_owned(), ..FilePreview::default() };
    if is_small {
        let content = bring_back(order, voice, cancel)?;
        compare(&content, live, &mut shown);
    } else {
        live_of_large(live, size).clone_into(&mut shown.live);
    }
    voice.say(&Report::Preview(Box::new(shown)));
    Ok(())
}

/// How large the file is, and whether it is worth bringing back for a look.
fn measure(order: &PreviewOrder) -> Result<(u64, bool), Problem> {
    let point =
        opening::archive(Path::new(&order.archive), &opening::keys(&order.identities)).map_err(crate::problem)?;
    let entry = point.manifest().find(order.path.as_bytes()).ok_or_else(|| {
        Problem::new(Code::NotFound, format!("failed to show `{}`: it is not in this restore point", order.path))
            .hint("`caretaker backup find` lists where it is.")
    })?;
    if entry.kind != Kind::File {
        let words = format!("failed to show `{}`: it is no file", order.path);
        return Err(Problem::new(Code::Usage, words).hint("Choose a file."));
    }
    Ok((entry.size, entry.size <= MOST_BYTES))
}

fn bring_back(order: &PreviewOrder, voice: &Voice, cancel: &Cancel) -> Result<Vec<u8>, Problem> {
    let scratch = Scratch::make(Path::new(&order.scratch))?;
    let restored = restore::carry_out(
        &RestoreOrder {
            archive: order.archive.clone(),
            shelf: order.shelf.clone(),
            paths: vec![order.path.clone()],
            strip: ArchivePath::default(),
            to: scratch.path().display().to_string(),
            conflict: Conflict::Skip,
            owners: false,
            identities: order.identities.clone(),
            dry_run: false,
            hurry: true,
        },
        voice,
        cancel,
    )?;
    if let Some(lost) = restored.lost.first() {
        let words = format!("failed to show `{}`: {}", order.path, lost.reason);
        return Err(
            Problem::new(Code::Internal, words).hint("An older restore point may have a version that is whole.")
        );
    }
    let file = scratch.path().join(OsStr::from_bytes(order.path.as_bytes()));
    let content = std::fs::read(&file).map_err(|error| trouble::io("read", &file, &error))?;
    scratch.remove()?;
    Ok(content)
}

/// What is shown of the content, and how the live file stands to it.
fn compare(content: &[u8], live: Option<&Path>, shown: &mut FilePreview) {
    let text = as_text(content);
    if let Some(kind) = image(content) {
        "image".clone_into(&mut shown.kind);
        shown.content = (content.len() <= MOST_IMAGE)
            .then(|| format!("data:image/{kind};base64,{}", BASE64_STANDARD.encode(content)));
        shown.is_cut = shown.content.is_none();
    } else if let Some(text) = text {
        "text".clone_into(&mut shown.kind);
        let end = whole(text, MOST_TEXT);
        shown.is_cut = end < text.len();
        shown.content = text.get(..end).map(str::to_owned);
    }
    let now = live.map_or(Live::Unknown, read_live);
    match &now {
        Live::Unknown => "unknown",
        Live::Gone => "gone",
        Live::Here(bytes) if bytes == content => "same",
        Live::Here(_) | Live::Large => "differs",
    }
    .clone_into(&mut shown.live);
    if let (Live::Here(bytes), Some(old)) = (&now, text)
        && let Some(new) = as_text(bytes)
        && old != new
    {
        shown.difference = Some(difference(old, new));
    }
}

/// The file as it lies on the machine.
enum Live {
    /// It may not be read, or is no file.
    Unknown,
    /// Nothing is there.
    Gone,
    /// It is larger than the one in the archive can be.
    Large,
    /// Its bytes.
    Here(Vec<u8>),
}

fn read_live(path: &Path) -> Live {
    // A pipe that took the place of the file must not hold this up.
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = match std::fs::File::options().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Live::Gone,
        Err(_) => return Live::Unknown,
    };
    match file.metadata() {
        Ok(metadata) if !metadata.is_file() => return Live::Unknown,
        Ok(metadata) if metadata.len() > MOST_BYTES => return Live::Large,
        Ok(_) => {}
        Err(_) => return Live::Unknown,
    }
    let mut bytes = Vec::new();
    match file.take(MOST_BYTES + 1).read_to_end(&mut bytes) {
        Ok(_) => Live::Here(bytes),
        Err(_) => Live::Unknown,
    }
}

/// Of a large file only its size is compared.
fn live_of_large(live: Option<&Path>, size: u64) -> &'static str {
    match live.map(std::fs::metadata) {
        Some(Ok(metadata)) if metadata.is_file() && metadata.len() != size => "differs",
        Some(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => "gone",
        _ => "unknown",
    }
}

/// Bytes that people can read: UTF-8 without the characters that no text has.
fn as_text(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// What kind of image these bytes begin, as far as every window can draw it.
fn image(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => None,
    }
}

fn difference(old: &str, new: &str) -> String {
    let diff = TextDiff::configure().timeout(COMPARING).diff_lines(old, new);
    let mut text = diff.unified_diff().context_radius(AROUND).missing_newline_hint(false).to_string();
    let end = whole(&text, MOST_TEXT);
    text.truncate(end);
    text
}

/// The longest length up to `most` that cuts no character apart.
fn whole(text: &str, most: usize) -> usize {
    let most = most.min(text.len());
    (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
