//! Channels beyond the desktop: which may be reached because the configuration names them, with which credentials, and how
//! each stands since the start. Nothing in here waits; delivering is in `outbox`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use caretaker_core::config::{ChannelKind, ChannelSettings, Credential, Settings};
use caretaker_core::egress::{Allowance, Egress};
use caretaker_core::metric::{Reading, SeriesKey, Unit, names};
use caretaker_core::notice::back_off;
use caretaker_core::port::Commands;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::web_address::WebAddress;
use caretaker_courier::{Courier, Destination, SendError, Way};

use crate::credential;
use crate::degraded::DegradedParts;
use crate::options::Variables;

/// The section of the configuration that allows what is reached here.
const SECTION: &str = "notify.channel";
/// No channel waits longer, whatever it was told; a clock that was set back could say otherwise.
const LONGEST_WAIT: Span = Span::from_hours(1);

/// How a channel stands since the start, or since its settings changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// Tries that failed one after the other.
    failures: u32,
    /// Nothing is sent before this.
    not_before: Option<Timestamp>,
    /// When the last try failed, and why.
    pub last_failed: Option<(Timestamp, String)>,
}

/// Everything about channels that is not stored.
pub(crate) struct Channels {
    pub courier: Courier,
    egress: Arc<dyn Egress>,
    variables: Variables,
    known: Mutex<BTreeMap<String, (ChannelSettings, Standing)>>,
    turns: Mutex<BTreeMap<String, Turn>>,
}

/// Held by whoever delivers to a channel, across waits, so that nothing is on its way twice.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// The name under which a failing channel shows.
pub(crate) fn part(id: &str) -> String {
    format!("channel {id}")
}

impl Channels {
    /// Nothing is looked up or opened yet.
    pub fn new(egress: Arc<dyn Egress>, commands: Arc<dyn Commands>, variables: Variables, version: &str) -> Self {
        let courier = Courier::new(Arc::clone(&egress), commands, version);
        Self { courier, egress, variables, known: Mutex::default(), turns: Mutex::default() }
    }

    /// Whether each channel that is on fails or cannot be used, as series.
    pub fn readings(settings: &Settings, degraded: &DegradedParts) -> Vec<Reading> {
        let parts = degraded.list();
        let channels = settings.notify.channel.iter().filter(|channel| channel.enabled);
        let reading = |channel: &ChannelSettings| {
            let fails = parts.iter().any(|one| one.part == part(&channel.id));
            let key = SeriesKey::labelled(names::CHANNEL_FAILING, "channel", channel.id.as_str());
            Reading::gauge(key, Unit::Count, f64::from(u8::from(fails)))
        };
        channels.map(reading).collect()
    }

    /// Held for a look or a change only.
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, (ChannelSettings, Standing)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn of a channel, the desktop's among them.
    pub fn turn(&self, id: &str) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(id.to_owned()).or_default())
    }

    /// From now on these settings say what may be reached. Says what cannot be used, and forgets what is gone.
    pub fn take_over(&self, settings: &Settings, degraded: &DegradedParts, now: Timestamp) {
        let channels: Vec<&ChannelSettings> =
            settings.notify.channel.iter().filter(|channel| channel.enabled).collect();
        {
            let mut known = self.known();
            known.retain(|id, (settings, _)| {
                let same = channels.iter().any(|channel| **channel == *settings);
                if !same {
                    degraded.recovered(&part(id));
                }
                same
            });
            for channel in &channels {
                let fresh = || (ChannelSettings::clone(channel), Standing::default());
                known.entry(channel.id.clone()).or_insert_with(fresh);
            }
        }
        let mut allowed = Vec::new();
        for channel in channels {
            let part = part(&channel.id);
            if let Some(unusable) = channel.unusable() {
                degraded.report(&part, unusable.why, &unusable.hint, now);
                continue;
            }
            match self.destination(channel) {
                Ok(destination) => {
                    let by = format!("{SECTION}.{}", channel.id);
                    allowed.extend(destination.target().map(|target| Allowance { target: target.clone(), by }));
                }
                Err(error) => drop(degraded.report(&part, error.why, &error.hint, now)),
            }
        }
        self.egress.allow(SECTION, allowed);
    }

    /// The way to a channel, with its credentials.
    pub fn destination(&self, channel: &ChannelSettings) -> Result<Destination, SendError> {
        let way = match channel.kind {
            ChannelKind::Webhook => Way::Webhook { address: self.address(channel)?, token: self.token(channel)? },
            ChannelKind::Ntfy => Way::Ntfy { address: self.address(channel)?, token: self.token(channel)? },
            ChannelKind::Command => Way::Command(channel.command.clone()),
            ChannelKind::Email => return Err(SendError::lasting("`email` is not part of this version", "")),
        };
        Ok(Destination { id: channel.id.clone(), way, limit: channel.timeout, link: channel.link.clone() })
    }

    fn address(&self, channel: &ChannelSettings) -> Result<WebAddress, SendError> {
        let text = self.resolved(channel, "url", channel.url.as_ref())?.unwrap_or_default();
        text.parse().map_err(|error| {
            let why = format!("the `url` of the channel `{}` cannot be used: {error}", channel.id);
            SendError::passing(why, "it begins with http:// or https://")
        })
    }

    fn token(&self, channel: &ChannelSettings) -> Result<Option<String>, SendError> {
        self.resolved(channel, "token", channel.token.as_ref())
    }

    fn resolved(
        &self,
        channel: &ChannelSettings,
        key: &str,
        credential: Option<&Credential>,
    ) -> Result<Option<String>, SendError> {
        let id = &channel.id;
        match credential {
            None => Ok(None),
            Some(Credential::Plain(text)) => Ok(Some(text.clone())),
            Some(Credential::Environment(name)) => match (self.variables)(name).filter(|text| !text.is_empty()) {
                Some(text) => Ok(Some(text.trim().to_owned())),
                None => Err(SendError::passing(
                    format!("the `{key}` of the channel `{id}` is `env:{name}`, and there is no such variable"),
                    "set it where the engine is started, for a service in its unit, and restart Caretaker",
                )),
            },
            Some(Credential::File(path)) => credential::in_file(path).map(Some).map_err(|why| {
                let why = format!("the `{key}` of the channel `{id}` is in `{path}`, which {why}");
                SendError::passing(why, "the file holds the credential alone, in one line, and has the mode 0600")
            }),
            Some(Credential::Secret(name)) => Err(SendError::lasting(
                format!("the `{key}` of the channel `{id}` is `secret:{name}`, and there is no store for secrets yet"),
                "use `env:NAME`",
            )),
        }
    }

    /// How a channel stands.
    pub fn standing(&self, id: &str) -> Standing {
        self.known().get(id).map(|(_, standing)| standing.clone()).unwrap_or_default()
    }

    /// How long the channel is left alone, after a failure or because it asked for time.
    pub fn rest(&self, id: &str, now: Timestamp) -> Option<Span> {
        let rest = self.standing(id).not_before?.since(now);
        (rest > Span::ZERO && rest <= LONGEST_WAIT).then_some(rest)
    }

    /// Something arrived: all is well again.
    pub fn arrived(&self, id: &str) {
        if let Some((_, standing)) = self.known().get_mut(id) {
            *standing = Standing::default();
        }
    }

    /// A try failed; says how long the channel is left alone. What can never arrive says nothing about the next notice.
    pub fn failed(&self, id: &str, error: &SendError, now: Timestamp) -> Span {
        let mut known = self.known();
        let Some((_, standing)) = known.get_mut(id) else { return back_off(1) };
        standing.last_failed = Some((now, error.why.clone()));
        if !error.again {
            return Span::ZERO;
        }
        standing.failures += 1;
        let rest = back_off(standing.failures).max(error.after.unwrap_or(Span::ZERO)).min(LONGEST_WAIT);
        standing.not_before = Some(now + rest);
        rest
    }
}
