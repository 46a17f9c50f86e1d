//! `[notify]`: what the owner is told and when not. Channels beyond the desktop are in `channel`.

use std::ops::RangeInclusive;

use schemars::JsonSchema;

use super::channel::ChannelSection;
use super::maintenance::MaintenanceSection;
use crate::config::fields::{Fields, written};
use crate::config::problem::ProblemCode;
use crate::config::settings::QuietHours;
use crate::config::time_of_day::TimeOfDay;
use crate::rule::Level;
use crate::time::Span;

/// Whether the desktop shows notices unless the file says otherwise.
pub(in crate::config) const NATIVE: bool = true;
/// Time until a critical alert is told again unless the file says otherwise.
pub(in crate::config) const REPEAT: Span = Span::from_hours(4);

const REPEATS: RangeInclusive<Span> = Span::from_minutes(1)..=Span::from_days(7);

/// The words for levels.
pub(super) const LEVELS: [(&str, Level); 2] = [("warning", Level::Warning), ("critical", Level::Critical)];

/// What the owner is told, and when not.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct NotifySection {
    /// Notifications on the desktop.
    #[schemars(extend("default" = NATIVE))]
    pub native: Option<bool>,
    /// Time until a critical alert that nobody acknowledged is told again, from 1m to 7d.
    #[schemars(extend("default" = written(REPEAT)))]
    pub repeat: Option<Span>,
    /// Hours of every day, in local time, in which nothing is told; alerts are recorded all the same.
    #[schemars(extend("default" = []))]
    pub quiet: Option<Vec<QuietSection>>,
    /// Windows that come back, in local time, in which something is being worked on and nothing that they name is told.
    /// Alerts are judged and recorded all the same; what is still up when a window closes is told then. A time that a change
    /// of the clocks skips begins when the clocks have changed, one that comes twice begins at the first.
    pub maintenance: Option<Vec<MaintenanceSection>>,
    /// Further channels.
    pub channel: Option<Vec<ChannelSection>>,
}

/// Quiet hours; they may pass midnight.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct QuietSection {
    /// First minute.
    pub from: TimeOfDay,
    /// First minute after them.
    pub to: TimeOfDay,
    /// Level of alerts that are told even then.
    #[schemars(with = "Option<String>", extend("enum" = ["warning", "critical"]))]
    pub except: Option<Level>,
}

impl NotifySection {
    /// Reads and checks the section.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            native: fields.truth("native"),
            repeat: fields.span("repeat", REPEATS),
            quiet: fields.tables("quiet", QuietSection::read).map(|list| list.into_iter().flatten().collect()),
            maintenance: fields.tables("maintenance", MaintenanceSection::read),
            channel: fields.tables("channel", ChannelSection::read),
        }
    }
}

impl QuietSection {
    /// These hours as they are judged.
    pub(in crate::config) const fn hours(&self) -> QuietHours {
        QuietHours { from: self.from, to: self.to, except: self.except }
    }

    fn read(fields: &mut Fields<'_, '_>) -> Option<Self> {
        fields.require("from");
        fields.require("to");
        let allowed = "a time from 00:00 to 23:59";
        let from = fields.parsed::<TimeOfDay>("from", allowed);
        let to = fields.parsed::<TimeOfDay>("to", allowed);
        let except = fields.word("except", &LEVELS);
        let (from, to) = from.zip(to)?;
        if from == to {
            fields.problem(
                "to",
                ProblemCode::Contradictory,
                format!("quiet from `{from}` to `{to}` is no time at all"),
            );
        }
        Some(Self { from, to, except })
    }
}
