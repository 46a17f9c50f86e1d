//! What the name of a series looks like: the same for who pushes it, for who judges it and for who exports it.

/// The longest name, bytes.
pub const LONGEST_NAME: usize = 200;
/// What to write, for who wrote something else.
pub const NAME_HINT: &str =
    "write lower-case letters, digits and `_` in parts with dots between, such as `board.sales`";

/// Whether a name is dotted and lower case, and begins with no digit.
pub fn is_series_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.split('.').all(|part| !part.is_empty() && part.chars().all(is_plain))
}

/// Whether a pattern with `*` and `?`, or a name with labels in braces, can fit the name of a series.
pub fn may_fit_series(pattern: &str) -> bool {
    let name = pattern.split('{').next().unwrap_or_default();
    !name.is_empty() && name.chars().all(|letter| is_plain(letter) || matches!(letter, '.' | '*' | '?'))
}

const fn is_plain(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::CATALOGUE;

    #[test]
    fn whatever_is_measured_has_a_name_and_whatever_has_one_can_be_asked_for() {
        for series in CATALOGUE {
            assert!(is_series_name(series.name) && may_fit_series(series.name), "{}", series.name);
        }
        for good in ["board.sales", "a", "_a1._b", "host.load.1m"] {
            assert!(is_series_name(good) && may_fit_series(good), "{good}");
        }
        let long = "x".repeat(LONGEST_NAME + 1);
        for bad in ["", "Board.Sales", "board..sales", ".a", "a.", "9board", "börd", "a b", "a-b", long.as_str()] {
            assert!(!is_series_name(bad), "{bad}");
        }
        for (pattern, fits) in
            [("*", true), ("host.*", true), ("host.disk.free{mount=/Home}", true), ("Board.*", false), ("", false)]
        {
            assert_eq!(may_fit_series(pattern), fits, "{pattern}");
        }
    }
}
