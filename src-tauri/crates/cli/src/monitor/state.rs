//! What a person sees and pressed: which page, which alert, what is being asked. Pure; what a key leads to outside is a wish.

use caretaker_core::alert::AlertId;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{AlertDetail, AlertView};

use super::snapshot::{Range, Snapshot};

/// A key, as far as it means anything here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A letter or sign.
    Letter(char),
    /// One up.
    Up,
    /// One down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Ctrl+C.
    Interrupt,
}

/// What a key asks of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// End.
    Leave,
    /// Look at everything again.
    Refresh,
    /// Read one alert whole.
    Show(AlertId),
    /// Take an alert on.
    Acknowledge(AlertId),
    /// Mute an alert for an hour.
    Silence(AlertId),
}

/// Where what is shown comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// From the engine that runs.
    Engine,
    /// No engine runs; what is stored is shown.
    Alone,
    /// The engine went away at this moment.
    Lost(Timestamp),
}

/// What fills the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    /// Everything.
    Overview,
    /// One alert, scrolled down by so many rows.
    Alert(Box<AlertDetail>, usize),
    /// Which key does what.
    Help,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct State {
    /// What was last heard; none before the first answer.
    pub snapshot: Option<Snapshot>,
    /// Where it comes from.
    pub link: Link,
    /// What fills the screen.
    pub page: Page,
    /// The chosen alert; it stays chosen wherever it moves in the list.
    pub chosen: Option<AlertId>,
    /// The alert about which it is asked whether to silence it.
    pub asking: Option<AlertId>,
    /// What was done, or why it was not; until the next key.
    pub message: Option<String>,
    /// Nothing is asked for and nothing moves.
    pub paused: bool,
    /// How far back the graphs go.
    pub range: Range,
}

impl State {
    /// Before anything was heard.
    pub const fn new(link: Link) -> Self {
        Self {
            snapshot: None,
            link,
            page: Page::Overview,
            chosen: None,
            asking: None,
            message: None,
            paused: false,
            range: Range::Hour,
        }
    }

    /// Open alerts, the worst first.
    pub fn alerts(&self) -> &[AlertView] {
        self.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.overview.status.alerts)
    }

    /// The place of the chosen alert in the list; the first one while nobody chose.
    pub fn place(&self) -> Option<usize> {
        let alerts = self.alerts();
        let chosen = alerts.iter().position(|alert| Some(&alert.id) == self.chosen.as_ref());
        chosen.or(if alerts.is_empty() { None } else { Some(0) })
    }

    /// The title of the alert about which it is asked.
    pub fn asked_title(&self) -> Option<&str> {
        let asking = self.asking.as_ref()?;
        let listed = self.alerts().iter().find(|alert| alert.id == *asking).map(|alert| alert.title.as_str());
        match &self.page {
            Page::Alert(detail, _) if detail.alert.id == *asking => Some(&detail.alert.title),
            Page::Alert(..) | Page::Overview | Page::Help => listed,
        }
    }

    /// Takes what was heard.
    pub fn take(&mut self, snapshot: Snapshot) {
        self.snapshot = Some(snapshot);
        // Whoever chose one that is gone chose nothing any more.
        if !self.alerts().iter().any(|alert| Some(&alert.id) == self.chosen.as_ref()) {
            self.chosen = None;
        }
    }

    /// The page of an alert ends where its text does.
    pub fn scroll_within(&mut self, deepest: usize) {
        if let Page::Alert(_, top) = &mut self.page {
            *top = (*top).min(deepest);
        }
    }

    /// Does what a key means on this page; says what is to be done outside.
    pub fn press(&mut self, key: Key) -> Option<Wish> {
        self.message = None;
        if key == Key::Interrupt {
            return Some(Wish::Leave);
        }
        if let Some(asked) = self.asking.take() {
            return matches!(key, Key::Letter('y' | 'Y')).then_some(Wish::Silence(asked));
        }
        match (&mut self.page, key) {
            (Page::Overview, Key::Escape) | (_, Key::Letter('q')) => return Some(Wish::Leave),
            (Page::Alert(..) | Page::Help, Key::Escape) | (Page::Help, Key::Letter('?') | Key::Enter) => {
                self.page = Page::Overview;
            }
            (Page::Overview | Page::Alert(..), Key::Letter('?')) => self.page = Page::Help,
            (_, Key::Letter('p')) => {
                self.paused = !self.paused;
                return (!self.paused).then_some(Wish::Refresh);
            }
            (Page::Overview, Key::Letter('r')) => {
                self.range = self.range.next();
                return Some(Wish::Refresh);
            }
            (Page::Overview, Key::Up | Key::Letter('k')) => self.choose(-1),
            (Page::Overview, Key::Down | Key::Letter('j')) => self.choose(1),
            (Page::Overview, Key::PageUp) => self.choose(-10),
            (Page::Overview, Key::PageDown) => self.choose(10),
            (Page::Overview, Key::Enter) => return self.subject().map(Wish::Show),
            (Page::Alert(_, top), Key::Up | Key::Letter('k')) => *top = top.saturating_sub(1),
            (Page::Alert(_, top), Key::Down | Key::Letter('j')) => *top += 1,
            (Page::Alert(_, top), Key::PageUp) => *top = top.saturating_sub(10),
            (Page::Alert(_, top), Key::PageDown) => *top += 10,
            (Page::Overview | Page::Alert(..), Key::Letter('a')) => return self.changeable().map(Wish::Acknowledge),
            (Page::Overview | Page::Alert(..), Key::Letter('s')) => self.asking = self.changeable(),
            (Page::Overview | Page::Alert(..) | Page::Help, _) => {}
        }
        None
    }

    /// The alert that keys are about.
    fn subject(&mut self) -> Option<AlertId> {
        if let Page::Alert(detail, _) = &self.page {
            return Some(detail.alert.id.clone());
        }
        let id = self.place().and_then(|place| self.alerts().get(place)).map(|alert| alert.id.clone());
        if id.is_none() {
            self.message = Some("No alert is open.".to_owned());
        }
        id
    }

    /// The same, if there is an engine that can change it.
    fn changeable(&mut self) -> Option<AlertId> {
        match self.link {
            Link::Engine => self.subject(),
            Link::Alone | Link::Lost(_) => {
                self.message = Some("No engine runs, so nothing can be changed here.".to_owned());
                None
            }
        }
    }

    fn choose(&mut self, by: isize) {
        let Some(place) = self.place() else { return };
        let last = self.alerts().len().saturating_sub(1);
        let next = place.saturating_add_signed(by).min(last);
        self.chosen = self.alerts().get(next).map(|alert| alert.id.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::tests::snapshot;

    fn state(alerts: usize) -> State {
        let mut state = State::new(Link::Engine);
        state.take(snapshot(alerts));
        state
    }

    #[test]
    fn the_chosen_alert_stays_chosen_when_the_list_moves() {
        let mut state = state(3);
        assert_eq!((state.place(), state.press(Key::Down), state.place()), (Some(0), None, Some(1)));
        let mut other = snapshot(3);
        other.overview.status.alerts.reverse();
        other.overview.status.alerts.swap(0, 1);
        state.take(other.clone());
        assert_eq!(state.place(), Some(0));
        other.overview.status.alerts.remove(0);
        state.take(other);
        assert_eq!((state.chosen.clone(), state.place()), (None, Some(0)));
        for _ in 0..9 {
            state.press(Key::Letter('j'));
        }
        assert_eq!(state.place(), Some(1), "the list has an end");
    }

    #[test]
    fn silencing_is_asked_for_and_every_key_but_yes_is_a_no() {
        let mut state = state(2);
        assert_eq!(state.press(Key::Letter('s')), None);
        assert_eq!(state.asked_title(), Some("CPU busy"));
        assert_eq!((state.press(Key::Letter('n')), state.asking.clone()), (None, None));
        state.press(Key::Letter('s'));
        assert!(matches!(state.press(Key::Letter('y')), Some(Wish::Silence(_))));
        state.press(Key::Letter('s'));
        assert_eq!(state.press(Key::Interrupt), Some(Wish::Leave), "Ctrl+C always leaves");
    }

    #[test]
    fn without_an_engine_nothing_is_changed_and_it_is_said_why() {
        for link in [Link::Alone, Link::Lost(Timestamp::default())] {
            let mut state = State { link, ..state(1) };
            for key in ['a', 's'] {
                assert_eq!((state.press(Key::Letter(key)), state.asking.clone()), (None, None));
                assert!(state.message.as_deref().is_some_and(|said| said.contains("No engine runs")));
            }
        }
    }

    #[test]
    fn pages_are_left_the_way_people_expect() {
        let mut state = state(0);
        assert_eq!(state.press(Key::Enter), None);
        assert_eq!(state.message.as_deref(), Some("No alert is open."));
        state.press(Key::Letter('?'));
        assert_eq!((state.page.clone(), state.press(Key::Escape)), (Page::Help, None));
        assert_eq!((state.page.clone(), state.press(Key::Escape)), (Page::Overview, Some(Wish::Leave)));
        assert_eq!(state.press(Key::Letter('q')), Some(Wish::Leave));
    }

    #[test]
    fn a_pause_asks_for_nothing_and_its_end_for_everything() {
        let mut state = state(0);
        assert_eq!((state.press(Key::Letter('p')), state.paused), (None, true));
        assert_eq!((state.press(Key::Letter('p')), state.paused), (Some(Wish::Refresh), false));
        let ranges: Vec<Range> = (0..4)
            .map(|_| {
                assert_eq!(state.press(Key::Letter('r')), Some(Wish::Refresh));
                state.range
            })
            .collect();
        assert_eq!(ranges, [Range::SixHours, Range::Day, Range::Week, Range::Hour]);
    }
}
