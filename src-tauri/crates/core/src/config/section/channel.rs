//! `[[notify.channel]]`: where notices go besides the desktop. Read and checked; delivering to them comes later.

use schemars::JsonSchema;

use super::notify::LEVELS;
use super::rule::ROUTES;
use crate::config::fields::Fields;
use crate::rule::{Level, Route};

const KINDS: [&str; 4] = ["webhook", "email", "ntfy", "command"];

/// A place where notices go besides the desktop.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct ChannelSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// How it is reached.
    #[schemars(required, extend("enum" = KINDS))]
    pub kind: Option<String>,
    /// Its address; `secret:NAME` and `env:NAME` keep it out of the file.
    pub url: Option<String>,
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
        Self {
            id: fields.id(),
            kind: fields.one_of("kind", &KINDS),
            url: fields.text("url"),
            level: fields.word("level", &LEVELS),
            route: fields.word("route", &ROUTES),
            services: fields.texts("services"),
        }
    }
}
