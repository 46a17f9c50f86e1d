//! Names as macOS gives them, and what they stand for. Pure, so that it is tested on every platform.

/// The group of a temperature sensor, from its product name: one chip has dozens of them, whose names change with each
/// generation and belong to zones, not to cores. None for what is no temperature of the machine.
pub(crate) fn sensor_group(product: &str) -> Option<&str> {
    let name = product.to_ascii_lowercase();
    let any = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if any(&["tcal"]) {
        // A constant that the others are calibrated by.
        return None;
    }
    let group = match () {
        () if any(&["gpu"]) => "gpu",
        () if any(&["nand"]) => "storage",
        () if any(&["gas gauge", "battery"]) => "battery",
        () if any(&["tdie", "pacc", "eacc", "soc", "cpu", "ane", "isp"]) => "chip",
        () if any(&["tdev", "pmgr", "pmu"]) => "board",
        () => product.trim_end_matches(|byte: char| byte.is_ascii_digit()).trim_end(),
    };
    (!group.is_empty()).then_some(group)
}

/// The APFS container, or the disk, of a device: `disk3` for `/dev/disk3s1s1`. Volumes of one container share its
/// space.
pub(crate) fn container(device: &str) -> Option<&str> {
    let name = device.strip_prefix("/dev/").unwrap_or(device);
    let digits = name.strip_prefix("disk")?.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| &name[..4 + digits])
}

/// Whether an interface carries traffic of its own: not the loopback, and not what macOS makes up for AirDrop,
/// tunnels, bridges and debugging, whose traffic passes a real one or never leaves the machine.
pub(crate) fn is_real_interface(name: &str) -> bool {
    let made_up = ["lo", "awdl", "llw", "anpi", "ap", "bridge", "gif", "stf", "utun", "vmenet", "feth", "pktap", "nan"];
    let kind = name.trim_end_matches(|byte: char| byte.is_ascii_digit());
    !made_up.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensors_of_every_generation_fall_into_few_groups() {
        for (product, group) in [
            ("PMU tdie1", Some("chip")),
            ("PMU2 tdie10", Some("chip")),
            ("pACC MTR Temp Sensor4", Some("chip")),
            ("SOC MTR Temp Sensor0", Some("chip")),
            ("GPU MTR Temp Sensor1", Some("gpu")),
            ("PMU tdev3", Some("board")),
            ("PMU tcal", None),
            ("NAND CH0 temp", Some("storage")),
            ("gas gauge battery", Some("battery")),
            ("Something new 12", Some("Something new")),
            ("7", None),
        ] {
            assert_eq!(sensor_group(product), group, "{product}");
        }
    }

    #[test]
    fn volumes_of_one_container_have_one_name() {
        for (device, name) in [
            ("/dev/disk3s1s1", Some("disk3")),
            ("/dev/disk3s5", Some("disk3")),
            ("/dev/disk12", Some("disk12")),
            ("//user@server/share", None),
            ("/dev/disk", None),
            ("devfs", None),
        ] {
            assert_eq!(container(device), name, "{device}");
        }
    }

    #[test]
    fn made_up_interfaces_are_told_apart() {
        assert!(["en0", "en12", "pdp_ip0"].into_iter().all(is_real_interface));
        assert!(!["lo0", "utun3", "awdl0", "bridge100", "ap1"].into_iter().any(is_real_interface));
    }
}
