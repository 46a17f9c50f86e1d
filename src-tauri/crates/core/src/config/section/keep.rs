//! `[keep]`: how long history stays.

use std::ops::RangeInclusive;

use schemars::JsonSchema;

use crate::config::fields::{Fields, written};
use crate::time::Span;

/// Samples of every round.
pub(in crate::config) const RAW: Span = Span::from_days(30);
/// Rollups of 5 minutes.
pub(in crate::config) const FIVE_MINUTES: Span = Span::from_days(90);
/// Rollups of 1 hour.
pub(in crate::config) const HOURLY: Span = Span::from_days(730);
/// Records of logs.
pub(in crate::config) const LOGS: Span = Span::from_days(30);
/// Resolved alerts.
pub(in crate::config) const ALERTS: Span = Span::from_days(730);

/// Less than a day would leave the charts of the last 24 hours with holes.
const TERMS: RangeInclusive<Span> = Span::from_days(1)..=Span::from_days(20 * 365);

/// How long history is kept; older rows are deleted. Every term is 1d to 20y.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct KeepSection {
    /// Samples of every round.
    #[schemars(extend("default" = written(RAW)))]
    pub raw: Option<Span>,
    /// Minimum, maximum and mean of every 5 minutes.
    #[schemars(extend("default" = written(FIVE_MINUTES)))]
    pub five_minutes: Option<Span>,
    /// Minimum, maximum and mean of every hour.
    #[schemars(extend("default" = written(HOURLY)))]
    pub hourly: Option<Span>,
    /// Records of logs.
    #[schemars(extend("default" = written(LOGS)))]
    pub logs: Option<Span>,
    /// Resolved alerts with their evidence and notices.
    #[schemars(extend("default" = written(ALERTS)))]
    pub alerts: Option<Span>,
}

impl KeepSection {
    /// Reads and checks the section.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            raw: fields.span("raw", TERMS),
            five_minutes: fields.span("five_minutes", TERMS),
            hourly: fields.span("hourly", TERMS),
            logs: fields.span("logs", TERMS),
            alerts: fields.span("alerts", TERMS),
        }
    }
}
