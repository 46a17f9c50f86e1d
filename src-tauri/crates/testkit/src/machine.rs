//! A machine whose figures a test writes down.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use caretaker_core::metric::{ProcessReading, Reading, SeriesKey, Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::server::{listeners, macos};
use caretaker_core::view::{CheckView, HostView, SensorView};

/// How a part of the machine answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// With its figures.
    #[default]
    Working,
    /// With an error.
    Failing,
    /// Not at all, until it is healed.
    Hanging,
}

#[derive(Default)]
struct State {
    values: BTreeMap<(SeriesKey, Unit), f64>,
    processes: Vec<ProcessReading>,
    health: BTreeMap<&'static str, Health>,
}

/// Shared by the collectors of one world.
#[derive(Clone, Default)]
pub struct ScriptedMachine(Arc<(Mutex<State>, Condvar)>);

/// The parts, and which series each brings.
const PARTS: [(&str, &[&str]); 6] = [
    ("cpu", &["host.cpu.", "host.load."]),
    ("memory", &["host.memory.", "host.swap."]),
    ("disks", &["host.disk."]),
    ("network", &["host.network."]),
    ("sensors", &["host.temperature", "host.thermal.", "host.gpu.", "host.power", "host.fan"]),
    ("own", &["caretaker."]),
];

/// Name, unit, label and value of a series.
type Figure = (&'static str, Unit, Option<(&'static str, &'static str)>, f64);

/// Figures of a small machine that is well.
const CALM: [Figure; 37] = [
    (names::CPU_USAGE, Unit::Percent, None, 12.0),
    (names::LOAD_1M, Unit::Ratio, None, 0.6),
    (names::LOAD_5M, Unit::Ratio, None, 0.5),
    (names::LOAD_15M, Unit::Ratio, None, 0.4),
    (names::LOAD_PER_CORE, Unit::Ratio, None, 0.1),
    (names::MEMORY_TOTAL, Unit::Bytes, None, 16e9),
    (names::MEMORY_USED, Unit::Bytes, None, 6.9e9),
    (names::MEMORY_AVAILABLE, Unit::Bytes, None, 9.1e9),
    (names::MEMORY_USAGE, Unit::Percent, None, 43.0),
    (names::MEMORY_PRESSURE, Unit::Percent, None, 0.0),
    (names::SWAP_TOTAL, Unit::Bytes, None, 4e9),
    (names::SWAP_USED, Unit::Bytes, None, 0.2e9),
    (names::SWAP_OUT, Unit::BytesPerSecond, None, 0.0),
    (names::DISK_USAGE, Unit::Percent, Some(("mount", "/")), 61.0),
    (names::DISK_FREE, Unit::Bytes, Some(("mount", "/")), 195e9),
    (names::DISK_TOTAL, Unit::Bytes, Some(("mount", "/")), 500e9),
    (names::DISK_READ, Unit::BytesPerSecond, Some(("disk", "nvme0n1")), 40_000.0),
    (names::DISK_WRITTEN, Unit::BytesPerSecond, Some(("disk", "nvme0n1")), 210_000.0),
    (names::NETWORK_RECEIVED, Unit::BytesPerSecond, Some(("interface", "en0")), 18_000.0),
    (names::NETWORK_SENT, Unit::BytesPerSecond, Some(("interface", "en0")), 9_000.0),
    (names::TEMPERATURE, Unit::Celsius, Some(("sensor", "CPU")), 47.0),
    (names::THERMAL_STATE, Unit::Count, None, 0.0),
    (names::DISK_WEAR, Unit::Percent, Some(("disk", "nvme0n1")), 3.0),
    (names::DISK_SPARE, Unit::Percent, Some(("disk", "nvme0n1")), 100.0),
    (names::DISK_FAILING, Unit::Count, Some(("disk", "nvme0n1")), 0.0),
    (names::GPU_USAGE, Unit::Percent, Some(("gpu", "Apple M4")), 8.0),
    (names::GPU_MEMORY, Unit::Bytes, Some(("gpu", "Apple M4")), 1.1e9),
    (names::POWER, Unit::Watts, Some(("part", "cpu")), 1.2),
    (names::POWER, Unit::Watts, Some(("part", "gpu")), 0.3),
    (names::POWER, Unit::Watts, Some(("part", "total")), 6.4),
    (names::FAN, Unit::TurnsPerMinute, Some(("fan", "1")), 1_000.0),
    (names::OWN_CPU_USAGE, Unit::Percent, None, 0.03),
    (names::OWN_CPU_TIME, Unit::Milliseconds, None, 3.1),
    (names::OWN_MEMORY, Unit::Bytes, None, 5.4e6),
    (names::OWN_WRITTEN, Unit::BytesPerSecond, None, 120.0),
    (names::OWN_WRITTEN_DAY, Unit::Bytes, None, 10.4e6),
    (names::OWN_WAKEUPS, Unit::Ratio, None, 0.4),
];

impl ScriptedMachine {
    /// A small machine that is well.
    pub fn calm() -> Self {
        let machine = Self::default();
        for (name, unit, label, value) in CALM {
            let key = match label {
                Some((label, text)) => SeriesKey::labelled(name, label, text),
                None => SeriesKey::plain(name),
            };
            machine.put(key, unit, value);
        }
        let process = |pid, name: &str, cpu, memory| ProcessReading {
            pid,
            name: name.to_owned(),
            cpu_percent: Some(cpu),
            memory_bytes: memory,
        };
        machine.processes(vec![
            process(412, "ollama", 6.2, 5_100_000_000),
            process(733, "postgres", 2.1, 310_000_000),
            process(901, "board-server", 1.4, 190_000_000),
            process(1, "launchd", 0.3, 22_000_000),
        ]);
        machine
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets a figure, whatever its unit.
    pub fn put(&self, key: SeriesKey, unit: Unit, value: f64) {
        self.lock().values.insert((key, unit), value);
    }

    /// Sets a figure of a known name: every series of it, or a new one without labels.
    pub fn set(&self, name: &str, value: f64) {
        let mut state = self.lock();
        let mut known = false;
        for ((key, _), held) in &mut state.values {
            if key.name == name {
                *held = value;
                known = true;
            }
        }
        if !known {
            state.values.insert((SeriesKey::plain(name), Unit::Percent), value);
        }
    }

    /// Takes away every series of a name: it stops delivering.
    pub fn remove(&self, name: &str) {
        self.lock().values.retain(|(key, _), _| key.name != name);
    }

    /// Sets the top processes.
    pub fn processes(&self, processes: Vec<ProcessReading>) {
        self.lock().processes = processes;
    }

    /// Sets how a part answers: `cpu`, `memory`, `disks`, `network`, `sensors`. Says whether there is such a part.
    pub fn health(&self, part: &str, health: Health) -> bool {
        let Some((name, _)) = PARTS.iter().find(|(name, _)| *name == part) else { return false };
        self.lock().health.insert(name, health);
        self.0.1.notify_all();
        true
    }

    /// The collectors of this machine.
    pub fn collectors(&self) -> Vec<Box<dyn Collector>> {
        let part = |(name, prefixes)| Box::new(Part { name, prefixes, machine: self.clone() }) as Box<dyn Collector>;
        PARTS.into_iter().map(part).collect()
    }

    /// What the machine is.
    pub fn facts() -> HostView {
        HostView {
            name: "mini".to_owned(),
            os: "macOS".to_owned(),
            os_version: "26.1".to_owned(),
            kernel: "25.1.0".to_owned(),
            architecture: "arm64".to_owned(),
            cpu: "Apple M4".to_owned(),
            cores: 10,
            memory_bytes: 16_000_000_000,
            ..HostView::default()
        }
    }

    /// Where some of its figures come from.
    pub fn sensors() -> Vec<SensorView> {
        let fan = SensorView {
            part: "fan".to_owned(),
            name: "1".to_owned(),
            source: "SMC key F0Ac".to_owned(),
            raw: Some("flt  [00, 00, 7a, 44]".to_owned()),
            value: Some("1000 rpm".to_owned()),
            series: Some("host.fan{fan=1}".to_owned()),
            ..SensorView::default()
        };
        let glitch = SensorView {
            part: "temperature".to_owned(),
            name: "Tp0z".to_owned(),
            source: "SMC key Tp0z".to_owned(),
            raw: Some("flt  [00, 00, 00, 00]".to_owned()),
            value: Some("0 °C".to_owned()),
            note: "left out: not plausible, or in no group".to_owned(),
            ..SensorView::default()
        };
        vec![fan, glitch]
    }

    /// How fit it is to be a server: like a new Mac mini on which nobody changed the settings.
    pub fn server_checks() -> Vec<CheckView> {
        let pmset = "AC Power:\n autorestart          0\n sleep                0\n";
        let open = "p330\ncollama\nn*:11434\np99\ncsshd\nn*:22\n";
        let mut checks = vec![
            macos::sleep(pmset),
            macos::power_failure(pmset),
            macos::unattended_restart(Some("FileVault is Off."), Some("ann"), false),
            macos::updates(Some("0")),
        ];
        checks.extend(listeners::judge(&listeners::parse_lsof(open)));
        checks
    }
}

struct Part {
    name: &'static str,
    prefixes: &'static [&'static str],
    machine: ScriptedMachine,
}

impl Collector for Part {
    fn name(&self) -> &'static str {
        self.name
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let mut state = self.machine.lock();
        while state.health.get(self.name) == Some(&Health::Hanging) {
            state = self.machine.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.health.get(self.name) == Some(&Health::Failing) {
            return Err(CollectError::Failed {
                what: format!("read {}", self.name),
                why: "input/output error".to_owned(),
            });
        }
        for ((key, unit), value) in &state.values {
            if self.prefixes.iter().any(|prefix| key.name.starts_with(prefix)) {
                into.readings.push(Reading::gauge(key.clone(), *unit, *value));
            }
        }
        if self.name == "cpu" {
            into.processes = Some(state.processes.iter().take(context.processes).cloned().collect());
        }
        Ok(())
    }
}
