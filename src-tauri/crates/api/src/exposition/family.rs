//! One name with its help, its type and its samples.

use std::collections::BTreeMap;
use std::fmt::Write;

use caretaker_core::metric::{SeriesKind, exposition};

/// What Prometheus calls a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Gauge,
    Counter,
}

impl From<SeriesKind> for Kind {
    fn from(kind: SeriesKind) -> Self {
        match kind {
            SeriesKind::Gauge => Self::Gauge,
            SeriesKind::Counter => Self::Counter,
        }
    }
}

/// Samples of one name, each set of labels once.
#[derive(Clone, Debug)]
pub struct Family {
    pub help: String,
    pub kind: Kind,
    pub samples: BTreeMap<String, f64>,
}

impl Family {
    pub fn new(help: &str, kind: Kind) -> Self {
        Self { help: help.to_owned(), kind, samples: BTreeMap::new() }
    }

    /// Adds a sample; the first one of the same labels stays.
    pub fn add<'a>(&mut self, labels: impl Iterator<Item = (&'a str, &'a str)>, value: f64) {
        self.samples.entry(exposition::labels(labels)).or_insert(value);
    }

    pub fn with<'a>(mut self, labels: impl IntoIterator<Item = (&'a str, &'a str)>, value: f64) -> Self {
        self.add(labels.into_iter(), value);
        self
    }

    pub fn write(&self, name: &str, page: &mut String) {
        let kind = match self.kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
        };
        // Writing to a text cannot fail.
        let _ = writeln!(page, "# HELP {name} {}", self.help.replace('\\', "\\\\").replace('\n', "\\n"));
        let _ = writeln!(page, "# TYPE {name} {kind}");
        for (labels, value) in &self.samples {
            let _ = writeln!(page, "{name}{labels} {value}");
        }
    }
}
