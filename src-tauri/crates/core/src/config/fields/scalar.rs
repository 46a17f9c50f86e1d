//! Keys with one value: texts, words, numbers, true or false. Lengths of time are in `span`.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use toml_edit::Item;

use super::span::ANY_SPAN;
use super::table::Fields;
use crate::config::kept::Kept;
use crate::config::problem::ProblemCode;
use crate::config::suggestion::nearest;

impl<'r> Fields<'r, '_> {
    /// A text.
    pub(in crate::config) fn text(&mut self, key: &'static str) -> Option<String> {
        self.convert(key, "a text", |item| item.as_str().map(str::to_owned))
    }

    /// True or false.
    pub(in crate::config) fn truth(&mut self, key: &'static str) -> Option<bool> {
        self.convert(key, "true or false", Item::as_bool)
    }

    /// A finite number, whole or not.
    pub(in crate::config) fn number(&mut self, key: &'static str) -> Option<f64> {
        let as_number = |item: &Item| item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64));
        let number = self.convert(key, "a number", as_number)?;
        if !number.is_finite() {
            self.problem(key, ProblemCode::OutOfRange, format!("`{key}` is `{number}`; allowed is any finite number"));
            return None;
        }
        Some(number)
    }

    /// A number within bounds.
    pub(in crate::config) fn number_within(&mut self, key: &'static str, bounds: RangeInclusive<f64>) -> Option<f64> {
        let number = self.number(key)?;
        let (least, most) = (bounds.start(), bounds.end());
        let allowed = if most.is_finite() { format!("{least} to {most}") } else { format!("{least} or more") };
        self.within(key, number, &bounds, &number, &allowed)
    }

    /// A whole number within bounds.
    pub(in crate::config) fn whole(&mut self, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let number = self.convert(key, "a whole number", Item::as_integer)?;
        let (least, most) = bounds.into_inner();
        let allowed = if most == u32::MAX { format!("{least} or more") } else { format!("{least} to {most}") };
        let number = self.within(key, number, &(i64::from(least)..=i64::from(most)), &number, &allowed)?;
        u32::try_from(number).ok()
    }

    /// A count of pieces or an age.
    pub(in crate::config) fn kept(&mut self, key: &'static str) -> Option<Kept> {
        match self.table.get(key) {
            Some(item) if item.is_integer() => self.whole(key, 1..=u32::MAX).map(Kept::Count),
            Some(item) if item.is_str() => self.span(key, ANY_SPAN).map(Kept::Age),
            _ => self.convert(key, "a count such as 7 or an age such as \"30d\"", |_| None),
        }
    }

    /// One of a few words.
    pub(in crate::config) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let meant = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if meant.is_none() {
            let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("`{key}` is `{text}`; allowed is one of: {}", list.join(", "));
            let otherwise_cased = list.iter().copied().find(|word| word.eq_ignore_ascii_case(&text));
            let near = otherwise_cased.or_else(|| nearest(&text, list.iter().copied()));
            let hint = near.map(|word| format!("did you mean `{word}`?"));
            self.problem(key, ProblemCode::InvalidValue, message).hint = hint;
        }
        meant
    }

    /// One of a few words that this version keeps as they are.
    pub(in crate::config) fn one_of(&mut self, key: &'static str, words: &[&'static str]) -> Option<String> {
        let words: Vec<(&str, &str)> = words.iter().map(|word| (*word, *word)).collect();
        self.word(key, &words).map(str::to_owned)
    }

    /// A text that another type can read, such as a time of day.
    pub(in crate::config) fn parsed<T: FromStr>(&mut self, key: &'static str, allowed: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.problem(key, ProblemCode::InvalidValue, format!("`{key}` is `{text}`; allowed is {allowed}"));
        }
        parsed
    }

    /// The id of an entry: lower-case letters, digits, `-` and `_`.
    pub(in crate::config) fn id(&mut self) -> Option<String> {
        self.require("id");
        let id = self.text("id")?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if id.len() <= 64 && id.starts_with(plain) && id.chars().all(|c| plain(c) || c == '-' || c == '_') {
            return Some(id);
        }
        let message =
            format!("the id `{id}` is not made of a-z, 0-9, `-` and `_` (at most 64, the first a letter or digit)");
        self.problem("id", ProblemCode::InvalidValue, message);
        None
    }

    /// The value if a key has one that `convert` takes.
    pub(super) fn convert<T>(
        &mut self,
        key: &'static str,
        allowed: &str,
        convert: impl FnOnce(&'r Item) -> Option<T>,
    ) -> Option<T> {
        let item = self.ask(key)?;
        let converted = convert(item);
        if converted.is_none() {
            self.wrong_type(key, item, allowed);
        }
        converted
    }

    /// The value if it lies within bounds; `written` is how the file has it.
    pub(super) fn within<T: PartialOrd>(
        &mut self,
        key: &str,
        value: T,
        bounds: &RangeInclusive<T>,
        written: &dyn Display,
        allowed: &str,
    ) -> Option<T> {
        if bounds.contains(&value) {
            return Some(value);
        }
        self.problem(key, ProblemCode::OutOfRange, format!("`{key}` is `{written}`; allowed is {allowed}"));
        None
    }
}
