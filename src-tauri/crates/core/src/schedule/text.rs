//! Schedules as text: read, written, in JSON and in schemas.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::Utc;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::{Schedule, cron, words};
use crate::time::Timestamp;

/// A text that is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    /// Nobody can read it.
    #[error(
        "read `{0}` as a schedule, such as `daily 03:00`, `weekly sun 03:00`, `every 6h`, `monthly last sunday 04:00`, \
         `quarterly` or the cron text `30 3 * * 0`"
    )]
    Unreadable(String),
    /// No calendar has such a day.
    #[error("find a day for `{0}`: it never comes")]
    Never(String),
}

impl FromStr for Schedule {
    type Err = BadSchedule;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let pace = words::read(&words).or_else(|| cron::read(&words));
        let pace = pace.ok_or_else(|| BadSchedule::Unreadable(text.to_owned()))?;
        let schedule = Self { text: words.join(" "), pace };
        match schedule.next(Timestamp::from_millis(0), &Utc) {
            Some(_) => Ok(schedule),
            None => Err(BadSchedule::Never(text.to_owned())),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Schedule {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "A time that comes back: `daily 03:00`, `weekly sun 03:00`, `every 6h`, `monthly last sunday 04:00`, \
                 `quarterly`, or the cron text `30 3 * * 0`",
            ))
            .examples([serde_json::json!("weekly sun 03:00")])
            .into()
    }
}

impl ToSchema for Schedule {}
