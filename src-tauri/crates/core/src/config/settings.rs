//! The settings that everything runs with: the file, the environment and the defaults put together.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::channel::ChannelSettings;
use super::default_rules::{BUILT_IN_RULES, default_rules};
use super::document::Document;
use super::environment;
use super::platform::Platform;
use super::problem::ConfigProblem;
use super::recurrence::Recurrence;
use super::section::approval::ApprovalSection;
use super::section::backup::BackupSection;
use super::section::channel::ChannelSection;
use super::section::destination::DestinationSection;
use super::section::export::ExportSection;
use super::section::maintenance::MaintenanceSection;
use super::section::notify::QuietSection;
use super::section::rule::RuleSection;
use super::section::task::tasks;
use super::section::{Sections, api, collect, keep, models, notify};
use super::time_of_day::TimeOfDay;
use crate::backup::{Destination, Job};
use crate::export::ExportPlan;
use crate::maintenance::Task;
use crate::metric::Labels;
use crate::rule::{Level, Rule};
use crate::runbook::Approval;
use crate::time::Span;

/// Everything that can be set, with nothing left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// Measuring.
    pub collect: Collect,
    /// Terms of history.
    pub keep: Keep,
    /// The built-in rules of this system in their order, changed as the file says, then the file's own.
    pub rules: Vec<Rule>,
    /// Notices.
    pub notify: Notify,
    /// The loopback door.
    pub api: Api,
    /// Servers of local models.
    pub models: Models,
    /// Measurements written to folders at intervals.
    #[serde(default)]
    pub exports: Vec<ExportPlan>,
    /// Where backups go.
    #[serde(default)]
    pub destinations: Vec<Destination>,
    /// What is backed up, as the file says; the job for Caretaker's own home is not among them unless the file names it.
    #[serde(default)]
    pub jobs: Vec<Job>,
    /// Commands of runbooks that may run without being asked about.
    #[serde(default)]
    pub approvals: Vec<Approval>,
    /// Maintenance: the ready-made tasks, changed as the file says, then the file's own.
    #[serde(default)]
    pub tasks: Vec<Task>,
}

/// How often the machine is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Collect {
    /// Time between two rounds.
    pub interval: Span,
    /// Top processes kept with a round.
    pub processes: usize,
}

/// How long history is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Keep {
    /// Samples of every round.
    pub raw: Span,
    /// Rollups of 5 minutes.
    pub five_minutes: Span,
    /// Rollups of an hour.
    pub hourly: Span,
    /// Records of logs.
    pub logs: Span,
    /// Resolved alerts.
    pub alerts: Span,
}

/// What the owner is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notify {
    /// Notifications on the desktop.
    pub native: bool,
    /// Time until a critical alert that nobody acknowledged is told again.
    pub repeat: Span,
    /// When nothing is told.
    pub quiet: Vec<QuietHours>,
    /// Windows that come back in which things are being worked on.
    pub maintenance: Vec<MaintenanceWindow>,
    /// Channels beyond the desktop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channel: Vec<ChannelSettings>,
}

/// Hours of every day, in local time, in which nothing is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuietHours {
    /// First minute.
    pub from: TimeOfDay,
    /// First minute after them; earlier than `from` when they pass midnight.
    pub to: TimeOfDay,
    /// Alerts of this level and above are told even then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<Level>,
}

/// A window that comes back, in local time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MaintenanceWindow {
    /// Its stable name.
    pub id: String,
    /// When it opens.
    pub every: Recurrence,
    /// How long it stays open.
    pub r#for: Span,
    /// What is done then.
    pub reason: String,
    /// Only alerts on series with all of these labels.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub r#where: Labels,
    /// Alerts of this level and above are told even then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<Level>,
}

/// The door for browsers and Prometheus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Api {
    /// Whether it is open.
    pub enabled: bool,
    /// A loopback address.
    #[schema(value_type = String, example = "127.0.0.1:7861")]
    pub listen: SocketAddr,
}

/// Where servers of local models are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Models {
    /// Whether anything is looked for.
    pub enabled: bool,
    /// Whether the usual ports of this machine are tried.
    pub discover: bool,
    /// Further servers, on loopback addresses.
    #[schema(value_type = Vec<String>)]
    pub servers: Vec<SocketAddr>,
}

impl Settings {
    /// The settings without a file and without variables.
    pub fn defaults(platform: Platform) -> Self {
        Self::from_sections(&Sections::default(), platform)
    }

    /// The settings from a file, if there is one, and from the variables `CARETAKER_<SECTION>__<KEY>` of the
    /// environment, which go before the file. Other variables are passed over.
    ///
    /// # Errors
    /// Every mistake in the variables; line and column are 0 and the key is the variable's name.
    pub fn resolve(
        document: Option<&Document>,
        environment: impl IntoIterator<Item = (String, String)>,
        platform: Platform,
    ) -> Result<Self, Vec<ConfigProblem>> {
        let overlaid = environment::overlay(document, environment)?;
        let document = overlaid.as_ref().or(document);
        Ok(document
            .map_or_else(|| Self::defaults(platform), |document| Self::from_sections(document.sections(), platform)))
    }

    fn from_sections(file: &Sections, platform: Platform) -> Self {
        let collect = file.collect.clone().unwrap_or_default();
        let keep = file.keep.clone().unwrap_or_default();
        let notify = file.notify.clone().unwrap_or_default();
        let api = file.api.clone().unwrap_or_default();
        let models = file.models.clone().unwrap_or_default();
        let interval = collect.interval.unwrap_or(collect::INTERVAL);
        Self {
            collect: Collect { interval, processes: collect.processes.unwrap_or(collect::PROCESSES) as usize },
            keep: Keep {
                raw: keep.raw.unwrap_or(keep::RAW),
                five_minutes: keep.five_minutes.unwrap_or(keep::FIVE_MINUTES),
                hourly: keep.hourly.unwrap_or(keep::HOURLY),
                logs: keep.logs.unwrap_or(keep::LOGS),
                alerts: keep.alerts.unwrap_or(keep::ALERTS),
            },
            rules: rules(file.rule.as_deref().unwrap_or_default(), platform, interval),
            notify: Notify {
                native: notify.native.unwrap_or(notify::NATIVE),
                repeat: notify.repeat.unwrap_or(notify::REPEAT),
                quiet: notify.quiet.iter().flatten().map(QuietSection::hours).collect(),
                maintenance: notify.maintenance.iter().flatten().filter_map(MaintenanceSection::window).collect(),
                channel: notify.channel.iter().flatten().filter_map(ChannelSection::settings).collect(),
            },
            api: Api { enabled: api.enabled.unwrap_or(api::ENABLED), listen: api.listen.unwrap_or(api::LISTEN) },
            models: Models {
                enabled: models.enabled.unwrap_or(models::ENABLED),
                discover: models.discover.unwrap_or(models::DISCOVER),
                servers: models.servers.unwrap_or_default(),
            },
            exports: file.export.iter().flatten().filter_map(ExportSection::resolve).collect(),
            destinations: file.destination.iter().flatten().filter_map(DestinationSection::resolve).collect(),
            jobs: file.backup.iter().flatten().filter_map(BackupSection::resolve).collect(),
            approvals: file.approval.iter().flatten().filter_map(ApprovalSection::resolve).collect(),
            tasks: tasks(file.task.as_deref().unwrap_or_default()),
        }
    }
}

fn rules(changes: &[RuleSection], platform: Platform, interval: Span) -> Vec<Rule> {
    let change_of = |id: &str| changes.iter().find(|change| change.id.as_deref() == Some(id));
    let mut rules = default_rules(platform, interval);
    for rule in &mut rules {
        if let Some(changed) = change_of(&rule.id).and_then(|change| change.resolve(Some(rule))) {
            *rule = changed;
        }
    }
    let built_in = rules.len();
    for change in changes {
        if rules[..built_in].iter().any(|rule| change.id.as_deref() == Some(&rule.id)) {
            continue;
        }
        // A built-in rule of another system stays out, unless the file gives it a series of its own.
        let elsewhere = BUILT_IN_RULES.iter().find(|rule| change.id.as_deref() == Some(rule.id));
        let base = elsewhere.filter(|_| change.metric.is_some()).map(|rule| rule.resolve(interval));
        rules.extend(change.resolve(base.as_ref()));
    }
    rules
}
