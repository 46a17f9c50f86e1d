//! One alert with everything known of it as one file.

use caretaker_core::export::{AlertExport, AlertFormat};
use caretaker_core::metric::{Resolution, SeriesKey};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::AlertView;
use chrono::Local;

use super::metrics::resolution;
use crate::engine::Engine;

/// The chart begins this long before the first breach, at least.
const LEAD: Span = Span::from_minutes(30);
/// The chart has about as many points as it is wide.
const POINTS: u32 = 700;

impl Engine {
    /// An alert as text, with the format that it is in.
    pub async fn export_alert(&self, id: &str, format: AlertFormat) -> Result<(AlertFormat, String), Problem> {
        let detail = self.alert(id).await?;
        let (now, latest) = (self.now(), self.latest());
        let (from, until) = around(&detail.alert, now);
        let key = SeriesKey { name: detail.alert.metric.clone(), labels: detail.alert.labels.clone() };
        let fineness = match until.since(from) {
            short if short <= Span::from_hours(6) => Resolution::Raw,
            long => resolution(long, None, Some(POINTS)),
        };
        let stored = self
            .blocking(move |inner| {
                let end = until + Span::from_millis(1);
                let found = inner.metrics.points(&key.name, &key.labels, from, end, fineness)?;
                Ok(found.into_iter().find(|series| series.key == key))
            })
            .await?;
        let host = self.host_view(&latest).name;
        let moment = |at: Timestamp| at.to_utc().with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string();
        // A change of the clocks within one alert is told by its beginning.
        let zone = detail.alert.since.to_utc().with_timezone(&Local).format("UTC%:z").to_string();
        let (series, version) = (stored.as_ref(), self.0.version.as_str());
        let export = AlertExport { detail: &detail, series, host: &host, version, now, moment: &moment, zone: &zone };
        Ok((format, export.write(format)))
    }
}

/// The time of the chart: what led to it, as long as it lasted, and what came of it.
fn around(alert: &AlertView, now: Timestamp) -> (Timestamp, Timestamp) {
    let until = alert.resolved_at.unwrap_or(now);
    let lasted = until.since(alert.since).or_zero();
    let lead = Span::from_millis(lasted.as_millis() / 2).max(LEAD);
    (alert.since - lead, (until + Span::from_millis(lead.as_millis() / 2)).min(now))
}
