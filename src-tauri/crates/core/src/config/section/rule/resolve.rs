//! From the keys of a rule, and the built-in rule that they change, to the rule that is judged.

use super::keys::{KEEP_FIRING_FOR, RuleSection};
use crate::rule::{Aggregate, Rule};
use crate::time::Span;

impl RuleSection {
    /// The rule with everything filled in: from the built-in one, else from the defaults. None without an id, a metric
    /// or a threshold, which the checks report unless the rule waits for a later version.
    pub(in crate::config) fn resolve(&self, base: Option<&Rule>) -> Option<Rule> {
        let id = self.id.clone()?;
        let metric = self.metric.clone().or_else(|| base.map(|base| base.metric.clone()))?;
        let of = self.aggregate(base.map(|base| base.of));
        let rule = Rule {
            title: self.title.clone().or_else(|| base.map(|base| base.title.clone())).unwrap_or_else(|| id.clone()),
            metric,
            filter: self.filter.clone().or_else(|| base.map(|base| base.filter.clone())).unwrap_or_default(),
            of,
            over: self.over.or(base.and_then(|base| base.over)).filter(|_| has_window(of)),
            warning: self.warning.or(base.and_then(|base| base.warning)),
            critical: self.critical.or(base.and_then(|base| base.critical)),
            hold: self.hold.or(base.map(|base| base.hold)).unwrap_or(Span::ZERO),
            breaches: self.breaches.or(base.and_then(|base| base.breaches)),
            clear_by: self.clear_by.or(base.and_then(|base| base.clear_by)),
            keep_firing_for: self.keep_firing_for.or(base.map(|base| base.keep_firing_for)).unwrap_or(KEEP_FIRING_FOR),
            no_data: self.no_data.or(base.map(|base| base.no_data)).unwrap_or_default(),
            runbook: self
                .runbook
                .clone()
                .or_else(|| base.map(|base| base.runbook.clone()))
                .unwrap_or_else(|| id.clone()),
            route: self.route.or(base.map(|base| base.route)).unwrap_or_default(),
            enabled: self.enabled.or(base.map(|base| base.enabled)).unwrap_or(true),
            id,
        };
        (rule.warning.is_some() || rule.critical.is_some()).then_some(rule)
    }

    /// The figure that is judged: as named, else of the built-in rule, else the average where there is a window.
    pub(super) fn aggregate(&self, base: Option<Aggregate>) -> Aggregate {
        match (self.of, base.unwrap_or_default()) {
            (Some(of), _) => of,
            (None, Aggregate::Last) if self.over.is_some() => Aggregate::Avg,
            (None, base) => base,
        }
    }
}

/// Whether a figure needs several values, and with that the key `over`.
pub(super) const fn has_window(of: Aggregate) -> bool {
    match of {
        Aggregate::Last | Aggregate::Absent => false,
        Aggregate::Avg
        | Aggregate::Min
        | Aggregate::Max
        | Aggregate::P50
        | Aggregate::P95
        | Aggregate::P99
        | Aggregate::Sum
        | Aggregate::Rate
        | Aggregate::Delta
        | Aggregate::Forecast => true,
    }
}
