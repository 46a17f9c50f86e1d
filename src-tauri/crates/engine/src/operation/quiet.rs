//! Pausing notifications: for a length of time, until tomorrow morning, or not any more.

use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp, first_shown};
use caretaker_core::view::{Hint, QuietRequest, QuietView};
use caretaker_store::{StateStore, StoreError};
use chrono::{Days, Local, NaiveTime};

use crate::engine::Engine;
use crate::pipeline::Work;

const SETTING: &str = "quiet_until";
const LONGEST: Span = Span::from_days(7);
/// "Until tomorrow" ends at this hour of the local day.
const MORNING: u32 = 7;

/// Until when notifications are paused, if they are.
pub(crate) fn quiet_until(state: &StateStore) -> Result<Option<Timestamp>, StoreError> {
    Ok(state.setting(SETTING)?.and_then(|text| text.parse().ok()))
}

/// Seven in the morning of the next local day.
fn tomorrow(now: Timestamp) -> Timestamp {
    let morning = NaiveTime::from_hms_opt(MORNING, 0, 0).unwrap_or_default();
    let local = now.to_utc().with_timezone(&Local);
    let day = local.date_naive().checked_add_days(Days::new(1)).unwrap_or(local.date_naive());
    // An hour that daylight saving skips does not exist at seven in the morning in any zone; were it so, a day will do.
    first_shown(day.and_time(morning), &Local).unwrap_or(now + Span::from_days(1))
}

fn wished(request: &QuietRequest, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    match request.r#for.as_str() {
        "off" | "resume" => Ok(None),
        "tomorrow" => Ok(Some(tomorrow(now))),
        text => {
            let span: Span = text.parse().map_err(|error| {
                Problem::new(Code::Usage, format!("{error}")).hint("or `tomorrow`, or `off` to resume")
            })?;
            if span <= Span::ZERO || span > LONGEST {
                return Err(Problem::new(Code::Usage, format!("{text} is not between 1 s and 7 days"))
                    .hint("nothing is paused for ever by accident"));
            }
            Ok(Some(now + span))
        }
    }
}

impl Engine {
    /// Whether notifications are paused.
    pub fn quiet(&self) -> QuietView {
        let now = self.now();
        QuietView { until: self.latest().quiet_until.filter(|until| now < *until) }
    }

    /// Pauses notifications or resumes them. Alerts are judged and recorded all the same; what is still up afterwards
    /// is told then.
    pub async fn set_quiet(&self, request: QuietRequest) -> Result<QuietView, Problem> {
        self.writable()?;
        let now = self.now();
        let until = wished(&request, now)?;
        let text = until.map(|until| until.to_string());
        self.blocking(move |inner| Ok(inner.state.put_setting(SETTING, text.as_deref())?)).await?;
        self.ask(|reply| Work::Listen(now, reply)).await?;
        let what = match until {
            Some(until) => format!("Notifications paused until {until}"),
            None => "Notifications resumed".to_owned(),
        };
        self.record("quiet", what, Ok(())).await;
        self.hint(Hint::Status);
        Ok(self.quiet())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> QuietRequest {
        QuietRequest { r#for: text.to_owned() }
    }

    #[test]
    fn words_and_lengths_are_understood_and_nothing_lasts_for_ever() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        assert_eq!(wished(&request("1h"), now).unwrap(), Some(now + Span::from_hours(1)));
        assert_eq!(wished(&request("off"), now).unwrap(), None);
        for bad in ["8d", "0s", "soon", ""] {
            assert!(wished(&request(bad), now).is_err(), "{bad}");
        }
    }

    #[test]
    fn tomorrow_is_the_next_local_morning() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let at = tomorrow(now);
        let local = at.to_utc().with_timezone(&Local);
        assert_eq!(local.format("%H:%M").to_string(), "07:00");
        let ahead = at.since(now);
        assert!(ahead > Span::ZERO && ahead <= Span::from_hours(32), "{ahead}");
    }
}
