//! `metrics`.

use std::path::PathBuf;

use caretaker_core::export::ExportFormat;
use caretaker_core::time::Span;
use clap::{Args, Subcommand};

use super::value::{label, span};

/// What of the measurements.
#[derive(Debug, Subcommand)]
pub enum Metrics {
    /// The main figures with their last hour and day
    Summary,
    /// Every series with its newest value
    List(ListSeries),
    /// Values of one series over time, with a chart
    Show(ShowSeries),
    /// Values of many series as JSON, CSV, Markdown or Prometheus text
    Export(ExportSeries),
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
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub since: Option<Span>,
    /// One value a step; by default every stored sample up to 6 h, and steps that suit the range beyond
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub step: Option<Span>,
}

/// Which series, in which format, where to.
#[derive(Debug, Args)]
pub struct ExportSeries {
    /// json, csv, markdown or prometheus
    #[arg(long, value_name = "FORMAT")]
    pub format: ExportFormat,
    /// How far back from now [default: 7d]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub since: Option<Span>,
    /// Only series whose name fits, with `*` for anything; may be given several times
    #[arg(long = "name", value_name = "GLOB")]
    pub names: Vec<String>,
    /// One value a step; by default every stored sample up to 6 h, and steps that suit the range beyond
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub step: Option<Span>,
    /// Write to this file in place of stdout
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
