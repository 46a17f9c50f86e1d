//! How far long work is, on stderr: one line that is drawn again, or a line now and then where nothing can be drawn again.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use caretaker_core::metric::Unit;
use caretaker_core::time::Span;
use caretaker_core::view::{ActivityState, ActivityView};

use super::colour::Colour;
use super::terminal::Terminal;

/// Between two lines where a line cannot be drawn again.
const PLAIN: Duration = Duration::from_secs(5);
/// Cells of the bar.
const BAR: usize = 20;

/// Draws how far work is.
#[derive(Debug)]
pub struct ProgressLine {
    colours: bool,
    kind: Kind,
    width: usize,
    is_drawn: bool,
    told: Option<Instant>,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// A person looks, and lines can be drawn again.
    Live,
    /// A person looks at something that cannot.
    Plain,
    /// Nobody looks.
    None,
}

impl ProgressLine {
    /// Looks at stderr and the environment.
    pub fn new(terminal: &Terminal) -> Self {
        let stderr = std::io::stderr();
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let kind = match (stderr.is_terminal(), is_dumb) {
            (true, false) => Kind::Live,
            (true, true) => Kind::Plain,
            (false, _) => Kind::None,
        };
        let size = rustix::termios::tcgetwinsize(&stderr).ok().map(|size| usize::from(size.ws_col));
        let width = size.filter(|columns| *columns > 0).unwrap_or(80).max(40);
        Self { colours: terminal.colours_notes(), kind, width, is_drawn: false, told: None }
    }

    /// Shows how far it is.
    pub fn show(&mut self, view: &ActivityView) {
        match self.kind {
            Kind::None => {}
            Kind::Live => {
                let line = words(view, self.width.saturating_sub(1), self.colours);
                self.write(&format!("\r\u{1b}[K{line}"));
                self.is_drawn = true;
            }
            Kind::Plain => {
                if self.told.is_none_or(|told| told.elapsed() >= PLAIN) {
                    self.told = Some(Instant::now());
                    self.write(&format!("{}\n", words(view, 200, false)));
                }
            }
        }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            self.write("\r\u{1b}[K");
        }
    }

    #[expect(clippy::unused_self, reason = "only who draws the line may write over it")]
    fn write(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// `Backing up board  ████████░░░░  62 %  310 of 500 files  120 MB/s  4 s left`, as much of it as fits.
fn words(view: &ActivityView, width: usize, colours: bool) -> String {
    let progress = &view.progress;
    let share =
        (progress.bytes_expected > 0).then(|| (progress.bytes as f64 / progress.bytes_expected as f64).clamp(0.0, 1.0));
    let state = match view.state {
        ActivityState::Waiting => "waiting for other work".to_owned(),
        ActivityState::Cancelling => "ending".to_owned(),
        _ => progress.step.clone(),
    };
    let mut parts = vec![view.title.clone(), state];
    if let Some(share) = share {
        parts.push(format!("{:.0} %", share * 100.0));
    }
    if progress.files_expected > 0 {
        parts.push(format!("{} of {} files", progress.files, progress.files_expected));
    }
    if let Some(rate) = view.bytes_per_s {
        parts.push(Unit::BytesPerSecond.format(rate));
    }
    if let Some(left) = view.left_ms {
        parts.push(format!("{} left", Span::from_millis(i64::try_from(left).unwrap_or(i64::MAX)).in_words()));
    }
    let mut line = String::new();
    for (place, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
        let longer = line.chars().count() + 2 + part.chars().count();
        if place > 0 && longer > width {
            break;
        }
        if place > 0 {
            line.push_str("  ");
        }
        line.push_str(part);
    }
    if let Some(share) = share.filter(|_| line.chars().count() + BAR + 2 <= width) {
        let full = (share * BAR as f64).round() as usize;
        let (done, open) = ("█".repeat(full), "░".repeat(BAR.saturating_sub(full)));
        let bar = if colours { format!("{}{open}", Colour::Green.paint(&done)) } else { format!("{done}{open}") };
        line.push_str("  ");
        line.push_str(&bar);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use caretaker_core::backup::WorkProgress;

    #[test]
    fn what_fits_is_shown_and_nothing_is_cut_in_the_middle() {
        let view = ActivityView {
            title: "Backing up board".to_owned(),
            state: ActivityState::Running,
            progress: WorkProgress {
                step: "reading".to_owned(),
                files: 310,
                files_expected: 500,
                bytes: 62,
                bytes_expected: 100,
                written: 0,
            },
            bytes_per_s: Some(120_000_000.0),
            left_ms: Some(4_000),
            ..ActivityView::default()
        };
        assert_eq!(
            words(&view, 120, false),
            "Backing up board  reading  62 %  310 of 500 files  120 MB/s  4 s left  ████████████░░░░░░░░"
        );
        assert_eq!(words(&view, 40, false), "Backing up board  reading  62 %");
        let waiting = ActivityView { title: "Backing up board".to_owned(), ..ActivityView::default() };
        assert_eq!(words(&waiting, 80, false), "Backing up board  waiting for other work");
    }
}
