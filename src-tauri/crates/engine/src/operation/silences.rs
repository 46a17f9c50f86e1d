//! Silences: muting a rule or one alert for a while.

use caretaker_core::alert::{Silence, SilenceId};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{Hint, SilenceList, SilenceRequest};
use uuid::Uuid;

use crate::engine::Engine;
use crate::pipeline::Work;

impl Engine {
    /// Silences in force, the next to end first.
    pub async fn silences(&self) -> Result<SilenceList, Problem> {
        let now = self.now();
        let mut silences = self.blocking(move |inner| Ok(inner.state.silences(now)?)).await?;
        silences.sort_by_key(|silence| silence.until);
        Ok(SilenceList { silences })
    }

    /// Mutes a rule, or one alert, for a while.
    pub async fn silence(&self, request: SilenceRequest) -> Result<Silence, Problem> {
        self.writable()?;
        if request.r#for.as_millis() <= 0 {
            return Err(Problem::new(Code::Usage, "a silence needs a length of time").hint("for example `--for 2h`"));
        }
        let known_rule = self.settings().rules.iter().any(|rule| rule.id == request.target);
        let (rule, alert) = if known_rule {
            (Some(request.target), None)
        } else {
            (None, Some(self.find_alert(&request.target).await?.id))
        };
        let now = self.now();
        let silence = Silence {
            id: SilenceId(Uuid::now_v7().to_string()),
            rule,
            alert,
            labels: request.labels,
            from: now,
            until: now + request.r#for,
            reason: request.reason,
        };
        let stored = silence.clone();
        self.blocking(move |inner| Ok(inner.state.put_silence(&stored)?)).await?;
        self.ask(|reply| Work::Listen(now, reply)).await?;
        self.record("silence", format!("Silenced {} until {}", subject(&silence), silence.until), Ok(())).await;
        self.hint(Hint::Status);
        Ok(silence)
    }

    /// Ends a silence: by its own id (a unique prefix is enough), by the id of its rule, or by that of its alert.
    pub async fn unsilence(&self, target: &str) -> Result<SilenceList, Problem> {
        self.writable()?;
        let now = self.now();
        let fits = |silence: &Silence| {
            silence.id.0.starts_with(target)
                || silence.rule.as_deref() == Some(target)
                || silence.alert.as_ref().is_some_and(|alert| alert.0.starts_with(target))
        };
        let ended: Vec<Silence> = self.silences().await?.silences.into_iter().filter(fits).collect();
        if ended.is_empty() || target.is_empty() {
            return Err(Problem::new(Code::NotFound, format!("no silence in force is called `{target}`"))
                .hint("`caretaker alerts list` shows what is silenced"));
        }
        for silence in &ended {
            let id = silence.id.clone();
            self.blocking(move |inner| Ok(inner.state.end_silence(&id, now)?)).await?;
            self.record("silence", format!("Ended the silence of {}", subject(silence)), Ok(())).await;
        }
        self.ask(|reply| Work::Listen(now, reply)).await?;
        self.hint(Hint::Status);
        Ok(SilenceList { silences: ended })
    }
}

fn subject(silence: &Silence) -> String {
    match (&silence.rule, &silence.alert) {
        (Some(rule), _) => format!("rule {rule}"),
        (None, Some(alert)) => format!("alert {}", alert.0),
        (None, None) => "everything".to_owned(),
    }
}
