//! One alert, one round: the transition function of the state machine (`alerts.md` 1).
//!
//! Timers are awake time that was observed; they are given as `credit`, so sleep, stalls and restarts freeze them.

use super::{Change, Instance, Outlook, State, flap};
use crate::rule::{Level, Rule, Threshold, Tolerance};
use crate::time::{Span, Timestamp};

/// What a round says about one series.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    /// The figure that the rule judges.
    pub value: f64,
    /// How sure it is, for a forecast.
    pub outlook: Option<Outlook>,
    /// Whether the figure was measured, not assumed for a series that stopped delivering.
    pub real: bool,
    /// Awake time since the round before.
    pub credit: Span,
    /// Wall clock of the round.
    pub at: Timestamp,
}

impl Observed {
    /// Whether it is a forecast that may be wrong by all it says: enough for a warning, not for more.
    fn is_tentative(&self) -> bool {
        self.outlook.is_some_and(|outlook| outlook.tentative)
    }
}

/// Which bounds a value breaches, with the dead band in favour of what is already raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Breach {
    warning: bool,
    critical: bool,
}

impl Breach {
    fn any(self) -> bool {
        self.warning || self.critical
    }
}

/// Whether what was seen opens an alert that does not exist yet, and at which level it would be raised.
pub fn opens(rule: &Rule, seen: &Observed) -> Option<Level> {
    let over = |threshold: Option<Threshold>| threshold.is_some_and(|threshold| threshold.breached_by(seen.value));
    if over(rule.critical) && !seen.is_tentative() {
        Some(Level::Critical)
    } else {
        over(rule.warning).then_some(Level::Warning)
    }
}

/// Takes an alert that was just opened through its first round: with `for` of zero it is raised at once.
pub fn begin(rule: &Rule, alert: &mut Instance, at: Timestamp) -> Vec<Change> {
    let mut changes = vec![Change::Pended];
    if alert.level == Level::Critical {
        alert.held_critical = Some(Span::ZERO);
    }
    if rule.hold <= Span::ZERO && rule.breaches.is_none() {
        changes.extend(fire(alert, at, alert.level));
    } else if rule.breaches.is_some() {
        alert.recent = 1;
        changes.extend(tolerant(rule, alert, true, at).unwrap_or_default());
    }
    changes
}

/// Moves an open alert by one round and says what changed.
pub fn step(rule: &Rule, alert: &mut Instance, seen: Observed) -> Vec<Change> {
    let breach = breach(rule, alert, &seen);
    if alert.is_raised() {
        alert.up += seen.credit;
    }
    if seen.real {
        alert.value = seen.value;
        alert.outlook = seen.outlook;
        alert.peak = worse(rule, alert.peak, seen.value);
    }
    if alert.no_data && seen.real {
        alert.no_data = false;
        let mut changes = vec![Change::DataBack];
        changes.extend(advance(rule, alert, breach, seen));
        return changes;
    }
    advance(rule, alert, breach, seen)
}

fn advance(rule: &Rule, alert: &mut Instance, breach: Breach, seen: Observed) -> Vec<Change> {
    match alert.state {
        State::Pending => pending(rule, alert, breach, seen),
        State::Firing => firing(rule, alert, breach, seen),
        State::Recovering => recovering(rule, alert, breach, seen),
        State::Resolved => Vec::new(),
    }
}

fn pending(rule: &Rule, alert: &mut Instance, breach: Breach, seen: Observed) -> Vec<Change> {
    if rule.breaches.is_some() {
        alert.held += seen.credit;
        alert.recent = alert.recent << 1 | u64::from(breach.any());
        if breach.any() {
            alert.level = if breach.critical { Level::Critical } else { Level::Warning };
        }
        return tolerant(rule, alert, breach.any(), seen.at).unwrap_or_default();
    }
    if !breach.any() {
        return vec![drop_it(alert, seen.at)];
    }
    alert.held += seen.credit;
    hold_critical(alert, breach, seen.credit);
    alert.level = if breach.critical { Level::Critical } else { Level::Warning };
    if alert.held < rule.hold {
        return Vec::new();
    }
    let critical = alert.held_critical.is_some_and(|held| held >= rule.hold);
    match (critical, rule.warning.is_some()) {
        (true, _) => fire(alert, seen.at, Level::Critical),
        (false, true) => fire(alert, seen.at, Level::Warning),
        (false, false) => Vec::new(),
    }
}

/// Judges the row of the last samples in place of a breach that lasts; none for rules without a tolerance.
fn tolerant(rule: &Rule, alert: &mut Instance, breached: bool, at: Timestamp) -> Option<Vec<Change>> {
    let tolerance = rule.breaches?;
    let row = alert.recent & (u64::MAX >> (Tolerance::MOST_SAMPLES - tolerance.samples.min(Tolerance::MOST_SAMPLES)));
    Some(match row.count_ones() {
        0 => vec![drop_it(alert, at)],
        breaches if breached && breaches >= tolerance.breaches => fire(alert, at, alert.level),
        _ => Vec::new(),
    })
}

fn drop_it(alert: &mut Instance, at: Timestamp) -> Change {
    alert.state = State::Resolved;
    alert.resolved_at = Some(at);
    Change::Dropped
}

fn firing(rule: &Rule, alert: &mut Instance, breach: Breach, seen: Observed) -> Vec<Change> {
    flap::settle(alert, seen.at);
    if !breach.any() {
        alert.state = State::Recovering;
        alert.calm = Span::ZERO;
        alert.held_critical = None;
        if rule.keep_firing_for <= Span::ZERO && !alert.flapping {
            return end_or_flap(alert, seen.at);
        }
        let mut changes = vec![Change::Recovering];
        if alert.flapping {
            changes.extend(flap::turn(alert, seen.at));
        }
        return changes;
    }
    match alert.level {
        Level::Warning => {
            hold_critical(alert, breach, seen.credit);
            if alert.held_critical.is_some_and(|held| held >= rule.hold) {
                alert.level = Level::Critical;
                alert.calm_critical = None;
                return [vec![Change::Worsened], flap::turn(alert, seen.at)].concat();
            }
        }
        Level::Critical if breach.critical => alert.calm_critical = None,
        Level::Critical => {
            let calm = alert.calm_critical.map_or(Span::ZERO, |calm| calm + seen.credit);
            alert.calm_critical = Some(calm);
            if calm >= rule.keep_firing_for {
                alert.level = Level::Warning;
                (alert.calm_critical, alert.held_critical) = (None, None);
                return [vec![Change::Eased], flap::turn(alert, seen.at)].concat();
            }
        }
    }
    Vec::new()
}

fn recovering(rule: &Rule, alert: &mut Instance, breach: Breach, seen: Observed) -> Vec<Change> {
    if breach.any() {
        alert.state = State::Firing;
        alert.calm = Span::ZERO;
        let mut changes = vec![Change::Relapsed];
        if alert.flapping {
            changes.extend(flap::turn(alert, seen.at));
        }
        changes.extend(firing(rule, alert, breach, seen));
        return changes;
    }
    alert.calm += seen.credit;
    let wait = if alert.flapping { rule.keep_firing_for.max(flap::STABLE) } else { rule.keep_firing_for };
    if alert.calm >= wait { end_or_flap(alert, seen.at) } else { Vec::new() }
}

fn hold_critical(alert: &mut Instance, breach: Breach, credit: Span) {
    alert.held_critical = breach.critical.then(|| alert.held_critical.map_or(Span::ZERO, |held| held + credit));
}

fn fire(alert: &mut Instance, at: Timestamp, level: Level) -> Vec<Change> {
    alert.state = State::Firing;
    alert.level = level;
    alert.fired_at = Some(at);
    alert.up = Span::ZERO;
    alert.held_critical = None;
    [vec![Change::Fired { level }], flap::turn(alert, at)].concat()
}

/// Ends an alert that stayed well, unless this was one turn too many: then it stays up until it is stable.
fn end_or_flap(alert: &mut Instance, at: Timestamp) -> Vec<Change> {
    if alert.flapping {
        alert.turns.clear();
    } else {
        let changes = flap::turn(alert, at);
        if alert.flapping {
            return changes;
        }
    }
    alert.state = State::Resolved;
    alert.resolved_at = Some(at);
    vec![Change::Resolved { reason: "back to normal".to_owned() }]
}

/// The bounds in force: eased by the dead band for the level that is raised and all below it.
fn breach(rule: &Rule, alert: &Instance, seen: &Observed) -> Breach {
    let percent = alert.unit == crate::metric::Unit::Percent;
    let over = |level: Level| {
        rule.threshold(level).is_some_and(|threshold| {
            let held = alert.is_raised() && alert.level >= level;
            let bound = if held { threshold.relaxed_by(rule.dead_band(threshold, percent)) } else { threshold };
            bound.breached_by(seen.value)
        })
    };
    Breach { warning: over(Level::Warning), critical: over(Level::Critical) && !seen.is_tentative() }
}

/// The worse of two values in the direction of the rule.
fn worse(rule: &Rule, one: f64, other: f64) -> f64 {
    match rule.warning.or(rule.critical) {
        Some(Threshold::Below(_)) => one.min(other),
        Some(Threshold::Above(_)) | None => one.max(other),
    }
}
