//! A runbook on a terminal: headings, paragraphs, lists; commands as they run.

use std::fmt::Write;

use caretaker_core::runbook::{Block, Phrase, PhraseStyle};

use super::{Colour, Terminal};

/// A list of blocks as text, each line indented by two.
pub fn blocks(terminal: &Terminal, blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut was_item = false;
    for block in blocks {
        let is_item = matches!(block, Block::Item { .. });
        if !text.is_empty() && (!was_item || !is_item) {
            text.push('\n');
        }
        was_item = is_item;
        // Writing into a text cannot fail.
        let _ = match block {
            Block::Paragraph { phrases: said } => writeln!(text, "  {}", terminal.wrap(&phrases(terminal, said), 2)),
            Block::Heading { phrases: said } => {
                writeln!(text, "  {}", terminal.paint(Colour::Bold, &phrases(terminal, said)))
            }
            Block::Item { depth, number, phrases: said } => {
                let mark = number.map_or_else(|| "-".to_owned(), |number| format!("{number}."));
                let indent = 2 + 2 * usize::from(*depth);
                let within = indent + mark.len() + 1;
                writeln!(text, "{:indent$}{mark} {}", "", terminal.wrap(&phrases(terminal, said), within))
            }
            Block::Quote { phrases: said } => writeln!(text, "  │ {}", terminal.wrap(&phrases(terminal, said), 4)),
            Block::Code { text: code, .. } => indented(&mut text, terminal, code, Colour::Dim),
            Block::Action { action } => indented(&mut text, terminal, &action.text, Colour::Bold),
        };
    }
    text
}

/// A command as it runs, a line a line.
pub fn command(terminal: &Terminal, code: &str) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = indented(&mut text, terminal, code, Colour::Bold);
    text
}

fn indented(text: &mut String, terminal: &Terminal, code: &str, colour: Colour) -> std::fmt::Result {
    code.lines().try_for_each(|line| writeln!(text, "    {}", terminal.paint(colour, line)))
}

fn phrases(terminal: &Terminal, phrases: &[Phrase]) -> String {
    let phrase = |phrase: &Phrase| {
        let mut said = match phrase.style {
            PhraseStyle::Plain | PhraseStyle::Emphasis => phrase.text.clone(),
            PhraseStyle::Code => format!("`{}`", phrase.text),
            PhraseStyle::Strong => terminal.paint(Colour::Bold, &phrase.text),
        };
        if let Some(id) = &phrase.runbook {
            let _ = write!(said, " (`caretaker runbook show {id}`)");
        }
        if let Some(web) = &phrase.web {
            let _ = write!(said, " ({web})");
        }
        said
    };
    phrases.iter().map(phrase).collect()
}
