//! How much noise each rule made, and at which bound it would have been quiet.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_core::alert::{AlertId, Instance, quieter};
use caretaker_core::config::Settings;
use caretaker_core::notice::{NATIVE, Notice, NoticeKind, digest_id};
use caretaker_core::problem::Problem;
use caretaker_core::rule::Rule;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{NoiseRow, NoiseView, QuieterView};
use caretaker_store::{AlertFilter, StateStore, StoreError};

use crate::engine::{Engine, Inner};
use crate::hearing::channels;
use crate::past::replay;

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
            let heard = Heard::read(&inner.state, &settings, from)?;
            // Samples are kept for a shorter time than alerts; only what they cover can be tried.
            let stored = inner.metrics.oldest()?.map_or(to, |oldest| oldest.max(from));
            let mut rows = Vec::new();
            for (id, alerts) in by_rule {
                let rule = settings.rules.iter().find(|rule| rule.id == id);
                let mut moments = Vec::new();
                for alert in &alerts {
                    moments.extend(heard.moments(&inner.state, &alert.id)?);
                }
                let quieter = rule.map(|rule| at_which_bound(inner, rule, (stored, to), &moments)).transpose()?;
                rows.push(NoiseRow {
                    title: rule.map_or_else(|| id.clone(), |rule| rule.title.clone()),
                    rule: id,
                    fired: alerts.len(),
                    told: moments.len(),
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

/// What rang where a person hears it: on the desktop, or on every channel where the desktop tells nothing. However many
/// channels tell of an alert at once, that is one interruption.
struct Heard {
    from: Timestamp,
    desktop: bool,
    /// When alerts were told of among several.
    among_several: BTreeMap<AlertId, BTreeSet<Timestamp>>,
}

impl Heard {
    fn read(state: &StateStore, settings: &Settings, from: Timestamp) -> Result<Self, StoreError> {
        let mut heard = Self { from, desktop: settings.notify.native, among_several: BTreeMap::new() };
        for channel in channels(settings) {
            let mut digests = state.notices(&digest_id(&channel.id))?;
            digests.retain(|notice| heard.counts(notice));
            for digest in digests {
                for member in digest.members {
                    heard.among_several.entry(member).or_default().insert(digest.created);
                }
            }
        }
        Ok(heard)
    }

    /// When an alert was told of, alone or among several.
    fn moments(&self, state: &StateStore, alert: &AlertId) -> Result<BTreeSet<Timestamp>, StoreError> {
        let mut moments = self.among_several.get(alert).cloned().unwrap_or_default();
        let notices = state.notices(alert)?.into_iter();
        let rang = notices.filter(|notice| notice.kind == NoticeKind::Raise && self.counts(notice));
        moments.extend(rang.map(|notice| notice.created));
        Ok(moments)
    }

    fn counts(&self, notice: &Notice) -> bool {
        notice.created >= self.from && (!self.desktop || notice.channel == NATIVE)
    }
}

/// Replays what is stored of the rule's series through milder bounds, if it rang too often in that time.
fn at_which_bound(
    inner: &Inner,
    rule: &Rule,
    (stored, to): (Timestamp, Timestamp),
    moments: &[Timestamp],
) -> Result<Option<QuieterView>, Problem> {
    let weeks = (to.since(stored).as_seconds() / 604_800.0).ceil().max(1.0) as usize;
    let most = QUIET_A_WEEK * weeks;
    let rang = moments.iter().filter(|moment| **moment >= stored).count();
    if rang <= most {
        return Ok(None);
    }
    let repeat = inner.in_force.borrow().settings.notify.repeat;
    let over_stored = |tried: &mut [_]| replay(&inner.metrics, rule, stored, tried).map(|_| ());
    let found = quieter(rule, most, over_stored, repeat)?;
    Ok(found.map(|found| QuieterView {
        threshold: found.threshold,
        would_notify: found.would_notify,
        instead_of: rang,
    }))
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
