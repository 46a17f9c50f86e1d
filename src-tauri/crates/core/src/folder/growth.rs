//! From two looks at a disk to the folders that grew: the deepest ones that explain most of the growth.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::survey::{FolderSize, Survey, contains};
use crate::metric::Unit;
use crate::time::{Span, Timestamp};

/// A folder that grew between two looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Grown {
    /// Its path.
    pub path: String,
    /// By how much, bytes; at least that much where the earlier size is not known exactly.
    pub bytes: u64,
    /// What it takes up now, bytes.
    pub now_bytes: u64,
    /// When the earlier look was.
    pub since: Timestamp,
    /// When the later look was.
    pub at: Timestamp,
}

/// Growth below both this and the hundredth part of the disk is not worth a name.
const LEAST: u64 = 100_000_000;
/// Folders within explain a folder when they make up this share of its growth.
const EXPLAINED: f64 = 0.6;
/// A folder within is one of those when it has this share of the growth.
const PART: f64 = 0.2;
/// Looks closer together than this tell nothing.
const CLOSEST: Span = Span::from_minutes(30);

/// The folders that grew within `within` before the newest look, the most first. The course of the looks is in time order.
pub fn grown(course: &[Survey], within: Span) -> Vec<Grown> {
    let Some((now, earlier)) = course.split_last() else { return Vec::new() };
    let in_time = |look: &&Survey| now.at.since(look.at) <= within && now.at.since(look.at) >= CLOSEST;
    let Some(before) = earlier.iter().find(in_time) else { return Vec::new() };
    let Some(root) = now.folders.first() else { return Vec::new() };
    let least = LEAST.min(root.bytes / 100).max(1);
    let mut found = Vec::new();
    explain(&Looks { before, now, least }, root, &mut found);
    found.sort_by_key(|one: &Grown| std::cmp::Reverse(one.bytes));
    found
}

/// `/srv/models grew by 34 GB in 7 days`.
pub fn sentence(grown: &Grown) -> String {
    let lasted = grown.at.since(grown.since);
    let days = (lasted.as_seconds() / 86_400.0).round() as i64;
    let lasted = if days >= 2 { format!("{days} days") } else { lasted.in_words() };
    format!("{} grew by {} in {lasted}", grown.path, Unit::Bytes.format(grown.bytes as f64))
}

struct Looks<'s> {
    before: &'s Survey,
    now: &'s Survey,
    least: u64,
}

impl Looks<'_> {
    fn growth(&self, folder: &FolderSize) -> u64 {
        folder.bytes.saturating_sub(self.before.size(&folder.path))
    }
}

fn explain(looks: &Looks<'_>, folder: &FolderSize, found: &mut Vec<Grown>) {
    let growth = looks.growth(folder);
    if growth < looks.least {
        return;
    }
    let parts: Vec<&FolderSize> = children(looks.now, folder)
        .filter(|child| looks.growth(child) as f64 >= growth as f64 * PART && looks.growth(child) >= looks.least)
        .collect();
    let explained: u64 = parts.iter().map(|child| looks.growth(child)).sum();
    if !parts.is_empty() && explained as f64 >= growth as f64 * EXPLAINED {
        for child in parts {
            explain(looks, child, found);
        }
        return;
    }
    found.push(Grown {
        path: folder.path.clone(),
        bytes: growth,
        now_bytes: folder.bytes,
        since: looks.before.at,
        at: looks.now.at,
    });
}

/// Listed folders right below this one: those that no other listed folder lies between.
fn children<'s>(survey: &'s Survey, folder: &'s FolderSize) -> impl Iterator<Item = &'s FolderSize> {
    let is_below =
        |outer: &FolderSize, inner: &FolderSize| outer.path != inner.path && contains(&outer.path, &inner.path);
    survey.folders.iter().filter(move |inner| {
        let between = |middle: &FolderSize| is_below(folder, middle) && is_below(middle, inner);
        is_below(folder, inner) && !survey.folders.iter().any(between)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;
    const WEEK: Span = Span::from_days(7);

    fn look(day: i64, floor: u64, folders: &[(&str, u64)]) -> Survey {
        let folder = |(path, gigabytes): &(&str, u64)| FolderSize { path: (*path).to_owned(), bytes: gigabytes * GB };
        let mut folders: Vec<FolderSize> = folders.iter().map(folder).collect();
        folders.sort_by_key(|folder| std::cmp::Reverse(folder.bytes));
        Survey { at: Timestamp::default() + Span::from_days(day), floor, folders, ..Survey::default() }
    }

    fn names(course: &[Survey]) -> Vec<(String, u64)> {
        grown(course, WEEK).into_iter().map(|one| (one.path, one.bytes / GB)).collect()
    }

    #[test]
    fn the_deepest_folder_that_explains_the_growth_is_named() {
        let before = look(0, 0, &[("/", 200), ("/srv", 80), ("/srv/models", 60), ("/home", 90)]);
        let now = look(7, 0, &[("/", 236), ("/srv", 115), ("/srv/models", 94), ("/srv/models/new", 5), ("/home", 90)]);
        assert_eq!(names(&[before.clone(), now.clone()]), [("/srv/models".to_owned(), 34)]);
        assert_eq!(sentence(&grown(&[before, now], WEEK)[0]), "/srv/models grew by 34 GB in 7 days");
    }

    #[test]
    fn two_folders_that_share_the_growth_are_both_named() {
        let before = look(0, 0, &[("/", 100), ("/a", 20), ("/b", 30), ("/c", 40)]);
        let now = look(3, 0, &[("/", 130), ("/a", 38), ("/b", 41), ("/c", 41)]);
        assert_eq!(names(&[before, now]), [("/a".to_owned(), 18), ("/b".to_owned(), 11)]);
    }

    #[test]
    fn growth_spread_over_many_small_folders_is_that_of_their_parent() {
        let before = look(0, 0, &[("/", 100), ("/logs", 10)]);
        let now = look(1, 0, &[("/", 110), ("/logs", 20), ("/logs/a", 1), ("/logs/b", 1)]);
        assert_eq!(names(&[before, now]), [("/logs".to_owned(), 10)]);
    }

    #[test]
    fn a_folder_that_was_too_small_to_be_listed_grew_by_what_is_sure() {
        let before = look(0, 2 * GB, &[("/", 100), ("/home", 60)]);
        let now = look(7, 2 * GB, &[("/", 140), ("/home", 60), ("/new", 40)]);
        assert_eq!(names(&[before, now]), [("/new".to_owned(), 38)]);
    }

    #[test]
    fn shrinking_and_trifles_and_a_single_look_say_nothing() {
        let before = look(0, 0, &[("/", 100), ("/a", 60)]);
        let less = look(7, 0, &[("/", 90), ("/a", 50)]);
        assert_eq!(names(&[before.clone(), less]), []);
        assert_eq!(names(std::slice::from_ref(&before)), []);
        assert_eq!(names(&[]), []);
        let soon = Survey { at: before.at + Span::from_minutes(5), ..look(0, 0, &[("/", 120), ("/a", 80)]) };
        assert_eq!(names(&[before, soon]), []);
    }

    #[test]
    fn the_oldest_look_within_the_time_is_compared() {
        let course: Vec<Survey> =
            (0..20_u64).map(|day| look(day as i64, 0, &[("/", 100 + day), ("/a", 50 + day)])).collect();
        assert_eq!(names(&course), [("/a".to_owned(), 7)]);
    }
}
