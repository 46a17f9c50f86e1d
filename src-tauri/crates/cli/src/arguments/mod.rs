//! What may be typed: one file for each verb that has arguments of its own. No file in here does anything.

mod alerts;
mod api;
mod backup;
mod completions;
mod configuration;
mod doctor;
mod folders;
mod global;
mod health;
mod key;
mod later;
mod maintain;
mod metrics;
mod monitor;
mod notify;
mod restoring;
mod run;
mod runbook;
mod service;
mod status;
mod value;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use alerts::{
    Acknowledge, Alerts, Backtest, ExportAlert, ListAlerts, Maintenance, Noise, ShowAlert, SilenceAlerts, Unsilence,
};
pub use api::{Api, ApiToken};
pub use backup::{AcceptChanges, Backup, CreateBackup, ListArchives, Prune, ShowArchive};
pub use completions::Completions;
pub use configuration::{Configuration, ShowConfiguration, Validate};
pub use doctor::{Doctor, DoctorGroup};
pub use folders::Folders;
pub use global::Global;
pub use health::Health;
pub use key::{Key, KeySheet};
pub use maintain::{Ahead, Maintain, PauseMaintenance, RunTask, ScheduleTask, TaskRuns, WriteOut};
pub use metrics::{
    ExportSeries, Exports, ListSeries, Metrics, RecordSample, ResetCounter, ShowSeries, Summary, Window,
};
pub use monitor::Monitor;
pub use notify::{Notify, TestChannel};
pub use restoring::{BrowseArchive, DrillJob, FindFile, OneDestination, RestoreFiles, VerifyArchives};
pub use run::Run;
pub use runbook::{DiffRunbook, ListRunbooks, OneRunbook, RollBackRunbook, RunHistory, RunRunbook, Runbook};
pub use service::{InstallService, Service, ServiceScope, UninstallService};
pub use status::Status;
pub use value::When;

/// Watches over this computer: measures it, keeps the history, and says when something needs you.
#[derive(Debug, Parser)]
#[command(name = "caretaker", version, propagate_version = true, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

const AFTER_HELP: &str = "Exit codes: 0 done or healthy, 1 failed or critical, 2 wrong usage or invalid configuration, \
    3 warnings only, 4 not found, 130 interrupted.";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Measure, judge and notify in the foreground, without a tray
    Run(Run),
    /// Everything at a glance
    Status(Status),
    /// Everything at a glance, kept up to date on the whole terminal
    Monitor(Monitor),
    /// Run checks now, with an exit code for scripts
    Health(Health),
    /// What was measured
    #[command(subcommand)]
    Metrics(Metrics),
    /// What takes up the disks, and what grew on them
    Folders(Folders),
    /// What needs you
    #[command(subcommand)]
    Alerts(Alerts),
    /// Backups: make them, see them, remove old ones
    #[command(subcommand)]
    Backup(Backup),
    /// What to do about an alert, and doing it
    #[command(subcommand)]
    Runbook(Runbook),
    /// Maintenance: tasks that look after this machine
    #[command(subcommand)]
    Maintain(Maintain),
    /// Write histories, the configuration and a summary into a folder
    Export(WriteOut),
    /// Check the configuration, endpoints, storage and every component
    Validate,
    /// Where notices go
    #[command(subcommand)]
    Notify(Notify),
    /// Caretaker's own configuration
    #[command(subcommand, name = "config")]
    Configuration(Configuration),
    /// Check this machine and Caretaker's set-up
    Doctor(Doctor),
    /// Have the engine kept alive without a login
    #[command(subcommand)]
    Service(Service),
    /// Print completions for a shell
    Completions(Completions),
    /// The interface for programs
    #[command(subcommand)]
    Api(Api),
}

/// What was typed.
#[derive(Debug)]
pub enum Typed {
    /// A verb of this version.
    Verb(Arguments),
    /// A verb that is part of the plan but not of this version, and what is needed to say so.
    Later {
        /// The verb as it was typed: `backup create`.
        verb: String,
        /// Whether a document is wanted.
        json: bool,
        /// The global flags before it.
        global: Global,
    },
}

/// The tree of verbs that work, for documentation and completions.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Reads the words of a command line.
pub fn parse<I, T>(words: I) -> Result<Typed, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<std::ffi::OsString> + Clone,
{
    let matches = later::add(command()).try_get_matches_from(words)?;
    match later::find(&matches) {
        Some(found) => {
            let global = Global::from_arg_matches(&matches)?;
            Ok(Typed::Later { json: global.json || found.json, verb: found.verb, global })
        }
        None => arguments(&matches).map(Typed::Verb),
    }
}

fn arguments(matches: &ArgMatches) -> Result<Arguments, clap::Error> {
    Arguments::from_arg_matches(matches).map_err(|error| error.format(&mut command()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Result<Typed, clap::Error> {
        parse(std::iter::once("caretaker").chain(line.split_whitespace()))
    }

    #[test]
    fn the_tree_is_consistent() {
        later::add(command()).debug_assert();
    }

    #[test]
    fn global_flags_stand_before_or_after_the_verb() {
        for line in ["--json --home /h status", "status --json --home /h", "--home /h status --json"] {
            let Ok(Typed::Verb(arguments)) = typed(line) else { panic!("{line}") };
            assert!(arguments.global.json && arguments.global.home.is_some(), "{line}");
        }
    }

    #[test]
    fn verbs_of_later_versions_are_known_with_everything_behind_them() {
        for (line, expected, json) in [
            ("logs search abc --level error --json", "logs search", true),
            ("incidents", "incidents", false),
            ("metrics tokens --by model", "metrics tokens", false),
            ("config rollback 3", "config rollback", false),
        ] {
            let Ok(Typed::Later { verb, json: found, .. }) = typed(line) else { panic!("{line}") };
            assert_eq!((verb.as_str(), found), (expected, json), "{line}");
        }
    }

    #[test]
    fn a_value_may_be_negative_and_must_be_a_number() {
        for line in
            ["metrics record board.sales -5", "metrics record - --unit ms", "metrics record a 1e-9 --at 1772438340"]
        {
            assert!(matches!(typed(line), Ok(Typed::Verb(_))), "{line}");
        }
        for (line, said) in [
            ("metrics record a NaN", "`NaN` is no value"),
            ("metrics record a 5 --kind histogram", "there are gauge and counter"),
            ("metrics record a 5 --at soon", "read `soon`"),
        ] {
            let error = typed(line).unwrap_err().to_string();
            assert!(error.contains(said), "{line}: {error}");
        }
    }

    #[test]
    fn unknown_words_are_refused_with_what_was_meant() {
        for (line, meant) in
            [("statsu", "status"), ("alerts lst", "list"), ("metrics sho x", "show"), ("bakup", "backup")]
        {
            let error = typed(line).unwrap_err().to_string();
            assert!(error.contains(meant), "{line}: {error}");
        }
        assert!(typed("backup frobnicate").is_err());
        assert!(typed("backup create board --type whole").is_err());
    }
}
