//! Exports at intervals: when one is due, what its file is called, which files of its own are too many. Writes nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ExportFormat;
use crate::time::{Span, Timestamp};

/// An export that is made again and again, with nothing left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportPlan {
    /// Its name.
    pub id: String,
    /// The folder that its files go to; it must be there.
    pub folder: String,
    /// Time between two files.
    pub every: Span,
    /// How they are written.
    pub format: ExportFormat,
    /// Only series whose name fits one of these; all when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// How far back each file goes.
    pub since: Span,
    /// One value a step; none for every sample up to 6 h, and steps that suit the range beyond.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Span>,
    /// How many files stay.
    #[schema(value_type = String, example = "30d")]
    pub keep: KeepFiles,
}

/// `7` or `30d`: the newest so many, or those younger than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepFiles {
    /// The newest so many.
    Count(u32),
    /// Those younger than this.
    Age(Span),
}

impl Serialize for KeepFiles {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => out.serialize_u32(*count),
            Self::Age(span) => span.serialize(out),
        }
    }
}

impl<'de> Deserialize<'de> for KeepFiles {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Either;
        impl serde::de::Visitor<'_> for Either {
            type Value = KeepFiles;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a count such as 7 or an age such as \"30d\"")
            }

            fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<KeepFiles, E> {
                u32::try_from(count).map(KeepFiles::Count).map_err(E::custom)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<KeepFiles, E> {
                text.parse().map(KeepFiles::Age).map_err(E::custom)
            }
        }
        input.deserialize_any(Either)
    }
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrittenFile {
    /// Its path.
    pub path: String,
    /// When.
    pub at: Timestamp,
    /// Its size.
    pub bytes: u64,
}

/// What became of an export so far; it lives as long as its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportRecord {
    /// The moment for which the last file was due. The next one is due a whole number of intervals later, so that lateness
    /// does not add up.
    pub slot: Option<Timestamp>,
    /// Its own files that are still there, the oldest first. No others are ever deleted.
    #[serde(default)]
    pub files: Vec<WrittenFile>,
}

/// A file that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// For which moment.
    pub slot: Timestamp,
    /// How many before it were missed, as in sleep. They are not made up for: this one stands for all.
    pub missed: i64,
}

impl ExportPlan {
    /// The file that is due, if one is.
    pub fn due(&self, record: &ExportRecord, now: Timestamp) -> Option<Due> {
        let Some(last) = record.slot else { return Some(Due { slot: now, missed: 0 }) };
        let passed = now.since(last);
        let every = self.every.as_millis().max(1);
        // A clock that was set back must not keep an export waiting for as long as it was wrong.
        if passed < Span::ZERO {
            return (passed.abs() > self.every).then_some(Due { slot: now, missed: 0 });
        }
        let slots = passed.as_millis() / every;
        (slots > 0).then(|| Due { slot: last + Span::from_millis(slots * every), missed: slots - 1 })
    }

    /// When the next file is due.
    pub fn next(&self, record: &ExportRecord, now: Timestamp) -> Timestamp {
        if self.due(record, now).is_some() { now } else { record.slot.map_or(now, |last| last + self.every) }
    }

    /// The name of a file: `caretaker-week-2026-03-02T08-00-00Z.csv`.
    pub fn file_name(&self, at: Timestamp) -> String {
        let stamp = at.to_utc().format("%Y-%m-%dT%H-%M-%SZ");
        format!("caretaker-{}-{stamp}.{}", self.id, self.format.extension())
    }

    /// Which of its own files, the oldest first, are too many. The newest always stays.
    pub fn surplus<'r>(&self, files: &'r [WrittenFile], now: Timestamp) -> &'r [WrittenFile] {
        let before_last = files.len().saturating_sub(1);
        let many = match self.keep {
            KeepFiles::Count(count) => files.len().saturating_sub(count as usize),
            KeepFiles::Age(age) => files.partition_point(|file| now.since(file.at) > age),
        };
        &files[..many.min(before_last)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Span = Span::from_hours(24);

    fn plan(keep: KeepFiles) -> ExportPlan {
        ExportPlan {
            id: "week".to_owned(),
            folder: "/srv/exports".to_owned(),
            every: DAY,
            format: ExportFormat::Csv,
            names: Vec::new(),
            since: DAY,
            step: None,
            keep,
        }
    }

    fn start() -> Timestamp {
        "2026-03-02T08:00:00Z".parse().unwrap()
    }

    fn record(files: usize) -> ExportRecord {
        let file = |n: usize| WrittenFile { path: format!("/f{n}"), at: start() + DAY * n as i64, bytes: 1 };
        ExportRecord { slot: Some(start()), files: (0..files).map(file).collect() }
    }

    #[test]
    fn the_first_is_due_at_once_and_the_next_ones_keep_their_time_of_day() {
        let plan = plan(KeepFiles::Count(7));
        assert_eq!(plan.due(&ExportRecord::default(), start()), Some(Due { slot: start(), missed: 0 }));
        for (later, expected) in [
            (Span::from_hours(23), None),
            (DAY, Some((1, 0))),
            (DAY + Span::from_minutes(20), Some((1, 0))),
            (DAY * 4 + Span::from_hours(2), Some((4, 3))),
        ] {
            let due = plan.due(&record(0), start() + later);
            let expected = expected.map(|(slot, missed)| Due { slot: start() + DAY * slot, missed });
            assert_eq!(due, expected, "{later} later");
        }
        assert_eq!(plan.next(&record(0), start() + Span::from_hours(1)), start() + DAY);
    }

    #[test]
    fn a_clock_that_is_set_back_delays_no_export_for_years() {
        let plan = plan(KeepFiles::Count(7));
        assert_eq!(plan.due(&record(0), start() - Span::from_hours(1)), None, "summer time is no reason");
        let back = start() - DAY * 400;
        assert_eq!(plan.due(&record(0), back), Some(Due { slot: back, missed: 0 }));
    }

    #[test]
    fn too_many_are_the_oldest_and_the_newest_stays() {
        let names = |plan: ExportPlan, files: usize, now: Timestamp| -> Vec<String> {
            plan.surplus(&record(files).files, now).iter().map(|file| file.path.clone()).collect()
        };
        let now = start() + DAY * 5;
        assert_eq!(names(plan(KeepFiles::Count(3)), 5, now), ["/f0", "/f1"]);
        assert_eq!(names(plan(KeepFiles::Count(9)), 5, now), Vec::<String>::new());
        assert_eq!(names(plan(KeepFiles::Age(DAY * 3)), 5, now), ["/f0", "/f1"]);
        assert_eq!(names(plan(KeepFiles::Age(DAY)), 2, now + DAY * 100), ["/f0"]);
        assert_eq!(names(plan(KeepFiles::Count(1)), 0, now), Vec::<String>::new());
    }

    #[test]
    fn files_are_named_by_their_moment_in_utc() {
        assert_eq!(plan(KeepFiles::Count(1)).file_name(start()), "caretaker-week-2026-03-02T08-00-00Z.csv");
    }

    #[test]
    fn what_is_kept_is_written_as_in_the_file() {
        for (keep, text) in [(KeepFiles::Count(7), "7"), (KeepFiles::Age(DAY * 30), "\"30d\"")] {
            assert_eq!(serde_json::to_string(&keep).unwrap(), text);
            assert_eq!(serde_json::from_str::<KeepFiles>(text).unwrap(), keep);
        }
        assert!(serde_json::from_str::<KeepFiles>("true").is_err());
    }
}
