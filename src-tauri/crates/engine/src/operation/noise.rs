//! How much noise each rule made, and at which bound it would have been quiet.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_core::alert::{Instance, quieter};
use caretaker_core::metric::Round;
use caretaker_core::notice::NoticeKind;
use caretaker_core::problem::Problem;
use caretaker_core::rule::Rule;
use caretaker_core::time::Span;
use caretaker_core::view::{NoiseRow, NoiseView, QuieterView};
use caretaker_store::AlertFilter;

use crate::engine::{Engine, Inner};

const BACK: Span = Span::from_days(7);
/// A rule that rings no more often than this in a week is quiet.
const QUIET_A_WEEK: usize = 1;

impl Engine {
    /// What every rule had to say lately; a week when `since` is absent.
    pub async fn noise(&self, since: Option<Span>) -> Result<NoiseView, Problem> {
        let to = self.now();
        let span = since.unwrap_or(BACK).min(self.settings().keep.alerts);
        let from = to - span;
        let settings = self.settings();
        self.blocking(move |inner| {
            let filter = AlertFilter { since: Some(from), ..AlertFilter::default() };
            let mut by_rule: BTreeMap<String, Vec<Instance>> = BTreeMap::new();
            for alert in inner.state.alerts(&filter)?.into_iter().filter(|alert| alert.fired_at.is_some()) {
                by_rule.entry(alert.rule.clone()).or_default().push(alert);
            }
            let mut rows = Vec::new();
            for (id, alerts) in by_rule {
                let rule = settings.rules.iter().find(|rule| rule.id == id);
                let mut told = 0;
                for alert in &alerts {
                    let notices = inner.state.notices(&alert.id)?;
                    told += notices
                        .iter()
                        .filter(|notice| notice.kind == NoticeKind::Raise && notice.created >= from)
                        .count();
                }
                let weeks = (span.as_seconds() / 604_800.0).ceil().max(1.0) as usize;
                let most = QUIET_A_WEEK * weeks;
                let quieter =
                    rule.filter(|_| told > most).map(|rule| at_which_bound(inner, rule, span, most)).transpose()?;
                rows.push(NoiseRow {
                    title: rule.map_or_else(|| id.clone(), |rule| rule.title.clone()),
                    rule: id,
                    fired: alerts.len(),
                    told,
                    acknowledged: alerts.iter().filter(|alert| alert.acknowledged.is_some()).count(),
                    snoozed: alerts.iter().filter(|alert| alert.snoozed_until.is_some()).count(),
                    share_percent: 0.0,
                    quieter: quieter.flatten(),
                });
            }
            rows.sort_by_key(|row| std::cmp::Reverse((row.told, row.fired)));
            let all: usize = rows.iter().map(|row| row.told).sum();
            for row in &mut rows {
                row.share_percent = if all == 0 { 0.0 } else { 100.0 * row.told as f64 / all as f64 };
            }
            Ok(NoiseView { from, to, line: line(&rows, all), rules: rows })
        })
        .await
    }
}

/// Replays what is stored of the rule's series through milder bounds.
fn at_which_bound(inner: &Inner, rule: &Rule, span: Span, most: usize) -> Result<Option<QuieterView>, Problem> {
    let mut rounds: Vec<Round> = Vec::new();
    let from = inner.clock.moment().wall - span;
    inner.metrics.for_each_round(from, &BTreeSet::from([rule.metric.clone()]), |round| rounds.push(round.clone()))?;
    let repeat = inner.in_force.borrow().settings.notify.repeat;
    let found = quieter(rule, &rounds, repeat, most);
    Ok(found.map(|found| QuieterView { threshold: found.threshold, would_notify: found.would_notify }))
}

fn line(rows: &[NoiseRow], all: usize) -> String {
    let acted: usize = rows.iter().map(|row| row.acknowledged).sum();
    let count = crate::words::count(all, "notification");
    match rows.first() {
        None => "No alert was raised".to_owned(),
        Some(_) if all == 0 => "Alerts were raised, but none rang".to_owned(),
        Some(first) if rows.len() == 1 => format!("{count}, {acted} taken on; all from {}", first.rule),
        Some(first) => format!("{count}, {acted} taken on; {} made {:.0} % of them", first.rule, first.share_percent),
    }
}
