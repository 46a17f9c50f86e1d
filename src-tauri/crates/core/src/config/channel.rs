//! Channels beyond the desktop as they are in force, with their credentials, which nothing shows.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::rule::{Level, Route};
use crate::time::Span;
use crate::web_address::WebAddress;

/// How a channel is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// A JSON document is posted.
    Webhook,
    /// Not part of this version.
    Email,
    /// A message to a topic of ntfy.
    Ntfy,
    /// A program of this machine is started.
    Command,
}

impl ChannelKind {
    pub(in crate::config) const WORDS: [(&'static str, Self); 4] =
        [("webhook", Self::Webhook), ("email", Self::Email), ("ntfy", Self::Ntfy), ("command", Self::Command)];
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Webhook => "webhook",
            Self::Email => "email",
            Self::Ntfy => "ntfy",
            Self::Command => "command",
        })
    }
}

/// A credential, or where it is kept. Whatever shows or stores it shows the reference, never what is secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// It stands in the file.
    Plain(String),
    /// `env:NAME`: it stands in a variable of the environment.
    Environment(String),
    /// `file:/path`: it stands in a file of its own.
    File(String),
    /// `secret:NAME`: it stands in the store for secrets.
    Secret(String),
}

impl Credential {
    /// From what stands in the file.
    pub fn new(text: &str) -> Self {
        match text.split_once(':') {
            Some(("env", name)) => Self::Environment(name.trim().to_owned()),
            Some(("file", path)) => Self::File(path.trim().to_owned()),
            Some(("secret", name)) => Self::Secret(name.trim().to_owned()),
            Some(_) | None => Self::Plain(text.to_owned()),
        }
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => match text.parse::<WebAddress>() {
                Ok(address) => write!(out, "{address}"),
                Err(_) => out.write_str("(hidden)"),
            },
            Self::Environment(name) => write!(out, "env:{name}"),
            Self::File(path) => write!(out, "file:{path}"),
            Self::Secret(name) => write!(out, "secret:{name}"),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Credential {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::new(&text))
    }
}

/// One channel beyond the desktop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelSettings {
    /// Its id.
    pub id: String,
    /// How it is reached.
    pub kind: ChannelKind,
    /// Whether it is used.
    pub enabled: bool,
    /// Its address, shown without path and credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub url: Option<Credential>,
    /// Sent as `Authorization: Bearer`; never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub token: Option<Credential>,
    /// The program that is started, and its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Address of the dashboard as the reader reaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Time for one message.
    pub timeout: Span,
    /// Least level of the alerts that it is told.
    pub level: Level,
    /// When it is told.
    pub route: Route,
    /// Only alerts of these services; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
}

/// Why this version does not use a channel that is configured without a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// The key that it lies at.
    pub key: &'static str,
    /// What does not work, and why.
    pub why: String,
    /// What to do.
    pub hint: String,
}

impl ChannelSettings {
    /// Why nothing is ever sent there by this version, if so.
    pub fn unusable(&self) -> Option<Unusable> {
        let id = &self.id;
        if self.kind == ChannelKind::Email {
            let why = format!("the channel `{id}` sends nothing: `email` is not part of this version");
            let hint = "use `webhook`, `ntfy`, or `command` with a program that sends mail".to_owned();
            return Some(Unusable { key: "kind", why, hint });
        }
        for (key, credential) in [("url", &self.url), ("token", &self.token)] {
            if let Some(Credential::Secret(name)) = credential {
                let why = format!(
                    "the channel `{id}` sends nothing: its `{key}` is `secret:{name}`, and the store for secrets is not \
                     part of this version"
                );
                let hint = format!(
                    "put it into a variable of Caretaker's environment and write `{key} = \"env:NAME\"`, where NAME is \
                     that variable"
                );
                return Some(Unusable { key, why, hint });
            }
        }
        if self.route == Route::Daily {
            let why = format!("the channel `{id}` is told nothing: the daily report is not part of this version");
            return Some(Unusable { key: "route", why, hint: "use `route = \"now\"` or `\"second\"`".to_owned() });
        }
        None
    }

    /// Whether notices go there.
    pub fn is_served(&self) -> bool {
        self.enabled && self.unusable().is_none()
    }

    /// Where it leads, without credentials: `https://hooks.example.org/…`, or the name of a program.
    pub fn target(&self) -> String {
        match (&self.url, self.command.first()) {
            (Some(url), _) => url.to_string(),
            (None, Some(program)) => program.clone(),
            (None, None) => String::new(),
        }
    }
}

/// Whether a key holds what must not be shown.
pub fn is_credential(key: &str) -> bool {
    key.starts_with("notify.channel") && [".url", ".token"].iter().any(|end| key.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_shown_as_a_reference_or_not_at_all() {
        for (text, shown) in [
            ("env:OPS", "env:OPS"),
            ("file:/etc/ops", "file:/etc/ops"),
            ("secret:ops", "secret:ops"),
            ("tk_12345", "(hidden)"),
            ("https://u:p@hooks.example.org/T0/s3cr3t?k=v", "https://hooks.example.org/…"),
        ] {
            let credential = Credential::new(text);
            assert_eq!(credential.to_string(), shown);
            assert_eq!(serde_json::to_string(&credential).unwrap(), format!("\"{shown}\""));
            assert_eq!(format!("{credential:?}"), shown);
        }
    }
}
