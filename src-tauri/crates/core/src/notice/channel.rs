//! Where notices go, as far as deciding needs to know.

use crate::alert::Instance;
use crate::config::ChannelSettings;
use crate::rule::{Level, Route, Rule};
use crate::time::Span;

/// The channel of desktop notifications.
pub const NATIVE: &str = "native";
/// A critical alert that nobody took on goes to channels of the second step after this.
const SECOND_STEP_AFTER: Span = Span::from_minutes(15);

/// One channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// Whether it is told anything new; what it shows is taken away all the same.
    pub enabled: bool,
    /// Least level of the alerts that it is told.
    pub least: Level,
    /// Which alerts it is told.
    pub serves: Route,
    /// Only alerts whose series belong to one of these services; empty for all.
    pub services: Vec<String>,
}

impl Channel {
    /// The desktop.
    pub fn native(enabled: bool) -> Self {
        Self { id: NATIVE.to_owned(), enabled, least: Level::Warning, serves: Route::Now, services: Vec::new() }
    }

    /// A channel of the configuration.
    pub fn configured(settings: &ChannelSettings) -> Self {
        Self {
            id: settings.id.clone(),
            enabled: settings.enabled,
            least: settings.level,
            serves: settings.route,
            services: settings.services.clone(),
        }
    }

    /// Whether it shows notices on the screen, where one can be changed and taken away. What was sent elsewhere stays
    /// sent: there only news are told.
    pub fn is_screen(&self) -> bool {
        self.id == NATIVE
    }

    /// Whether an alert belongs here now.
    pub fn takes(&self, alert: &Instance, rule: Option<&Rule>) -> bool {
        let route = rule.map_or(Route::Now, |rule| rule.route);
        let service = alert.series.labels.get("service");
        let ours = self.services.is_empty()
            || service.is_some_and(|service| self.services.iter().any(|known| known == service));
        let served = match self.serves {
            Route::Now => route == Route::Now,
            Route::Second => route == Route::Second || (route == Route::Now && escalated(alert)),
            // No report brings alerts in this version; a note says so to who writes it.
            Route::Daily => false,
        };
        self.enabled && ours && served && alert.level >= self.least
    }
}

fn escalated(alert: &Instance) -> bool {
    alert.level == Level::Critical && !alert.is_acknowledged() && alert.up >= SECOND_STEP_AFTER
}
