//! The data that is saved, the same on every machine: many small files, or a few large ones with a database. The seed is fixed.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use super::super::Outcome;

/// Which data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// 50,000 files of 606 MB.
    Small,
    /// 2.3 GB in four files, one of them a SQLite database of 689 MB.
    Large,
}

impl Set {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }

    /// At the beginning of a row.
    pub fn title(self) -> &'static str {
        match self {
            Self::Small => "Small files",
            Self::Large => "Large files",
        }
    }

    /// A file in the middle, below the source.
    pub fn one(self) -> &'static str {
        match self {
            Self::Small => "002/07/file-01175.dat",
            Self::Large => "two.txt",
        }
    }
}

/// What was made.
pub struct Made {
    files: u64,
    bytes: u64,
    has_database: bool,
}

impl Made {
    /// For the table.
    pub fn words(&self) -> String {
        let database = if self.has_database { "" } else { "; without the database, which Python was to make" };
        format!("{} files, {:.0} MB{database}", self.files, self.bytes as f64 / 1e6)
    }
}

/// Small files of the whole set.
const FILES: u64 = 50_000;
/// Megabytes of each large file of the whole set.
const LARGE: [(&str, Kind, u64); 3] =
    [("one.txt", Kind::Text, 512), ("two.txt", Kind::Text, 512), ("random", Kind::Random, 512)];
/// Rows of 1,100 bytes or so.
const ROWS: u64 = 590_000;
/// Rows that change between two backups.
const CHANGED_ROWS: u64 = 1_500;

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Random,
}

/// Makes a set, or the `part`th part of it.
pub fn make(set: Set, part: u64, source: &Path) -> Outcome<Made> {
    let mut noise = Noise(0x5eed_cafe);
    let mut made = Made { files: 0, bytes: 0, has_database: true };
    match set {
        Set::Small => {
            for number in 0..FILES / part {
                let length = 200 + (noise.next() % 24_000) as usize;
                let bytes = if number % 4 == 0 { noise.random(length) } else { noise.text(length) };
                write(source, number, &bytes)?;
                made.files += 1;
                made.bytes += bytes.len() as u64;
            }
        }
        Set::Large => {
            std::fs::create_dir_all(source)?;
            for (name, kind, megabytes) in LARGE {
                let mut file = BufWriter::new(File::create(source.join(name))?);
                for _ in 0..megabytes / part {
                    let bytes = match kind {
                        Kind::Text => noise.text(1 << 20),
                        Kind::Random => noise.random(1 << 20),
                    };
                    file.write_all(&bytes)?;
                    made.bytes += bytes.len() as u64;
                }
                file.flush()?;
                made.files += 1;
            }
            made.has_database = python(MAKE_DATABASE, &source.join("board.sqlite"), ROWS / part);
            made.bytes += std::fs::metadata(source.join("board.sqlite")).map_or(0, |meta| meta.len());
            made.files += u64::from(made.has_database);
        }
    }
    Ok(made)
}

/// One small file in a hundred; or 1,500 rows of the database and 5 MB behind a log.
pub fn change(set: Set, part: u64, source: &Path) -> Outcome<()> {
    let mut noise = Noise(0xc4a6e);
    match set {
        Set::Small => {
            for number in (0..FILES / part).step_by(100) {
                write(source, number, &noise.text(10_000))?;
            }
        }
        Set::Large => {
            let mut file = File::options().append(true).open(source.join("one.txt"))?;
            file.write_all(&noise.text(5 << 20))?;
            python(CHANGE_DATABASE, &source.join("board.sqlite"), CHANGED_ROWS / part);
        }
    }
    Ok(())
}

fn write(source: &Path, number: u64, bytes: &[u8]) -> Outcome<()> {
    let folder = source.join(format!("{:03}/{:02}", number / 500, number / 25 % 20));
    std::fs::create_dir_all(&folder)?;
    File::create(folder.join(format!("file-{number:05}.dat")))?.write_all(bytes)?;
    Ok(())
}

/// SQLite belongs to one crate of ours, and Python has one of its own.
const MAKE_DATABASE: &str = "
import random, sqlite3, sys
draw = random.Random(7)
words = [''.join(draw.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(draw.randint(3, 9))) for _ in range(4000)]
db = sqlite3.connect(sys.argv[1])
db.execute('PRAGMA journal_mode=WAL')
db.execute('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, body TEXT, price REAL)')
def rows():
    for number in range(int(sys.argv[2])):
        yield number, draw.choice(words), ' '.join(draw.choices(words, k=155)), draw.random()
db.executemany('INSERT INTO item VALUES (?, ?, ?, ?)', rows())
db.commit()
db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
";
const CHANGE_DATABASE: &str = "
import random, sqlite3, sys
draw = random.Random(11)
db = sqlite3.connect(sys.argv[1])
most = db.execute('SELECT max(id) FROM item').fetchone()[0]
for _ in range(int(sys.argv[2])):
    db.execute('UPDATE item SET price = ? WHERE id = ?', (draw.random(), draw.randint(0, most)))
db.commit()
db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
";

fn python(script: &str, database: &Path, count: u64) -> bool {
    let done = Command::new("python3").args(["-c", script]).arg(database).arg(count.to_string()).status();
    done.is_ok_and(|status| status.success())
}

/// The same bytes each time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Bytes that pack to nothing better.
    fn random(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }

    /// Words of a small language, with numbers between them: packs to about two fifths.
    fn text(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 32);
        while bytes.len() < length {
            let word = self.next() % 4_000;
            let spread = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            for letter in 0..3 + spread % 7 {
                bytes.push(b'a' + ((spread >> (letter * 5)) % 26) as u8);
            }
            if self.next().is_multiple_of(6) {
                bytes.extend_from_slice((self.next() % 100_000).to_string().as_bytes());
            }
            bytes.push(if self.next().is_multiple_of(12) { b'\n' } else { b' ' });
        }
        bytes.truncate(length);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_the_same_each_time() {
        let (mut one, mut other) = (Noise(1), Noise(1));
        assert_eq!(one.text(1_000), other.text(1_000));
        assert_eq!(one.random(77).len(), 77);
    }
}
