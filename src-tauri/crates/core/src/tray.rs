//! What the tray shows, as a pure function of the status: a glyph, a tooltip and the texts of the menu.
//! The shell draws it and applies only differences.

use crate::time::Timestamp;
use crate::view::{AlertView, BackupsSummary, OverallState, Status};

/// The mark in the tray; each differs in shape, not only in colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// All is well.
    Ok,
    /// The worst is a warning.
    Warning,
    /// Something is critical.
    Critical,
    /// Notifications are paused and nothing is critical.
    Paused,
    /// Stale, or no engine answers, or a part does not work.
    Degraded,
}

impl Glyph {
    /// Every glyph, for the pictures.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Warning, Self::Critical, Self::Paused, Self::Degraded];

    /// The name of its pictures in `icons/`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Paused => "paused",
            Self::Degraded => "degraded",
        }
    }
}

/// One line of the menu that opens a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its words.
    pub text: String,
    /// The page: `alerts/<id>`.
    pub route: String,
}

/// Everything that the tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The mark.
    pub glyph: Glyph,
    /// Shown when the pointer rests on the mark.
    pub tooltip: String,
    /// The first line of the menu.
    pub state: Line,
    /// Active alerts, at most five, the worst first; then mistakes in the configuration, then what is muted.
    pub alerts: Vec<Line>,
    /// `Quiet`, or until when it is.
    pub quiet: String,
    /// Whether there is a pause to end.
    pub is_quiet: bool,
    /// How well the owner's data are kept; none while no engine answers.
    pub backups: Option<Line>,
    /// What can be done about it; none without a job of the owner's.
    pub back_up: Option<BackUp>,
}

/// The line of the menu that backs up, or ends a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackUp {
    /// Its words.
    pub text: String,
    /// Whether a backup goes on, which the line ends.
    pub is_running: bool,
}

const MOST_ALERTS: usize = 5;
/// Menus are narrow.
const LONGEST_LINE: usize = 72;

/// What to show for a status; none when no engine answers. `clock` writes a time of day for people.
pub fn look(status: Option<&Status>, clock: impl Fn(Timestamp) -> String) -> Look {
    let Some(status) = status else {
        return Look {
            glyph: Glyph::Degraded,
            tooltip: "Caretaker: no engine answers, nothing is watched".to_owned(),
            state: Line { text: "No engine answers: nothing is watched".to_owned(), route: "overview".to_owned() },
            alerts: Vec::new(),
            quiet: "Quiet".to_owned(),
            is_quiet: false,
            backups: None,
            back_up: None,
        };
    };
    let heard: Vec<&AlertView> = status.alerts.iter().filter(|alert| alert.silenced_until.is_none()).collect();
    let quiet_until = status.quiet.until;
    let state = match status.degraded.first() {
        Some(part) if heard.is_empty() => format!("{}: {}", status.verdict, part.part),
        Some(_) | None => status.verdict.clone(),
    };
    // The tooltip stands alone, the first line of the menu above the alerts themselves.
    let rest = match heard.len() {
        0 => state.clone(),
        1 => heard.iter().map(|alert| first_words(alert)).collect(),
        several => {
            format!("{}, and {} more", heard.first().map(|alert| first_words(alert)).unwrap_or_default(), several - 1)
        }
    };
    let pause = quiet_until.map(|until| format!("Quiet until {}", clock(until)));
    let tooltip = match &pause {
        Some(pause) => format!("{rest} ({})", pause.to_lowercase()),
        None => rest,
    };
    let lines = heard.iter().take(MOST_ALERTS).map(|alert| line(alert));
    Look {
        glyph: glyph(status, quiet_until.is_some()),
        tooltip: shortened(&tooltip),
        state: Line { text: shortened(&state), route: "overview".to_owned() },
        alerts: lines.chain(configuration(status)).chain(muted(status)).collect(),
        quiet: pause.unwrap_or_else(|| "Quiet".to_owned()),
        is_quiet: quiet_until.is_some(),
        backups: Some(Line { text: shortened(&status.backups.sentence), route: "backups".to_owned() }),
        back_up: back_up(&status.backups),
    }
}

fn back_up(backups: &BackupsSummary) -> Option<BackUp> {
    let text = match (&backups.running, backups.running_percent) {
        _ if backups.jobs == 0 => return None,
        (None, _) => "Back up now".to_owned(),
        (Some(_), None) => "Cancel the backup".to_owned(),
        (Some(_), Some(percent)) => format!("Cancel the backup ({percent:.0} %)"),
    };
    Some(BackUp { text, is_running: backups.running.is_some() })
}

fn glyph(status: &Status, quiet: bool) -> Glyph {
    match status.state {
        OverallState::Critical => Glyph::Critical,
        OverallState::Warning | OverallState::Ok if quiet => Glyph::Paused,
        OverallState::Warning => Glyph::Warning,
        OverallState::Ok if status.degraded.is_empty() => Glyph::Ok,
        OverallState::Ok | OverallState::Unknown => Glyph::Degraded,
    }
}

/// `CPU 93 % for 4 min`: the summary without what stands in brackets at its end.
fn first_words(alert: &AlertView) -> String {
    alert.summary.rsplit_once(" (").map_or(alert.summary.as_str(), |(words, _)| words).to_owned()
}

/// `Critical: CPU busy (CPU 93 % for 4 min)`.
fn line(alert: &AlertView) -> Line {
    let mark = if alert.acknowledged.is_some() { " ✓" } else { "" };
    let level = match alert.level {
        crate::rule::Level::Critical => "Critical",
        crate::rule::Level::Warning => "Warning",
    };
    let text = format!("{level}: {} ({}){mark}", alert.title, first_words(alert));
    Line { text: shortened(&text), route: route(alert) }
}

/// A file that is not in force is said also while something else is worse.
fn configuration(status: &Status) -> Option<Line> {
    let text = match status.configuration_mistakes {
        0 => status
            .degraded
            .iter()
            .any(|part| part.part == "configuration")
            .then(|| "Configuration cannot be read".to_owned())?,
        1 => "Configuration has 1 mistake".to_owned(),
        several => format!("Configuration has {several} mistakes"),
    };
    Some(Line { text, route: "settings".to_owned() })
}

/// What silences and snoozes mute, in one line.
fn muted(status: &Status) -> Option<Line> {
    let of = |alert: &AlertView| {
        status.silences.iter().filter(|view| view.silence.is_in_force(status.at)).any(|view| {
            match &view.silence.alert {
                Some(id) => *id == alert.id,
                None => {
                    view.silence.rule.as_ref().is_none_or(|rule| *rule == alert.rule)
                        && alert.labels.matches(&view.silence.labels)
                }
            }
        })
    };
    let silences = status.silences.iter().filter(|view| view.silence.is_in_force(status.at));
    let silences = silences.map(|view| (view.what.as_str(), view.silence.until));
    let snoozed = status.alerts.iter().filter(|alert| !of(alert));
    let snoozed = snoozed.filter_map(|alert| Some((alert.title.as_str(), alert.silenced_until?)));
    let mut all: Vec<(&str, Timestamp)> = silences.chain(snoozed).collect();
    all.sort_by_key(|(_, until)| *until);
    let (what, until) = all.first()?;
    let more = if all.len() == 1 { String::new() } else { format!(", and {} more", all.len() - 1) };
    let left = until.since(status.at).or_zero().in_words();
    Some(Line { text: shortened(&format!("Muted: {what} for {left}{more}")), route: "alerts".to_owned() })
}

fn route(alert: &AlertView) -> String {
    format!("alerts/{}", alert.id.0)
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_LINE {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST_LINE - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::{AlertId, State};
    use crate::metric::{Labels, Unit};
    use crate::rule::Level;
    use crate::time::Span;
    use crate::view::{Degraded, QuietView};

    fn alert(level: Level, summary: &str) -> AlertView {
        AlertView {
            id: AlertId("a1".into()),
            rule: "cpu-high".into(),
            title: "CPU busy".into(),
            level,
            state: State::Firing,
            since: Timestamp::default(),
            fired_at: None,
            recovering_since: None,
            resolved_at: None,
            lasted: Span::ZERO,
            metric: "host.cpu.usage".into(),
            labels: Labels::none(),
            unit: Unit::Percent,
            judged: String::new(),
            value: 93.0,
            value_text: "93 %".into(),
            range_text: None,
            peak: 93.0,
            threshold: None,
            summary: summary.into(),
            runbook: String::new(),
            acknowledged: None,
            silenced_until: None,
            explained_by: None,
            no_data: false,
        }
    }

    fn status(state: OverallState, alerts: Vec<AlertView>) -> Status {
        Status { state, verdict: "All is well".into(), alerts, ..Status::default() }
    }

    fn shown(status: &Status) -> Look {
        look(Some(status), |_| "10:15".to_owned())
    }

    #[test]
    fn one_alert_is_said_in_words_and_opens_its_page() {
        let alerts = vec![alert(Level::Critical, "CPU 93 % for 4 min (5-min mean, critical above 90 %)")];
        let status = Status { verdict: "1 thing needs you".into(), ..status(OverallState::Critical, alerts) };
        let look = shown(&status);
        assert_eq!(look.glyph, Glyph::Critical);
        assert_eq!(look.tooltip, "CPU 93 % for 4 min");
        assert_eq!(look.state, Line { text: "1 thing needs you".into(), route: "overview".into() }, "no line twice");
        assert_eq!(look.alerts[0].text, "Critical: CPU busy (CPU 93 % for 4 min)");
        assert_eq!(look.alerts[0].route, "alerts/a1");
    }

    #[test]
    fn of_many_alerts_five_are_listed() {
        let many = vec![alert(Level::Warning, "Disk / 91 % full (warning above 85 %)"); 7];
        let look = shown(&status(OverallState::Warning, many));
        assert_eq!(look.alerts.len(), 5);
        assert_eq!(look.tooltip, "Disk / 91 % full, and 6 more");
        assert_eq!(look.alerts[4].text, "Warning: CPU busy (Disk / 91 % full)");
        assert_eq!(look.state.route, "overview");
    }

    #[test]
    fn the_glyph_follows_the_state() {
        let degraded = vec![Degraded {
            part: "collector disks".into(),
            why: String::new(),
            since: Timestamp::default(),
            hint: String::new(),
        }];
        let quiet = QuietView { until: Some(Timestamp::default()) };
        for (state, quiet, degraded, expected) in [
            (OverallState::Ok, QuietView::default(), vec![], Glyph::Ok),
            (OverallState::Ok, QuietView::default(), degraded.clone(), Glyph::Degraded),
            (OverallState::Ok, quiet, vec![], Glyph::Paused),
            (OverallState::Warning, QuietView::default(), degraded, Glyph::Warning),
            (OverallState::Critical, quiet, vec![], Glyph::Critical),
            (OverallState::Unknown, QuietView::default(), vec![], Glyph::Degraded),
        ] {
            let status = Status { quiet, degraded, ..status(state, vec![]) };
            assert_eq!(shown(&status).glyph, expected, "{state:?}");
        }
        assert_eq!(look(None, |_| String::new()).glyph, Glyph::Degraded);
    }

    #[test]
    fn what_can_be_done_about_backups_is_a_line_of_the_menu() {
        let mut status = status(OverallState::Ok, vec![]);
        status.backups.sentence = "Your data is not backed up".to_owned();
        assert_eq!((shown(&status).backups.unwrap().route.as_str(), shown(&status).back_up), ("backups", None));
        (status.backups.jobs, status.backups.sentence) = (1, "Backed up 2 h ago".to_owned());
        let line = |text: &str, is_running| Some(BackUp { text: text.to_owned(), is_running });
        assert_eq!(shown(&status).back_up, line("Back up now", false));
        (status.backups.running, status.backups.running_percent) = (Some("board".to_owned()), Some(61.7));
        assert_eq!(shown(&status).back_up, line("Cancel the backup (62 %)", true));
        assert_eq!(look(None, |_| String::new()).backups, None);
    }

    #[test]
    fn a_silenced_alert_is_not_shouted_and_a_pause_is_shown() {
        let mut silenced = alert(Level::Warning, "CPU 80 %");
        silenced.silenced_until = Some(Timestamp::default());
        let status = Status {
            quiet: QuietView { until: Some(Timestamp::default()) },
            ..status(OverallState::Ok, vec![silenced])
        };
        let look = shown(&status);
        assert_eq!(look.alerts.len(), 1, "only what is muted: {:?}", look.alerts);
        assert_eq!(look.tooltip, "All is well (quiet until 10:15)");
        assert_eq!(look.quiet, "Quiet until 10:15");
    }

    #[test]
    fn a_bad_configuration_is_said_beside_alerts() {
        let mut status = status(OverallState::Critical, vec![alert(Level::Critical, "CPU 93 % for 4 min")]);
        assert_eq!(shown(&status).alerts.len(), 1);
        status.configuration_mistakes = 3;
        let line = Line { text: "Configuration has 3 mistakes".into(), route: "settings".into() };
        assert_eq!(shown(&status).alerts.get(1), Some(&line));
    }

    #[test]
    fn what_is_muted_is_one_line_with_the_next_end() {
        let silence = |rule: &str, minutes: i64| crate::view::SilenceView {
            silence: crate::alert::Silence {
                id: crate::alert::SilenceId(rule.to_owned()),
                rule: Some(rule.to_owned()),
                alert: None,
                labels: Labels::none(),
                except: None,
                until_resolved: false,
                window: None,
                from: Timestamp::default(),
                until: Timestamp::default() + crate::time::Span::from_minutes(minutes),
                reason: "known".to_owned(),
            },
            what: format!("Title of {rule}"),
        };
        let mut snoozed = alert(Level::Warning, "CPU 80 %");
        snoozed.silenced_until = Some(Timestamp::default() + crate::time::Span::from_minutes(5));
        let mut status = status(OverallState::Ok, vec![snoozed]);
        status.silences = vec![silence("disk-space", 60)];
        let muted = |status: &Status| shown(status).alerts.last().cloned().unwrap();
        assert_eq!(
            muted(&status),
            Line { text: "Muted: CPU busy for 5 min, and 1 more".into(), route: "alerts".into() }
        );
        status.silences = vec![silence("cpu-high", 5)];
        assert_eq!(
            muted(&status).text,
            "Muted: Title of cpu-high for 5 min",
            "an alert under a silence is no second one"
        );
    }
}
