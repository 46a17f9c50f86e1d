//! How disks say they are: NVMe disks in their health log, eMMC and SD cards soldered to a board in two files of `/sys`.

use std::io;
use std::path::{Path, PathBuf};

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::hwmon::{numbered, text};
use super::nvme_device;
use super::root::Root;
use crate::disk_health::{DiskHealth, DiskHealthSeries};
use crate::nvme_smart;
use crate::sensor::{Told, absent, sensor};

/// Reads the health log of the disk behind a file of `/dev`.
type Ask = fn(&Path) -> io::Result<[u8; nvme_smart::LENGTH]>;

const OF_ROOT: &str = "the health log needs root or CAP_SYS_ADMIN: an engine that runs as root reads it";

/// See the module.
#[derive(Debug)]
pub(crate) struct Wear {
    root: Root,
    ask: Ask,
    series: DiskHealthSeries,
}

/// An NVMe controller.
struct Controller {
    /// The disk as the other series name it: `nvme0n1`.
    disk: String,
    device: PathBuf,
}

/// A chip or card behind the driver of MMC.
struct Card {
    disk: String,
    life_time: PathBuf,
    life_time_text: Option<String>,
    end_of_life: Option<String>,
}

impl Wear {
    pub(crate) fn new(root: &Root) -> Self {
        Self::asking(root, nvme_device::smart_page)
    }

    fn asking(root: &Root, ask: Ask) -> Self {
        Self { root: root.clone(), ask, series: DiskHealthSeries::new() }
    }
}

impl Collector for Wear {
    fn name(&self) -> &'static str {
        "wear"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let (root, ask) = (&self.root, self.ask);
        let tells = self.series.collect(context.moment, into, || {
            let nvme = controllers(root).into_iter().filter_map(|controller| {
                // Refused without rights: `doctor sensors` says so, and how to get them.
                let health = ask(&controller.device).ok().as_ref().and_then(nvme_smart::parse)?;
                Some((controller.disk, health))
            });
            let cards = cards(root).into_iter().filter_map(|card| Some((card.disk.clone(), card.health()?)));
            nvme.chain(cards).collect()
        });
        if tells { Ok(()) } else { Err(CollectError::Absent) }
    }
}

fn controllers(root: &Root) -> Vec<Controller> {
    let found = numbered(&root.path("sys/class/nvme"), "nvme", "").into_iter();
    found
        .map(|(number, folder)| {
            let name = format!("nvme{number}");
            // The first namespace; with several paths to one disk the folder holds `nvme0c0n1` in its place.
            let namespace = numbered(&folder, &format!("{name}n"), "").first().map_or(1, |(namespace, _)| *namespace);
            Controller { disk: format!("{name}n{namespace}"), device: root.path(format!("dev/{name}")) }
        })
        .collect()
}

fn cards(root: &Root) -> Vec<Card> {
    let found = numbered(&root.path("sys/block"), "mmcblk", "").into_iter();
    found
        .filter_map(|(number, folder)| {
            let life_time = folder.join("device/life_time");
            let card = Card {
                disk: format!("mmcblk{number}"),
                life_time_text: text(&life_time),
                end_of_life: text(&folder.join("device/pre_eol_info")),
                life_time,
            };
            card.health().is_some().then_some(card)
        })
        .collect()
}

impl Card {
    /// None for a card that tells nothing, as SD cards do.
    fn health(&self) -> Option<DiskHealth> {
        let wear_percent = self.life_time_text.as_deref().and_then(wear_of_card);
        let is_failing =
            self.end_of_life.as_deref().and_then(hexadecimal).filter(|state| *state > 0).map(|state| state > 1);
        (wear_percent.is_some() || is_failing.is_some()).then_some(DiskHealth {
            wear_percent,
            is_failing,
            ..DiskHealth::default()
        })
    }
}

/// `0x02 0x01`: steps of 10 % for the two kinds of memory on the chip, 0 for "does not tell", 11 for beyond its life.
fn wear_of_card(life_time: &str) -> Option<f64> {
    let worst = life_time.split_whitespace().filter_map(hexadecimal).max()?;
    (1..=11).contains(&worst).then_some(worst as f64 * 10.0)
}

fn hexadecimal(word: &str) -> Option<u64> {
    u64::from_str_radix(word.trim().strip_prefix("0x")?, 16).ok()
}

/// Every disk as it is now, for `doctor`.
pub(crate) fn inspect(root: &Root) -> Vec<SensorView> {
    inspect_asking(root, nvme_device::smart_page)
}

fn inspect_asking(root: &Root, ask: Ask) -> Vec<SensorView> {
    let mut lines = Vec::new();
    for Controller { disk, device } in controllers(root) {
        let line = sensor("disk", &disk, format!("{}, log page 02h", device.display()));
        lines.push(match ask(&device) {
            Ok(page) => {
                let line = line.raw(nvme_smart::raw(&page));
                match nvme_smart::parse(&page).and_then(|health| health.wear_percent) {
                    Some(wear) => line.fills(names::DISK_WEAR, "disk", &disk, Unit::Percent, wear),
                    None => line.noted("the page is empty"),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                SensorView { hint: OF_ROOT.to_owned(), ..line.noted(error) }
            }
            Err(error) => line.noted(error),
        });
    }
    for card in cards(root) {
        let line = sensor("disk", &card.disk, card.life_time.display());
        let texts = [card.life_time_text.as_deref(), card.end_of_life.as_deref()];
        let line = line.raw(texts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        lines.push(match card.health().and_then(|health| health.wear_percent) {
            Some(wear) => line.fills(names::DISK_WEAR, "disk", &card.disk, Unit::Percent, wear),
            None => line.noted("it tells only whether it nears its end"),
        });
    }
    if lines.is_empty() {
        let note = "no disk that tells: neither NVMe nor eMMC";
        lines.push(absent("disk", "/sys/class/nvme, /sys/block/mmcblk*", note, ""));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::fs;

    use caretaker_core::time::{Moment, Span};

    use super::*;

    #[test]
    fn steps_of_a_card_are_tens_of_percent() {
        for (text, wear) in [
            ("0x01 0x01", Some(10.0)),
            ("0x02 0x09", Some(90.0)),
            ("0x0b 0x01", Some(110.0)),
            ("0x00 0x00", None),
            ("0xff 0x01", None),
            ("", None),
            ("1 2", None),
        ] {
            assert_eq!(wear_of_card(text), wear, "{text}");
        }
    }

    fn machine() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("sys/class/nvme/nvme0/nvme0n1")).unwrap();
        folder
    }

    fn round(wear: &mut Wear, minute: i64) -> (Result<(), CollectError>, Vec<String>) {
        let moment = Moment { awake: Span::from_minutes(minute), ..Moment::default() };
        let context = CollectContext { moment, since_last: None, processes: 0 };
        let mut round = Collected::default();
        let result = wear.collect(&context, &mut round);
        (result, round.readings.iter().map(|reading| format!("{}={}", reading.key, reading.value)).collect())
    }

    #[test]
    fn a_disk_that_answers_fills_the_series_of_its_name() {
        let folder = machine();
        let root = Root::at(folder.path());
        let mut wear = Wear::asking(&root, |device| {
            assert!(device.ends_with("dev/nvme0"), "{device:?}");
            Ok(crate::nvme_smart::tests::page())
        });
        let (result, readings) = round(&mut wear, 0);
        assert_eq!(result, Ok(()));
        assert!(readings.contains(&"host.disk.wear{disk=nvme0n1}=7".to_owned()), "{readings:?}");
        assert!(readings.contains(&"host.disk.failing{disk=nvme0n1}=0".to_owned()), "{readings:?}");
        let [line] = &inspect_asking(&root, |_| Ok(crate::nvme_smart::tests::page()))[..] else { panic!() };
        assert_eq!(line.series.as_deref(), Some("host.disk.wear{disk=nvme0n1}"));
        assert!(line.raw.as_deref().is_some_and(|raw| raw.contains("used=7")), "{line:?}");
    }

    #[test]
    fn without_rights_it_is_absent_and_doctor_says_how_to_get_them() {
        let folder = machine();
        let root = Root::at(folder.path());
        let refuse: Ask = |_| Err(io::ErrorKind::PermissionDenied.into());
        assert_eq!(round(&mut Wear::asking(&root, refuse), 0), (Err(CollectError::Absent), Vec::new()));
        let [line] = &inspect_asking(&root, refuse)[..] else { panic!() };
        assert!(line.note.contains("denied") && line.hint.contains("CAP_SYS_ADMIN"), "{line:?}");
    }
}
