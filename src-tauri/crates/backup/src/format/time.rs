//! Moments of a file: seconds since 1970 in UTC and nanoseconds, far beyond what 64 bits of nanoseconds hold. Reads no clock.

use std::fmt;

/// A moment; ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Time {
    /// Whole seconds since 1970; negative before it.
    pub seconds: i64,
    /// Nanoseconds after that second, always counted forward.
    pub nanoseconds: u32,
}

impl Time {
    /// A moment on a whole second.
    pub fn from_seconds(seconds: i64) -> Self {
        Self { seconds, nanoseconds: 0 }
    }

    /// A moment so many seconds earlier.
    pub fn minus_seconds(self, seconds: i64) -> Self {
        Self { seconds: self.seconds.saturating_sub(seconds), ..self }
    }

    /// As PAX records have it: `1700000000.25`.
    pub fn decimal(self) -> String {
        if self.nanoseconds == 0 {
            return self.seconds.to_string();
        }
        // Before 1970 the fraction counts backward in decimal notation.
        let (sign, seconds, fraction) = if self.seconds < 0 {
            ("-", -(self.seconds + 1), 1_000_000_000 - self.nanoseconds)
        } else {
            ("", self.seconds, self.nanoseconds)
        };
        let digits = format!("{fraction:09}");
        format!("{sign}{seconds}.{}", digits.trim_end_matches('0'))
    }

    /// Reads what [`Time::decimal`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let seconds: i64 = whole.parse().ok()?;
        let nine: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
        let nanoseconds: u32 = nine.parse().ok()?;
        Some(match (negative, nanoseconds) {
            (false, _) => Self { seconds, nanoseconds },
            (true, 0) => Self { seconds: -seconds, nanoseconds },
            (true, _) => Self { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds },
        })
    }

    /// `20260131T093000Z`, as in the names of archives.
    pub fn compact(self) -> String {
        let (year, month, day, hour, minute, second) = self.calendar();
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }

    /// Year, month, day, hour, minute and second in UTC, after the algorithm of Howard Hinnant.
    fn calendar(self) -> (i64, i64, i64, i64, i64, i64) {
        let days = self.seconds.div_euclid(86_400);
        let rest = self.seconds.rem_euclid(86_400);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day, rest / 3_600, rest % 3_600 / 60, rest % 60)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second) = self.calendar();
        write!(formatter, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moments_read_as_people_write_them() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (9_224_318_015, "2262-04-22 22:33:35 UTC"),
        ] {
            assert_eq!(Time::from_seconds(seconds).to_string(), text);
        }
        assert_eq!(Time::from_seconds(1_769_851_800).compact(), "20260131T093000Z");
        assert_eq!(Time { seconds: -2, nanoseconds: 750_000_000 }.decimal(), "-1.25");
    }

    proptest! {
        #[test]
        fn decimals_return_as_they_went(seconds in -9_000_000_000_i64..90_000_000_000, nanoseconds in 0_u32..1_000_000_000) {
            let time = Time { seconds, nanoseconds };
            prop_assert_eq!(Time::parse(&time.decimal()), Some(time));
        }
    }
}
