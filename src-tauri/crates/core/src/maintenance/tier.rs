//! How often a task comes, in five steps: a larger one that is due together with a smaller one stands for both.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schedule::Schedule;
use crate::time::{Span, Timestamp};

/// The steps, the smallest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Every day, or more often.
    #[default]
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every year.
    Yearly,
}

impl Tier {
    /// All of them, the smallest first.
    pub const ALL: [Self; 5] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Quarterly, Self::Yearly];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
        }
    }

    /// The time that it looks back on.
    pub const fn span(self) -> Span {
        match self {
            Self::Daily => Span::from_days(1),
            Self::Weekly => Span::from_days(7),
            Self::Monthly => Span::from_days(30),
            Self::Quarterly => Span::from_days(91),
            Self::Yearly => Span::from_days(365),
        }
    }

    /// The step that a schedule belongs to, by the time between two of its slots.
    pub fn of(schedule: &Schedule) -> Self {
        let first = schedule.next(Timestamp::from_millis(0), &Utc);
        let second = first.and_then(|first| schedule.next(first, &Utc));
        let between = first.zip(second).map_or(Span::from_days(366), |(first, second)| second.since(first));
        match between.as_millis() / Span::from_days(1).as_millis() {
            ..=5 => Self::Daily,
            6..=20 => Self::Weekly,
            21..=45 => Self::Monthly,
            46..=200 => Self::Quarterly,
            _ => Self::Yearly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_belong_to_the_step_that_people_would_name() {
        for (text, tier) in [
            ("daily 03:00", Tier::Daily),
            ("every 6h", Tier::Daily),
            ("mon-fri 22:00", Tier::Daily),
            ("weekly sun 03:00", Tier::Weekly),
            ("monthly last sunday 04:00", Tier::Monthly),
            ("quarterly", Tier::Quarterly),
            ("yearly", Tier::Yearly),
            ("30 3 * * 0", Tier::Weekly),
        ] {
            assert_eq!(Tier::of(&text.parse().unwrap()), tier, "{text}");
        }
    }
}
