//! What a command printed: its beginning and its end, as text that does nothing to a terminal.

use std::collections::VecDeque;

use crate::record::redacted;

/// What is kept of the beginning, and of the end.
const HEAD: usize = 32 * 1024;
const TAIL: usize = 32 * 1024;

/// What was printed so far.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// Bytes between them that were let go.
    left_out: u64,
}

impl Transcript {
    /// Adds what was printed.
    pub fn push(&mut self, piece: &[u8]) {
        let (head, rest) = piece.split_at(piece.len().min(HEAD - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.left_out += surplus as u64;
        self.tail.drain(..surplus);
    }

    /// Whether something was left out.
    pub fn is_cut(&self) -> bool {
        self.left_out > 0
    }

    /// As text, without secrets that are seen to be ones.
    pub fn text(&self) -> String {
        let (front, back) = self.tail.as_slices();
        let tail = [front, back].concat();
        let bytes = if self.left_out == 0 {
            [self.head.as_slice(), &tail].concat()
        } else {
            let gap = format!("\n… {} bytes left out …\n", self.left_out);
            [self.head.as_slice(), gap.as_bytes(), &tail].concat()
        };
        let text = plain(&String::from_utf8_lossy(&bytes));
        let ends = text.ends_with('\n');
        let mut lines: Vec<String> = text.lines().map(redacted).collect();
        if ends {
            lines.push(String::new());
        }
        lines.join("\n")
    }
}

/// Text without sequences that steer a terminal, and without other characters that are not seen. A lone carriage return begins a new
/// line, as a progress bar means it.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_sequence(&mut letters),
            '\r' => {
                if letters.peek() != Some(&'\n') {
                    plain.push('\n');
                }
            }
            letter if super::action::is_deceptive(letter) => {}
            letter => plain.push(letter),
        }
    }
    plain
}

/// Skips what follows an escape: `[31m`, `]0;title` up to its end, or one letter.
fn skip_sequence(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match letters.peek() {
        Some('[') => {
            letters.next();
            while let Some(letter) = letters.next_if(|letter| *letter != '\n') {
                if ('@'..='~').contains(&letter) {
                    break;
                }
            }
        }
        Some(']' | 'P' | '_' | '^') => {
            while let Some(letter) = letters.next_if(|letter| *letter != '\n') {
                if letter == '\u{7}' || letter == '\u{1b}' {
                    letters.next_if_eq(&'\\');
                    break;
                }
            }
        }
        Some(letter) if *letter != '\n' => {
            letters.next();
        }
        Some(_) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        let mut said = Transcript::default();
        said.push(b"first\n");
        for _ in 0..10_000 {
            said.push(b"again and again\n");
        }
        said.push(b"last\n");
        let text = said.text();
        assert!(said.is_cut() && text.starts_with("first\n") && text.ends_with("last\n"), "{}", text.len());
        assert!(text.contains("bytes left out"), "{text}");
        assert!(text.len() <= HEAD + TAIL + 64);
    }

    #[test]
    fn a_letter_in_two_pieces_stays_whole() {
        let mut said = Transcript::default();
        said.push(&[0xc3]);
        said.push(&[0xbc, b'\n']);
        assert_eq!(said.text(), "ü\n");
        assert!(!said.is_cut());
    }

    #[test]
    fn what_steers_a_terminal_is_taken_out() {
        for (text, expected) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;http://x\u{1b}\\y", "y"),
            ("10 %\r20 %\r\ndone", "10 %\n20 %\ndone"),
            ("a\u{8}\u{202E}b\tc", "ab\tc"),
            ("\u{1b}[", ""),
            ("\u{1b}[3\nx", "\nx"),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_obvious_secret_is_not_kept() {
        let mut said = Transcript::default();
        said.push(b"password=hunter2 and more\n");
        assert!(!said.text().contains("hunter2"), "{}", said.text());
    }
}
