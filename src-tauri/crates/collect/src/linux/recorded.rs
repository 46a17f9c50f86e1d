//! Tests against recorded machines: `tests/fixtures/proc/<case>/` holds what their `/proc` and `/sys` said. A second
//! folder stands for the same machine some time later.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use caretaker_core::metric::ProcessReading;
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::{Moment, Span};

use super::root::Root;
use super::{collectors_at, sensors_at};

fn fixture(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/proc").join(case)
}

/// What one round brought: values by series, and results by collector.
struct Seen {
    values: BTreeMap<String, f64>,
    processes: Vec<ProcessReading>,
    results: BTreeMap<&'static str, Result<(), CollectError>>,
}

impl Seen {
    fn value(&self, key: &str) -> f64 {
        *self.values.get(key).unwrap_or_else(|| panic!("{key} is missing among {:?}", self.values.keys()))
    }

    /// Label values of one series, sorted.
    fn labels(&self, name: &str) -> Vec<&str> {
        let prefix = format!("{name}{{");
        let rest = self.values.keys().filter_map(|key| key.strip_prefix(&prefix)?.split_once('=')?.1.strip_suffix('}'));
        let mut labels: Vec<_> = rest.collect();
        labels.sort_unstable();
        labels
    }

    fn process(&self, pid: u32) -> &ProcessReading {
        self.processes.iter().find(|process| process.pid == pid).unwrap()
    }
}

/// Rounds over one machine at the given moments; kept files are read again, as on a live machine.
fn rounds(cases: &[(&str, Option<Span>)], elapsed: i64) -> Vec<Seen> {
    let machine = tempfile::tempdir().unwrap();
    let mut collectors = collectors_at(&Root::at(machine.path()));
    let round = |&(case, since_last): &(&str, Option<Span>)| {
        overwrite(&fixture(case), machine.path());
        let moment = Moment { elapsed: Span::from_seconds(elapsed), ..Moment::default() };
        let context = CollectContext { moment, since_last, processes: 20 };
        let mut into = Collected::default();
        let collected = |collector: &mut Box<dyn Collector>| (collector.name(), collector.collect(&context, &mut into));
        let results = collectors.iter_mut().map(collected).collect();
        let values = into.readings.iter().map(|reading| (reading.key.to_string(), reading.value)).collect();
        Seen { values, processes: into.processes.unwrap_or_default(), results }
    };
    cases.iter().map(round).collect()
}

/// Makes `to` show what `from` holds. Files keep their identity, as those of the kernel do.
fn overwrite(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(to).unwrap() {
        let entry = entry.unwrap();
        if !from.join(entry.file_name()).exists() {
            if entry.path().is_dir() {
                fs::remove_dir_all(entry.path()).unwrap();
            } else {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            overwrite(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Collectors of which a virtual machine has nothing.
const HARDWARE: [&str; 7] = ["temperature", "throttling", "fans", "power", "gpu", "nvidia", "wear"];
const TEN: Option<Span> = Some(Span::from_seconds(10));
const THIRTY: Option<Span> = Some(Span::from_seconds(30));

#[test]
fn a_recorded_machine_reads_as_its_own_tools_read_it() {
    let seen = rounds(&[("virtual-machine", None), ("virtual-machine-10s-later", TEN)], 1_602);
    let [first, second] = &seen[..] else { panic!() };
    let absent = |name: &str| HARDWARE.contains(&name);
    for (name, result) in &first.results {
        assert_eq!(*result, if absent(name) { Err(CollectError::Absent) } else { Ok(()) }, "{name}");
    }
    let rates =
        ["host.cpu.usage", "host.disk.read{disk=vda}", "host.network.sent{interface=eth0}", "caretaker.disk.written"];
    for rate in rates {
        assert!(!first.values.contains_key(rate), "{rate} needs two rounds");
        assert!(second.values.contains_key(rate), "{rate}");
    }
    // Both cores were under a build all the time; not one idle tick lies between the two recordings.
    assert_eq!(second.value("host.cpu.usage"), 100.0);
    assert_eq!(second.labels("host.cpu.core.usage"), ["0", "1"]);
    assert_eq!(second.labels("host.network.received"), ["eth0"]);
    assert_eq!(second.labels("host.disk.read"), ["vda"]);
    assert_eq!(second.value("host.memory.total"), 24_684_096.0 * 1_024.0);
    for swap in ["host.swap.total", "host.swap.used", "host.swap.out"] {
        assert!(!second.values.contains_key(swap), "this machine has no swap, so it has no {swap}");
    }
    // utime 64 and stime 200 at both times: waiting for its children, it used nothing itself.
    assert_eq!(second.process(10_787).cpu_percent, Some(0.0));
    assert_eq!(first.process(10_787).cpu_percent, None);
}

#[test]
fn a_desktop_shows_rates_between_two_rounds() {
    let seen = rounds(&[("desktop", None), ("desktop-30s-later", THIRTY)], 1_030);
    let [first, second] = &seen[..] else { panic!() };
    let failed = |result: &Result<(), CollectError>| matches!(result, Err(CollectError::Failed { .. }));
    assert!(!second.results.values().any(failed), "{:?}", second.results);
    // 7500 ticks busy (1500 of them stolen), 4500 idle (500 of them waiting for disks).
    assert_eq!(second.value("host.cpu.usage"), 62.5);
    assert_eq!(second.labels("host.cpu.core.usage"), ["0", "1", "3"]);
    assert_eq!(second.value("host.cpu.core.usage{core=0}"), 100.0);
    assert_eq!(second.value("host.cpu.core.usage{core=1}"), 50.0);
    assert_eq!(first.value("host.load.per_core"), 0.5);
    assert_eq!(first.value("host.memory.usage"), 75.0);
    assert_eq!(second.value("host.swap.used"), 1_024_000_000.0);
    assert_eq!(second.value("host.swap.out"), 1_000.0 * rustix::param::page_size() as f64);
    assert_eq!(second.value("host.network.received{interface=enp3s0}"), 1_000_000.0);
    assert_eq!(
        second.labels("host.network.received"),
        ["enp3s0"],
        "usb0 is new, wg0 is gone, the rest is virtual or idle"
    );
    assert_eq!(second.value("caretaker.disk.written"), 10_000.0);
    assert!(!second.values.contains_key("host.memory.pressure"), "this kernel has no pressure files");
}

#[test]
fn a_desktop_shows_whole_disks_and_mounted_volumes() {
    let seen = rounds(&[("desktop", None), ("desktop-30s-later", THIRTY)], 1_030);
    let second = &seen[1];
    assert_eq!(second.labels("host.disk.busy"), ["nvme0n1", "vg-home", "vg-root"], "sda's counter went backwards");
    assert_eq!(second.labels("host.disk.read"), ["nvme0n1", "vg-home", "vg-root"]);
    assert_eq!(second.value("host.disk.read{disk=nvme0n1}"), 60_000.0 * 512.0 / 30.0);
    assert_eq!(second.value("host.disk.busy{disk=nvme0n1}"), 50.0);
    assert_eq!(second.value("host.disk.busy{disk=vg-root}"), 100.0, "more than the time that passed");
}

#[test]
fn a_desktop_shows_plausible_sensors_by_name() {
    let seen = rounds(&[("desktop", None)], 1_000);
    let sensors = seen[0].labels("host.temperature");
    let expected =
        ["acpitz", "coretemp Package id 0", "nct6798 temp1", "nvme Composite", "nvme Composite 2", "nvme Sensor 1"];
    assert_eq!(sensors, expected);
    assert_eq!(seen[0].value("host.temperature{sensor=nvme Composite}"), 41.85);
}

#[test]
fn a_hot_desktop_says_for_how_much_of_the_time_it_was_slowed_down() {
    let seen = rounds(&[("desktop", None), ("desktop-30s-later", THIRTY)], 1_030);
    assert!(!seen[0].values.contains_key("host.cpu.throttled"), "a share needs two rounds");
    assert_eq!(seen[1].value("host.cpu.throttled"), 20.0);
}

#[test]
fn graphics_cards_show_how_busy_they_are_and_what_lies_in_their_memory() {
    let seen = rounds(&[("mini-pc", None), ("mini-pc-30s-later", THIRTY)], 1_030);
    let [first, second] = &seen[..] else { panic!() };
    assert_eq!(first.labels("host.gpu.usage"), ["amdgpu"], "the other card counts its sleep, which needs two rounds");
    assert_eq!(second.value("host.gpu.usage{gpu=amdgpu}"), 87.0);
    // Asleep for 22.5 of 30 s.
    assert_eq!(second.value("host.gpu.usage{gpu=xe}"), 25.0);
    assert_eq!(second.labels("host.gpu.usage"), ["amdgpu", "xe"], "i915 never sleeps, and ast only draws a console");
    assert_eq!(second.value("host.gpu.memory{gpu=amdgpu}"), 402_653_184.0);
    assert_eq!(second.value("host.gpu.memory_total{gpu=amdgpu}"), 4_294_967_296.0);
    assert_eq!(second.value("host.gpu.memory_shared{gpu=amdgpu}"), 7_516_192_768.0);
}

#[test]
fn power_is_told_by_part_and_never_added_up_to_a_total() {
    let seen = rounds(&[("mini-pc", None), ("mini-pc-30s-later", THIRTY)], 1_030);
    let [first, second] = &seen[..] else { panic!() };
    assert_eq!(first.labels("host.power"), ["gpu", "total"], "counters of energy need two rounds");
    assert_eq!(first.value("host.power{part=gpu}"), 14.25);
    assert_eq!(second.labels("host.power"), ["cpu", "gpu", "total"], "the counter of the memory began anew");
    assert_eq!(second.value("host.power{part=cpu}"), 15.0, "the package, with its cores within");
    assert_eq!(second.value("host.power{part=gpu}"), 21.5 + 20.0, "two cards");
    assert_eq!(second.value("host.power{part=total}"), 38.0, "measured, whatever the parts are");
}

#[test]
fn fans_are_shown_from_their_first_turn_on() {
    let seen = rounds(&[("mini-pc", None), ("mini-pc-30s-later", THIRTY)], 1_030);
    assert_eq!(seen[0].labels("host.fan"), ["nct6798 CPU Fan"]);
    assert_eq!(seen[1].labels("host.fan"), ["nct6798 CPU Fan", "nct6798 fan3"], "nothing is connected to the first");
    assert_eq!(seen[1].value("host.fan{fan=nct6798 CPU Fan}"), 0.0, "it rests");
    assert_eq!(seen[1].value("host.fan{fan=nct6798 fan3}"), 640.0);
}

#[test]
fn a_board_says_how_worn_its_memory_is_and_how_far_its_cpu_is_slowed_down() {
    let seen = rounds(&[("mini-pc", None), ("mini-pc-30s-later", THIRTY)], 1_030);
    assert_eq!(seen[1].value("host.disk.wear{disk=mmcblk0}"), 20.0);
    assert_eq!(seen[1].value("host.disk.failing{disk=mmcblk0}"), 0.0);
    assert_eq!(seen[1].labels("host.disk.wear"), ["mmcblk0"], "the other card tells nothing");
    assert_eq!(seen[0].value("host.cpu.throttled"), 0.0);
    assert_eq!(seen[1].value("host.cpu.throttled"), 30.0);
}

#[test]
fn the_dump_says_of_every_sensor_what_becomes_of_it() {
    let sensors = sensors_at(&Root::at(&fixture("mini-pc")));
    let line = |name: &str, end: &str| {
        let found = sensors.iter().find(|sensor| sensor.name == name && sensor.source.ends_with(end));
        found.unwrap_or_else(|| panic!("{name} {end} is missing in {sensors:#?}"))
    };
    let busy = line("amdgpu", "gpu_busy_percent");
    assert_eq!((busy.raw.as_deref(), busy.value.as_deref()), (Some("3"), Some("3 %")));
    assert_eq!(busy.series.as_deref(), Some("host.gpu.usage{gpu=amdgpu}"));
    let console = line("ast", "card2");
    assert!(console.series.is_none() && console.note.contains("neither how busy"), "{console:?}");
    let idle = line("nct6798 fan1", "fan1_input");
    assert!(idle.series.is_none() && idle.note.contains("first turn"), "{idle:?}");
    let package = line("cpu", "intel-rapl:0/energy_uj");
    assert_eq!(package.raw.as_deref(), Some("1000000000"));
    assert_eq!(line("mmcblk0", "life_time").raw.as_deref(), Some("0x02 0x01, 0x01"));
    let series: Vec<&str> = sensors.iter().filter_map(|sensor| sensor.series.as_deref()).collect();
    let seen = rounds(&[("mini-pc", None), ("mini-pc-30s-later", THIRTY)], 1_030);
    for key in seen[1].values.keys().filter(|key| key.starts_with("host.gpu.") || key.starts_with("host.power")) {
        assert!(series.contains(&key.as_str()), "the dump does not say where {key} comes from: {series:?}");
    }
}

#[test]
fn processes_show_the_cpu_time_of_this_round_only() {
    let seen = rounds(&[("desktop", None), ("desktop-30s-later", THIRTY)], 1_030);
    let second = &seen[1];
    let shown: Vec<_> = second.processes.iter().map(|process| (&*process.name, process.cpu_percent)).collect();
    assert_eq!(shown[0], ("python3 server.py", Some(150.0)));
    assert_eq!(shown[1], ("cc1plus", Some(42.0)), "a new process with the number of an old one");
    assert_eq!(shown[2], ("postgres", Some(10.0)));
    assert_eq!(shown[3], ("gnome-terminal-server", Some(1.0)));
    assert_eq!(second.process(1_600).cpu_percent, None, "old, but seen for the first time");
    assert_eq!(second.process(1_300).memory_bytes, 2_500_000 * rustix::param::page_size() as u64);
    assert_eq!(second.value("host.processes"), 8.0);
}

#[test]
fn odd_names_do_not_move_the_columns() {
    let seen = rounds(&[("odd-names", None)], 1_000);
    let names: BTreeMap<_, _> = seen[0].processes.iter().map(|process| (process.pid, &*process.name)).collect();
    let expected = [
        (10, "tmux: server"),
        (11, "a) S 9 (b"),
        (12, "((sd-pam))"),
        (13, "???[2J"),
        (14, "new?line"),
        (15, ""),
        (16, "kworker/u8:0-ext4-rsv-conversion"),
        (17, "sh"),
    ];
    assert_eq!(names, BTreeMap::from(expected));
    let pages = |process: &ProcessReading| process.memory_bytes / rustix::param::page_size() as u64;
    assert!(seen[0].processes.iter().all(|process| pages(process) == u64::from(process.pid) * 10));
}

#[test]
fn a_container_shows_its_root_and_its_virtual_interface() {
    let seen = rounds(&[("container", None), ("container", TEN)], 1_000);
    assert_eq!(seen[1].labels("host.disk.usage"), ["/"]);
    assert_eq!(seen[1].labels("host.network.received"), ["veth0"]);
    assert_eq!(seen[1].results["cpu"], Err(CollectError::Absent));
    assert_eq!(seen[1].results["processes"], Err(CollectError::Absent));
}

#[test]
fn files_that_are_empty_or_cut_off_fail_in_words_and_bring_no_false_values() {
    let whole = rounds(&[("virtual-machine", None), ("virtual-machine-10s-later", TEN)], 1_602);
    for case in ["empty", "truncated"] {
        let seen = rounds(&[(case, None), (case, TEN)], 1_602);
        for (key, value) in &seen[1].values {
            assert!(value.is_finite() && *value >= 0.0, "{case}: {key} {value}");
            assert!(whole[1].values.contains_key(key), "{case}: {key} is not in the whole recording");
        }
        if case == "empty" {
            let Err(CollectError::Failed { what, .. }) = &seen[1].results["cpu"] else {
                panic!("{:?}", seen[1].results)
            };
            assert_eq!(what, "read /proc/stat");
            // What system calls tell of this program needs no file.
            let told = ["caretaker.cpu.time", "caretaker.cpu.usage", "caretaker.wakeups"];
            assert_eq!(seen[1].values.keys().collect::<Vec<_>>(), told);
        }
    }
}

#[test]
fn after_a_bad_round_the_next_good_one_is_right() {
    let cases =
        [("virtual-machine", None), ("empty", TEN), ("virtual-machine", TEN), ("virtual-machine-10s-later", TEN)];
    let seen = rounds(&cases, 1_602);
    assert!(!seen[2].values.contains_key("host.cpu.usage"), "there is nothing to compare with");
    assert_eq!(seen[3].value("host.cpu.usage"), 100.0);
    assert_eq!(seen[3].process(10_787).cpu_percent, Some(0.0));
}

#[test]
fn after_a_sleep_no_rate_is_shown_and_the_next_one_starts_from_there() {
    let seen = rounds(&[("desktop", None), ("desktop-30s-later", None), ("desktop-30s-later", THIRTY)], 1_030);
    assert!(!seen[1].values.contains_key("host.network.sent{interface=enp3s0}"));
    assert!(seen[1].processes.iter().all(|process| process.cpu_percent.is_none()));
    assert_eq!(seen[2].value("host.network.sent{interface=enp3s0}"), 0.0);
    assert_eq!(seen[2].process(1_200).cpu_percent, Some(0.0));
}
