//! `alerts`.

use std::path::PathBuf;

use caretaker_core::export::AlertFormat;
use caretaker_core::rule::Level;
use caretaker_core::time::Span;
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::value::{When, label, setting, span, when};

/// What about alerts.
#[derive(Debug, Subcommand)]
pub enum Alerts {
    /// Open alerts, the worst first
    List(ListAlerts),
    /// One alert with its timeline and evidence
    Show(ShowAlert),
    /// One alert with everything known of it as one file
    Export(ExportAlert),
    /// Take an alert on: no more notices unless it gets worse
    Ack(Acknowledge),
    /// Mute a rule or an alert for a while
    Silence(SilenceAlerts),
    /// Mute everything for a while, now or later, while something is being worked on
    Maintenance(Maintenance),
    /// End a silence before its time
    Unsilence(Unsilence),
    /// The rules that alerts come from
    Rules,
    /// What a rule would have done over stored history, with changes that need not be saved
    Backtest(Backtest),
    /// Which rule made how much noise, and at which bound it would have been quiet
    Noise(Noise),
}

/// Which alerts.
#[derive(Debug, Args)]
pub struct ListAlerts {
    /// Only of this level
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<LevelWord>,
    /// Also those that ended within the last hours
    #[arg(long, value_name = "N")]
    pub hours: Option<u32>,
    /// Also pending and resolved ones
    #[arg(long)]
    pub all: bool,
}

/// Which alert.
#[derive(Debug, Args)]
pub struct ShowAlert {
    /// Its id, or a unique beginning of it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub id: String,
}

/// Which alert, and why.
#[derive(Debug, Args)]
pub struct Acknowledge {
    /// Its id, or a unique beginning of it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub id: String,
    /// What to remember about it
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}

/// What to mute, for how long, and why.
#[derive(Debug, Args)]
pub struct SilenceAlerts {
    /// Id of a rule (`caretaker alerts rules`) or of an alert
    #[arg(value_name = "RULE|ALERT-ID", value_parser = NonEmptyStringValueParser::new())]
    pub target: String,
    /// Only series with this label; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
    /// How long, a year at most; it ends by itself
    #[arg(id = "length", long = "for", value_name = "TIME", value_parser = span, required_unless_present = "until_resolved")]
    pub length: Option<Span>,
    /// Until nothing is up any more that it mutes; with --for, that long at most
    #[arg(long)]
    pub until_resolved: bool,
    /// Why, for whoever wonders later
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new(), required_unless_present = "dry_run")]
    pub reason: Option<String>,
    /// Only say what it would mute
    #[arg(long)]
    pub dry_run: bool,
}

/// When, how long, why, and what of everything.
#[derive(Debug, Args)]
pub struct Maintenance {
    /// When it begins: 03:00, 2h (from now), 2026-11-29 03:00; now if not given
    #[arg(long, value_name = "WHEN", value_parser = when)]
    pub from: Option<When>,
    /// How long, 7 days at most; it ends by itself
    #[arg(id = "length", long = "for", value_name = "TIME", value_parser = span, required_unless_present = "until")]
    pub length: Option<Span>,
    /// When it ends, in place of --for
    #[arg(long, value_name = "WHEN", value_parser = when, conflicts_with = "length")]
    pub until: Option<When>,
    /// Only alerts on series with this label; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    pub labels: Vec<(String, String)>,
    /// Alerts of this level are told even then
    #[arg(long, value_name = "LEVEL")]
    pub except: Option<LevelWord>,
    /// What is done, for whoever wonders later
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new(), required_unless_present = "dry_run")]
    pub reason: Option<String>,
    /// Only say what it would mute
    #[arg(long)]
    pub dry_run: bool,
}

/// Which alert, how written, where to.
#[derive(Debug, Args)]
pub struct ExportAlert {
    /// Its id, or a unique beginning of it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub id: String,
    /// html, json or markdown
    #[arg(long, value_name = "FORMAT", default_value_t = AlertFormat::Html)]
    pub format: AlertFormat,
    /// The file; stdout if none is named
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Which silences.
#[derive(Debug, Args)]
pub struct Unsilence {
    /// Id of one silence (`caretaker alerts list`); or a rule or an alert, which ends all silences of it
    #[arg(value_name = "ID|RULE|ALERT-ID", value_parser = NonEmptyStringValueParser::new())]
    pub id: String,
}

/// Which rule, changed how, over which time.
#[derive(Debug, Args)]
pub struct Backtest {
    /// Id of a rule (`caretaker alerts rules`), or of a new one
    #[arg(value_name = "RULE", value_parser = NonEmptyStringValueParser::new())]
    pub rule: String,
    /// How far back
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span)]
    pub since: Option<Span>,
    /// A changed key of the rule, such as warning.above=70; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

/// Over which time.
#[derive(Debug, Args)]
pub struct Noise {
    /// How far back; a week if not given
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span)]
    pub since: Option<Span>,
}

/// A level as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LevelWord {
    /// Needs a look
    Warning,
    /// Needs a look now
    Critical,
}

impl From<LevelWord> for Level {
    fn from(word: LevelWord) -> Self {
        match word {
            LevelWord::Warning => Self::Warning,
            LevelWord::Critical => Self::Critical,
        }
    }
}
