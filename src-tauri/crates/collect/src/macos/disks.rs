//! Space on every mounted disk, and what it reads and writes.
//!
//! Volumes of one APFS container share its space: one series for each container, at the shortest mount point. `free` is
//! what programs get (`statfs`), `available` what Finder shows, which counts what the system would delete when asked;
//! the difference is `purgeable`. Shares are left out: asking them can block. `/` is mounted read-only on every Mac
//! and counts all the same; other read-only volumes are left out.

use std::collections::BTreeSet;
use std::path::Path;

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use sysinfo::{Disk, DiskRefreshKind, Disks as Volumes};

use crate::apple_names::container;
use crate::failure::failed;
use crate::rate::Counters;
use crate::series::{LabelledSeries, percent};

const SHARES: [&str; 6] = ["smbfs", "nfs", "afpfs", "webdav", "macfuse", "autofs"];

/// See the module.
#[derive(Debug)]
pub(crate) struct Disks {
    volumes: Option<Volumes>,
    counters: Counters<2>,
    usage: LabelledSeries,
    free: LabelledSeries,
    total: LabelledSeries,
    available: LabelledSeries,
    purgeable: LabelledSeries,
    read: LabelledSeries,
    written: LabelledSeries,
}

impl Disks {
    pub(crate) fn new() -> Self {
        let by_mount = |name, unit| LabelledSeries::new(name, "mount", unit);
        let by_disk = |name| LabelledSeries::new(name, "disk", Unit::BytesPerSecond);
        Self {
            volumes: None,
            counters: Counters::default(),
            usage: by_mount(names::DISK_USAGE, Unit::Percent),
            free: by_mount(names::DISK_FREE, Unit::Bytes),
            total: by_mount(names::DISK_TOTAL, Unit::Bytes),
            available: by_mount(names::DISK_AVAILABLE, Unit::Bytes),
            purgeable: by_mount(names::DISK_PURGEABLE, Unit::Bytes),
            read: by_disk(names::DISK_READ),
            written: by_disk(names::DISK_WRITTEN),
        }
    }
}

impl Collector for Disks {
    fn name(&self) -> &'static str {
        "disks"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let volumes = match &mut self.volumes {
            Some(volumes) => volumes,
            place @ None => place.insert(Volumes::new().map_err(|error| failed("list the disks", error))?),
        };
        volumes.refresh_specifics(true, DiskRefreshKind::nothing().with_storage().with_io_usage());
        let mut shown: Vec<&Disk> = volumes.iter().filter(|disk| is_shown(disk)).collect();
        shown.sort_by_key(|disk| disk.mount_point().as_os_str().len());
        let mut containers = BTreeSet::new();
        for disk in shown {
            // A volume that cannot be asked was ejected meanwhile.
            let Ok(figures) = rustix::fs::statfs(disk.mount_point()) else { continue };
            let device: Vec<u8> =
                figures.f_mntfromname.iter().map(|byte| *byte as u8).take_while(|byte| *byte != 0).collect();
            let device = String::from_utf8_lossy(&device);
            let name = container(&device).unwrap_or(&device);
            if !containers.insert(name.to_owned()) {
                continue;
            }
            let bytes = |blocks: u64| blocks.saturating_mul(u64::from(figures.f_bsize)) as f64;
            let (used, free) = (bytes(figures.f_blocks.saturating_sub(figures.f_bfree)), bytes(figures.f_bavail));
            let mount = disk.mount_point().to_string_lossy();
            if let Some(usage) = percent(used, used + free) {
                self.usage.push(into, &mount, usage);
                self.free.push(into, &mount, free);
                self.total.push(into, &mount, bytes(figures.f_blocks));
                let available = (disk.available_space() as f64).max(free);
                self.available.push(into, &mount, available);
                self.purgeable.push(into, &mount, available - free);
            }
            let io = disk.usage();
            let [read, written] =
                self.counters.rates(name, [io.total_read_bytes, io.total_written_bytes], context.since_last);
            if let (Some(read), Some(written)) = (read, written) {
                self.read.push(into, name, read);
                self.written.push(into, name, written);
            }
        }
        self.counters.end_round();
        if containers.is_empty() { Err(CollectError::Absent) } else { Ok(()) }
    }
}

fn is_shown(disk: &Disk) -> bool {
    let kind = disk.file_system().to_string_lossy();
    let is_share = SHARES.iter().any(|share| kind.eq_ignore_ascii_case(share));
    !is_share && (!disk.is_read_only() || disk.mount_point() == Path::new("/"))
}
