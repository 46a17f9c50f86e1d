//! A journey of the soak: a random tree that changes at random is backed up, old archives go as the plan of retention says, and a
//! random restore point must give back exactly what was there. One seed makes one journey, the same each time.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use caretaker_backup::format::footer::Packing;
use caretaker_backup::format::name::Type;
use caretaker_backup::read::{Archive, state};
use caretaker_backup::write::Outcome;
use caretaker_core::retention::{self, ArchiveType, Circumstances, Keep, OffSite, Policy};
use caretaker_core::time::Timestamp;

use crate::scene::{Scene, noise, tree};

/// Numbers that look like chance, from a seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What a journey came past.
#[derive(Debug, Default)]
pub struct Passed {
    pub backups: u64,
    pub increments: u64,
    pub pruned: u64,
    pub restored: u64,
}

type Tree = BTreeMap<Vec<u8>, String>;

/// A restore point, and what it must give back.
struct Point {
    outcome: Outcome,
    kind: Type,
    tree: Tree,
}

pub struct Journey {
    dice: Dice,
    scene: Scene,
    points: Vec<Point>,
    pub passed: Passed,
}

impl Journey {
    pub fn new(seed: u64, within: &Path) -> Self {
        let mut scene = Scene::within(within);
        scene.put("always", "so that the source is never empty");
        // The first rolls of neighbouring seeds would be alike.
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        scene.packing = if dice.roll(4) == 0 { Packing::Gzip } else { Packing::Zstd };
        Self { dice, scene, points: Vec::new(), passed: Passed::default() }
    }

    /// Leaves everything where it is, to be looked at.
    pub fn keep(self) -> PathBuf {
        self.scene.folder.keep()
    }

    /// Changes the tree, backs it up, prunes now and then, and restores a random point. The error says what differs.
    pub fn round(&mut self) -> Result<(), String> {
        for _ in 0..self.dice.roll(25) {
            mutate(&self.scene.source(), &mut self.dice);
        }
        if !self.scene.source().join("always").exists() {
            self.scene.put("always", "again");
        }
        self.back_up()?;
        if self.dice.roll(6) == 0 {
            self.prune()?;
        }
        self.restore()
    }

    fn back_up(&mut self) -> Result<(), String> {
        let newest = self.points.iter().rev().find(|point| point.kind != Type::Configuration);
        let (kind, outcome) = match newest {
            Some(_) if self.dice.roll(15) == 0 => {
                self.scene.kind = Type::Configuration;
                let outcome = self.scene.full();
                self.scene.kind = Type::Full;
                (Type::Configuration, outcome)
            }
            // A new chain now and then; the state comes from memory or from the archives.
            Some(last) if self.dice.roll(12) > 0 => {
                let known = if self.dice.roll(2) == 0 {
                    last.outcome.state.clone()
                } else {
                    state(&Archive::open(&last.outcome.path).unwrap(), &self.scene.shelf()).unwrap()
                };
                self.passed.increments += 1;
                (Type::Incremental, self.scene.increment(&known))
            }
            _ => (Type::Full, self.scene.full()),
        };
        self.passed.backups += 1;
        if !outcome.exceptions.is_empty() {
            return Err(format!("exceptions: {:?}", outcome.exceptions));
        }
        let tree = tree(&self.scene.source());
        self.points.push(Point { outcome, kind, tree });
        Ok(())
    }

    /// What the rules of retention let go is deleted; whatever they keep must still be whole.
    fn prune(&mut self) -> Result<(), String> {
        let archives: Vec<retention::Archive> = self.points.iter().map(known).collect();
        let policy = Policy {
            full: Keep::Newest(1 + self.dice.roll(3) as u32),
            incremental: Keep::Newest(1 + self.dice.roll(12) as u32),
            configuration: Keep::Newest(1),
            ..Policy::default()
        };
        let now = Timestamp::from_millis((self.scene.now.seconds + 1) * 1_000);
        let plan = retention::plan(&archives, &policy, &Circumstances { now, brake: None })
            .map_err(|error| error.to_string())?;
        for removed in &plan.removed {
            let place = self.points.iter().position(|point| point.outcome.state.sequence == removed.sequence);
            let point = self.points.remove(place.ok_or("the plan names an archive that is not there")?);
            std::fs::remove_file(&point.outcome.path).map_err(|error| error.to_string())?;
            self.passed.pruned += 1;
        }
        Ok(())
    }

    fn restore(&mut self) -> Result<(), String> {
        let place = self.dice.roll(self.points.len() as u64) as usize;
        let point = &self.points[place];
        let path = &point.outcome.path;
        let report = self.scene.restore(path, "target");
        if !report.failed.is_empty() {
            return Err(format!("{}: not restored: {:?}", path.display(), report.failed));
        }
        let restored = tree(&self.scene.path("target/data"));
        if restored != point.tree {
            let differs = |(name, words): (&Vec<u8>, &String)| {
                let other = restored.get(name);
                (other != Some(words))
                    .then(|| (String::from_utf8_lossy(name).into_owned(), words.clone(), other.cloned()))
            };
            let differences: Vec<_> = point.tree.iter().filter_map(differs).collect();
            let extra: Vec<_> = restored.keys().filter(|name| !point.tree.contains_key(*name)).collect();
            return Err(format!("{}: differs: {differences:#?}, too much: {extra:?}", path.display()));
        }
        if !self.scene.check(path).is_intact() {
            return Err(format!("{}: not intact", path.display()));
        }
        std::fs::remove_dir_all(self.scene.path("target")).map_err(|error| error.to_string())?;
        self.passed.restored += 1;
        Ok(())
    }
}

fn known(point: &Point) -> retention::Archive {
    let state = &point.outcome.state;
    retention::Archive {
        sequence: state.sequence,
        kind: match point.kind {
            Type::Full => ArchiveType::Full,
            Type::Incremental => ArchiveType::Incremental,
            Type::Configuration => ArchiveType::Configuration,
            Type::Database => ArchiveType::Database,
        },
        made: Timestamp::from_millis(state.started.seconds * 1_000),
        is_verified: true,
        off_site: OffSite::NotWanted,
        needs: state.holders.iter().map(|holder| holder.sequence).filter(|other| *other != state.sequence).collect(),
        bytes: point.outcome.length,
    }
}

fn everything(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_folder = path.symlink_metadata().unwrap().is_dir();
        found.push(path.clone());
        if is_folder {
            everything(&path, found);
        }
    }
}

/// Does one thing to a random place.
fn mutate(root: &Path, dice: &mut Dice) {
    let mut found = vec![root.to_owned()];
    everything(root, &mut found);
    found.sort();
    let any = found[dice.roll(found.len() as u64) as usize].clone();
    let meta = any.symlink_metadata().unwrap();
    let inside = if meta.is_dir() { any.clone() } else { any.parent().unwrap().to_owned() };
    let new = inside.join(name(dice));
    let is_free = new.symlink_metadata().is_err();
    match dice.roll(15) {
        0..=3 if is_free => {
            let sizes = [0, 10, 3_000, 70_000, 9_000_000];
            let most = if dice.roll(20) == 0 { 5 } else { 4 };
            let size = sizes[dice.roll(most) as usize];
            write(&new, &noise(dice.roll(1_000), size));
        }
        4 if is_free => std::fs::create_dir(&new).unwrap(),
        5 if is_free => symlink(format!("n{}", dice.roll(40)), &new).unwrap(),
        6 if is_free && meta.is_file() => std::fs::hard_link(&any, &new).unwrap(),
        7 if meta.is_file() => write(&any, &noise(dice.roll(1_000), 2_000)),
        8 if !meta.is_symlink() => {
            let mode = if meta.is_dir() { 0o700 + dice.roll(64) as u32 } else { 0o600 + dice.roll(64) as u32 };
            std::fs::set_permissions(&any, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        9 if any != root && meta.is_dir() => std::fs::remove_dir_all(&any).unwrap(),
        10 if any != root && !meta.is_dir() => std::fs::remove_file(&any).unwrap(),
        11 if any != root && is_free && !new.starts_with(&any) => std::fs::rename(&any, &new).unwrap(),
        // A hole, and something behind it.
        12 if is_free => {
            let file = std::fs::File::create(&new).unwrap();
            file.write_all_at(&noise(dice.roll(1_000), 500), dice.roll(30) << 20).unwrap();
        }
        // Content changes behind an old time.
        13 if meta.is_file() && meta.len() > 0 => {
            let modified = meta.modified().unwrap();
            let file = std::fs::File::options().write(true).open(&any).unwrap();
            file.write_all_at(&noise(dice.roll(1_000), 1), dice.roll(meta.len())).unwrap();
            file.set_modified(modified).unwrap();
        }
        // Two names change places.
        14 if any != root && !meta.is_dir() => {
            let other = &found[dice.roll(found.len() as u64) as usize];
            if other != root && other != &any && !other.is_dir() {
                let aside = root.join("aside");
                std::fs::rename(&any, &aside).unwrap();
                std::fs::rename(other, &any).unwrap();
                std::fs::rename(&aside, other).unwrap();
            }
        }
        _ => {}
    }
}

/// Few names, so that they are met again; some of them odd.
fn name(dice: &mut Dice) -> PathBuf {
    let number = dice.roll(40);
    let bytes = match dice.roll(12) {
        0 => [&b"not text \xff\xfe "[..], number.to_string().as_bytes()].concat(),
        1 => format!("a\nline {number} ").into_bytes(),
        2 => format!("{number}-{}", "long".repeat(40)).into_bytes(),
        _ => format!("n{number}").into_bytes(),
    };
    std::ffi::OsString::from_vec(bytes).into()
}

fn write(path: &Path, content: &[u8]) {
    use std::io::Write as _;
    std::fs::File::create(path).unwrap().write_all(content).unwrap();
}
