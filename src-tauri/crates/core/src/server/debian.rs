//! Which installed packages have a newer version in a list: Debian's control files (deb822) and its order of versions
//! (deb-version(7)).

use std::cmp::Ordering;
use std::collections::HashMap;

/// Names of the installed packages for which `lists` have a newer version, sorted.
pub fn pending(installed: &str, lists: &[String]) -> Vec<String> {
    let newest = lists.iter().flat_map(|list| paragraphs(list)).fold(HashMap::new(), |mut newest, entry| {
        let known = newest.entry(entry.name).or_insert(entry.version);
        if compare(entry.version, known) == Ordering::Greater {
            *known = entry.version;
        }
        newest
    });
    let outdated = |entry: &Entry| {
        entry.installed
            && newest.get(entry.name).is_some_and(|version| compare(version, entry.version) == Ordering::Greater)
    };
    let mut names: Vec<String> = paragraphs(installed).filter(outdated).map(|entry| entry.name.to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

struct Entry<'a> {
    name: &'a str,
    version: &'a str,
    installed: bool,
}

fn paragraphs(text: &str) -> impl Iterator<Item = Entry<'_>> {
    text.split("\n\n").filter_map(|paragraph| {
        let value = |key: &str| paragraph.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        let installed = value("Status:").is_some_and(|status| status.ends_with(" installed"));
        Some(Entry { name: value("Package:")?, version: value("Version:")?, installed })
    })
}

/// The order of two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left_epoch, left) = epoch(left);
    let (right_epoch, right) = epoch(right);
    let ((left, left_revision), (right, right_revision)) = (revision(left), revision(right));
    left_epoch
        .cmp(&right_epoch)
        .then_with(|| part(left.as_bytes(), right.as_bytes()))
        .then_with(|| part(left_revision.as_bytes(), right_revision.as_bytes()))
}

fn epoch(version: &str) -> (u32, &str) {
    version.split_once(':').map_or((0, version), |(epoch, rest)| (epoch.parse().unwrap_or(0), rest))
}

fn revision(version: &str) -> (&str, &str) {
    version.rsplit_once('-').unwrap_or((version, "0"))
}

/// Pieces without digits and numbers take turns.
fn part(mut left: &[u8], mut right: &[u8]) -> Ordering {
    while !left.is_empty() || !right.is_empty() {
        let (left_word, left_rest) = split(left, |byte| !byte.is_ascii_digit());
        let (right_word, right_rest) = split(right, |byte| !byte.is_ascii_digit());
        let words = (0..=left_word.len().max(right_word.len()))
            .map(|index| weight(left_word.get(index)).cmp(&weight(right_word.get(index))))
            .find(|order| order.is_ne());
        let (left_number, left_rest) = split(left_rest, u8::is_ascii_digit);
        let (right_number, right_rest) = split(right_rest, u8::is_ascii_digit);
        let order = words.unwrap_or_else(|| number(left_number).cmp(&number(right_number)));
        if order.is_ne() {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
    Ordering::Equal
}

fn split(bytes: &[u8], belongs: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len()))
}

/// A tilde comes before everything, even the end; letters before all other signs.
fn weight(byte: Option<&u8>) -> i32 {
    match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    }
}

/// By length first, so that no number is too large.
fn number(digits: &[u8]) -> (usize, &[u8]) {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = digits.get(zeros..).unwrap_or_default();
    (digits.len(), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_the_order_of_dpkg() {
        for (smaller, larger) in [
            ("1.0", "1.1"),
            ("1.9", "1.10"),
            ("1.0~rc1", "1.0"),
            ("1.0~~", "1.0~"),
            ("1.0", "1.0+deb12u1"),
            ("1.0-1", "1.0-1+deb12u1"),
            ("1.0-1~bpo1", "1.0-1"),
            ("9.9", "1:0.1"),
            ("1.0a", "1.0+"),
            ("1.0-1", "1.0-1.1"),
            ("2.36-9+deb12u4", "2.36-9+deb12u10"),
        ] {
            assert_eq!(compare(smaller, larger), Ordering::Less, "{smaller} {larger}");
            assert_eq!(compare(larger, smaller), Ordering::Greater, "{larger} {smaller}");
        }
        for (left, right) in [("1.0", "1.0"), ("1.0", "1.00"), ("0:1", "1"), ("1", "1-0")] {
            assert_eq!(compare(left, right), Ordering::Equal, "{left} {right}");
        }
    }

    #[test]
    fn only_what_is_installed_and_older_is_pending() {
        let installed = "Package: a\nStatus: install ok installed\nVersion: 1-1\n\nPackage: b\nStatus: deinstall ok \
            config-files\nVersion: 1-1\n\nPackage: c\nStatus: install ok installed\nVersion: 3-1\n";
        let lists = [
            "Package: a\nVersion: 1-2\n\nPackage: b\nVersion: 1-2\n".to_owned(),
            "Package: c\nVersion: 2-1\n".to_owned(),
        ];
        assert_eq!(pending(installed, &lists), ["a"]);
    }
}
