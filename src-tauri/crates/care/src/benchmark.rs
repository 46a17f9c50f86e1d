//! How fast the machine is: processor, memory, disk; each part three times, and the middle one counts.

use std::fs::File;
use std::hint::black_box;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use caretaker_core::maintenance::{BENCHMARK_PARTS, Figure};
#[cfg(target_os = "linux")]
use rustix::fs::{Advice, fadvise};
use rustix::fs::{Mode, OFlags, openat};

use crate::IsStopped;
use crate::place::{PlaceError, open_folder};

/// Each part so often.
const TIMES: usize = 3;
/// One time of a part that has no end of its own.
const SLICE: Duration = Duration::from_millis(400);
/// All of it; what is not measured by then is left out.
const LONGEST: Duration = Duration::from_secs(18);
/// Copied at once; larger than the caches of small machines.
const BLOCK: usize = 24 * 1024 * 1024;
/// Written and read in one go, in three pieces.
const SEQUENTIAL: usize = 256 * 1024 * 1024;
const PIECE: usize = 1024 * 1024;
/// Of one small write.
const SMALL: usize = 4 * 1024;
const NAME: &str = "benchmark.part";

/// Why it could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchmarkError {
    /// The folder of the file that is written.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The file itself.
    #[error("write 256 MB for the benchmark: {0}")]
    Disk(#[from] io::Error),
    /// Nobody wants it any more.
    #[error("it was stopped")]
    Stopped,
}

/// Measures; a file in `folder` is written and removed.
pub fn measure(folder: &Path, is_stopped: IsStopped<'_>) -> Result<Vec<Figure>, BenchmarkError> {
    let begun = Instant::now();
    let may_go_on = || {
        if is_stopped() { Err(BenchmarkError::Stopped) } else { Ok(begun.elapsed() < LONGEST) }
    };
    let mut figures = Vec::new();
    let mut put = |part: usize, value: Option<f64>| {
        let known = BENCHMARK_PARTS.get(part).zip(value);
        figures.extend(known.map(|(part, value)| Figure {
            name: part.name.to_owned(),
            value,
            unit: part.unit.to_owned(),
        }));
    };
    put(0, three(&may_go_on, || Ok(rounds_per_second()))?);
    put(1, three(&may_go_on, || Ok(on_all_cores()))?);
    let (from, mut into) = (vec![1_u8; BLOCK], vec![0_u8; BLOCK]);
    put(2, three(&may_go_on, || Ok(copied_per_second(&from, &mut into)))?);
    drop((from, into));
    let disk = Scratch::make(folder)?;
    let noise = noise(PIECE);
    let mut at = 0;
    put(3, three(&may_go_on, || disk.write(&noise, &mut at))?);
    let mut at = 0;
    put(4, three(&may_go_on, || disk.read(&mut at))?);
    put(5, three(&may_go_on, || disk.small_writes(&noise))?);
    Ok(figures)
}

/// The middle of three; none when time was up before the first.
fn three(
    may_go_on: &impl Fn() -> Result<bool, BenchmarkError>,
    mut one: impl FnMut() -> io::Result<f64>,
) -> Result<Option<f64>, BenchmarkError> {
    let mut values = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        if !may_go_on()? {
            break;
        }
        values.push(one()?);
    }
    values.sort_by(f64::total_cmp);
    Ok(values.get(values.len() / 2).copied())
}

/// Rounds of a mixing function that no compiler leaves out.
fn rounds_per_second() -> f64 {
    let begun = Instant::now();
    let (mut state, mut rounds) = (0x9e37_79b9_7f4a_7c15_u64, 0_u64);
    while begun.elapsed() < SLICE {
        for _ in 0..10_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state = state.wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(17);
        }
        rounds += 10_000;
    }
    black_box(state);
    rounds as f64 / begun.elapsed().as_secs_f64()
}

fn on_all_cores() -> f64 {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(rounds_per_second)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
    })
}

fn copied_per_second(from: &[u8], into: &mut [u8]) -> f64 {
    let begun = Instant::now();
    let mut bytes = 0_u64;
    while begun.elapsed() < SLICE {
        into.copy_from_slice(black_box(from));
        black_box(&into);
        bytes += from.len() as u64;
    }
    bytes as f64 / begun.elapsed().as_secs_f64()
}

/// Bytes that no file system makes smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x1234_5678_9abc_def1_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .flatten()
    .take(length)
    .collect()
}

/// A file without a name, so that nothing is left whatever happens.
struct Scratch(File);

impl Scratch {
    fn make(folder: &Path) -> Result<Self, BenchmarkError> {
        let folder = open_folder(folder)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&folder, NAME, flags, Mode::RUSR | Mode::WUSR).map_err(io::Error::from)?;
        rustix::fs::unlinkat(&folder, NAME, rustix::fs::AtFlags::empty()).map_err(io::Error::from)?;
        Ok(Self(File::from(file)))
    }

    fn write(&self, noise: &[u8], at: &mut u64) -> io::Result<f64> {
        let (begun, first) = (Instant::now(), *at);
        while *at - first < (SEQUENTIAL / TIMES) as u64 {
            self.0.write_all_at(noise, *at)?;
            *at += noise.len() as u64;
        }
        self.0.sync_data()?;
        Ok((*at - first) as f64 / begun.elapsed().as_secs_f64())
    }

    /// From the disk and not from memory, as far as the system listens.
    fn read(&self, at: &mut u64) -> io::Result<f64> {
        #[cfg(target_os = "linux")]
        fadvise(&self.0, 0, None, Advice::DontNeed)?;
        let mut piece = vec![0; PIECE];
        let (begun, first) = (Instant::now(), *at);
        while *at - first < (SEQUENTIAL / TIMES) as u64 {
            let read = self.0.read_at(&mut piece, *at)?;
            if read == 0 {
                break;
            }
            *at += read as u64;
        }
        Ok((*at - first) as f64 / begun.elapsed().as_secs_f64())
    }

    fn small_writes(&self, noise: &[u8]) -> io::Result<f64> {
        let (begun, mut writes) = (Instant::now(), 0_u64);
        while begun.elapsed() < SLICE {
            let at = (writes * 7_919 % 20_000) * SMALL as u64;
            self.0.write_all_at(noise.get(..SMALL).unwrap_or_default(), at)?;
            self.0.sync_data()?;
            writes += 1;
        }
        Ok(writes as f64 / begun.elapsed().as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leaves_nothing_behind_and_ends_when_it_is_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        assert!(matches!(measure(&root, &|| true), Err(BenchmarkError::Stopped)));
        let disk = Scratch::make(&root).unwrap();
        let noise = noise(PIECE);
        assert!(disk.small_writes(&noise).unwrap() > 0.0);
        assert_eq!(std::fs::read_dir(&root).unwrap().count(), 0);
    }

    #[test]
    fn the_middle_of_three_counts_and_an_early_end_leaves_the_rest_out() {
        let mut values = [9.0, 1.0, 5.0].into_iter();
        assert_eq!(three(&|| Ok(true), || Ok(values.next().unwrap())).unwrap(), Some(5.0));
        assert_eq!(three(&|| Ok(false), || Ok(1.0)).unwrap(), None);
    }
}
