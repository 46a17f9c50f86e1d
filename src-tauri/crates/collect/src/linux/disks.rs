//! Space on every mounted disk, what each device reads and writes, and how long tasks wait for disks.

use std::path::Path;

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};

use super::block_io::BlockIo;
use super::kept_file::KeptFile;
use super::mounts::{self, Disk, Mount};
use super::part::{Part, together};
use super::pressure::Pressure;
use super::root::Root;
use crate::series::{LabelledSeries, percent};

/// See the module. Which file systems count as disks: [`mounts`].
#[derive(Debug)]
pub(crate) struct Disks {
    root: Root,
    mountinfo: KeptFile,
    /// The content that `mounts` and `disks` were made from; it seldom changes.
    seen: Vec<u8>,
    mounts: Vec<Mount>,
    disks: Vec<Disk>,
    io: BlockIo,
    pressure: Pressure,
    usage: LabelledSeries,
    free: LabelledSeries,
    total: LabelledSeries,
}

/// Bytes, as `df` counts them: what is kept for root is neither used nor available.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Space {
    total: u64,
    used: u64,
    available: u64,
}

impl Disks {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            root: root.clone(),
            mountinfo: KeptFile::new(root.path("proc/self/mountinfo")),
            seen: Vec::new(),
            mounts: Vec::new(),
            disks: Vec::new(),
            io: BlockIo::new(root),
            pressure: Pressure::new(root, "io", names::IO_PRESSURE),
            usage: LabelledSeries::new(names::DISK_USAGE, "mount", Unit::Percent),
            free: LabelledSeries::new(names::DISK_FREE, "mount", Unit::Bytes),
            total: LabelledSeries::new(names::DISK_TOTAL, "mount", Unit::Bytes),
        }
    }

    fn space(&mut self, into: &mut Collected) -> Result<Part, CollectError> {
        let Some(bytes) = self.mountinfo.read()? else {
            return Ok(Part::Missing);
        };
        if bytes != self.seen {
            self.seen.clear();
            self.seen.extend_from_slice(bytes);
            self.mounts = mounts::parse(bytes);
            self.disks = mounts::disks(&self.mounts, |point| self.root.path(point).is_dir());
        }
        for disk in &self.disks {
            // A disk that cannot be asked was unplugged meanwhile, or lies where this user may not look.
            let parts = disk.points.iter().filter_map(|point| Space::of(&self.root.path(point)));
            let Some(space) = parts.reduce(Space::with) else { continue };
            if let Some(usage) = percent(space.used as f64, space.used as f64 + space.available as f64) {
                self.usage.push(into, &disk.label, usage);
                self.free.push(into, &disk.label, space.available as f64);
                self.total.push(into, &disk.label, space.total as f64);
            }
        }
        Ok(if self.disks.is_empty() { Part::Missing } else { Part::Here })
    }
}

impl Collector for Disks {
    fn name(&self) -> &'static str {
        "disks"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let space = self.space(into);
        let io = self.io.collect(&self.mounts, context.since_last, into);
        together([space, io, self.pressure.collect(into)])
    }
}

impl Space {
    fn of(point: &Path) -> Option<Self> {
        let figures = rustix::fs::statvfs(point).ok()?;
        Some(Self::from_blocks(figures.f_frsize, figures.f_blocks, figures.f_bfree, figures.f_bavail))
    }

    fn from_blocks(size: u64, total: u64, free: u64, available: u64) -> Self {
        let bytes = |blocks: u64| blocks.saturating_mul(size);
        Self { total: bytes(total), used: bytes(total.saturating_sub(free)), available: bytes(available) }
    }

    /// Two parts of one pool: each sees the free space of the pool, and its own use.
    fn with(self, other: Self) -> Self {
        let used = self.used.saturating_add(other.used);
        let available = self.available.max(other.available);
        Self { total: used.saturating_add(available), used, available }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_is_counted_as_df_does() {
        // 5 % kept for root: df says 50 / (50 + 45) = 52.6 %.
        let space = Space::from_blocks(4_096, 100, 50, 45);
        assert_eq!(space, Space { total: 409_600, used: 204_800, available: 184_320 });
        let usage = percent(space.used as f64, (space.used + space.available) as f64).unwrap();
        assert!((usage - 52.63).abs() < 0.01, "{usage}");
    }

    #[test]
    fn parts_of_a_pool_share_what_is_free() {
        let home = Space { total: 190, used: 90, available: 100 };
        let system = Space { total: 110, used: 10, available: 100 };
        assert_eq!(system.with(home), Space { total: 200, used: 100, available: 100 });
    }

    #[test]
    fn this_file_system_is_asked_and_a_missing_one_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Space::of(folder.path()).is_some_and(|space| space.total > 0));
        assert_eq!(Space::of(&folder.path().join("gone")), None);
    }
}
