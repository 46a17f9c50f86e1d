//! The keys of `[[rule]]`, each by itself.

use std::ops::RangeInclusive;

use schemars::JsonSchema;

use super::check;
use crate::config::default_rules::LATER_IDS;
use crate::config::fields::{Fields, written};
use crate::config::section::threshold::ThresholdSection;
use crate::metric::Labels;
use crate::rule::{Aggregate, NoData, Route, Threshold, Tolerance};
use crate::time::Span;

/// How long an alert of a rule stays up after its last breach unless the file says otherwise.
pub(in crate::config) const KEEP_FIRING_FOR: Span = Span::from_minutes(1);

const WINDOWS: RangeInclusive<Span> = Span::from_seconds(5)..=Span::from_days(90);
const HOLDS: RangeInclusive<Span> = Span::ZERO..=Span::from_days(7);

/// The words for figures over a series.
pub(in crate::config) const AGGREGATES: [(&str, Aggregate); 12] = [
    ("last", Aggregate::Last),
    ("avg", Aggregate::Avg),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("p50", Aggregate::P50),
    ("p95", Aggregate::P95),
    ("p99", Aggregate::P99),
    ("sum", Aggregate::Sum),
    ("rate", Aggregate::Rate),
    ("delta", Aggregate::Delta),
    ("forecast", Aggregate::Forecast),
    ("absent", Aggregate::Absent),
];
const NO_DATA: [(&str, NoData); 3] = [("keep", NoData::Keep), ("ok", NoData::Ok), ("alert", NoData::Alert)];
const PRIORITIES: [&str; 4] = ["P1", "P2", "P3", "P4"];
/// When channels are told: at once, as second step, or with the daily report.
pub(in crate::config) const ROUTES: [(&str, Route); 3] =
    [("now", Route::Now), ("second", Route::Second), ("daily", Route::Daily)];

/// When an alert is raised. A rule with the id of a built-in one changes only the keys it names; any other rule needs
/// `metric` and at least one of `warning` and `critical`.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct RuleSection {
    /// Its stable name, also in `caretaker alerts` and in file names of runbooks.
    #[schemars(required)]
    pub id: Option<String>,
    /// Its name for people; the id if it has none.
    pub title: Option<String>,
    /// Name of the series it judges (`caretaker metrics list`).
    pub metric: Option<String>,
    /// Only series with all of these labels; each matching series is judged by itself.
    #[schemars(rename = "where", with = "Option<std::collections::BTreeMap<String, String>>")]
    pub filter: Option<Labels>,
    /// What of the series is judged: the last value, a figure over the window `over` (without `of` the average),
    /// `forecast` (seconds until it reaches its end) or `absent` (seconds without a value). `delta` is the change over the
    /// window and `rate` the change a second: of a level the last value less the first, of a counter all that it counted.
    #[schemars(extend("default" = "last"))]
    pub of: Option<Aggregate>,
    /// The window; for `forecast` the history that it is fitted on. From 5s to 90d.
    pub over: Option<Span>,
    /// Bound of the level warning.
    #[schemars(with = "Option<ThresholdSection>")]
    pub warning: Option<Threshold>,
    /// Bound of the level critical, beyond that of warning.
    #[schemars(with = "Option<ThresholdSection>")]
    pub critical: Option<Threshold>,
    /// How long the breach must last until the alert is raised, in time awake; from 0s to 7d.
    #[schemars(rename = "for", extend("default" = "0s"))]
    pub hold: Option<Span>,
    /// In place of `for`: so many of the last samples must breach, so that one good sample changes nothing; `3 of 5`, at
    /// most 64 samples.
    #[schemars(with = "Option<String>")]
    pub breaches: Option<Tolerance>,
    /// How far back below `above` (or above `below`) the value must come until the alert clears, in the unit of the
    /// series; at most half the threshold. Without it 10 points for percentages and 10 % of the threshold otherwise.
    #[schemars(range(min = 0.0))]
    pub clear_by: Option<f64>,
    /// How long the alert stays up after the last breach, in time awake; from 0s to 7d.
    #[schemars(extend("default" = written(KEEP_FIRING_FOR)))]
    pub keep_firing_for: Option<Span>,
    /// When the series stops delivering: keep the state, take it as ok, or raise an alert.
    #[schemars(extend("default" = "keep"))]
    pub no_data: Option<NoData>,
    /// Id of the runbook that the alert shows; the rule's id if it names none.
    pub runbook: Option<String>,
    /// Priority of the incident that a critical alert opens. Read and checked, but not acted upon by this version.
    #[schemars(extend("enum" = PRIORITIES))]
    pub priority: Option<String>,
    /// Which channels hear of it: those told at once (the desktop is one), those of the second step, or only the daily
    /// report.
    #[schemars(extend("default" = "now"))]
    pub route: Option<Route>,
    /// Whether it is judged at all.
    #[schemars(extend("default" = true))]
    pub enabled: Option<bool>,
}

impl RuleSection {
    /// Reads and checks one rule, together with the built-in one that it changes.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        let rule = Self {
            id: fields.id(),
            title: fields.text("title"),
            metric: fields.text("metric"),
            filter: fields.labels("where"),
            of: fields.word("of", &AGGREGATES),
            over: fields.span("over", WINDOWS),
            warning: fields.table("warning", ThresholdSection::read).flatten(),
            critical: fields.table("critical", ThresholdSection::read).flatten(),
            hold: fields.span("for", HOLDS),
            breaches: fields.parsed("breaches", "so many of so many samples, such as `3 of 5`"),
            clear_by: fields.number_within("clear_by", 0.0..=f64::INFINITY),
            keep_firing_for: fields.span("keep_firing_for", HOLDS),
            no_data: fields.word("no_data", &NO_DATA),
            runbook: fields.text("runbook"),
            priority: fields.one_of("priority", &PRIORITIES),
            route: fields.word("route", &ROUTES),
            enabled: fields.truth("enabled"),
        };
        check::together(&rule, fields);
        rule
    }

    /// Changes a built-in rule whose series this version does not measure yet.
    pub(in crate::config) fn waits_for_later_version(&self) -> bool {
        self.metric.is_none() && self.id.as_deref().is_some_and(|id| LATER_IDS.contains(&id))
    }
}
