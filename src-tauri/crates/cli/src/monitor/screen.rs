//! The terminal itself: taken over as a whole, given back whatever happens, drawn where something changed.

use std::io::{self, Stdout};
use std::sync::Once;

use caretaker_core::problem::{Code, Problem};
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier, Style};
use ratatui_core::terminal::Terminal;
use ratatui_core::text::{Line, Span};
use ratatui_crossterm::CrosstermBackend;
use ratatui_crossterm::crossterm::cursor::{Hide, Show};
use ratatui_crossterm::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui_crossterm::crossterm::execute;
use ratatui_crossterm::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use tokio::sync::mpsc;

use super::row::{Piece, Row};
use super::state::Key;
use crate::render::Colour;

/// Keys that may wait while something is drawn.
const WAITING: usize = 64;

/// What came from the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// It has another size.
    Resized,
}

/// A terminal that is taken over until this is dropped.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    colours: bool,
}

impl Screen {
    /// Takes the terminal over.
    pub fn enter(colours: bool) -> Result<Self, Problem> {
        give_back_on_panic();
        let take = || {
            enable_raw_mode()?;
            execute!(io::stdout(), EnterAlternateScreen, Hide)?;
            Terminal::new(CrosstermBackend::new(io::stdout()))
        };
        match take() {
            Ok(terminal) => Ok(Self { terminal, colours }),
            Err(error) => {
                give_back();
                Err(Problem::new(Code::Internal, format!("take over the terminal: {error}"))
                    .hint("`caretaker monitor --once` prints one frame on anything"))
            }
        }
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        self.terminal.size().map_or((80, 24), |size| (usize::from(size.width), usize::from(size.height)))
    }

    /// Shows these rows; writes only what differs from what is shown.
    pub fn draw(&mut self, rows: &[Row]) -> Result<(), Problem> {
        let colours = self.colours;
        let drawn = self.terminal.draw(|frame| {
            let Rect { width, height, .. } = frame.area();
            let buffer = frame.buffer_mut();
            for (y, row) in (0..height).zip(rows) {
                let spans = row.pieces.iter().map(|piece| Span::styled(piece.text.clone(), style(piece, colours)));
                buffer.set_line(0, y, &Line::from(spans.collect::<Vec<_>>()), width);
            }
        });
        drawn.map(drop).map_err(|error| Problem::new(Code::Internal, format!("draw on the terminal: {error}")))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Nothing is left to be told if this fails.
fn give_back() {
    let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

/// What a panic says is to be read, so the terminal is given back before it speaks.
fn give_back_on_panic() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
    });
}

fn style(piece: &Piece, colours: bool) -> Style {
    let style = match piece.colour {
        Some(Colour::Bold) => Style::new().add_modifier(Modifier::BOLD),
        Some(Colour::Dim) => Style::new().add_modifier(Modifier::DIM),
        Some(Colour::Green) if colours => Style::new().fg(Color::Green),
        Some(Colour::Yellow) if colours => Style::new().fg(Color::Yellow),
        Some(Colour::Red) if colours => Style::new().fg(Color::Red),
        Some(Colour::Green | Colour::Yellow | Colour::Red) | None => Style::new(),
    };
    if piece.chosen { style.add_modifier(Modifier::REVERSED) } else { style }
}

/// Keys and changes of size, read by a thread that waits for them; it ends with the program.
pub fn inputs() -> Result<mpsc::Receiver<Input>, Problem> {
    let (sender, inputs) = mpsc::channel(WAITING);
    std::thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || {
            while let Ok(event) = event::read() {
                if let Some(input) = input(&event)
                    && sender.blocking_send(input).is_err()
                {
                    return;
                }
            }
        })
        .map_err(|error| Problem::new(Code::Internal, format!("start a thread: {error}")))?;
    Ok(inputs)
}

fn input(event: &Event) -> Option<Input> {
    match event {
        Event::Resize(..) => Some(Input::Resized),
        Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Input::Key),
        _ => None,
    }
}

fn key(key: &KeyEvent) -> Option<Key> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return matches!(key.code, KeyCode::Char('c' | 'd')).then_some(Key::Interrupt);
    }
    // Escape and a letter that arrive together are read as Alt with the letter, which means neither.
    if key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    match key.code {
        KeyCode::Char(letter) => Some(Key::Letter(letter)),
        KeyCode::Up => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::PageDown => Some(Key::PageDown),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Escape),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_what_people_press() {
        let press = |code, modifiers| input(&Event::Key(KeyEvent::new(code, modifiers)));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Input::Key(Key::Interrupt)));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::NONE), Some(Input::Key(Key::Letter('c'))));
        assert_eq!(press(KeyCode::Esc, KeyModifiers::NONE), Some(Input::Key(Key::Escape)));
        assert_eq!(press(KeyCode::F(5), KeyModifiers::NONE), None);
        assert_eq!(input(&Event::Resize(80, 24)), Some(Input::Resized));
    }

    #[test]
    fn without_colours_weight_and_the_other_way_round_stay() {
        let piece = |colour, chosen| Piece { text: "x".to_owned(), colour: Some(colour), chosen };
        assert_eq!(style(&piece(Colour::Red, false), false), Style::new());
        assert_eq!(style(&piece(Colour::Red, true), false), Style::new().add_modifier(Modifier::REVERSED));
        assert_eq!(style(&piece(Colour::Bold, false), false), Style::new().add_modifier(Modifier::BOLD));
        assert_eq!(style(&piece(Colour::Red, false), true), Style::new().fg(Color::Red));
    }
}
