//! Much of everything: what a run tells of mass changes, and how much memory a million files take.

use std::fs::File;
use std::io::Write as _;

use caretaker_backup::read::restore::{Conflict, Selection};
use caretaker_backup::read::{Archive, into_state};
use caretaker_backup::source::NoReplacements;

use crate::scene::{Scene, noise};

#[test]
fn case_25_what_changed_and_what_is_gone_is_counted() {
    let mut scene = Scene::new();
    for number in 0..100 {
        scene.put(format!("{}/{number}", number / 25), format!("words of {number}\n").repeat(300));
    }
    let full = scene.full();
    assert_eq!((full.totals.altered, full.totals.gone, full.totals.scrambled), (0, 0, 0));
    // A folder stands for all that it held in the list, and not in the count.
    std::fs::remove_dir_all(scene.source().join("0")).unwrap();
    for number in 25..90 {
        scene.put(format!("{}/{number}", number / 25), noise(number, 5_000));
    }
    scene.put("new", noise(1, 5_000));
    let outcome = scene.increment(&full.state);
    let totals = outcome.totals;
    assert_eq!((totals.files, totals.altered, totals.gone), (76, 65, 26));
    // What was text and is noise now looks like the work of a blackmailer.
    assert_eq!(totals.scrambled, 65);
    // What was noise before is no news.
    for number in 25..90 {
        scene.put(format!("{}/{number}", number / 25), noise(number + 1_000, 5_000));
    }
    let again = scene.increment(&outcome.state).totals;
    assert_eq!((again.altered, again.gone), (65, 0));
}

fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

#[test]
#[ignore = "a million files take minutes; run by hand, alone in its process"]
fn case_28_a_million_empty_files_stay_within_400_megabytes() {
    let mut scene = Scene::new();
    for folder in 0..1_000 {
        let folder = scene.source().join(format!("{folder:03}"));
        std::fs::create_dir(&folder).unwrap();
        for number in 0..1_000 {
            File::create(folder.join(format!("file-{number:03}.txt"))).unwrap();
        }
    }
    let full = scene.full().path;
    println!("full: {} kB", peak_kilobytes());
    assert!(peak_kilobytes() < 400_000);
    let state = into_state(Archive::open(&full).unwrap(), &scene.shelf()).unwrap();
    let increment = scene.increment(&state);
    println!("increment: {} kB", peak_kilobytes());
    assert_eq!((increment.totals.stored, increment.totals.gone), (0, 0));
    assert!(peak_kilobytes() < 650_000);
    assert!(scene.check(&full).is_intact());
}

#[test]
#[ignore = "writes 200 GB of which most are holes, and reads them all; run by hand"]
fn case_28_a_file_of_200_gigabytes_takes_no_more_memory_than_a_small_one() {
    let mut scene = Scene::new();
    let path = scene.source().join("huge");
    std::fs::create_dir_all(scene.source()).unwrap();
    let mut file = File::create(&path).unwrap();
    // A little everywhere, so that no hole is long enough to be left out.
    let piece = noise(1, 4_096);
    for place in 0..(200_u64 << 30) / (32 << 10) {
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(place * (32 << 10))).unwrap();
        if place % 64 == 0 {
            file.write_all(&piece).unwrap();
        }
    }
    file.set_len(200 << 30).unwrap();
    let outcome = scene.make(None, &NoReplacements).unwrap();
    println!("{} kB", peak_kilobytes());
    assert!(peak_kilobytes() < 250_000);
    let archive = Archive::open(&outcome.path).unwrap();
    let selection = Selection::Paths(vec![b"data/huge".to_vec()]);
    assert_eq!(scene.restore_with(&archive, "target", &selection, Conflict::KeepBoth).1.failed, []);
    assert!(peak_kilobytes() < 250_000);
}
