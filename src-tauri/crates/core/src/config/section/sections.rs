//! The whole file: its sections, and which of them this version does not act upon yet.

use schemars::JsonSchema;

use super::api::ApiSection;
use super::backup::BackupSection;
use super::collect::CollectSection;
use super::destination::DestinationSection;
use super::flag::FlagSection;
use super::keep::KeepSection;
use super::models::ModelsSection;
use super::notify::NotifySection;
use super::rule::RuleSection;
use super::service::ServiceSection;
use super::task::TaskSection;
use crate::config::fields::{Fields, Reference};

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
    pub service: Option<Vec<ServiceSection>>,
    pub destination: Option<Vec<DestinationSection>>,
    pub backup: Option<Vec<BackupSection>>,
    pub task: Option<Vec<TaskSection>>,
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
            service: fields.tables("service", ServiceSection::read),
            destination: fields.tables("destination", DestinationSection::read),
            backup: fields.tables("backup", BackupSection::read),
            task: fields.tables("task", TaskSection::read),
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
            ("api", self.api.is_some()),
            ("notify.channel", self.notify.as_ref().is_some_and(|notify| notify.channel.is_some())),
            ("service", self.service.is_some()),
            ("destination", self.destination.is_some()),
            ("backup", self.backup.is_some()),
            ("task", self.task.is_some()),
            ("flag", self.flag.is_some()),
        ];
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
    }
}
