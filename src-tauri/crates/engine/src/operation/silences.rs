//! Silences: muting a rule or one alert for a while, or everything for maintenance.

use std::cmp::Reverse;

use caretaker_core::alert::{Instance, Silence, SilenceId, State, words};
use caretaker_core::notice::open_windows;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{AlertView, Hint, SilenceList, SilencePreview, SilenceRequest, SilenceView};
use caretaker_store::AlertFilter as StoredFilter;
use chrono::Local;
use uuid::Uuid;

use super::alerts::not_over;
use crate::engine::Engine;
use crate::latest::Latest;
use crate::pipeline::Work;

/// Nothing is muted for ever by accident.
const LONGEST: Span = Span::from_days(365);
const LONGEST_MAINTENANCE: Span = Span::from_days(7);
/// The target that stands for every rule.
const EVERYTHING: &str = "*";
/// How far back a preview looks.
const LATELY: Span = Span::from_days(7);
const MOST_LATELY: usize = 20;

impl Engine {
    /// Silences in force, the next to end first; then those that are planned.
    pub async fn silences(&self) -> Result<SilenceList, Problem> {
        let now = self.now();
        let mut silences = self.blocking(move |inner| Ok(inner.state.silences(now)?)).await?;
        silences.extend(open_windows(&self.settings().notify.maintenance, now, &Local));
        Ok(SilenceList { silences: self.in_words(silences, &self.latest()) })
    }

    /// The silences that the newest round knew of and that are still in force.
    pub(crate) fn silence_views(&self, latest: &Latest, now: Timestamp) -> Vec<SilenceView> {
        let silences = latest.silences.iter().filter(|silence| now < silence.until).cloned().collect();
        self.in_words(silences, latest)
    }

    /// Mutes a rule, one alert, or everything for maintenance, for a while. One that mutes the same already is changed and not
    /// joined by another.
    pub async fn silence(&self, request: SilenceRequest) -> Result<SilenceView, Problem> {
        self.writable()?;
        if request.reason.trim().is_empty() {
            return Err(refused("a silence needs a reason", "say why, for whoever wonders later"));
        }
        let now = self.now();
        let (silence, _) = self.wished(request, now).await?;
        let stored = silence.clone();
        self.blocking(move |inner| Ok(inner.state.put_silence(&stored)?)).await?;
        self.ask(|reply| Work::Listen(now, reply)).await?;
        let view = self.one_in_words(silence, &self.latest());
        // The moment is written for programs; whoever shows it writes it for people.
        let (what, silence) = (&view.what, &view.silence);
        let from = if silence.from > now { format!(" from {}", silence.from) } else { String::new() };
        let until = if silence.until_resolved { "it is resolved".to_owned() } else { silence.until.to_string() };
        let kind = if silence.is_maintenance() { "Maintenance: silenced" } else { "Silenced" };
        self.record("silence", format!("{kind} {what}{from} until {until}"), Ok(())).await;
        self.hint(Hint::Status);
        Ok(view)
    }

    /// What a silence would mute now, and would have muted lately. Changes nothing.
    pub async fn preview_silence(&self, request: SilenceRequest) -> Result<SilencePreview, Problem> {
        self.used()?;
        let (now, latest) = (self.now(), self.latest());
        let (silence, before) = self.wished(request, now).await?;
        let mut alerts: Vec<AlertView> = latest
            .open
            .iter()
            .filter(|alert| alert.is_raised() && silence.covers(alert))
            .map(|alert| self.alert_view(alert, &latest, now))
            .collect();
        alerts.sort_by_key(|alert| (Reverse(alert.level), Reverse(alert.since)));
        let ended = StoredFilter { states: vec![State::Resolved], level: None, since: Some(now - LATELY), limit: None };
        let ended = self.blocking(move |inner| Ok(inner.state.alerts(&ended)?)).await?;
        let lately: Vec<Instance> =
            ended.into_iter().filter(|alert| alert.fired_at.is_some() && silence.covers(alert)).collect();
        let settings = self.settings();
        let metric = silence.rule.as_ref().and_then(|id| settings.rules.iter().find(|rule| rule.id == *id));
        let fits = |reading: &&caretaker_core::metric::Reading| {
            reading.key.labels.matches(&silence.labels)
                && metric.is_none_or(|rule| rule.metric == reading.key.name && reading.key.labels.matches(&rule.filter))
        };
        let series = (!silence.labels.is_empty())
            .then(|| u32::try_from(latest.readings.iter().filter(fits).count()).unwrap_or(u32::MAX));
        Ok(SilencePreview {
            lately_count: u32::try_from(lately.len()).unwrap_or(u32::MAX),
            lately: lately.iter().take(MOST_LATELY).map(|alert| self.alert_view(alert, &latest, now)).collect(),
            is_lasting: silence.alert.is_none(),
            changes: before.map(|before| self.one_in_words(before, &latest)),
            view: self.one_in_words(silence, &latest),
            alerts,
            series,
        })
    }

    /// The silence that is asked for, and the one that it would change.
    async fn wished(&self, request: SilenceRequest, now: Timestamp) -> Result<(Silence, Option<Silence>), Problem> {
        let (from, until) = times(&request, now)?;
        let known_rule = self.settings().rules.iter().any(|rule| rule.id == request.target);
        let (rule, alert) = if request.target == EVERYTHING {
            (None, None)
        } else if known_rule {
            (Some(request.target), None)
        } else {
            (None, Some(self.alert_to_silence(&request.target).await?.id))
        };
        let mut silence = Silence {
            id: SilenceId(Uuid::now_v7().to_string()),
            rule,
            alert,
            labels: request.labels,
            except: request.except,
            until_resolved: request.until_resolved,
            window: None,
            from,
            until,
            reason: request.reason.trim().to_owned(),
        };
        if silence.until_resolved && !self.latest().open.iter().any(|alert| silence.covers(alert)) {
            return Err(refused(
                "nothing is up that it would mute, so it cannot last until that is resolved",
                "give a length of time, for example 2h",
            ));
        }
        let known: Vec<Silence> = self.blocking(move |inner| Ok(inner.state.silences(now)?)).await?;
        let same = |before: &Silence| {
            before.has_same_subject(&silence) && before.from <= silence.until && silence.from <= before.until
        };
        let before = known.into_iter().find(same);
        if let Some(before) = &before {
            silence.id = before.id.clone();
            silence.from = before.from.min(silence.from);
        }
        Ok((silence, before))
    }

    /// Ends silences: by the id of one (a unique prefix is enough), or all of a rule or of an alert.
    pub async fn unsilence(&self, target: &str) -> Result<SilenceList, Problem> {
        self.writable()?;
        let now = self.now();
        let all = self.silences().await?.silences;
        let named = |view: &&SilenceView| {
            target == EVERYTHING && view.silence.is_maintenance() && view.silence.window.is_none()
        };
        let of = |view: &&SilenceView| {
            let silence = &view.silence;
            named(view)
                || silence.window.as_deref() == Some(target)
                || silence.rule.as_deref() == Some(target)
                || silence.alert.as_ref().is_some_and(|alert| alert.0.starts_with(target))
        };
        let mut ended: Vec<SilenceView> = all.iter().filter(|_| !target.is_empty()).filter(of).cloned().collect();
        if ended.is_empty() && !target.is_empty() {
            ended = all.into_iter().filter(|view| view.silence.id.0.starts_with(target)).collect();
            if ended.len() > 1 {
                let ids: Vec<&str> = ended.iter().map(|view| view.silence.id.0.as_str()).collect();
                let message = format!("several silences begin with {target}: {}", ids.join(", "));
                return Err(Problem::new(Code::Ambiguous, message).hint("give more letters of the id"));
            }
        }
        let by_file: Vec<&str> = ended.iter().filter_map(|view| view.silence.window.as_deref()).collect();
        if let Some(window) = by_file.first() {
            let message = format!("the maintenance window `{window}` is set in the configuration");
            return Err(Problem::new(Code::Usage, message)
                .hint(format!("it closes by itself; to end it, change notify.maintenance.{window}")));
        }
        if ended.is_empty() {
            return Err(Problem::new(Code::NotFound, format!("no silence in force is called `{target}`"))
                .hint("`caretaker alerts list` shows what is silenced"));
        }
        for view in &ended {
            let id = view.silence.id.clone();
            self.blocking(move |inner| Ok(inner.state.end_silence(&id, now)?)).await?;
            self.record("silence", format!("Ended the silence of {}", view.what), Ok(())).await;
        }
        self.ask(|reply| Work::Listen(now, reply)).await?;
        self.hint(Hint::Status);
        Ok(SilenceList { silences: ended })
    }

    /// The open alert that somebody named where a rule could stand as well.
    async fn alert_to_silence(&self, target: &str) -> Result<Instance, Problem> {
        let found = self.find_alert(target).await.map_err(|problem| match problem.code {
            Code::NotFound => Problem::new(Code::NotFound, format!("there is no rule and no alert `{target}`"))
                .hint("`caretaker alerts rules` lists the rules, `caretaker alerts list` the open alerts"),
            _ => problem,
        })?;
        not_over(found)
    }

    fn in_words(&self, mut silences: Vec<Silence>, latest: &Latest) -> Vec<SilenceView> {
        let now = self.now();
        silences.sort_by_key(|silence| {
            let is_ahead = !silence.is_in_force(now);
            (is_ahead, if is_ahead { silence.from } else { silence.until })
        });
        silences.into_iter().map(|silence| self.one_in_words(silence, latest)).collect()
    }

    fn one_in_words(&self, silence: Silence, latest: &Latest) -> SilenceView {
        let settings = self.settings();
        let alert = silence.alert.as_ref().and_then(|id| latest.open.iter().find(|open| open.id == *id));
        let id = silence.rule.as_deref().or(alert.map(|alert| alert.rule.as_str()));
        let rule = settings.rules.iter().find(|rule| id == Some(rule.id.as_str()));
        SilenceView { what: words::silenced(&silence, rule, alert), silence }
    }
}

/// From when until when, if that is within bounds.
fn times(request: &SilenceRequest, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
    if request.target.is_empty() {
        return Err(refused("a silence needs a rule or an alert", "`caretaker alerts rules` lists the rules"));
    }
    let is_everything = request.target == EVERYTHING;
    let from = request.from.unwrap_or(now);
    if now.since(from) > Span::from_minutes(1) {
        return Err(refused("a silence cannot begin in the past", "leave out its beginning to begin now"));
    }
    if from.since(now) > LONGEST {
        return Err(refused("a silence begins within a year", "plan it later"));
    }
    let until = match (request.until, request.r#for) {
        (Some(until), _) => until,
        (None, Span::ZERO) if request.until_resolved && is_everything => from + LONGEST_MAINTENANCE,
        (None, Span::ZERO) if request.until_resolved => from + LONGEST,
        (None, length) => from + length,
    };
    if until <= from || until <= now {
        return Err(refused("a silence needs a length of time", "for example 2h"));
    }
    if is_everything && until.since(from) > LONGEST_MAINTENANCE {
        return Err(refused("a maintenance window lasts 7 days at most", "nothing is muted for ever by accident"));
    }
    if until.since(from) > LONGEST {
        return Err(refused(
            "a silence lasts a year at most",
            "switch the rule off in the configuration if it is never wanted",
        ));
    }
    Ok((from, until))
}

fn refused(message: &str, hint: &str) -> Problem {
    Problem::new(Code::Usage, message).hint(hint)
}
