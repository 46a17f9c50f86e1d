//! Where notices go: how each channel stands, and a test that somebody asks for.

use caretaker_core::alert::AlertId;
use caretaker_core::config::ChannelSettings;
use caretaker_core::egress::Target;
use caretaker_core::notice::{NATIVE, Notice, NoticeId, NoticeKind, NoticeState};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::rule::{Level, Route};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{
    ChannelList, ChannelState, ChannelTest, ChannelTestRequest, ChannelTestView, ChannelView, Degraded, Hint,
};
use caretaker_courier::Destination;
use caretaker_store::ChannelHistory;
use futures_util::future::join_all;

use crate::channels;
use crate::engine::{Engine, Mode};

/// A test is worth nothing later.
const WORTH: Span = Span::from_minutes(5);

impl Engine {
    /// Every place where notices go, and how it stands.
    pub async fn channels(&self) -> Result<ChannelList, Problem> {
        let settings = self.settings();
        let mut ids = vec![NATIVE.to_owned()];
        ids.extend(settings.notify.channel.iter().map(|channel| channel.id.clone()));
        let histories = self
            .blocking(move |inner| {
                let histories = ids.iter().map(|id| inner.state.channel_history(id)).collect::<Result<Vec<_>, _>>();
                Ok(histories?)
            })
            .await?;
        let degraded = self.0.degraded.list();
        let mut histories = histories.into_iter();
        let mut list = Vec::new();
        if let Some(history) = histories.next() {
            // Only an engine that runs knows whether somebody is there to show anything.
            let is_blind = self.mode() == Mode::Live && !self.reaches_a_screen();
            list.push(native_view(settings.notify.native, history, &degraded, is_blind));
        }
        let now = self.now();
        let rest = settings.notify.channel.iter().zip(histories);
        list.extend(rest.map(|(channel, history)| self.channel_view(channel, history, &degraded, now)));
        Ok(ChannelList { channels: list })
    }

    /// Where what is sent can be read by everybody on the way.
    pub(super) fn readable_channels(&self) -> Vec<Target> {
        let settings = self.settings();
        let served = settings.notify.channel.iter().filter(|channel| channel.is_served());
        let destinations = served.filter_map(|channel| self.0.channels.destination(channel).ok());
        destinations.filter(Destination::is_readable).filter_map(|one| one.target().cloned()).collect()
    }

    fn channel_view(
        &self,
        channel: &ChannelSettings,
        history: ChannelHistory,
        degraded: &[Degraded],
        now: Timestamp,
    ) -> ChannelView {
        let standing = self.0.channels.standing(&channel.id);
        let part = channels::part(&channel.id);
        let failing = degraded.iter().find(|one| one.part == part);
        let (unusable, rest) = (channel.unusable(), self.0.channels.rest(&channel.id, now));
        let state = match (&unusable, failing) {
            _ if !channel.enabled => ChannelState::Off,
            (Some(_), _) => ChannelState::Unusable,
            (None, Some(_)) => ChannelState::Failing,
            (None, None) if history.waiting > 0 => ChannelState::Waiting,
            (None, None) => ChannelState::Ready,
        };
        let (why, hint) = match (unusable, failing) {
            (Some(unusable), _) => (unusable.why, unusable.hint),
            (None, Some(part)) => (part.why.clone(), part.hint.clone()),
            (None, None) => (String::new(), String::new()),
        };
        let (last_failed, last_error) = standing.last_failed.unzip();
        ChannelView {
            id: channel.id.clone(),
            kind: channel.kind.to_string(),
            target: channel.target(),
            state,
            why,
            hint,
            level: channel.level,
            route: channel.route,
            services: channel.services.clone(),
            last_delivered: history.last_delivered,
            last_failed,
            last_error: last_error.or(history.last_error),
            next_try: history.next_try.map(|next| rest.map_or(next, |rest| next.max(now + rest))),
            waiting: history.waiting,
        }
    }

    /// Sends a test notice now and says what the other side answered; without a name, to every channel that is on.
    pub async fn test_channel(&self, request: ChannelTestRequest) -> Result<ChannelTestView, Problem> {
        self.writable()?;
        let settings = self.settings();
        let all = &settings.notify.channel;
        let native = match &request.channel {
            Some(id) => id == NATIVE,
            None => settings.notify.native && self.reaches_a_screen(),
        };
        let wanted: Vec<&ChannelSettings> = match &request.channel {
            Some(id) => all.iter().filter(|channel| channel.id == *id).collect(),
            None => all.iter().filter(|channel| channel.enabled).collect(),
        };
        match (&request.channel, wanted.first()) {
            (Some(id), None) if !native => {
                let mut ids = vec![NATIVE];
                ids.extend(all.iter().map(|channel| channel.id.as_str()));
                let problem = Problem::new(Code::NotFound, format!("there is no channel `{id}`"));
                return Err(problem.hint(format!("there are: {}", ids.join(", "))));
            }
            (Some(id), Some(channel)) if !channel.enabled => {
                let problem = Problem::new(Code::NotConfigured, format!("the channel `{id}` is switched off"));
                return Err(problem.hint(format!("`caretaker config set notify.channel.{id}.enabled true`")));
            }
            (None, None) if !native => {
                let problem = Problem::new(Code::NotConfigured, "there is no channel to send a test to");
                return Err(problem.hint("add a `[[notify.channel]]` to the configuration, or start the tray app"));
            }
            _ => {}
        }
        let desktop = async { if native { Some(self.test_on_screen().await) } else { None } };
        let away = join_all(wanted.into_iter().map(|channel| self.test_away(channel)));
        let (desktop, away) = tokio::join!(desktop, away);
        Ok(ChannelTestView { tests: desktop.into_iter().chain(away).collect() })
    }

    async fn test_on_screen(&self) -> ChannelTest {
        let begun = tokio::time::Instant::now();
        let tested = self.test_notification().await;
        let took_ms = Span::from(begun.elapsed()).as_millis();
        let (arrived, answer, hint) = match tested {
            Ok(()) => (true, "shown".to_owned(), String::new()),
            Err(problem) => (false, problem.message, problem.hint),
        };
        let name = || NATIVE.to_owned();
        ChannelTest { channel: name(), kind: name(), target: String::new(), arrived, answer, hint, took_ms }
    }

    async fn test_away(&self, channel: &ChannelSettings) -> ChannelTest {
        let begun = tokio::time::Instant::now();
        let sent = match channel.unusable() {
            Some(unusable) => Err((unusable.why, unusable.hint)),
            None => self
                .send(channel, &test_notice(&channel.id, self.now()), true)
                .await
                .map_err(|error| (error.why, error.hint)),
        };
        let took_ms = Span::from(begun.elapsed()).as_millis();
        let what = format!("Sent a test to the channel {}", channel.id);
        let (arrived, answer, hint) = match sent {
            Ok(delivered) => {
                self.0.channels.arrived(&channel.id);
                self.0.degraded.recovered(&channels::part(&channel.id));
                // What waits need not wait any longer.
                self.0.on_notices.notify_one();
                self.record("notification test", what, Ok(())).await;
                (true, delivered.answer, String::new())
            }
            Err((why, hint)) => {
                self.record("notification test", what, Err(&Problem::new(Code::Internal, why.clone()))).await;
                (false, why, hint)
            }
        };
        self.hint(Hint::Status);
        ChannelTest {
            channel: channel.id.clone(),
            kind: channel.kind.to_string(),
            target: channel.target(),
            arrived,
            answer,
            hint,
            took_ms,
        }
    }
}

/// The desktop. `is_blind` says that nobody is there who shows anything, which is no failure.
fn native_view(enabled: bool, history: ChannelHistory, degraded: &[Degraded], is_blind: bool) -> ChannelView {
    let failing = degraded.iter().find(|part| part.part == "notifications");
    let state = match (enabled, failing.is_some(), is_blind || history.waiting > 0) {
        (false, ..) => ChannelState::Off,
        (true, true, _) => ChannelState::Failing,
        (true, false, true) => ChannelState::Waiting,
        (true, false, false) => ChannelState::Ready,
    };
    let (why, hint) = match failing {
        Some(part) => (part.why.clone(), part.hint.clone()),
        None if enabled && is_blind => (
            "nobody shows notifications here: no desktop answers this engine".to_owned(),
            "start the tray app, or name a `[[notify.channel]]`; what waits is shown for 12 hours".to_owned(),
        ),
        None => (String::new(), String::new()),
    };
    ChannelView {
        id: NATIVE.to_owned(),
        kind: NATIVE.to_owned(),
        target: String::new(),
        state,
        why,
        hint,
        level: Level::Warning,
        route: Route::Now,
        services: Vec::new(),
        last_delivered: history.last_delivered,
        last_failed: None,
        last_error: history.last_error,
        next_try: history.next_try,
        waiting: history.waiting,
    }
}

/// A notice that proves the way.
pub(super) fn test_notice(channel: &str, now: Timestamp) -> Notice {
    Notice {
        id: NoticeId(format!("test-{channel}-{}", now.as_millis())),
        alert: AlertId("test".to_owned()),
        channel: channel.to_owned(),
        kind: NoticeKind::Raise,
        level: Level::Warning,
        title: "Caretaker can reach you".to_owned(),
        body: "This is the test that you asked for.".to_owned(),
        route: "settings".to_owned(),
        persistent: false,
        members: Vec::new(),
        about: None,
        created: now,
        expires: now + WORTH,
        state: NoticeState::Pending,
        attempts: 0,
        next_attempt: now,
        delivered_at: None,
        error: None,
    }
}
