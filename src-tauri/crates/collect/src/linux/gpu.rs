//! GPUs, as their drivers show them below `/sys/class/drm`: AMD's says how busy the GPU is and what lies in its memory;
//! Intel's say how long it slept, and the rest of the time it was awake. NVIDIA's driver shows nothing there:
//! [`nvidia`](super::nvidia).

use std::path::{Path, PathBuf};

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::time::Span;
use caretaker_core::view::SensorView;

use super::answers::Answers;
use super::attribute::Attribute;
use super::hwmon::{make_unique, numbered, text};
use super::root::Root;
use crate::rate::Counter;
use crate::sensor::{Told, absent, sensor};
use crate::series::LabelledSeries;

/// See the module.
#[derive(Debug)]
pub(crate) struct Gpu {
    root: Root,
    /// None: to be searched for.
    cards: Option<Vec<Card>>,
    usage: LabelledSeries,
    memory: LabelledSeries,
    memory_total: LabelledSeries,
    memory_shared: LabelledSeries,
}

#[derive(Debug)]
struct Card {
    label: String,
    usage: Usage,
    memory: Option<Attribute>,
    memory_total: Option<Attribute>,
    memory_shared: Option<Attribute>,
}

#[derive(Debug)]
enum Usage {
    /// Percent.
    Busy(Attribute),
    /// Milliseconds asleep since the driver was loaded.
    Asleep(Attribute, Counter),
}

impl Gpu {
    pub(crate) fn new(root: &Root) -> Self {
        let by_gpu = |name, unit| LabelledSeries::new(name, "gpu", unit);
        Self {
            root: root.clone(),
            cards: None,
            usage: by_gpu(names::GPU_USAGE, Unit::Percent),
            memory: by_gpu(names::GPU_MEMORY, Unit::Bytes),
            memory_total: by_gpu(names::GPU_MEMORY_TOTAL, Unit::Bytes),
            memory_shared: by_gpu(names::GPU_MEMORY_SHARED, Unit::Bytes),
        }
    }
}

impl Collector for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let cards = self.cards.get_or_insert_with(|| find(&self.root));
        if cards.is_empty() {
            return Err(CollectError::Absent);
        }
        let mut answers = Answers::default();
        for card in cards {
            if let Some(usage) = card.usage.read(&card.label, context.since_last, &mut answers) {
                self.usage.push(into, &card.label, usage);
            }
            let memory = [
                (&mut card.memory, &mut self.memory),
                (&mut card.memory_total, &mut self.memory_total),
                (&mut card.memory_shared, &mut self.memory_shared),
            ];
            for (file, series) in memory {
                let bytes = file.as_mut().and_then(|file| answers.take(&card.label, file.read()));
                if let Some(bytes) = bytes.filter(|bytes| *bytes >= 0.0) {
                    series.push(into, &card.label, bytes);
                }
            }
        }
        if answers.vanished() {
            self.cards = None;
        }
        answers.verdict()
    }
}

impl Usage {
    fn find(card: &Path) -> Option<Self> {
        if let Some(busy) = Attribute::existing(card.join("device/gpu_busy_percent")) {
            return Some(Self::Busy(busy));
        }
        // i915, i915 before 5.19, xe.
        let asleep = ["gt/gt0/rc6_residency_ms", "power/rc6_residency_ms", "device/tile0/gt0/gtidle/idle_residency_ms"];
        let file = asleep.into_iter().find_map(|path| Attribute::existing(card.join(path)))?;
        Some(Self::Asleep(file, Counter::default()))
    }

    const fn file(&mut self) -> &mut Attribute {
        match self {
            Self::Busy(file) | Self::Asleep(file, _) => file,
        }
    }

    fn read(&mut self, label: &str, since_last: Option<Span>, answers: &mut Answers) -> Option<f64> {
        let number = answers.take(label, self.file().read())?;
        match self {
            Self::Busy(_) => Some(number.clamp(0.0, 100.0)),
            // One that never sleeps, as its driver was told, does not tell how busy it is.
            Self::Asleep(..) if number == 0.0 => None,
            // Milliseconds a second are tenths of a percent.
            Self::Asleep(_, counter) => {
                counter.rate(number as u64, since_last).map(|asleep| (100.0 - asleep / 10.0).clamp(0.0, 100.0))
            }
        }
    }
}

/// The cards themselves; `card0-HDMI-A-1` is a connector of one.
fn folders(root: &Root) -> Vec<PathBuf> {
    numbered(&root.path("sys/class/drm"), "card", "").into_iter().map(|(_, card)| card).collect()
}

fn find(root: &Root) -> Vec<Card> {
    let found = folders(root).into_iter().filter_map(|card| {
        let device = card.join("device");
        Some(Card {
            label: driver(&card),
            usage: Usage::find(&card)?,
            memory: Attribute::existing(device.join("mem_info_vram_used")),
            memory_total: Attribute::existing(device.join("mem_info_vram_total")),
            memory_shared: Attribute::existing(device.join("mem_info_gtt_used")),
        })
    });
    let mut cards: Vec<Card> = found.collect();
    make_unique(cards.iter_mut().map(|card| &mut card.label));
    cards
}

/// `amdgpu`, from a line such as `DRIVER=amdgpu`.
fn driver(card: &Path) -> String {
    let events = text(&card.join("device/uevent")).unwrap_or_default();
    let driver = events.lines().find_map(|line| line.strip_prefix("DRIVER="));
    driver.map_or_else(|| "gpu".to_owned(), str::to_owned)
}

/// Every card as it is now, for `doctor`.
pub(crate) fn inspect(root: &Root) -> Vec<SensorView> {
    let mut lines = Vec::new();
    for card in folders(root) {
        if Usage::find(&card).is_none() {
            let note = "this driver shows neither how busy the GPU is nor how long it slept";
            lines.push(sensor("gpu", &driver(&card), card.display()).noted(note));
        }
    }
    for card in find(root) {
        let Card { label, mut usage, memory, memory_total, memory_shared } = card;
        let asleep = matches!(usage, Usage::Asleep(..));
        let line = sensor("gpu", &label, usage.file().path().display());
        lines.push(match usage.file().read() {
            Ok(Some(0)) if asleep => line.raw(0).noted("it never sleeps, so that says nothing of how busy it is"),
            Ok(Some(number)) if asleep => {
                let line = line.raw(number).noted("a counter of milliseconds asleep: two rounds make it a share");
                SensorView { series: Some(format!("{}{{gpu={label}}}", names::GPU_USAGE)), ..line }
            }
            Ok(Some(number)) => line.raw(number).fills(names::GPU_USAGE, "gpu", &label, Unit::Percent, number as f64),
            Ok(None) => line.noted("it shows no number"),
            Err(error) => line.noted(error),
        });
        let memory = [
            (memory, names::GPU_MEMORY),
            (memory_total, names::GPU_MEMORY_TOTAL),
            (memory_shared, names::GPU_MEMORY_SHARED),
        ];
        for (mut file, name) in memory.into_iter().filter_map(|(file, name)| Some((file?, name))) {
            let line = sensor("gpu", &label, file.path().display());
            lines.push(match file.read() {
                Ok(Some(number)) => line.raw(number).fills(name, "gpu", &label, Unit::Bytes, number as f64),
                Ok(None) => line.noted("it shows no number"),
                Err(error) => line.noted(error),
            });
        }
    }
    if lines.is_empty() {
        lines.push(absent("gpu", "/sys/class/drm/card*", "the kernel shows none", ""));
    }
    lines
}
