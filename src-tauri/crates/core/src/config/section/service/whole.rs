//! The keys of `[[service]]` itself.

use schemars::JsonSchema;

use super::check::CheckSection;
use super::files::{FileSection, LogSection, MetricsSection};
use super::kpi::KpiSection;
use crate::config::fields::{ANY_SPAN, Fields};
use crate::time::Span;

/// A program that Caretaker looks after.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct ServiceSection {
    /// Its stable name.
    #[schemars(required)]
    pub id: Option<String>,
    /// Its name for people; the id if it has none.
    pub name: Option<String>,
    /// Where it runs: production, staging.
    pub environment: Option<String>,
    /// Names of its processes.
    pub processes: Option<Vec<String>>,
    /// Services that it cannot do without.
    pub depends_on: Option<Vec<String>>,
    /// Share of the time in which it should be well, 0 to 100.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub objective_percent: Option<f64>,
    /// How it is restarted when it stays down.
    pub restart: Option<RestartSection>,
    /// Checks that it is well.
    pub check: Option<Vec<CheckSection>>,
    /// Where its own metrics are read.
    pub metrics: Option<Vec<MetricsSection>>,
    /// Figures that its owner cares about.
    pub kpi: Option<Vec<KpiSection>>,
    /// Its logs.
    pub log: Option<Vec<LogSection>>,
    /// Its configuration files.
    pub file: Option<Vec<FileSection>>,
}

/// How a service is restarted when it stays down.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct RestartSection {
    /// Program and arguments.
    #[schemars(required)]
    pub command: Option<Vec<String>>,
    /// How long it must be down before.
    pub after: Option<Span>,
    /// How often at most: `2 per hour`.
    pub at_most: Option<String>,
}

impl ServiceSection {
    /// Reads and checks one service.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            id: fields.id(),
            name: fields.text("name"),
            environment: fields.text("environment"),
            processes: fields.texts("processes"),
            depends_on: fields.texts("depends_on"),
            objective_percent: fields.number_within("objective_percent", 0.0..=100.0),
            restart: fields.table("restart", RestartSection::read),
            check: fields.tables("check", CheckSection::read),
            metrics: fields.tables("metrics", MetricsSection::read),
            kpi: fields.tables("kpi", KpiSection::read),
            log: fields.tables("log", LogSection::read),
            file: fields.tables("file", FileSection::read),
        }
    }
}

impl RestartSection {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("command");
        Self {
            command: fields.texts("command"),
            after: fields.span("after", ANY_SPAN),
            at_most: fields.text("at_most"),
        }
    }
}
