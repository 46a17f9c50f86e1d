//! The processes that use the most CPU and memory, and how many there are.
//!
//! The scan is most of what a round costs, so it is made by hand: the folder `/proc` stays open, and each process
//! costs one file that is opened, read and closed. Opening it by its number relative to the folder spares the path.

use std::ffi::CStr;
use std::io::Write;
use std::mem::MaybeUninit;

use caretaker_core::metric::{ProcessReading, Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::Span;
use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, RawDir, SeekFrom, openat, seek};
use rustix::io::Errno;

use super::process_stat;
use super::program_name::{is_vague, program_name};
use super::root::Root;
use super::text::number;
use crate::failure::failed;
use crate::rate::per_second;
use crate::series::Series;
use crate::top::{Candidate, keep_top};

/// Enough for some thousand entries of a folder at once.
const ENTRIES: usize = 32 << 10;
/// Longer than any line of `/proc/PID/stat`, and than what is looked at of a command line.
const LINE: usize = 4 << 10;
/// How far a process may seem to have started before the round that did not see it.
const START_TOLERANCE: Span = Span::from_seconds(1);

/// See the module.
#[derive(Debug)]
pub(crate) struct Processes {
    root: Root,
    folder: Option<OwnedFd>,
    entries: Vec<u8>,
    line: Vec<u8>,
    /// Sorted by pid, as the kernel lists them.
    before: Vec<Seen>,
    now: Vec<Seen>,
    /// Short names of all processes, one after another.
    names: Vec<u8>,
    top: Vec<Candidate>,
    count: Series,
}

/// One process of one scan.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    pid: u32,
    started: u64,
    ticks: u64,
    pages: u64,
    /// Where its short name begins in `names`.
    name_start: usize,
    name_length: usize,
}

impl Processes {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            root: root.clone(),
            folder: None,
            entries: Vec::new(),
            line: Vec::new(),
            before: Vec::new(),
            now: Vec::new(),
            names: Vec::new(),
            top: Vec::new(),
            count: Series::new(names::PROCESS_COUNT, Unit::Count),
        }
    }

    /// Fills `now` and `names`.
    fn scan(&mut self) -> Result<(), Errno> {
        std::mem::swap(&mut self.before, &mut self.now);
        self.now.clear();
        self.names.clear();
        self.entries.reserve_exact(ENTRIES);
        self.line.resize(LINE, 0);
        let folder = if let Some(folder) = &self.folder {
            folder
        } else {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            self.folder.insert(rustix::fs::open(self.root.path("proc"), flags, Mode::empty())?)
        };
        seek(folder, SeekFrom::Start(0))?;
        let spare: &mut [MaybeUninit<u8>] = self.entries.spare_capacity_mut();
        let mut entries = RawDir::new(folder, spare);
        let mut path = [0; 24];
        while let Some(entry) = entries.next() {
            let Some(pid) = number(entry?.file_name().to_bytes()).and_then(|pid| u32::try_from(pid).ok()) else {
                continue;
            };
            // A process that ended since the folder was read is no news.
            let Some(file) = path_of(pid, "stat", &mut path) else { continue };
            let Ok(length) = read(folder, file, &mut self.line) else { continue };
            let Some(stat) = process_stat::parse(&self.line[..length]) else { continue };
            self.now.push(Seen {
                pid,
                started: stat.started,
                ticks: stat.ticks,
                pages: stat.pages,
                name_start: self.names.len(),
                name_length: stat.name.len(),
            });
            self.names.extend_from_slice(stat.name);
        }
        // The kernel lists them in order; a recorded folder need not.
        if !self.now.is_sorted_by_key(|seen| seen.pid) {
            self.now.sort_unstable_by_key(|seen| seen.pid);
        }
        Ok(())
    }

    /// Makes `top` from `now`.
    fn choose(&mut self, context: &CollectContext) {
        let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
        let page_size = rustix::param::page_size() as u64;
        let seconds_before = context
            .since_last
            .map(|since_last| (context.moment.elapsed - since_last - START_TOLERANCE).or_zero().as_seconds());
        let mut before = self.before.iter().peekable();
        self.top.clear();
        for (index, seen) in self.now.iter().enumerate() {
            while before.next_if(|earlier| earlier.pid < seen.pid).is_some() {}
            let same =
                before.next_if(|earlier| earlier.pid == seen.pid).filter(|earlier| earlier.started == seen.started);
            // What started since the last round has used all its CPU time since.
            let is_new = seconds_before.is_some_and(|before| seen.started as f64 / ticks_per_second >= before);
            let ticks_before = same.map(|earlier| earlier.ticks).or(is_new.then_some(0));
            let rate = ticks_before.and_then(|ticks| per_second(ticks, seen.ticks, context.since_last));
            self.top.push(Candidate {
                cpu_percent: rate.map(|ticks| ticks / ticks_per_second * 100.0),
                memory_bytes: seen.pages.saturating_mul(page_size),
                pid: seen.pid,
                index,
            });
        }
        keep_top(&mut self.top, context.processes);
    }

    /// The name to show of the process at `index` of `now`.
    fn name_of(&mut self, index: usize) -> String {
        let Seen { pid, name_start, name_length, .. } = self.now[index];
        let name = &self.names[name_start..name_start + name_length];
        let mut path = [0; 24];
        let mut length = 0;
        if is_vague(name)
            && let Some(folder) = &self.folder
            && let Some(file) = path_of(pid, "cmdline", &mut path)
        {
            length = read(folder, file, &mut self.line).unwrap_or(0);
        }
        program_name(name, &self.line[..length])
    }
}

impl Collector for Processes {
    fn name(&self) -> &'static str {
        "processes"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        if let Err(error) = self.scan() {
            self.folder = None;
            self.now.clear();
            return Err(failed("list the processes in /proc", error));
        }
        if self.now.is_empty() {
            return Err(CollectError::Absent);
        }
        self.choose(context);
        let mut processes = Vec::with_capacity(self.top.len());
        for rank in 0..self.top.len() {
            let Candidate { cpu_percent, memory_bytes, pid, index } = self.top[rank];
            processes.push(ProcessReading { pid, name: self.name_of(index), cpu_percent, memory_bytes });
        }
        into.processes = Some(processes);
        self.count.push(into, self.now.len() as f64);
        Ok(())
    }
}

/// `1234/stat` with its end, as the kernel wants it; none only if it did not fit.
fn path_of<'a>(pid: u32, file: &str, buffer: &'a mut [u8; 24]) -> Option<&'a CStr> {
    let mut rest = &mut buffer[..];
    write!(rest, "{pid}/{file}\0").ok()?;
    CStr::from_bytes_until_nul(buffer).ok()
}

/// The beginning of a file in `folder`; returns how many bytes it filled.
fn read(folder: &OwnedFd, path: &CStr, buffer: &mut [u8]) -> Result<usize, Errno> {
    let file = openat(folder, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::read(&file, buffer)
}
