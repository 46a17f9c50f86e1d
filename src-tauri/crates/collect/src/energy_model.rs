//! Apple's counters of energy, as the group `Energy Model` of IOReport names them. Pure, so that it is tested on every
//! platform.

/// The part of the machine whose energy a channel counts; none for what is within another one, such as a single core.
pub(crate) fn part(channel: &str) -> Option<&'static str> {
    match channel {
        "GPU Energy" => Some("gpu"),
        // Chips of two dies count each: `DIE_1_CPU Energy`.
        cpu if cpu == "CPU Energy" || cpu.ends_with("_CPU Energy") => Some("cpu"),
        // `ANE`, `ANE0`, `ANE0_1`.
        ane if is_numbered(ane, "ANE") => Some("ane"),
        dram if is_numbered(dram, "DRAM") => Some("dram"),
        _ => None,
    }
}

/// Whether nothing but numbers follow the word.
fn is_numbered(channel: &str, word: &str) -> bool {
    let rest = channel.strip_prefix(word);
    rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'))
}

/// Joules from what a counter shows in the unit that it names; none for a unit that is none of energy.
pub(crate) fn joules(counted: i64, unit: &str) -> Option<f64> {
    let parts = match unit.trim() {
        "mJ" => 1e3,
        "uJ" | "µJ" => 1e6,
        "nJ" => 1e9,
        _ => return None,
    };
    Some(counted as f64 / parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_every_chip_are_told_by_their_part() {
        for (channel, expected) in [
            ("CPU Energy", Some("cpu")),
            ("DIE_0_CPU Energy", Some("cpu")),
            ("ECPU", None),
            ("PCPU0", None),
            ("EACC_CPU0", None),
            ("GPU Energy", Some("gpu")),
            ("GPU SRAM0", None),
            ("ANE", Some("ane")),
            ("ANE0", Some("ane")),
            ("ANE0_1", Some("ane")),
            ("ANE DCS", None),
            ("DRAM", Some("dram")),
            ("DRAM0", Some("dram")),
            ("DISP0", None),
            ("", None),
        ] {
            assert_eq!(part(channel), expected, "{channel}");
        }
    }

    #[test]
    fn energy_is_counted_in_the_unit_that_the_channel_names() {
        for (counted, unit, expected) in [
            (4_500, "mJ", Some(4.5)),
            (4_500_000, "uJ", Some(4.5)),
            (4_500_000_000, "nJ", Some(4.5)),
            (12, "mJ  ", Some(0.012)),
            (12, "events", None),
            (12, "", None),
        ] {
            assert_eq!(joules(counted, unit), expected, "{counted} {unit}");
        }
    }
}
