//! `[[service.check]]`: one question to a service, asked again and again.

use std::ops::RangeInclusive;

use schemars::JsonSchema;

use crate::config::fields::Fields;
use crate::time::Span;

const KINDS: [&str; 12] =
    ["http", "tcp", "tls", "dns", "process", "file", "command", "sqlite", "postgres", "prometheus", "ollama", "openai"];
const PERIODS: RangeInclusive<Span> = Span::from_seconds(1)..=Span::from_days(7);
const TIMEOUTS: RangeInclusive<Span> = Span::from_millis(1)..=Span::from_hours(1);

/// A question to a service, asked again and again.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct CheckSection {
    /// Its name within the service.
    #[schemars(required)]
    pub id: Option<String>,
    /// How it asks.
    #[schemars(required, extend("enum" = KINDS))]
    pub kind: Option<String>,
    /// Whom it asks.
    pub url: Option<String>,
    /// Time between two questions.
    #[schemars(extend("default" = "30s"))]
    pub every: Option<Span>,
    /// How long an answer may take.
    #[schemars(extend("default" = "10s"))]
    pub timeout: Option<Span>,
    /// What the answer must be.
    pub expect: Option<ExpectSection>,
    /// Wrong answers in a row until it counts as failing.
    #[schemars(range(min = 1), extend("default" = 3))]
    pub fail_after: Option<u32>,
    /// Right answers in a row until it counts as well again.
    #[schemars(range(min = 1), extend("default" = 2))]
    pub pass_after: Option<u32>,
}

/// What the answer must be.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct ExpectSection {
    /// Status of an HTTP response.
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<u32>,
    /// Values in a JSON body by their paths: `{ "$.status" = "healthy" }`.
    #[schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>")]
    pub json: Option<String>,
}

impl CheckSection {
    /// Reads and checks one check.
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("kind");
        Self {
            id: fields.id(),
            kind: fields.one_of("kind", &KINDS),
            url: fields.text("url"),
            every: fields.span("every", PERIODS),
            timeout: fields.span("timeout", TIMEOUTS),
            expect: fields.table("expect", ExpectSection::read),
            fail_after: fields.whole("fail_after", 1..=u32::MAX),
            pass_after: fields.whole("pass_after", 1..=u32::MAX),
        }
    }
}

impl ExpectSection {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self { status: fields.whole("status", 100..=599), json: fields.free_table("json") }
    }
}
