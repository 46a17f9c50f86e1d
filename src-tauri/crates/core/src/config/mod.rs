//! The configuration file `caretaker.toml`: its schema, its validation, the settings that follow from it, and changes
//! to its text. Text in, values out: reading and writing files and asking the environment are the engine's work.
//!
//! [`Document`] is the file as it stands, [`Settings`] is everything with defaults filled in.

mod built_in_rule;
mod change;
mod channel;
mod default_rules;
mod document;
mod environment;
mod fields;
mod kept;
mod lookup;
mod origin;
mod platform;
mod problem;
mod recurrence;
mod reference;
mod report;
mod rule_text;
mod schema;
mod section;
mod set;
mod settings;
mod starts_programs;
mod suggestion;
mod syntax;
#[cfg(test)]
mod tests;
mod time_of_day;
mod unset;
mod whole_file;

pub use built_in_rule::BuiltInRule;
pub use channel::{ChannelKind, ChannelSettings, Credential, Unusable, is_credential};
pub use default_rules::{BUILT_IN_RULES, LATER_IDS, default_rules};
pub use document::Document;
pub use origin::{Origin, ValueOrigin};
pub use platform::Platform;
pub use problem::{ConfigNote, ConfigProblem, ProblemCode};
pub use recurrence::{ParseRecurrenceError, Recurrence};
pub use reference::reference;
pub use rule_text::{judged_unit, rule_explanation, rule_text};
pub use schema::schema;
pub use settings::{Api, Collect, Keep, MaintenanceWindow, Models, Notify, QuietHours, Settings};
pub use starts_programs::{reaches_out, starts_programs, writes_elsewhere};
pub use time_of_day::{ParseTimeOfDayError, TimeOfDay};
