//! What each disk reads and writes, from `/proc/diskstats` (Documentation/admin-guide/iostats.rst). Whole disks only:
//! a partition's share is already in them. Volumes of the device mapper and RAID are shown when they are mounted.

use std::collections::HashMap;

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectError, Collected};
use caretaker_core::time::Span;

use super::kept_file::KeptFile;
use super::mounts::Mount;
use super::part::Part;
use super::root::Root;
use super::text::{lines, number, words};
use crate::rate::Counters;
use crate::series::LabelledSeries;

/// The unit of diskstats, whatever the device's own block size.
const SECTOR: f64 = 512.0;

/// See the module.
#[derive(Debug)]
pub(crate) struct BlockIo {
    root: Root,
    diskstats: KeptFile,
    counters: Counters<3>,
    /// What people call the volumes of the device mapper, by the kernel's name `dm-0`.
    volumes: HashMap<String, String>,
    read: LabelledSeries,
    written: LabelledSeries,
    busy: LabelledSeries,
}

/// One line of diskstats.
#[derive(Clone, Debug, PartialEq)]
struct Device<'a> {
    number: (u32, u32),
    name: &'a str,
    /// Sectors read, sectors written, milliseconds with work to do.
    counters: [u64; 3],
}

impl BlockIo {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            root: root.clone(),
            diskstats: KeptFile::new(root.path("proc/diskstats")),
            counters: Counters::default(),
            volumes: HashMap::new(),
            read: LabelledSeries::new(names::DISK_READ, "disk", Unit::BytesPerSecond),
            written: LabelledSeries::new(names::DISK_WRITTEN, "disk", Unit::BytesPerSecond),
            busy: LabelledSeries::new(names::DISK_BUSY, "disk", Unit::Percent),
        }
    }

    pub(crate) fn collect(
        &mut self,
        mounts: &[Mount],
        since_last: Option<Span>,
        into: &mut Collected,
    ) -> Result<Part, CollectError> {
        let Some(bytes) = self.diskstats.read()? else {
            return Ok(Part::Missing);
        };
        let devices = parse(bytes);
        let mut part = Part::Missing;
        for device in devices.iter().filter(|device| device.is_whole_disk(&devices)) {
            let label = if device.name.starts_with("dm-") {
                // Asked once: a volume that is renamed while it is mounted keeps its old label until the next start.
                self.volumes.entry(device.name.to_owned()).or_insert_with(|| volume_name(&self.root, device.name))
            } else {
                device.name
            };
            if device.is_stacked() && !device.is_mounted(label, mounts) {
                continue;
            }
            part = Part::Here;
            let [read, written, busy] = self.counters.rates(device.name, device.counters, since_last);
            if let (Some(read), Some(written)) = (read, written) {
                self.read.push(into, label, read * SECTOR);
                self.written.push(into, label, written * SECTOR);
            }
            if let Some(busy) = busy {
                self.busy.push(into, label, (busy / 10.0).clamp(0.0, 100.0));
            }
        }
        self.counters.end_round();
        Ok(part)
    }
}

/// `vg-home` for `dm-1`.
fn volume_name(root: &Root, device: &str) -> String {
    let path = root.path("sys/block").join(device).join("dm/name");
    let name = std::fs::read_to_string(path).unwrap_or_default();
    if name.trim().is_empty() { device.to_owned() } else { name.trim().to_owned() }
}

/// Devices that did something since boot; an empty card reader never does.
fn parse(bytes: &[u8]) -> Vec<Device<'_>> {
    lines(bytes).filter_map(Device::parse).filter(|device| device.counters != [0; 3]).collect()
}

impl<'a> Device<'a> {
    /// `major minor name`, then reads, merged, sectors, ms, writes, merged, sectors, ms, in flight, ms busy.
    fn parse(line: &'a [u8]) -> Option<Self> {
        let mut line = words(line);
        let mut part = || line.next().and_then(number).and_then(|part| u32::try_from(part).ok());
        let number_of_device = (part()?, part()?);
        let name = std::str::from_utf8(line.next()?).ok()?;
        let mut figures = [0; 10];
        for figure in &mut figures {
            *figure = number(line.next()?)?;
        }
        Some(Self { number: number_of_device, name, counters: [figures[2], figures[6], figures[9]] })
    }

    fn is_whole_disk(&self, all: &[Self]) -> bool {
        let virtual_or_odd = ["loop", "ram", "zram", "sr", "fd", "nbd", "mtdblock"];
        let kind = self.name.trim_end_matches(|byte: char| byte.is_ascii_digit());
        !virtual_or_odd.contains(&kind) && !all.iter().any(|disk| is_partition(self.name, disk.name))
    }

    /// On top of other devices that are shown anyway.
    fn is_stacked(&self) -> bool {
        self.name.starts_with("dm-") || self.name.starts_with("md")
    }

    fn is_mounted(&self, label: &str, mounts: &[Mount]) -> bool {
        mounts.iter().any(|mount| {
            // Btrfs shows a made-up number, but the path of its device.
            let path = mount.source.strip_prefix(b"/dev/").unwrap_or_default();
            let mapped = path.strip_prefix(b"mapper/").unwrap_or_default();
            mount.device == self.number || path == self.name.as_bytes() || mapped == label.as_bytes()
        })
    }
}

/// `sda1` of `sda`, `nvme0n1p1` of `nvme0n1`; a disk whose name ends in a digit has a `p` between.
fn is_partition(name: &str, disk: &str) -> bool {
    let Some(rest) = name.strip_prefix(disk) else { return false };
    let digits = if disk.ends_with(|byte: char| byte.is_ascii_digit()) { rest.strip_prefix('p') } else { Some(rest) };
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn partitions_are_told_from_disks_by_their_names() {
        for (name, disk, partition) in [
            ("sda1", "sda", true),
            ("nvme0n1p2", "nvme0n1", true),
            ("mmcblk0p1", "mmcblk0", true),
            ("md127p1", "md127", true),
            ("dm-10", "dm-1", false),
            ("sdaa", "sda", false),
            ("nvme0n12", "nvme0n1", false),
            ("mmcblk0boot0", "mmcblk0", false),
            ("sda", "sda", false),
        ] {
            assert_eq!(is_partition(name, disk), partition, "{name} of {disk}");
        }
    }

    #[test]
    fn lines_of_every_kernel_are_read_and_cut_ones_left_out() {
        let text = "   8  0 sda 1 2 300 4 5 6 700 8 0 900 10\n 8 1 sda1 1 2 3 4 5 6 7 8 0 9 10 11 12 13 14 15 16\n 8 16 sdb 1 2 3\n 8 32 sdc 0 0 0 0 0 0 0 0 0 0 0";
        let devices = parse(text.as_bytes());
        assert_eq!(devices[0], Device { number: (8, 0), name: "sda", counters: [300, 700, 900] });
        assert_eq!(devices.iter().map(|device| device.name).collect::<Vec<_>>(), ["sda", "sda1"]);
        assert!(devices[0].is_whole_disk(&devices) && !devices[1].is_whole_disk(&devices));
    }

    #[test]
    fn a_volume_is_mounted_by_its_number_or_by_its_path() {
        let volume = Device { number: (253, 1), name: "dm-1", counters: [1; 3] };
        for (line, mounted) in [
            ("1 0 253:1 / / rw - ext4 /dev/root rw", true),
            ("1 0 0:30 /@ / rw - btrfs /dev/mapper/luks-disk rw", true),
            ("1 0 0:30 /@ / rw - btrfs /dev/dm-1 rw", true),
            ("1 0 0:30 /@ / rw - btrfs /dev/mapper/other rw", false),
            ("1 0 0:30 / / rw - overlay overlay rw", false),
        ] {
            assert_eq!(
                volume.is_mounted("luks-disk", &crate::linux::mounts::parse(line.as_bytes())),
                mounted,
                "{line}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let devices = parse(&bytes);
            prop_assert!(devices.iter().all(|device| device.is_whole_disk(&devices) || !device.name.is_empty()));
        }
    }
}
