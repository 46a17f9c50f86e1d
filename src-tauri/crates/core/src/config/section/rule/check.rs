//! What the keys of a rule must be together, counting those of the built-in rule that it changes.

use super::keys::{AGGREGATES, RuleSection};
use super::resolve::has_window;
use crate::config::built_in_rule::BuiltInRule;
use crate::config::fields::Fields;
use crate::config::problem::ProblemCode;
use crate::config::suggestion::nearest;
use crate::metric::is_series_name;
use crate::rule::{Route, Threshold};

/// Notes every mistake that shows only when the keys are seen together.
pub(super) fn together(rule: &RuleSection, fields: &mut Fields<'_, '_>) {
    let built_in = rule.id.as_deref().and_then(BuiltInRule::find);
    let waits = rule.waits_for_later_version();
    if let (Some(id), None, false) = (rule.id.as_deref(), built_in, waits) {
        check_complete(id, fields);
    }
    check_metric(rule, fields);
    if !waits {
        check_window(rule, built_in, fields);
    }
    check_directions(rule, built_in, fields);
    check_dead_band(rule, built_in, fields);
    if let (Some(id), Some(Route::Daily)) = (&rule.id, rule.route) {
        let why = format!("nobody is told of the alerts of `{id}`: the daily report is not part of this version");
        fields.note("route", why, "use `route = \"now\"` or `\"second\"`".to_owned());
    }
}

/// A rule that is not built in says what it judges, and when.
fn check_complete(id: &str, fields: &mut Fields<'_, '_>) {
    let owner = fields.path().to_owned();
    if !fields.has("metric") {
        let message = format!("`{owner}` is no built-in rule and needs the key `metric`");
        let meant = nearest(id, BuiltInRule::ids());
        fields.problem("metric", ProblemCode::MissingKey, message).hint =
            meant.map(|id| format!("did you mean the built-in rule `{id}`?"));
    }
    if !fields.has("warning") && !fields.has("critical") {
        let message = format!("`{owner}` needs `warning` or `critical`");
        fields.problem("warning", ProblemCode::MissingKey, message).hint =
            Some("for example warning = { above = 75 }".to_owned());
    }
}

fn check_metric(rule: &RuleSection, fields: &mut Fields<'_, '_>) {
    let Some(metric) = &rule.metric else { return };
    if !is_series_name(metric) {
        let message = format!("`metric` is `{metric}`; names of series are dotted and lower case");
        fields.problem("metric", ProblemCode::InvalidValue, message).hint =
            Some("for example `host.cpu.usage`".to_owned());
    }
}

fn check_window(rule: &RuleSection, built_in: Option<&BuiltInRule>, fields: &mut Fields<'_, '_>) {
    let of = rule.aggregate(built_in.map(|rule| rule.of));
    if has_window(of) && !fields.has("over") && built_in.is_none_or(|rule| rule.over.is_none()) {
        let word = AGGREGATES.iter().find(|(_, meaning)| *meaning == of).map_or("", |(word, _)| *word);
        let message = format!("`of = \"{word}\"` is a figure over a window and needs the key `over`");
        fields.problem("over", ProblemCode::MissingKey, message).hint = Some("for example over = \"5m\"".to_owned());
    }
}

/// Critical lies further than warning in the same direction.
fn check_directions(rule: &RuleSection, built_in: Option<&BuiltInRule>, fields: &mut Fields<'_, '_>) {
    let (Some(warning), Some(critical)) = bounds(rule, built_in) else { return };
    let complaint = match (warning, critical) {
        (Threshold::Above(warning), Threshold::Above(critical)) if warning < critical => return,
        (Threshold::Below(warning), Threshold::Below(critical)) if warning > critical => return,
        (Threshold::Above(_), Threshold::Above(_)) | (Threshold::Below(_), Threshold::Below(_)) => "is not before",
        (Threshold::Above(_), Threshold::Below(_)) | (Threshold::Below(_), Threshold::Above(_)) => {
            "looks the other way than"
        }
    };
    let key = match (rule.warning, rule.critical) {
        (Some(own), _) => format!("warning.{}", direction(own)),
        (None, Some(own)) => format!("critical.{}", direction(own)),
        (None, None) => return,
    };
    let in_words = |threshold: Threshold, own: Option<Threshold>| {
        let origin = if own.is_some() { "" } else { " (built in)" };
        format!("{} {}{origin}", direction(threshold), threshold.bound())
    };
    let message = format!(
        "the warning {} {complaint} the critical {}; critical must lie further in the same direction",
        in_words(warning, rule.warning),
        in_words(critical, rule.critical),
    );
    fields.problem(&key, ProblemCode::Contradictory, message);
}

/// A wider band than half the threshold could keep an alert up for ever.
fn check_dead_band(rule: &RuleSection, built_in: Option<&BuiltInRule>, fields: &mut Fields<'_, '_>) {
    let Some(band) = rule.clear_by else { return };
    let (warning, critical) = bounds(rule, built_in);
    let sizes = warning.into_iter().chain(critical).map(|threshold| threshold.bound().abs());
    let Some(most) = sizes.min_by(f64::total_cmp).map(|size| size / 2.0) else { return };
    if band > most {
        let message = format!("`clear_by` is `{band}`; allowed is at most half the threshold, {most}");
        fields.problem("clear_by", ProblemCode::OutOfRange, message);
    }
}

/// The bounds of warning and critical that are judged.
fn bounds(rule: &RuleSection, built_in: Option<&BuiltInRule>) -> (Option<Threshold>, Option<Threshold>) {
    let warning = rule.warning.or(built_in.and_then(|rule| rule.warning));
    (warning, rule.critical.or(built_in.and_then(|rule| rule.critical)))
}

const fn direction(threshold: Threshold) -> &'static str {
    match threshold {
        Threshold::Above(_) => "above",
        Threshold::Below(_) => "below",
    }
}
