//! How far the CPU is slowed down because of heat. Intel's CPUs count the time of it; elsewhere the kernel's cooling
//! devices say how many of their steps are in use.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::answers::Answers;
use super::attribute::Attribute;
use super::hwmon::{numbered, text};
use super::root::Root;
use crate::rate::Counter;
use crate::sensor::{Told, absent, sensor};
use crate::series::{Series, percent};

/// See the module.
#[derive(Debug)]
pub(crate) struct Throttling {
    root: Root,
    /// None: to be searched for.
    source: Option<Source>,
    throttled: Series,
}

#[derive(Debug)]
enum Source {
    /// Milliseconds since boot in which the package was slowed down.
    Time(Attribute, Counter),
    Cooling(Vec<Cooling>),
}

/// A way of cooling that costs speed.
#[derive(Debug)]
struct Cooling {
    kind: String,
    steps: Attribute,
    most: f64,
}

impl Throttling {
    pub(crate) fn new(root: &Root) -> Self {
        Self { root: root.clone(), source: None, throttled: Series::new(names::CPU_THROTTLED, Unit::Percent) }
    }
}

impl Collector for Throttling {
    fn name(&self) -> &'static str {
        "throttling"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let mut answers = Answers::default();
        match self.source.get_or_insert_with(|| find(&self.root)) {
            Source::Time(file, counter) => {
                let milliseconds = answers.take("thermal_throttle", file.read());
                let rate = milliseconds.and_then(|now| counter.rate(now as u64, context.since_last));
                if let Some(rate) = rate {
                    // Milliseconds a second are tenths of a percent.
                    self.throttled.push(into, (rate / 10.0).clamp(0.0, 100.0));
                }
            }
            Source::Cooling(devices) if devices.is_empty() => return Err(CollectError::Absent),
            Source::Cooling(devices) => {
                let shares = devices
                    .iter_mut()
                    .filter_map(|device| percent(answers.take(&device.kind, device.steps.read())?, device.most));
                if let Some(most) = shares.reduce(f64::max) {
                    self.throttled.push(into, most);
                }
            }
        }
        if answers.vanished() {
            self.source = None;
        }
        answers.verdict()
    }
}

fn find(root: &Root) -> Source {
    let time = root.path("sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_total_time_ms");
    match Attribute::existing(time) {
        Some(file) => Source::Time(file, Counter::default()),
        None => Source::Cooling(cooling(root)),
    }
}

fn cooling(root: &Root) -> Vec<Cooling> {
    let devices = numbered(&root.path("sys/class/thermal"), "cooling_device", "").into_iter();
    devices
        .filter_map(|(_, device)| {
            let kind = text(&device.join("type")).filter(|kind| is_of_the_cpu(kind))?;
            let most: f64 = text(&device.join("max_state"))?.parse().ok()?;
            let steps = Attribute::new(device.join("cur_state"));
            (most > 0.0).then_some(Cooling { kind, steps, most })
        })
        .collect()
}

/// Whether a cooling device slows the CPU down: ACPI calls it `Processor`, boards `cpufreq-cpu0` or `thermal-cpufreq-0`.
fn is_of_the_cpu(kind: &str) -> bool {
    kind == "Processor" || kind.contains("cpufreq")
}

/// As it is now, for `doctor`.
pub(crate) fn inspect(root: &Root) -> Vec<SensorView> {
    match find(root) {
        Source::Time(mut file, _) => {
            let line = sensor("throttling", "package", file.path().display());
            vec![match file.read() {
                Ok(Some(number)) => SensorView {
                    series: Some(names::CPU_THROTTLED.to_owned()),
                    ..line.raw(number).noted("a counter of milliseconds: two rounds make it a share")
                },
                Ok(None) => line.noted("it shows no number"),
                Err(error) => line.noted(error),
            }]
        }
        Source::Cooling(devices) if devices.is_empty() => {
            let source = "/sys/devices/system/cpu/cpu0/thermal_throttle, /sys/class/thermal/cooling_device*";
            vec![absent("throttling", source, "this CPU or kernel does not tell", "")]
        }
        Source::Cooling(devices) => devices
            .into_iter()
            .map(|mut device| {
                let line = sensor("throttling", &device.kind, device.steps.path().display());
                match device.steps.read() {
                    Ok(Some(step)) => SensorView {
                        value: percent(step as f64, device.most).map(|share| Unit::Percent.format(share)),
                        series: Some(names::CPU_THROTTLED.to_owned()),
                        ..line.raw(format!("{step} of {}", device.most))
                    },
                    Ok(None) => line.noted("it shows no number"),
                    Err(error) => line.noted(error),
                }
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_slows_the_cpu_counts() {
        assert!(["Processor", "cpufreq-cpu0", "thermal-cpufreq-0"].into_iter().all(is_of_the_cpu));
        assert!(!["Fan", "LCD", "intel_powerclamp", "pwm-fan"].into_iter().any(is_of_the_cpu));
    }
}
