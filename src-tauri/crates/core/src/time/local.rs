//! From what clocks on the wall show to stamps. What a zone is comes from outside.

use chrono::{LocalResult, NaiveDateTime, TimeZone};

use super::Timestamp;

/// When clocks show this time; the earlier moment of a time that comes twice, none for one that is skipped.
///
/// chrono's `earliest()` trusts the zone to name the earlier of two moments first, which its own `Local` does not.
pub fn first_shown<Z: TimeZone>(time: NaiveDateTime, zone: &Z) -> Option<Timestamp> {
    let found = match zone.from_local_datetime(&time) {
        LocalResult::None => return None,
        LocalResult::Single(at) => at,
        LocalResult::Ambiguous(one, other) => one.min(other),
    };
    Some(Timestamp::from_millis(found.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, NaiveDate, Offset};
    use chrono_tz::Europe::Berlin;

    use super::*;

    /// Berlin, which names the later of two moments first, as chrono's `Local` does.
    #[derive(Clone)]
    struct Backwards;

    impl TimeZone for Backwards {
        type Offset = FixedOffset;

        fn from_offset(_: &FixedOffset) -> Self {
            Self
        }

        fn offset_from_local_date(&self, date: &NaiveDate) -> LocalResult<FixedOffset> {
            self.offset_from_local_datetime(&date.and_hms_opt(12, 0, 0).unwrap())
        }

        fn offset_from_local_datetime(&self, time: &NaiveDateTime) -> LocalResult<FixedOffset> {
            match Berlin.offset_from_local_datetime(time) {
                LocalResult::None => LocalResult::None,
                LocalResult::Single(one) => LocalResult::Single(one.fix()),
                LocalResult::Ambiguous(one, other) => LocalResult::Ambiguous(other.fix(), one.fix()),
            }
        }

        fn offset_from_utc_date(&self, date: &NaiveDate) -> FixedOffset {
            self.offset_from_utc_datetime(&date.and_hms_opt(12, 0, 0).unwrap())
        }

        fn offset_from_utc_datetime(&self, time: &NaiveDateTime) -> FixedOffset {
            Berlin.offset_from_utc_datetime(time).fix()
        }
    }

    #[test]
    fn a_time_that_comes_twice_is_the_earlier_one_in_whatever_order_the_zone_names_them() {
        let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        for (shown, at) in [
            ("2026-10-25 02:30", Some("2026-10-25T00:30:00.000Z")),
            ("2026-10-25 03:30", Some("2026-10-25T02:30:00.000Z")),
            ("2026-03-29 02:30", None),
            ("2026-07-01 02:30", Some("2026-07-01T00:30:00.000Z")),
        ] {
            let expected = at.map(str::to_owned);
            assert_eq!(first_shown(time(shown), &Berlin).map(|at| at.to_string()), expected, "{shown}");
            assert_eq!(first_shown(time(shown), &Backwards).map(|at| at.to_string()), expected, "{shown}");
        }
    }
}
