//! `[[service.kpi]]`: a figure of a service with a target.

use schemars::JsonSchema;

use crate::config::fields::{ANY_SPAN, Fields};
use crate::config::section::rule::AGGREGATES;
use crate::config::section::threshold::ThresholdSection;
use crate::rule::{Aggregate, Threshold};
use crate::time::Span;

/// A figure that the owner of a service cares about.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct KpiSection {
    /// Its name within the service.
    #[schemars(required)]
    pub id: Option<String>,
    /// Name of the series.
    #[schemars(required)]
    pub metric: Option<String>,
    /// What of the series.
    pub of: Option<Aggregate>,
    /// The window.
    pub over: Option<Span>,
    /// Unit for people.
    pub unit: Option<String>,
    /// Where it should be.
    #[schemars(with = "Option<ThresholdSection>")]
    pub target: Option<Threshold>,
    /// Bound of the level warning.
    #[schemars(with = "Option<ThresholdSection>")]
    pub warning: Option<Threshold>,
    /// Bound of the level critical.
    #[schemars(with = "Option<ThresholdSection>")]
    pub critical: Option<Threshold>,
}

impl KpiSection {
    /// Reads and checks one figure.
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("metric");
        Self {
            id: fields.id(),
            metric: fields.text("metric"),
            of: fields.word("of", &AGGREGATES),
            over: fields.span("over", ANY_SPAN),
            unit: fields.text("unit"),
            target: fields.table("target", ThresholdSection::read).flatten(),
            warning: fields.table("warning", ThresholdSection::read).flatten(),
            critical: fields.table("critical", ThresholdSection::read).flatten(),
        }
    }
}
