//! Which file systems are disks worth watching, from `/proc/self/mountinfo` (proc(5)). Pure; nothing is opened here.
//!
//! One entry for each device. Left out: what lies in memory or is made up by the kernel, packed images (squashfs), what
//! is mounted read-only, and everything that another machine or a program serves (NFS, SMB, FUSE, automounts): asking
//! such a file system for its size can block for ever, and no question is cheap enough to rule that out. For the same
//! reason a disk that is mounted below one of those is left out too.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::text::{lines, number, words};

/// Packed images: full by nature.
const IMAGES: [&[u8]; 6] = [b"squashfs", b"iso9660", b"udf", b"erofs", b"cramfs", b"romfs"];
/// File systems on disks that show no device number of their own in mountinfo.
const WITHOUT_DEVICE: [&[u8]; 4] = [b"btrfs", b"bcachefs", b"zfs", b"ubifs"];
/// Served by others.
const SERVED: [&[u8]; 14] = [
    b"nfs",
    b"nfs4",
    b"cifs",
    b"smb3",
    b"smbfs",
    b"ncpfs",
    b"ceph",
    b"afs",
    b"9p",
    b"virtiofs",
    b"lustre",
    b"beegfs",
    b"gpfs",
    b"autofs",
];

/// One line of mountinfo.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mount {
    /// Major and minor number; major 0 stands for no device.
    pub(crate) device: (u32, u32),
    /// Which folder of the file system is mounted; anything but `/` is a bind mount or a subvolume.
    folder: Vec<u8>,
    /// Where.
    point: PathBuf,
    read_only: bool,
    kind: Vec<u8>,
    /// `/dev/mapper/root`, `pool/home`, `overlay`.
    pub(crate) source: Vec<u8>,
}

/// A disk to watch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Disk {
    /// The label of its series: the mount point as people read it.
    pub(crate) label: String,
    /// Where to ask for its size. Only ZFS has more than one place: the mounted parts of one pool, whose free space is
    /// shared and whose used space adds up.
    pub(crate) points: Vec<PathBuf>,
}

/// All mounts; lines that are cut off or odd are left out.
pub(crate) fn parse(bytes: &[u8]) -> Vec<Mount> {
    lines(bytes).filter_map(Mount::parse).collect()
}

/// The disks among the mounts, sorted by label. `is_folder` is asked of bind mounts only: containers mount single files.
pub(crate) fn disks(mounts: &[Mount], is_folder: impl Fn(&Path) -> bool) -> Vec<Disk> {
    // A later mount hides an earlier one at the same place.
    let visible: BTreeMap<&Path, &Mount> = mounts.iter().map(|mount| (mount.point.as_path(), mount)).collect();
    // Where `/` itself is served, as for a machine without a disk, nothing could be shown, and all would hang anyway.
    let is_hazard = |mount: &&&Mount| mount.is_served() && mount.point != Path::new("/");
    let served: Vec<&Path> = visible.values().filter(is_hazard).map(|mount| mount.point.as_path()).collect();
    let reachable = |mount: &&&Mount| !served.iter().any(|point| mount.point.starts_with(point));

    let mut devices: HashMap<Device<'_>, Vec<&Mount>> = HashMap::new();
    for mount in visible.values().filter(|mount| mount.is_disk()).filter(reachable) {
        if mount.folder == b"/" || is_folder(&mount.point) {
            devices.entry(mount.belongs_to()).or_default().push(mount);
        }
    }
    let mut disks: Vec<Disk> = devices
        .into_iter()
        .filter_map(|(device, mounts)| {
            let best =
                mounts.iter().min_by_key(|mount| (mount.is_bind(), mount.point.as_os_str().len(), &mount.point))?;
            let points = match device {
                Device::Pool(_) => mounts.iter().map(|mount| mount.point.clone()).collect(),
                Device::Number(..) | Device::Source(_) => vec![best.point.clone()],
            };
            Some(Disk { label: best.point.to_string_lossy().into_owned(), points })
        })
        .collect();
    // In a container the whole machine may be one overlay.
    if disks.is_empty() && visible.get(Path::new("/")).is_some_and(|mount| !mount.read_only && !mount.is_served()) {
        disks.push(Disk { label: "/".to_owned(), points: vec![PathBuf::from("/")] });
    }
    disks.sort_by(|a, b| a.label.cmp(&b.label));
    disks
}

/// What makes two mounts the same disk.
#[derive(PartialEq, Eq, Hash)]
enum Device<'a> {
    Number(u32, u32),
    Source(&'a [u8]),
    Pool(&'a [u8]),
}

impl Mount {
    /// `36 35 98:0 /folder /point rw,noatime shared:1 - ext4 /dev/sda1 rw`, with any number of words before the dash.
    fn parse(line: &[u8]) -> Option<Self> {
        let mut line = words(line);
        let device = line.nth(2)?;
        let colon = device.iter().position(|byte| *byte == b':')?;
        let part = |digits| number(digits).and_then(|part| u32::try_from(part).ok());
        let device = (part(&device[..colon])?, part(&device[colon + 1..])?);
        let folder = unescaped(line.next()?);
        let point = PathBuf::from(OsStr::from_bytes(&unescaped(line.next()?)));
        let options = line.next()?;
        line.find(|word| *word == b"-")?;
        let kind = line.next()?.to_vec();
        let source = unescaped(line.next()?);
        let read_only = [Some(options), line.next()].into_iter().flatten().any(is_read_only);
        Some(Self { device, folder, point, read_only, kind, source })
    }

    fn is_disk(&self) -> bool {
        let kind = self.kind.as_slice();
        !self.read_only && !IMAGES.contains(&kind) && (self.device.0 != 0 || WITHOUT_DEVICE.contains(&kind))
    }

    fn is_served(&self) -> bool {
        SERVED.contains(&self.kind.as_slice()) || self.kind == b"fuse" || self.kind.starts_with(b"fuse.")
    }

    /// Subvolumes of btrfs and bcachefs show a folder too, but are no bind mounts.
    fn is_bind(&self) -> bool {
        self.folder != b"/" && !WITHOUT_DEVICE.contains(&self.kind.as_slice())
    }

    fn belongs_to(&self) -> Device<'_> {
        match self.device {
            (0, _) if self.kind == b"zfs" => {
                Device::Pool(self.source.split(|byte| *byte == b'/').next().unwrap_or_default())
            }
            (0, _) => Device::Source(&self.source),
            (major, minor) => Device::Number(major, minor),
        }
    }
}

fn is_read_only(options: &[u8]) -> bool {
    options.split(|byte| *byte == b',').any(|option| option == b"ro")
}

/// The kernel writes blanks and backslashes as three octal digits: `\040`.
fn unescaped(word: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(word.len());
    let mut rest = word;
    while let [first, tail @ ..] = rest {
        rest = tail;
        let octal = match tail {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] if *first == b'\\' => {
                rest = &tail[3..];
                Some((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'))
            }
            _ => None,
        };
        plain.push(octal.unwrap_or(*first));
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(text: &str) -> Vec<String> {
        disks(&parse(text.as_bytes()), |point| !point.starts_with("/etc")).into_iter().map(|disk| disk.label).collect()
    }

    #[test]
    fn a_line_is_read_with_and_without_optional_words() {
        for tags in ["", "shared:1 ", "shared:1 master:2 propagate_from:3 "] {
            let line =
                format!(r"36 35 98:3 /a /mnt/My\040Disk\134 rw,noatime {tags}- ext4 /dev/sda3 rw,errors=continue");
            let mount = Mount::parse(line.as_bytes()).unwrap();
            assert_eq!(mount.device, (98, 3));
            assert_eq!(mount.point, Path::new(r"/mnt/My Disk\"));
            assert_eq!((mount.folder.as_slice(), mount.source.as_slice()), (&b"/a"[..], &b"/dev/sda3"[..]));
            assert!(!mount.read_only, "{line}");
        }
    }

    #[test]
    fn only_real_writable_local_disks_are_shown() {
        let text = "\
1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 0:5 / /proc rw - proc proc rw
3 1 0:6 / /run rw - tmpfs tmpfs rw
4 1 7:3 / /snap/core/1 ro - squashfs /dev/loop3 ro
5 1 11:0 / /media/cd rw - iso9660 /dev/sr0 rw
6 1 8:17 / /mnt/old ro - ext4 /dev/sdb1 rw
7 1 8:33 / /mnt/frozen rw - ext4 /dev/sdc1 ro,errors=remount-ro
8 1 8:49 / /mnt/windows rw - fuseblk /dev/sdd1 rw
9 1 0:50 / /mnt/share rw - nfs4 server:/export rw
10 1 0:51 / /mnt/remote rw - fuse.sshfs user@host: rw
11 9 8:65 / /mnt/share/inside rw - ext4 /dev/sde1 rw
12 1 0:52 / /mnt/auto rw - autofs systemd-1 rw
13 1 259:1 / /boot/efi rw - vfat /dev/nvme0n1p1 rw";
        assert_eq!(labels(text), ["/", "/boot/efi", "/mnt/windows"]);
    }

    #[test]
    fn a_share_mounted_over_a_disk_hides_it() {
        let text = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /data rw - ext4 /dev/sda2 rw\n3 2 0:50 / /data rw - nfs s:/d rw";
        assert_eq!(labels(text), ["/"]);
    }

    #[test]
    fn a_machine_that_starts_from_the_network_shows_its_local_disk() {
        let text = "1 0 0:20 / / rw - nfs4 server:/root rw\n2 1 8:1 / /data rw - ext4 /dev/sda1 rw";
        assert_eq!(labels(text), ["/data"]);
        assert_eq!(labels("1 0 0:20 / / rw - nfs4 server:/root rw"), [""; 0]);
    }

    #[test]
    fn each_device_is_shown_once_at_its_shortest_place() {
        let text = "\
1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 8:1 /var/x /x rw - ext4 /dev/sda1 rw
3 1 8:2 / /mnt/storage rw - xfs /dev/sda2 rw
4 1 8:2 /srv /srv rw - xfs /dev/sda2 rw";
        assert_eq!(labels(text), ["/", "/mnt/storage"]);
        let subvolumes = "\
1 0 0:30 /@ / rw - btrfs /dev/mapper/luks rw
2 1 0:30 /@home /home rw - btrfs /dev/mapper/luks rw
3 1 0:31 / /mnt/top rw - btrfs /dev/sdb rw";
        assert_eq!(labels(subvolumes), ["/", "/mnt/top"]);
    }

    #[test]
    fn a_zfs_pool_is_one_disk_of_all_its_parts() {
        let text = "1 0 0:30 / / rw - zfs tank/ROOT rw\n2 1 0:31 / /home rw - zfs tank/home rw\n3 1 0:32 / /b rw - zfs backup rw";
        let found = disks(&parse(text.as_bytes()), |_| true);
        assert_eq!(found[0].points, [Path::new("/"), Path::new("/home")]);
        assert_eq!(found[1], Disk { label: "/b".to_owned(), points: vec!["/b".into()] });
    }

    #[test]
    fn a_container_shows_its_volumes_or_else_its_root() {
        let root = "1 0 0:90 / / rw - overlay overlay rw,lowerdir=/a\n2 1 8:1 /var/lib/docker/x/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n";
        assert_eq!(labels(root), ["/"]);
        let volume = format!("{root}3 1 8:1 /var/lib/docker/volumes/v/_data /data rw - ext4 /dev/sda1 rw");
        assert_eq!(labels(&volume), ["/data"]);
        assert_eq!(labels("1 0 0:90 / / ro - overlay overlay ro"), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in r"([0-9]{1,2} [0-9] [0-9]:[0-9] /[a-z\\0-9]{0,5} /[a-z\\]{0,3} r[wo] (- )?(ext4|zfs|nfs) [a-z/]{0,4} rw\n?){0,6}", garbage: Vec<u8>) {
            let mut bytes = text.into_bytes();
            bytes.extend(garbage);
            let found = disks(&parse(&bytes), |_| true);
            prop_assert!(found.iter().all(|disk| !disk.points.is_empty()));
        }
    }
}
