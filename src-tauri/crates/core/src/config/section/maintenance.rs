//! `[[notify.maintenance]]`: windows that come back, in which what is being worked on rings for nobody.

use std::ops::RangeInclusive;

use schemars::JsonSchema;

use super::notify::LEVELS;
use crate::config::fields::Fields;
use crate::config::recurrence::Recurrence;
use crate::config::settings::MaintenanceWindow;
use crate::metric::Labels;
use crate::rule::Level;
use crate::time::Span;

const LENGTHS: RangeInclusive<Span> = Span::from_minutes(1)..=Span::from_days(6);

/// A window that comes back, in local time.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct MaintenanceSection {
    /// Its stable name.
    #[schemars(required)]
    pub id: Option<String>,
    /// When it begins: `weekly sun 03:00`, `daily 03:00`, `mon-fri 22:00`, `sat,sun 04:30`.
    #[schemars(required)]
    pub every: Option<Recurrence>,
    /// How long it lasts; from 1m to 6d.
    #[schemars(rename = "for", required)]
    pub length: Option<Span>,
    /// What is done then; the id if it says nothing.
    pub reason: Option<String>,
    /// Only alerts on series with all of these labels.
    #[schemars(rename = "where", with = "Option<std::collections::BTreeMap<String, String>>")]
    pub filter: Option<Labels>,
    /// Level of alerts that are told even then.
    #[schemars(with = "Option<String>", extend("enum" = ["warning", "critical"]))]
    pub except: Option<Level>,
}

impl MaintenanceSection {
    /// Reads and checks a window.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("every");
        fields.require("for");
        Self {
            id: fields.id(),
            every: fields.parsed("every", "a time that comes back, such as `weekly sun 03:00` or `daily 03:00`"),
            length: fields.span("for", LENGTHS),
            reason: fields.text("reason"),
            filter: fields.labels("where"),
            except: fields.word("except", &LEVELS),
        }
    }

    /// The window as it is judged; none while something is missing.
    pub(in crate::config) fn window(&self) -> Option<MaintenanceWindow> {
        let id = self.id.clone()?;
        Some(MaintenanceWindow {
            every: self.every?,
            r#for: self.length?,
            reason: self.reason.clone().unwrap_or_else(|| id.clone()),
            r#where: self.filter.clone().unwrap_or_default(),
            except: self.except,
            id,
        })
    }
}
