//! Values as on a machine, made up the same way every time: 50 shares of CPU, 20 sizes of memory, 45 rates, 20
//! temperatures, 15 near constants. For figures of the store and of the rules.

use std::sync::Arc;

use caretaker_core::metric::{ProcessReading, Reading, Round, RoundId, SeriesKey, Unit};
use caretaker_core::time::{BootId, Moment, Span, Timestamp};

/// When the made-up history begins.
pub const START: i64 = 1_767_225_600_000;
/// Milliseconds between two rounds.
pub const INTERVAL: i64 = 30_000;
/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;
/// How many series there are.
pub const COUNT: usize = 150;

/// The made-up machine.
pub struct Machine {
    noise: u64,
    keys: Vec<(Arc<SeriesKey>, Unit)>,
    state: Vec<f64>,
}

impl Machine {
    /// At its start, with as many series as most have.
    pub fn new() -> Self {
        Self::with(COUNT)
    }

    /// At its start, with about that many series of the same mix.
    pub fn with(count: usize) -> Self {
        let kinds = [
            ("cpu", Unit::Percent, 50),
            ("memory", Unit::Bytes, 20),
            ("rate", Unit::BytesPerSecond, 45),
            ("temperature", Unit::Celsius, 20),
            ("constant", Unit::Count, 15),
        ];
        let key = |name, n: usize| match name {
            // What a rule usually looks at: a name of its own.
            "memory" => SeriesKey::plain(&format!("host.memory.{n}")),
            _ => SeriesKey::labelled(&format!("host.{name}"), "n", format!("{n}")),
        };
        let keys: Vec<_> = kinds
            .iter()
            .flat_map(|(name, unit, share)| (0..share * count / COUNT).map(move |n| (Arc::new(key(name, n)), *unit)))
            .collect();
        let state = keys.iter().enumerate().map(|(n, (_, unit))| match unit {
            Unit::Percent => 20.0,
            Unit::Bytes => 4e9 + n as f64 * 1e8,
            Unit::Celsius => 55.0,
            _ => n as f64,
        });
        Self { noise: 0x9e37_79b9_7f4a_7c15, state: state.collect(), keys }
    }

    /// The keys of all series.
    pub fn keys(&self) -> impl Iterator<Item = &SeriesKey> {
        self.keys.iter().map(|(key, _)| key.as_ref())
    }

    /// The round at a moment.
    pub fn round(&mut self, epoch: u32, at: i64) -> Round {
        let up = Span::from_millis(at - START + 3_600_000);
        let wall = Timestamp::from_millis(at);
        Round {
            id: RoundId { epoch, at: wall },
            moment: Moment { wall, awake: up, elapsed: up, boot: BootId(1) },
            interval: Span::from_millis(INTERVAL),
            readings: (0..self.keys.len()).map(|n| self.reading(n)).collect(),
            processes: None,
        }
    }

    /// A list as long as the top 20 by CPU and the top 20 by memory usually are together.
    pub fn processes(&mut self) -> Vec<ProcessReading> {
        (0..30)
            .map(|n| ProcessReading {
                pid: 1_000 + n * 37,
                name: format!("process-{n}"),
                cpu_percent: Some((self.even() * 10_000.0).round() / 100.0),
                memory_bytes: (self.even() * 1e5) as u64 * 4_096,
            })
            .collect()
    }

    fn reading(&mut self, n: usize) -> Reading {
        let unit = self.keys[n].1;
        let before = self.state[n];
        let value = match unit {
            Unit::Percent => {
                self.state[n] = (before + self.normal()).clamp(2.0, 90.0);
                (self.state[n] + 4.0 * self.normal()).clamp(0.0, 100.0)
            }
            Unit::Bytes => {
                self.state[n] = (before + 2e6 * self.normal()).max(1e8);
                (self.state[n] / 4_096.0).round() * 4_096.0
            }
            Unit::BytesPerSecond if n.is_multiple_of(6) && self.even() < 0.95 => 0.0,
            Unit::BytesPerSecond => (9.0 + 1.5 * self.normal()).exp(),
            Unit::Celsius => {
                self.state[n] = (before + 0.3 * self.normal()).clamp(30.0, 95.0);
                self.state[n]
            }
            _ => before + f64::from(u8::from(self.even() < 0.001)),
        };
        Reading::gauge(Arc::clone(&self.keys[n].0), unit, value)
    }

    /// Evenly from 0 to 1 (xorshift64).
    fn even(&mut self) -> f64 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        (self.noise >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Roughly normal: the sum of twelve even values.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.even()).sum::<f64>() - 6.0
    }
}
