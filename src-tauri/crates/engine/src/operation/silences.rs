//! Silences: muting a rule or one alert for a while.

use caretaker_core::alert::{Instance, Silence, SilenceId, words};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{Hint, SilenceList, SilenceRequest, SilenceView};
use uuid::Uuid;

use super::alerts::not_over;
use crate::engine::Engine;
use crate::latest::Latest;
use crate::pipeline::Work;

/// Nothing is muted for ever by accident.
const LONGEST: Span = Span::from_days(365);

impl Engine {
    /// Silences in force, the next to end first.
    pub async fn silences(&self) -> Result<SilenceList, Problem> {
        let now = self.now();
        let silences = self.blocking(move |inner| Ok(inner.state.silences(now)?)).await?;
        Ok(SilenceList { silences: self.in_words(silences, &self.latest()) })
    }

    /// The silences that the newest round knew of and that are still in force.
    pub(crate) fn silence_views(&self, latest: &Latest, now: Timestamp) -> Vec<SilenceView> {
        let silences = latest.silences.iter().filter(|silence| now < silence.until).cloned().collect();
        self.in_words(silences, latest)
    }

    /// Mutes a rule, or one alert, for a while. One that mutes the same already is changed and not joined by another.
    pub async fn silence(&self, request: SilenceRequest) -> Result<SilenceView, Problem> {
        self.writable()?;
        check(&request)?;
        let known_rule = self.settings().rules.iter().any(|rule| rule.id == request.target);
        let (rule, alert) = if known_rule {
            (Some(request.target), None)
        } else {
            (None, Some(self.alert_to_silence(&request.target).await?.id))
        };
        let now = self.now();
        let mut silence = Silence {
            id: SilenceId(Uuid::now_v7().to_string()),
            rule,
            alert,
            labels: request.labels,
            from: now,
            until: now + request.r#for,
            reason: request.reason.trim().to_owned(),
        };
        let equal: Vec<Silence> = self.blocking(move |inner| Ok(inner.state.silences(now)?)).await?;
        if let Some(before) = equal.into_iter().find(|before| before.has_same_subject(&silence)) {
            (silence.id, silence.from) = (before.id, before.from);
        }
        let stored = silence.clone();
        self.blocking(move |inner| Ok(inner.state.put_silence(&stored)?)).await?;
        self.ask(|reply| Work::Listen(now, reply)).await?;
        let view = self.one_in_words(silence, &self.latest());
        // The moment is written for programs; whoever shows it writes it for people.
        self.record("silence", format!("Silenced {} until {}", view.what, view.silence.until), Ok(())).await;
        self.hint(Hint::Status);
        Ok(view)
    }

    /// Ends silences: by the id of one (a unique prefix is enough), or all of a rule or of an alert.
    pub async fn unsilence(&self, target: &str) -> Result<SilenceList, Problem> {
        self.writable()?;
        let now = self.now();
        let all = self.silences().await?.silences;
        let of = |view: &&SilenceView| {
            let silence = &view.silence;
            silence.rule.as_deref() == Some(target)
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
        silences.sort_by_key(|silence| silence.until);
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

fn check(request: &SilenceRequest) -> Result<(), Problem> {
    let refused = |message: &str, hint: &str| Err(Problem::new(Code::Usage, message).hint(hint));
    if request.target.is_empty() {
        return refused("a silence needs a rule or an alert", "`caretaker alerts rules` lists the rules");
    }
    if request.r#for <= Span::ZERO {
        return refused("a silence needs a length of time", "for example 2h");
    }
    if request.r#for > LONGEST {
        return refused(
            "a silence lasts a year at most",
            "switch the rule off in the configuration if it is never wanted",
        );
    }
    if request.reason.trim().is_empty() {
        return refused("a silence needs a reason", "say why, for whoever wonders later");
    }
    Ok(())
}
