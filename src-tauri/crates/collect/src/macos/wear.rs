//! How disks say they are, in the health log of NVMe.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::bindings::nvme::disks;
use crate::disk_health::DiskHealthSeries;
use crate::nvme_smart;
use crate::sensor::{Told, absent, sensor};

const SOURCE: &str = "IONVMeSMARTInterface, log page 02h";

/// See the module.
#[derive(Debug)]
pub(crate) struct Wear {
    series: DiskHealthSeries,
}

impl Wear {
    pub(crate) fn new() -> Self {
        Self { series: DiskHealthSeries::new() }
    }
}

impl Collector for Wear {
    fn name(&self) -> &'static str {
        "wear"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let tells = self.series.collect(context.moment, into, || {
            let healths = disks().into_iter().filter_map(|disk| {
                let health = nvme_smart::parse(&disk.smart_page().ok()?)?;
                Some((disk.name, health))
            });
            healths.collect()
        });
        if tells { Ok(()) } else { Err(CollectError::Absent) }
    }
}

/// Every disk as it is now, for `doctor`.
pub(crate) fn inspect() -> Vec<SensorView> {
    let disks = disks();
    if disks.is_empty() {
        return vec![absent("disk", SOURCE, "no disk that tells: behind USB none can be asked", "")];
    }
    let lines = disks.into_iter().map(|disk| {
        let line = sensor("disk", &disk.name, SOURCE);
        match disk.smart_page() {
            Ok(page) => {
                let line = line.raw(nvme_smart::raw(&page));
                match nvme_smart::parse(&page).and_then(|health| health.wear_percent) {
                    Some(wear) => line.fills(names::DISK_WEAR, "disk", &disk.name, Unit::Percent, wear),
                    None => line.noted("the page is empty"),
                }
            }
            Err(error) => line.noted(format!("the plug-in refuses with error {error:#x}")),
        }
    });
    lines.collect()
}
