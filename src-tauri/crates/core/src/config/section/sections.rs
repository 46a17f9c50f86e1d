//! The whole file: its sections, and which of them this version does not act upon yet.

use schemars::JsonSchema;

use super::api::ApiSection;
use super::approval::ApprovalSection;
use super::backup::BackupSection;
use super::channel::ChannelSection;
use super::collect::CollectSection;
use super::destination::DestinationSection;
use super::export::ExportSection;
use super::flag::FlagSection;
use super::keep::KeepSection;
use super::models::ModelsSection;
use super::notify::NotifySection;
use super::rule::RuleSection;
use super::service::ServiceSection;
use super::task::TaskSection;
use crate::config::channel::ChannelSettings;
use crate::config::fields::{Fields, Reference};
use crate::maintenance::READY_MADE;
use crate::rule::Route;

/// Caretaker's configuration, `caretaker.toml`. All of it is optional. Lengths of time are texts with a unit: ms, s, m, h, d, w, y.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct Sections {
    pub collect: Option<CollectSection>,
    pub keep: Option<KeepSection>,
    pub rule: Option<Vec<RuleSection>>,
    pub notify: Option<NotifySection>,
    pub api: Option<ApiSection>,
    pub models: Option<ModelsSection>,
    pub export: Option<Vec<ExportSection>>,
    pub service: Option<Vec<ServiceSection>>,
    pub destination: Option<Vec<DestinationSection>>,
    pub backup: Option<Vec<BackupSection>>,
    pub task: Option<Vec<TaskSection>>,
    pub approval: Option<Vec<ApprovalSection>>,
    pub flag: Option<Vec<FlagSection>>,
}

impl Sections {
    /// Reads and checks the whole file.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        let sections = Self {
            collect: fields.table("collect", CollectSection::read),
            keep: fields.table("keep", KeepSection::read),
            rule: fields.tables("rule", RuleSection::read),
            notify: fields.table("notify", NotifySection::read),
            api: fields.table("api", ApiSection::read),
            models: fields.table("models", ModelsSection::read),
            export: fields.tables("export", ExportSection::read),
            service: fields.tables("service", ServiceSection::read),
            destination: fields.tables("destination", DestinationSection::read),
            backup: fields.tables("backup", BackupSection::read),
            task: fields.tables("task", TaskSection::read),
            approval: fields.tables("approval", ApprovalSection::read),
            flag: fields.tables("flag", FlagSection::read),
        };
        sections.check_references(fields);
        sections
    }

    /// Dotted paths of what the file has and this version does not act upon: sections, whole rules, single keys.
    pub(in crate::config) fn unused(&self) -> Vec<String> {
        let of_rule = |rule: &RuleSection| match (&rule.id, rule.waits_for_later_version()) {
            (Some(id), true) => Some(format!("rule.{id}")),
            (Some(id), false) => rule.priority.is_some().then(|| format!("rule.{id}.priority")),
            (None, _) => None,
        };
        let mut unused: Vec<String> = self.rule.iter().flatten().filter_map(of_rule).collect();
        let lists = [
            ("keep.logs", self.keep.as_ref().is_some_and(|keep| keep.logs.is_some())),
            ("service", self.service.is_some()),
            ("flag", self.flag.is_some()),
        ];
        let channels = self.notify.iter().flat_map(|notify| notify.channel.iter().flatten());
        let unusable = channels.filter_map(ChannelSection::settings).filter(|channel| channel.unusable().is_some());
        unused.extend(unusable.map(|channel| format!("notify.channel.{}", channel.id)));
        let tasks = self.task.iter().flatten().filter(|task| task.waits_for_later_version());
        unused.extend(tasks.filter_map(|task| Some(format!("task.{}", task.id.as_deref()?))));
        unused.extend(lists.into_iter().filter(|(_, present)| *present).map(|(name, _)| name.to_owned()));
        unused
    }

    /// Entries that name other entries name ones that the file defines.
    fn check_references(&self, fields: &mut Fields<'_, '_>) {
        let destinations: Vec<&str> =
            self.destination.iter().flatten().filter_map(|entry| entry.id.as_deref()).collect();
        for (index, backup) in self.backup.iter().flatten().enumerate() {
            for name in backup.to.iter().flatten().filter(|name| !destinations.contains(&name.as_str())) {
                let at = Reference { list: "backup", index, key: "to", kind: "destination", name };
                fields.unknown_reference(at, &destinations);
            }
        }
        let is_store = |name: &String| {
            let mut named = self.destination.iter().flatten();
            named.any(|entry| entry.id.as_ref() == Some(name) && entry.s3.is_some())
        };
        for (index, backup) in self.backup.iter().flatten().enumerate() {
            let to = || backup.to.iter().flatten();
            if let Some(name) = to().next().filter(|_| to().all(is_store)) {
                let at = Reference { list: "backup", index, key: "to", kind: "destination", name };
                let message =
                    "a store takes copies of archives that lie in a folder, and this job names none".to_owned();
                fields.note_reference(at, message, "name a destination with a `path` first".to_owned());
            }
        }
        let channels = self.notify.iter().flat_map(|notify| notify.channel.iter().flatten());
        let is_second = |channel: &ChannelSettings| channel.is_served() && channel.route == Route::Second;
        let has_second = channels.filter_map(ChannelSection::settings).any(|channel| is_second(&channel));
        for (index, rule) in self.rule.iter().flatten().enumerate() {
            if let (Some(id), Some(Route::Second), false) = (&rule.id, rule.route, has_second) {
                let at = Reference { list: "rule", index, key: "route", kind: "channel", name: "second" };
                let message = format!("nobody is told of the alerts of `{id}`: no channel has `route = \"second\"`");
                let hint = "give a `[[notify.channel]]` that route, or use `route = \"now\"`";
                fields.note_reference(at, message, hint.to_owned());
            }
        }
        let own = self.task.iter().flatten().filter_map(|entry| entry.id.as_deref());
        let tasks: Vec<&str> = READY_MADE.iter().map(|ready| ready.id).chain(own).collect();
        for (index, task) in self.task.iter().flatten().enumerate() {
            for name in task.after.iter().flatten().filter(|name| !tasks.contains(&name.as_str())) {
                let at = Reference { list: "task", index, key: "after", kind: "task", name };
                fields.unknown_reference(at, &tasks);
            }
        }
    }
}
