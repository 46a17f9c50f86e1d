//! A rule that is built in: what it is, and the rule that becomes of it with the interval of the rounds.

use super::default_rules::{BUILT_IN_RULES, LATER_IDS};
use super::platform::Platform;
use super::section::rule::KEEP_FIRING_FOR;
use crate::metric::Labels;
use crate::rule::{Aggregate, NoData, Route, Rule, Threshold};
use crate::time::Span;

/// The rule whose bound depends on the interval of the rounds.
pub(super) const ENGINE_STALE: &str = "engine-stale";
/// The rule over a series that ends when its subject is no longer looked for, which is no reason to stay alarmed.
pub(super) const MODEL_SERVER: &str = "model-server";
/// Ends when nobody keeps the file.
pub(super) const OWN_DATABASE: &str = "own-database";
/// A sample is stale when it is older than this many intervals.
pub(super) const STALE_INTERVALS: i64 = 3;

/// One built-in rule.
#[derive(Clone, Debug)]
pub struct BuiltInRule {
    /// Stable name, also that of its runbook.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// Series that it judges.
    pub metric: &'static str,
    /// What of the series.
    pub of: Aggregate,
    /// The window.
    pub over: Option<Span>,
    /// Bound of the level warning.
    pub warning: Option<Threshold>,
    /// Bound of the level critical.
    pub critical: Option<Threshold>,
    /// How long a breach must last.
    pub hold: Span,
    /// Dead band in the unit of the series.
    pub clear_by: Option<f64>,
    /// The only system that has it; none for all.
    pub only_on: Option<Platform>,
    /// Why it is there, and why at these bounds.
    pub why: &'static str,
}

impl BuiltInRule {
    /// The rule with an id, on whatever system.
    pub fn find(id: &str) -> Option<&'static Self> {
        BUILT_IN_RULES.iter().find(|rule| rule.id == id)
    }

    /// Ids of all rules that are built in, now or later.
    pub fn ids() -> impl Iterator<Item = &'static str> {
        BUILT_IN_RULES.iter().map(|rule| rule.id).chain(LATER_IDS.iter().copied())
    }

    /// Whether its series end when their subject is taken out of the configuration, which is no reason to stay alarmed.
    fn ends_with_its_subject(&self) -> bool {
        self.id == MODEL_SERVER
            || self.id == OWN_DATABASE
            || ["backup.", "task.", "database."].iter().any(|start| self.metric.starts_with(start))
    }

    /// Whether a system has it.
    pub fn is_for(&self, platform: Platform) -> bool {
        self.only_on.is_none_or(|only| only == platform)
    }

    /// The rule as it is judged with rounds at `interval`.
    pub fn resolve(&self, interval: Span) -> Rule {
        let stale_after = Threshold::Above((interval * STALE_INTERVALS).as_seconds());
        Rule {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            metric: self.metric.to_owned(),
            filter: Labels::none(),
            of: self.of,
            over: self.over,
            warning: if self.id == ENGINE_STALE { Some(stale_after) } else { self.warning },
            critical: self.critical,
            hold: self.hold,
            breaches: None,
            clear_by: self.clear_by,
            keep_firing_for: KEEP_FIRING_FOR,
            no_data: if self.ends_with_its_subject() { NoData::Ok } else { NoData::Keep },
            runbook: self.id.to_owned(),
            route: Route::Now,
            enabled: true,
        }
    }
}
