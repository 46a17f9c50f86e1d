//! `metrics`.

use std::path::PathBuf;

use caretaker_core::export::ExportFormat;
use caretaker_core::metric::SeriesKind;
use caretaker_core::time::{Span, Timestamp};
use clap::{Args, Subcommand, ValueEnum};

use super::value::{label, number, span, time};

/// What of the measurements.
#[derive(Debug, Subcommand)]
pub enum Metrics {
    /// The main figures with mean and percentiles of the last hour, 24 hours or 7 days
    Summary(Summary),
    /// Every series with its newest value
    List(ListSeries),
    /// Values of one series over time, with a chart
    Show(ShowSeries),
    /// Values of many series as JSON, CSV, Markdown or Prometheus text
    Export(ExportSeries),
    /// Exports at intervals, as the configuration has them
    Exports(Exports),
    /// Push a figure of your own, or many from stdin
    Record(RecordSample),
    /// Set a counter that you push back to zero
    Reset(ResetCounter),
}

/// Which time.
#[derive(Debug, Args)]
pub struct Summary {
    /// The rolling window that mean and percentiles are of
    #[arg(long, value_enum, default_value_t, hide_possible_values = false)]
    pub window: Window,
}

/// A rolling window, up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Window {
    /// One hour
    #[value(name = "1h")]
    Hour,
    /// One day
    #[default]
    #[value(name = "24h")]
    Day,
    /// Seven days
    #[value(name = "7d")]
    Week,
}

/// Which series.
#[derive(Debug, Args)]
pub struct ListSeries {
    /// Only series with this in their name or labels
    #[arg(value_name = "TERM")]
    pub term: Option<String>,
}

/// Which series, which time.
#[derive(Debug, Args)]
pub struct ShowSeries {
    /// Name of the series, for example host.cpu.usage
    pub name: String,
    /// Only series with this label; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
    /// How far back from now [default: 24h]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span)]
    pub since: Option<Span>,
    /// One value a step; by default every stored sample up to 6 h, and steps that suit the range beyond
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span)]
    pub step: Option<Span>,
}

/// Which export.
#[derive(Debug, Args)]
pub struct Exports {
    /// Write a file of this export now; its schedule stays as it is
    #[arg(long, value_name = "ID")]
    pub now: Option<String>,
}

/// Which series, in which format, where to.
#[derive(Debug, Args)]
pub struct ExportSeries {
    /// json, csv, markdown or prometheus
    #[arg(long, value_name = "FORMAT")]
    pub format: ExportFormat,
    /// How far back from the end [default: 7d]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span, conflicts_with = "from")]
    pub since: Option<Span>,
    /// From when on, as 2026-01-31T08:30:00Z, in place of --since
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub from: Option<Timestamp>,
    /// Until when [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub to: Option<Timestamp>,
    /// Only series whose name fits, with `*` for anything; may be given several times
    #[arg(long = "name", value_name = "GLOB")]
    pub names: Vec<String>,
    /// One value a step; by default every stored sample up to 6 h, and steps that suit the range beyond
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span)]
    pub step: Option<Span>,
    /// Write to this file in place of stdout
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Which figure.
#[derive(Debug, Args)]
pub struct RecordSample {
    /// Name of the series, for example board.sales; `-` reads lines of NAME VALUE TIME from stdin, the time optional
    pub name: String,
    /// The value; every digit is kept
    #[arg(allow_hyphen_values = true, value_parser = number)]
    pub value: Option<f64>,
    /// gauge or counter [default: what the series is, or a gauge when it is new]
    #[arg(long, value_name = "KIND")]
    pub kind: Option<SeriesKind>,
    /// percent, bytes, bytes_per_second, celsius, milliseconds, seconds, watts, turns_per_minute, count, ratio or number
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// The service that it is about; becomes the label `service`
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// What tells this series from others of its name; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
    /// When the value was true, as 2026-01-31T08:30:00Z or in seconds or milliseconds since 1970 [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub at: Option<Timestamp>,
}

/// Which counter.
#[derive(Debug, Args)]
pub struct ResetCounter {
    /// Name of the counter
    pub name: String,
    /// Only the series with this label; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
}
