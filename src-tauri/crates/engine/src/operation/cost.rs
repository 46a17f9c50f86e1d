//! What Caretaker itself costs: now, over a day, and beside what was promised.

use caretaker_core::cost::{EXPENSES, Expense, sum_of_rate};
use caretaker_core::metric::{Labels, Resolution, SeriesKey, SeriesPoints, Unit, names};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{CostRow, CostState, CostView};
use caretaker_platform::lock;
use caretaker_store::{Selection, StoreError};

use super::status::STALE_INTERVALS;
use crate::engine::{Engine, Inner, Mode};
use crate::latest::Latest;

const DAY: Span = Span::from_hours(24);
/// A mean over less time is no measure.
const SETTLED: Span = Span::from_minutes(10);
const STEP: Span = Span::from_minutes(15);

impl Engine {
    /// What Caretaker itself costs.
    pub async fn cost(&self) -> Result<CostView, Problem> {
        self.used()?;
        let (now, latest) = (self.now(), self.latest());
        let from = now - DAY;
        let charts = self
            .blocking(move |inner| {
                let keys = EXPENSES.iter().map(|expense| SeriesKey::plain(expense.series)).collect();
                let end = now + Span::from_millis(1);
                Ok(inner.metrics.points_of(&Selection::Keys(keys), from, end, Resolution::Step(STEP))?)
            })
            .await?;
        let program = self.measured_program();
        let interval = self.settings().collect.interval;
        let costs = EXPENSES.iter().map(|expense| row(expense, &program, &latest, &charts, interval)).collect();
        let reached = self.0.egress.reached();
        let opened = |here: bool| reached.iter().filter(|one| one.target.is_here() == here).map(|one| one.opened).sum();
        Ok(CostView { at: now, from, program, costs, connections: opened(true), connections_beyond: opened(false) })
    }

    /// The program whose figures are stored: the one that runs, else the one that ran last.
    fn measured_program(&self) -> String {
        let live = self.0.mode == Mode::Live;
        let last = if live { None } else { lock::holder(&self.0.home.lock()).map(|owner| owner.program) };
        last.unwrap_or_else(|| self.0.program.clone())
    }
}

/// What was written in the 24 hours before `now`, from the rates that were measured.
pub(crate) fn written_in_a_day(inner: &Inner, now: Timestamp, interval: Span) -> Result<Option<f64>, StoreError> {
    let written = inner.metrics.points(names::OWN_WRITTEN, &Labels::none(), now - DAY, now, Resolution::Raw)?;
    Ok(written.first().map(|series| sum_of_rate(&series.points, interval * STALE_INTERVALS)))
}

fn row(expense: &Expense, program: &str, latest: &Latest, charts: &[SeriesPoints], interval: Span) -> CostRow {
    let chart = charts.iter().find(|chart| chart.key.name == expense.series);
    // A start is dear, and no day yet.
    let settled = chart.is_some_and(|chart| interval * i64::try_from(chart.stats.count).unwrap_or(0) >= SETTLED);
    let (now, average) = (latest.value(expense.series), chart.and_then(|chart| chart.stats.mean));
    let target = expense.target_of(program);
    // What lies on the disk is what it is; of everything else one round says nothing.
    let measure = average.filter(|_| settled).or(now.filter(|_| expense.series == names::OWN_DATABASE_SIZE));
    let state = match (measure, target) {
        (None, _) => CostState::Unknown,
        (Some(_), None) => CostState::NoTarget,
        (Some(mean), Some(target)) if mean > target => CostState::Above,
        (Some(_), Some(_)) => CostState::Within,
    };
    let text = |value: Option<f64>| value.map(|value| in_words(expense.unit, value)).unwrap_or_default();
    CostRow {
        id: expense.id.to_owned(),
        title: expense.title.to_owned(),
        series: SeriesKey::plain(expense.series),
        unit: expense.unit,
        now,
        now_text: text(now),
        average,
        average_text: text(average),
        target,
        target_text: target.map(|target| format!("at most {}", in_words(expense.unit, target))).unwrap_or_default(),
        state,
        points: chart.map(|chart| chart.points.clone()).unwrap_or_default(),
    }
}

/// Hundredths of a percent are what this is about.
fn in_words(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Percent if value < 1.0 => {
            let text = format!("{value:.2}");
            format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
        }
        unit => unit.format(value),
    }
}
