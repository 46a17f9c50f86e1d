//! What one tree has that another has not, in the order of the manifest. Pure.

use std::cmp::Ordering;

use caretaker_backup::format::manifest::{Entry, Kind, order};

/// How a tree differs from the one before.
#[derive(Debug, Default)]
pub struct Difference<'e> {
    /// What is new, or not as it was.
    pub changed: Vec<&'e Entry>,
    /// Paths that are gone.
    pub gone: Vec<&'e [u8]>,
    /// Files of the tree before that have another content now.
    pub altered: u64,
    /// Files of the tree before that are gone.
    pub gone_files: u64,
}

/// Both in the order of the manifest.
pub fn difference<'e>(before: &'e [Entry], now: &'e [Entry]) -> Difference<'e> {
    let mut difference = Difference::default();
    let (mut before, mut now) = (before.iter().peekable(), now.iter().peekable());
    loop {
        let next = match (before.peek(), now.peek()) {
            (None, None) => return difference,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => order(&old.path, &new.path),
        };
        match next {
            Ordering::Less => {
                if let Some(old) = before.next() {
                    difference.gone.push(&old.path);
                    difference.gone_files += u64::from(old.kind == Kind::File);
                }
            }
            Ordering::Greater => difference.changed.extend(now.next()),
            Ordering::Equal => {
                if let (Some(old), Some(new)) = (before.next(), now.next()) {
                    difference.altered += u64::from(old.kind == Kind::File && !has_same_content(old, new));
                    if !is_same(old, new) {
                        difference.changed.push(new);
                    }
                }
            }
        }
    }
}

fn has_same_content(old: &Entry, new: &Entry) -> bool {
    old.kind == new.kind
        && match (old.digest, new.digest) {
            (Some(old), Some(new)) => old == new,
            // What nobody holds any more says nothing about the file.
            (None, _) | (_, None) => old.size == new.size,
        }
}

fn is_same(old: &Entry, new: &Entry) -> bool {
    let seen = |entry: &Entry| (entry.kind, entry.size, entry.modified, entry.mode, crate::facts::flags(entry.flags));
    old.digest == new.digest && seen(old) == seen(new)
}
