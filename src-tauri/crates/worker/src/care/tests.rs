//! Which databases are found, and what is never opened.

use std::path::Path;

use caretaker_backup::write::Cancel;
use caretaker_core::database::{CareSteps, CheckDepth, Searched, SqliteOrder};

use super::sqlite::files;
use crate::testing::put;

const HEAD: &str = "SQLite format 3\0 and the rest of a page that is long enough to be one: ";

fn database(path: &Path, pages: usize) {
    put(path, HEAD.repeat(8 * pages).as_str());
}

fn found(order: &SqliteOrder, folder: &Path) -> (Vec<String>, usize) {
    let mut outcome = caretaker_core::database::SqliteOutcome::default();
    let files = files(order, &|_| {}, &Cancel::default(), &mut outcome).unwrap();
    let names = files.iter().map(|path| path.strip_prefix(folder).unwrap().display().to_string());
    (names.collect(), outcome.unsearched.len())
}

#[test]
fn named_ones_come_first_then_the_largest_and_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let text = |name: &str| root.join(name).display().to_string();
    for name in ["srv/deep", "srv/node_modules", "own", "other"] {
        std::fs::create_dir_all(root.join(name)).unwrap();
    }
    database(&root.join("srv/small.db"), 1);
    database(&root.join("srv/deep/large.sqlite"), 9);
    database(&root.join("srv/node_modules/left-out.db"), 2);
    database(&root.join("own/metrics.db"), 2);
    database(&root.join("other/named.db"), 1);
    put(&root.join("srv/text.db"), "no database, whatever its name says");
    put(&root.join("srv/lost.db"), "its beginning is gone");
    std::os::unix::fs::symlink(root.join("other/named.db"), root.join("srv/link.db")).unwrap();
    std::os::unix::fs::symlink(root.join("own"), root.join("srv/way-to-own")).unwrap();
    let order = SqliteOrder {
        named: vec![text("srv/link.db"), text("other/named.db"), text("srv/way-to-own/metrics.db")],
        searched: vec![
            Searched { folders: vec![text("srv"), text("srv/deep")], exclude: vec!["node_modules".to_owned()] },
            Searched { folders: vec![text("own"), text("gone")], exclude: Vec::new() },
        ],
        known: vec![text("srv/lost.db"), text("srv/node_modules/left-out.db")],
        never: vec![text("own")],
        steps: CareSteps::look(CheckDepth::Quick),
        scratch: String::new(),
    };
    let (names, unsearched) = found(&order, &root);
    assert_eq!(names, ["other/named.db", "srv/deep/large.sqlite", "srv/small.db", "srv/lost.db"]);
    assert_eq!(unsearched, 1, "a folder that is not there is said");
}
