//! `alerts`.

use caretaker_core::rule::Level;
use caretaker_core::time::Span;
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::value::{label, span};

/// What about alerts.
#[derive(Debug, Subcommand)]
pub enum Alerts {
    /// Open alerts, the worst first
    List(ListAlerts),
    /// One alert with its timeline and evidence
    Show(ShowAlert),
    /// Take an alert on: no more notices unless it gets worse
    Ack(Acknowledge),
    /// Mute a rule or an alert for a while
    Silence(SilenceAlerts),
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
    #[arg(id = "length", long = "for", value_name = "TIME", value_parser = span)]
    pub length: Span,
    /// Why, for whoever wonders later
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub reason: String,
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
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub since: Option<Span>,
    /// A changed key of the rule, such as warning.above=70; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
    pub set: Vec<(String, String)>,
}

/// Over which time.
#[derive(Debug, Args)]
pub struct Noise {
    /// How far back; a week if not given
    #[arg(long, value_name = "TIME", value_parser = span)]
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
