//! What others push: whether a sample may be kept, under which name, in which unit, and what to say if not. It stores
//! nothing; what is known already comes as an argument.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::metric::{
    LONGEST_NAME, Labels, NAME_HINT, Pushed, Reading, SeriesKey, SeriesKind, Unit, is_series_name, names,
};
use crate::problem::{Code, Problem};
use crate::time::{Span, Timestamp};
use crate::view::SampleRequest;

/// Samples in one request.
pub const MOST_SAMPLES: usize = 5_000;
/// Series that others may push, together.
pub const MOST_SERIES: usize = 1_000;
/// Labels of a series.
const MOST_LABELS: usize = 10;
/// Bytes of a label's name, and of its value.
const LONGEST: usize = 200;
/// A clock may be this far ahead of ours.
const AHEAD: Span = Span::from_minutes(1);

/// A sample that may be kept as far as it can be judged by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Which series.
    pub key: SeriesKey,
    /// Its unit, if it was named.
    pub unit: Option<Unit>,
    /// Its kind, if it was named.
    pub kind: Option<SeriesKind>,
    /// The value.
    pub value: f64,
    /// When it was true.
    pub at: Timestamp,
}

/// What is known of series that are pushed: the newest value of each.
pub type Known = BTreeMap<Arc<SeriesKey>, Newest>;

/// The newest value of a pushed series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Newest {
    /// Unit of the series.
    pub unit: Unit,
    /// Kind of the series.
    pub kind: SeriesKind,
    /// The value.
    pub value: f64,
    /// Its stamp.
    pub at: Timestamp,
}

/// A line of `NAME VALUE [TIME]`, where a name may have labels as in `board.sales{shop=north}`; none for a line without
/// anything, or with a comment.
pub fn line(text: &str) -> Result<Option<SampleRequest>, Problem> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let hint = "write NAME VALUE, and behind them a time if it is not now";
    let name_ends = if text.split_whitespace().next().is_some_and(|word| word.contains('{')) {
        text.find('}').map(|end| end + 1).ok_or_else(|| refused("the labels do not end: `}` is missing", hint))?
    } else {
        text.find(char::is_whitespace).unwrap_or(text.len())
    };
    let (key, rest) = text.split_at(name_ends);
    let (name, labels) = match key.split_once('{') {
        Some((name, labels)) => (name, labels_of(labels.trim_end_matches('}'))?),
        None => (key, Labels::none()),
    };
    let mut words = rest.split_whitespace();
    let value = words.next().ok_or_else(|| refused(&format!("`{key}` has no value"), hint))?;
    let at = words.next().map(time).transpose()?;
    if let Some(more) = words.next() {
        return Err(refused(&format!("`{more}` is too much for a line"), hint));
    }
    Ok(Some(SampleRequest { name: name.to_owned(), labels, value: number(value)?, at, ..SampleRequest::default() }))
}

/// A value as people type it.
pub fn number(text: &str) -> Result<f64, Problem> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number
        .ok_or_else(|| refused(&format!("`{text}` is no value that can be kept"), "write a number such as 12.5 or 1e6"))
}

/// A time as programs write it: RFC 3339, or seconds or milliseconds since 1970.
pub fn time(text: &str) -> Result<Timestamp, Problem> {
    /// Seconds beyond this are milliseconds: the year 5138, and 3 March 1973.
    const SECONDS: f64 = 1e11;
    if let Ok(number) = text.parse::<f64>()
        && number.is_finite()
    {
        let millis = if number.abs() < SECONDS { number * 1_000.0 } else { number };
        return Ok(Timestamp::from_millis(millis.round() as i64));
    }
    text.parse().map_err(|error: crate::time::ParseTimestampError| {
        refused(&error.to_string(), "or as seconds or milliseconds since 1970")
    })
}

/// `a=b,c="d"`.
fn labels_of(text: &str) -> Result<Labels, Problem> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let label = |pair: &str| {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| refused(&format!("`{pair}` is no label"), "write labels as name{shop=north,floor=2}"))?;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        Ok((name.trim().to_owned(), bare.to_owned()))
    };
    pairs.map(label).collect()
}

/// Looks at every sample by itself. `kept` is how long samples are kept; what is older would be gone at once.
pub fn check(samples: Vec<SampleRequest>, now: Timestamp, kept: Span) -> Result<Vec<Wish>, Problem> {
    if samples.is_empty() {
        return Err(refused("there is no sample in the request", "send at least one with `name` and `value`"));
    }
    if samples.len() > MOST_SAMPLES {
        let message = format!("{} samples are more than the {MOST_SAMPLES} that go into one request", samples.len());
        return Err(refused(&message, "send them in several requests"));
    }
    let many = samples.len() > 1;
    let place = |number: usize, problem: Problem| Problem {
        message: if many { format!("sample {}: {}", number + 1, problem.message) } else { problem.message },
        ..problem
    };
    let each = samples.into_iter().enumerate();
    each.map(|(number, sample)| one(sample, now, kept).map_err(|problem| place(number, problem))).collect()
}

/// Gives each sample the unit and the kind of its series, which keeps both for life.
pub fn resolve(wishes: Vec<Wish>, known: &Known, seen: Timestamp) -> Result<Vec<Pushed>, Problem> {
    let mut fresh: BTreeMap<Arc<SeriesKey>, (Unit, SeriesKind)> = BTreeMap::new();
    let mut pushed = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let there = known.get_key_value(&wish.key).map(|(key, newest)| (Arc::clone(key), (newest.unit, newest.kind)));
        let there = there.or_else(|| fresh.get_key_value(&wish.key).map(|(key, nature)| (Arc::clone(key), *nature)));
        let (key, (unit, kind)) = match there {
            Some(found) => found,
            None if known.len() + fresh.len() >= MOST_SERIES => return Err(too_many(&wish.key)),
            None => {
                let nature = (wish.unit.unwrap_or(Unit::Number), wish.kind.unwrap_or_default());
                let key = Arc::new(wish.key);
                fresh.insert(Arc::clone(&key), nature);
                (key, nature)
            }
        };
        if let Some(other) = wish.unit.filter(|other| *other != unit) {
            let message = format!("`{key}` is in `{}` and cannot be in `{}` as well", unit.word(), other.word());
            return Err(refused(
                &message,
                "a series keeps its unit for life: leave the unit out, or choose another name",
            ));
        }
        if let Some(other) = wish.kind.filter(|other| *other != kind) {
            let message = format!("`{key}` is a {} and cannot be a {} as well", kind.word(), other.word());
            return Err(refused(
                &message,
                "a series keeps its kind for life: leave the kind out, or choose another name",
            ));
        }
        if kind == SeriesKind::Counter && wish.value < 0.0 {
            let message = format!("{} is no value for the counter `{key}`", wish.value);
            return Err(refused(&message, "a counter counts from zero; push a gauge for what may be less"));
        }
        pushed.push(Pushed { reading: Reading { key, unit, kind, value: wish.value }, at: wish.at, seen });
    }
    Ok(pushed)
}

fn one(sample: SampleRequest, now: Timestamp, kept: Span) -> Result<Wish, Problem> {
    let name = sample.name;
    check_name(&name)?;
    if !sample.value.is_finite() {
        return Err(refused(
            &format!("{} is no value that can be kept for `{name}`", sample.value),
            "push a number; where there is none, push nothing",
        ));
    }
    let unit = sample.unit.as_deref().map(unit).transpose()?;
    let mut labels = sample.labels;
    if let Some(service) = sample.service {
        if labels.get("service").is_some_and(|other| other != service) {
            return Err(refused("the label `service` and the service differ", "name the service once"));
        }
        labels = labels.with("service", service);
    }
    check_labels(&labels)?;
    let at = sample.at.unwrap_or(now);
    if at > now + AHEAD {
        return Err(refused(
            &format!("{at} lies in the future: here it is {now}"),
            "check the clock and the time zone, or leave the time out",
        ));
    }
    if at < now - kept {
        return Err(refused(
            &format!("{at} is too long ago: samples are kept for {}", kept.in_words()),
            "`keep.raw` in the configuration says how long",
        ));
    }
    Ok(Wish { key: SeriesKey { name, labels }, unit, kind: sample.kind, value: sample.value, at })
}

fn unit(text: &str) -> Result<Unit, Problem> {
    text.parse().map_err(|error: crate::metric::ParseUnitError| {
        let words: Vec<&str> = Unit::ALL.into_iter().map(Unit::word).collect();
        refused(&error.to_string(), &format!("there are {}; without one it is a plain number", words.join(", ")))
    })
}

/// Names as rules and exports can name them.
fn check_name(name: &str) -> Result<(), Problem> {
    if name.is_empty() {
        return Err(refused("the name of the series is missing", NAME_HINT));
    }
    if name.len() > LONGEST_NAME {
        return Err(refused(&format!("the name has {} bytes, {LONGEST_NAME} at most", name.len()), NAME_HINT));
    }
    if !is_series_name(name) {
        return Err(refused(&format!("`{name}` is no name of a series"), NAME_HINT));
    }
    if is_reserved(name) {
        let first = name.split('.').next().unwrap_or_default();
        let message = format!("`{name}` cannot be pushed: Caretaker itself fills the series `{first}.*`");
        return Err(refused(&message, "choose a name that begins with that of your program"));
    }
    Ok(())
}

/// Whether a name belongs to what Caretaker itself fills.
pub fn is_reserved(name: &str) -> bool {
    names::RESERVED.contains(&name.split('.').next().unwrap_or_default())
}

fn check_labels(labels: &Labels) -> Result<(), Problem> {
    let count = labels.iter().count();
    if count > MOST_LABELS {
        return Err(refused(
            &format!("{count} labels are more than the {MOST_LABELS} that a series may have"),
            "keep what tells series apart, and no ids or messages",
        ));
    }
    for (name, value) in labels.iter() {
        let shown = name.chars().take(40).collect::<String>();
        if !is_word(name) || name.starts_with("__") || name.len() > LONGEST {
            return Err(refused(
                &format!("`{shown}` is no name of a label"),
                "write letters, digits and `_`, not beginning with a digit or `__`",
            ));
        }
        if value.is_empty() || value.len() > LONGEST || value.chars().any(char::is_control) {
            return Err(refused(
                &format!(
                    "the value of the label `{shown}` is empty, longer than {LONGEST} bytes or has control characters"
                ),
                "a label says which one it is, in a word or two",
            ));
        }
    }
    Ok(())
}

fn is_word(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn too_many(key: &SeriesKey) -> Problem {
    let message =
        format!("`{key}` would be one series too many: {MOST_SERIES} are pushed already, the most there may be");
    Problem::new(Code::TooManyRequests, message)
        .hint("use fewer different labels; a series goes when its last value is older than `keep.hourly`")
}

fn refused(message: &str, hint: &str) -> Problem {
    Problem::new(Code::Usage, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_438_400_000);
    const KEPT: Span = Span::from_days(30);

    fn sample(name: &str, value: f64) -> SampleRequest {
        SampleRequest { name: name.to_owned(), value, ..SampleRequest::default() }
    }

    fn labelled(label: &str, value: &str) -> SampleRequest {
        SampleRequest { labels: Labels::one(label, value), ..sample("board.sales", 1.0) }
    }

    fn said(sample: SampleRequest) -> String {
        match check(vec![sample], NOW, KEPT) {
            Ok(_) => "taken".to_owned(),
            Err(problem) => format!("{} {}", problem.message, problem.hint),
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused_with_the_reason() {
        let at = |at: Timestamp| SampleRequest { at: Some(at), ..sample("board.sales", 1.0) };
        let in_unit = |unit: &str| SampleRequest { unit: Some(unit.to_owned()), ..sample("board.sales", 1.0) };
        for (sample, expected) in [
            (sample("", 1.0), "name of the series is missing"),
            (sample("board sales", 1.0), "`board sales` is no name"),
            (sample("board..sales", 1.0), "is no name"),
            (sample("9board", 1.0), "is no name"),
            (sample("Board.Sales", 1.0), "`Board.Sales` is no name of a series write lower-case letters"),
            (sample("börd.sales", 1.0), "is no name"),
            (sample(&"x".repeat(201), 1.0), "201 bytes, 200 at most"),
            (sample("host.cpu.usage", 1.0), "Caretaker itself fills the series `host.*`"),
            (sample("caretaker", 1.0), "`caretaker.*`"),
            (sample("process.cpu", 1.0), "`process.*`"),
            (sample("board.sales", f64::NAN), "NaN is no value"),
            (sample("board.sales", f64::INFINITY), "inf is no value"),
            (in_unit("furlongs"), "no unit `furlongs` there are percent, bytes"),
            (at(NOW + Span::from_minutes(2)), "lies in the future: here it is 2026-03-02T08:00:00.000Z"),
            (at(NOW - Span::from_days(31)), "samples are kept for 30 d"),
            (labelled("9", "x"), "`9` is no name of a label"),
            (labelled("__name__", "x"), "is no name of a label"),
            (labelled("shop", ""), "value of the label `shop` is empty"),
            (labelled("shop", "a\nb"), "control characters"),
        ] {
            let found = said(sample);
            assert!(found.contains(expected), "{found}");
        }
        let many = SampleRequest {
            labels: (0..11).map(|n| (format!("l{n}"), "x".to_owned())).collect(),
            ..sample("board.sales", 1.0)
        };
        assert!(said(many).contains("11 labels are more than the 10"));
        assert!(check(vec![sample("a", 1.0); MOST_SAMPLES + 1], NOW, KEPT).unwrap_err().message.contains("5001"));
        assert!(check(Vec::new(), NOW, KEPT).is_err());
    }

    #[test]
    fn a_line_is_a_name_a_value_and_perhaps_a_time() {
        let shown = |text: &str| match line(text) {
            Ok(None) => "nothing".to_owned(),
            Ok(Some(sample)) => {
                let key = SeriesKey { name: sample.name, labels: sample.labels };
                format!("{key} {:?} {}", sample.value, sample.at.map(|at| at.to_string()).unwrap_or_default())
            }
            Err(problem) => problem.message,
        };
        for (text, expected) in [
            ("board.sales 5", "board.sales 5.0 "),
            ("  board.sales\t-0.0  ", "board.sales -0.0 "),
            ("board.sales 1e18 2026-03-02T07:59:00Z", "board.sales 1e18 2026-03-02T07:59:00.000Z"),
            ("board.sales 1 1772438340", "board.sales 1.0 2026-03-02T07:59:00.000Z"),
            ("board.sales 1 1772438340.5", "board.sales 1.0 2026-03-02T07:59:00.500Z"),
            ("board.sales 1 1772438340500", "board.sales 1.0 2026-03-02T07:59:00.500Z"),
            ("board.sales{shop=north, floor=\"2\"} 7", "board.sales{floor=2,shop=north} 7.0 "),
            ("board.sales{} 7", "board.sales 7.0 "),
            ("", "nothing"),
            ("# HELP board.sales What was sold.", "nothing"),
            ("board.sales", "`board.sales` has no value"),
            ("board.sales five", "`five` is no value that can be kept"),
            ("board.sales NaN", "`NaN` is no value that can be kept"),
            ("board.sales 5 yesterday", "read `yesterday` as a date and time such as 2026-01-31T08:30:00Z"),
            ("board.sales 5 1772438340 6", "`6` is too much for a line"),
            ("board.sales{shop=north 7", "the labels do not end: `}` is missing"),
            ("board.sales{shop} 7", "`shop` is no label"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn the_one_that_is_wrong_among_many_is_named() {
        let problem = check(vec![sample("a", 1.0), sample("b-c", 1.0)], NOW, KEPT).unwrap_err();
        assert!(problem.message.starts_with("sample 2: `b-c`"), "{problem}");
    }

    #[test]
    fn hosts_of_other_programs_are_taken() {
        for name in ["board.sales", "hostel.beds", "orders_total", "_x", "a.b.c.d"] {
            assert_eq!(said(sample(name, -5.0)), "taken", "{name}");
        }
        let whole = SampleRequest {
            unit: Some("%".to_owned()),
            service: Some("board".to_owned()),
            at: Some(NOW - Span::from_days(1)),
            ..labelled("shop", "a, \"b\" ü")
        };
        let wish = check(vec![whole], NOW, KEPT).unwrap().remove(0);
        assert_eq!(wish.key.to_string(), "board.sales{service=board,shop=a, \"b\" ü}");
        assert_eq!((wish.unit, wish.at), (Some(Unit::Percent), NOW - Span::from_days(1)));
    }

    fn wish(name: &str) -> Wish {
        Wish { key: SeriesKey::plain(name), unit: None, kind: None, value: 1.0, at: NOW }
    }

    fn known(name: &str, unit: Unit, kind: SeriesKind) -> Known {
        Known::from([(Arc::new(SeriesKey::plain(name)), Newest { unit, kind, value: 1.0, at: NOW })])
    }

    #[test]
    fn a_series_keeps_its_unit_and_its_kind() {
        let bytes = known("board.size", Unit::Bytes, SeriesKind::Gauge);
        let taken = resolve(vec![wish("board.size"), wish("board.new")], &bytes, NOW).unwrap();
        assert_eq!(taken.iter().map(|one| one.reading.unit).collect::<Vec<_>>(), [Unit::Bytes, Unit::Number]);
        let other = Wish { unit: Some(Unit::Percent), ..wish("board.size") };
        let problem = resolve(vec![other], &bytes, NOW).unwrap_err();
        assert!(problem.message.contains("is in `bytes` and cannot be in `percent`"), "{problem}");
        let counter = Wish { kind: Some(SeriesKind::Counter), ..wish("board.size") };
        let problem = resolve(vec![counter], &bytes, NOW).unwrap_err();
        assert!(problem.message.contains("is a gauge and cannot be a counter"), "{problem}");
        // Within one request too.
        let first = Wish { unit: Some(Unit::Count), ..wish("board.new") };
        let second = Wish { unit: Some(Unit::Watts), ..wish("board.new") };
        assert!(resolve(vec![first, second], &bytes, NOW).is_err());
        let less = Wish { value: -1.0, ..wish("board.requests") };
        assert!(resolve(vec![less], &known("board.requests", Unit::Count, SeriesKind::Counter), NOW).is_err());
    }

    #[test]
    fn one_series_too_many_is_refused_and_known_ones_go_on() {
        let mut full = Known::new();
        for number in 0..MOST_SERIES {
            full.extend(known(&format!("board.s{number}"), Unit::Count, SeriesKind::Gauge));
        }
        let problem = resolve(vec![wish("board.new")], &full, NOW).unwrap_err();
        assert_eq!(problem.code, Code::TooManyRequests);
        assert!(problem.message.contains("1000 are pushed already"), "{problem}");
        assert_eq!(resolve(vec![wish("board.s7")], &full, NOW).unwrap().len(), 1);
    }
}
