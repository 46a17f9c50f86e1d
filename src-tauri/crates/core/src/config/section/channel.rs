//! `[[notify.channel]]`: where notices go besides the desktop. What is in force is [`ChannelSettings`].

use std::ops::RangeInclusive;

use schemars::JsonSchema;

use super::notify::LEVELS;
use super::rule::ROUTES;
use crate::config::channel::{ChannelKind, ChannelSettings, Credential};
use crate::config::fields::{Fields, written};
use crate::config::problem::ProblemCode;
use crate::notice::NATIVE;
use crate::rule::{Level, Route};
use crate::time::Span;
use crate::web_address::WebAddress;

/// Time for one message unless the file says otherwise.
const TIMEOUT: Span = Span::from_seconds(10);
const TIMEOUTS: RangeInclusive<Span> = Span::from_seconds(1)..=Span::from_seconds(30);

/// A place where notices go besides the desktop.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct ChannelSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// How it is reached; `email` is not part of this version.
    #[schemars(with = "Option<String>", required, extend("enum" = ChannelKind::WORDS.map(|(word, _)| word)))]
    pub kind: Option<ChannelKind>,
    /// Whether it is used.
    #[schemars(extend("default" = true))]
    pub enabled: Option<bool>,
    /// Of a webhook and of ntfy: its address; `env:NAME` keeps it out of the file.
    #[schemars(with = "Option<String>")]
    pub url: Option<Credential>,
    /// Of a webhook and of ntfy: sent as `Authorization: Bearer`; `env:NAME` keeps it out of the file.
    #[schemars(with = "Option<String>")]
    pub token: Option<Credential>,
    /// Of a command: the program and its arguments, without a shell.
    pub command: Option<Vec<String>>,
    /// Address of the dashboard as the reader reaches it, for links in messages.
    pub link: Option<String>,
    /// Time for one message, from 1s to 30s.
    #[schemars(extend("default" = written(TIMEOUT)))]
    pub timeout: Option<Span>,
    /// Least level of the alerts that it is told.
    #[schemars(with = "Option<String>", extend("enum" = ["warning", "critical"]))]
    pub level: Option<Level>,
    /// When it is told: at once, as second step, or with the daily report.
    #[schemars(extend("default" = "now"))]
    pub route: Option<Route>,
    /// Only alerts of these services; without it all.
    pub services: Option<Vec<String>>,
}

impl ChannelSection {
    /// Reads and checks one channel.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("kind");
        let section = Self {
            id: fields.id(),
            kind: fields.word("kind", &ChannelKind::WORDS),
            enabled: fields.truth("enabled"),
            url: fields.text("url").map(|text| Credential::new(&text)),
            token: fields.text("token").map(|text| Credential::new(&text)),
            command: fields.texts("command"),
            link: fields.text("link"),
            timeout: fields.span("timeout", TIMEOUTS),
            level: fields.word("level", &LEVELS),
            route: fields.word("route", &ROUTES),
            services: fields.texts("services"),
        };
        section.check(fields);
        section
    }

    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.id.as_deref() == Some(NATIVE) {
            let message = format!("the id `{NATIVE}` is the desktop's own");
            fields.problem("id", ProblemCode::InvalidValue, message).hint = Some("choose another id".to_owned());
        }
        if let Some(kind) = self.kind {
            for (key, belongs) in [
                ("url", kind != ChannelKind::Command),
                ("token", matches!(kind, ChannelKind::Webhook | ChannelKind::Ntfy)),
                ("command", kind == ChannelKind::Command),
            ] {
                if fields.has(key) && !belongs {
                    let message = format!("a channel of the kind `{kind}` has no `{key}`");
                    fields.problem(key, ProblemCode::Contradictory, message);
                }
            }
            match kind {
                ChannelKind::Webhook | ChannelKind::Ntfy => fields.require("url"),
                ChannelKind::Command => fields.require("command"),
                ChannelKind::Email => {}
            }
        }
        if self.kind != Some(ChannelKind::Email)
            && let Some(Credential::Plain(text)) = &self.url
            && text.parse::<WebAddress>().is_err()
        {
            // Not repeated: it may hold a password.
            let message = "`url` is no address that begins with http:// or https://";
            let hint = "for example `https://hooks.example.org/path`, or `env:NAME` for one that is kept elsewhere";
            fields.problem("url", ProblemCode::InvalidValue, message).hint = Some(hint.to_owned());
        }
        if self.link.as_ref().is_some_and(|link| link.parse::<WebAddress>().is_err()) {
            let message = "`link` is no address that begins with http:// or https://";
            let hint = "for example `http://127.0.0.1:7861/dashboard`, behind a tunnel";
            fields.problem("link", ProblemCode::InvalidValue, message).hint = Some(hint.to_owned());
        }
        if self.command.as_ref().is_some_and(|words| words.first().is_none_or(String::is_empty)) {
            let message = "`command` names no program";
            let hint =
                "for example `command = [\"/usr/local/bin/page-me\"]`; what happened is in `CARETAKER_*` variables";
            fields.problem("command", ProblemCode::InvalidValue, message).hint = Some(hint.to_owned());
        }
        if let Some(unusable) = self.settings().and_then(|settings| settings.unusable()) {
            let key = if self.kind == Some(ChannelKind::Email) { "kind" } else { unusable.key };
            fields.note(key, unusable.why, unusable.hint);
        }
    }

    /// The channel as it is served; none while the file has a mistake in it.
    pub(in crate::config) fn settings(&self) -> Option<ChannelSettings> {
        Some(ChannelSettings {
            id: self.id.clone()?,
            kind: self.kind?,
            enabled: self.enabled.unwrap_or(true),
            url: self.url.clone(),
            token: self.token.clone(),
            command: self.command.clone().unwrap_or_default(),
            link: self.link.clone(),
            timeout: self.timeout.unwrap_or(TIMEOUT),
            level: self.level.unwrap_or(Level::Warning),
            route: self.route.unwrap_or_default(),
            services: self.services.clone().unwrap_or_default(),
        })
    }
}
