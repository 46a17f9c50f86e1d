//! A time that comes back on days of the week, as a file writes it: `daily 03:00`, `weekly sun 03:00`, `mon-fri 22:00`,
//! `sat,sun 04:30`. It knows no time zone.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::time_of_day::TimeOfDay;

/// Days of the week, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WORKDAYS: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;
const EVERY_DAY: u8 = 0b111_1111;

/// A time of day on one or more days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recurrence {
    /// A bit for each day, Monday the lowest.
    days: u8,
    at: TimeOfDay,
}

/// A text that is no such time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read `{0}` as a time that comes back, such as `daily 03:00`, `weekly sun 03:00` or `mon-fri 22:00`")]
pub struct ParseRecurrenceError(String);

impl Recurrence {
    /// Whether it comes on this day, counted from Monday.
    pub const fn is_on(self, days_from_monday: u32) -> bool {
        days_from_monday < 7 && self.days & (1 << days_from_monday) != 0
    }

    /// The time of day.
    pub const fn at(self) -> TimeOfDay {
        self.at
    }
}

/// `daily 03:00`, `weekly sun 03:00`, `weekdays 22:00`, `sat,sun 04:30`.
impl fmt::Display for Recurrence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<&str> =
            DAYS.iter().zip(0..).filter(|(_, day)| self.is_on(*day)).map(|(name, _)| *name).collect();
        match (self.days, named.as_slice()) {
            (EVERY_DAY, _) => write!(out, "daily {}", self.at),
            (WORKDAYS, _) => write!(out, "mon-fri {}", self.at),
            (_, [one]) => write!(out, "weekly {one} {}", self.at),
            (_, several) => write!(out, "{} {}", several.join(","), self.at),
        }
    }
}

impl FromStr for Recurrence {
    type Err = ParseRecurrenceError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseRecurrenceError(text.to_owned());
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let (days, at) = match words.as_slice() {
            ["daily", at] => (Some(EVERY_DAY), at),
            ["weekdays", at] => (Some(WORKDAYS), at),
            ["weekend", at] => (Some(WEEKEND), at),
            ["weekly", days, at] | [days, at] => (self::days(days), at),
            _ => return Err(error()),
        };
        let days = days.ok_or_else(error)?;
        Ok(Self { days, at: at.parse().map_err(|_| error())? })
    }
}

/// `sun`, `sat,sun`, `mon-fri`, `fri-mon`.
fn days(text: &str) -> Option<u8> {
    let mut days = 0;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (day(first)?, day(last)?);
        days |= 1 << day;
        while day != last {
            day = (day + 1) % 7;
            days |= 1 << day;
        }
    }
    Some(days)
}

/// `sun` and `sunday`.
fn day(text: &str) -> Option<usize> {
    const ENDINGS: [&str; 7] = ["day", "sday", "nesday", "rsday", "day", "urday", "day"];
    DAYS.iter()
        .zip(ENDINGS)
        .position(|(short, ending)| text.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest == ending))
}

impl Serialize for Recurrence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Recurrence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Recurrence {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A time that comes back: daily 03:00, weekly sun 03:00, mon-fri 22:00"))
            .examples([serde_json::json!("weekly sun 03:00")])
            .into()
    }
}

impl ToSchema for Recurrence {}

impl schemars::JsonSchema for Recurrence {
    fn schema_name() -> Cow<'static, str> {
        "Recurrence".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A time that comes back: `daily 03:00`, `weekly sun 03:00`, `mon-fri 22:00`, `sat,sun 04:30`."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_come_back_are_read_and_written_back() {
        for (text, days, written) in [
            ("daily 03:00", "mtwtfss", "daily 03:00"),
            ("weekly sun 03:00", "......s", "weekly sun 03:00"),
            ("sun 03:00", "......s", "weekly sun 03:00"),
            ("Sunday 03:00", "......s", "weekly sun 03:00"),
            ("weekdays 22:00", "mtwtf..", "mon-fri 22:00"),
            ("mon-fri 22:00", "mtwtf..", "mon-fri 22:00"),
            ("sat,sun 04:30", ".....ss", "sat,sun 04:30"),
            ("weekend 04:30", ".....ss", "sat,sun 04:30"),
            ("fri-mon 04:30", "m...fss", "mon,fri,sat,sun 04:30"),
            ("wednesday 23:59", "..w....", "weekly wed 23:59"),
        ] {
            let read: Recurrence = text.parse().unwrap();
            let on: String =
                (0..7).zip("mtwtfss".chars()).map(|(day, letter)| if read.is_on(day) { letter } else { '.' }).collect();
            assert_eq!((on.as_str(), read.to_string().as_str()), (days, written), "{text}");
            assert_eq!(written.parse(), Ok(read));
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "sun",
            "03:00",
            "sun 3:00",
            "sun 25:00",
            "weekly 03:00",
            "someday 03:00",
            "sun,, 03:00",
            "daily sun 03:00",
        ] {
            assert!(text.parse::<Recurrence>().is_err(), "{text}");
        }
    }
}
