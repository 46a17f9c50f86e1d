//! Figures over every sample of one series, however coarse its points are. Only a day of samples is looked at together, so that
//! a month of them costs little memory.

use caretaker_core::metric::{SeriesKey, Stats};
use caretaker_core::time::Timestamp;

use super::query::{Gathering, Source};
use super::reader::Reader;
use crate::error::Fault;
use crate::table::progress::{self, Mark};

const DAY: i64 = 24 * 3_600_000;
/// A longer time than samples are kept for; somebody pushed something with a stamp of another century.
const MOST_DAYS: i64 = 1_000;

impl Reader {
    /// Figures over the samples with `from <= time < to`; none where samples of that time are gone, or there are none.
    pub(super) fn figures(&mut self, key: &SeriesKey, from: Timestamp, to: Timestamp) -> Result<Option<Stats>, Fault> {
        let known = self.series()?;
        let Some(series) = known.values().find(|series| *series.key == *key) else { return Ok(None) };
        let (from, to) = (from.as_millis(), to.as_millis());
        let snapshot = self.connection.unchecked_transaction()?;
        let gone = progress::get(&snapshot, Mark::RawDeleted)?.unwrap_or(i64::MIN);
        if from < gone || to.saturating_sub(from) / DAY > MOST_DAYS {
            return Ok(None);
        }
        let source = if series.pushed { Source::Pushed } else { Source::Rounds };
        let wanted = [series];
        let mut values = Vec::new();
        let mut begin = from;
        while begin < to {
            // Days as they are sorted, so that each is opened once.
            let end = ((begin.div_euclid(DAY) + 1) * DAY).min(to);
            let mut gathering = Gathering::new(&snapshot, &mut self.layouts, &wanted, (begin, end, 1));
            gathering.run(source)?;
            values.extend(gathering.cells.iter().flatten().map(|cell| series.encoding.mean(&cell.bucket)));
            begin = end;
        }
        Ok((!values.is_empty()).then(|| Stats::of(values.into_iter().map(|value| (value, value, value, 1)))))
    }
}
