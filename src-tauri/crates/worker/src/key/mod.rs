//! The key of a destination: made, printed, confirmed, and typed in again. Only here is it known what is in the files; they are written
//! completely or not at all, and only their owner may read the private one.

mod kept;
mod sheet;

use caretaker_backup::encryption::Key;
use caretaker_core::backup::{GROUP, KeyFacts, KeyOrder, KeyTask, Report, Secret, asked_groups};
use caretaker_core::problem::{Code, Problem};

use crate::speech::Voice;
use crate::trouble;
use kept::{Kept, Private};

/// Does what the order asks.
pub(crate) fn key(order: &KeyOrder, voice: &Voice) -> Result<(), Problem> {
    let kept = Kept::read(order)?;
    let facts = match &order.task {
        KeyTask::Look => kept.facts(),
        KeyTask::Sheet { place, host, now } => {
            let key = kept.key_or_new(order)?;
            let words = sheet::Words { destination: &order.destination, place, host, now: *now };
            KeyFacts { sheet: Some(sheet::sheet(&key, &words)), ..Kept::read(order)?.facts() }
        }
        KeyTask::Confirm { typed } => {
            confirm(&kept, order, typed)?;
            kept.facts()
        }
        KeyTask::Import { key } => {
            import(&kept, order, key)?;
            Kept::read(order)?.facts()
        }
    };
    voice.say(&Report::Key(Box::new(facts)));
    Ok(())
}

/// Puts what was typed into the place of what is kept, and opens a test with that: a sheet that was never printed, or that belongs to
/// another key, does not.
fn confirm(kept: &Kept, order: &KeyOrder, typed: &Secret) -> Result<(), Problem> {
    let failed = |why: &str, hint: &str| {
        let message = format!("failed to confirm the sheet of {}: {why}", order.destination);
        Problem::new(Code::Usage, message).hint(hint.to_owned())
    };
    let (Some(recipient), Private::Key(key)) = (&kept.public, &kept.private) else {
        return Err(kept.missing(order));
    };
    let asked = asked_groups(&recipient.to_string());
    let typed: Vec<char> = typed.0.chars().filter(char::is_ascii_alphanumeric).collect();
    if typed.len() != asked.len() * GROUP {
        let why = format!("{} letters and digits were asked for, and {} were typed", asked.len() * GROUP, typed.len());
        return Err(failed(&why, &hint_of(&asked)));
    }
    let mut letters: Vec<char> = key.letters().chars().collect();
    for (group, typed) in asked.iter().zip(typed.chunks(GROUP)) {
        let places = letters.iter_mut().skip((group - 1) * GROUP);
        places.zip(typed).for_each(|(letter, typed)| *letter = *typed);
    }
    let letters: String = letters.into_iter().collect();
    let is_right = Key::parse(&letters).is_ok_and(|key| key.opens(recipient));
    if is_right { Ok(()) } else { Err(failed("what was typed is not what the sheet says", &hint_of(&asked))) }
}

/// `type the groups 3, 9 and 12 of the sheet`.
fn hint_of(asked: &[usize]) -> String {
    let numbers: Vec<String> = asked.iter().map(ToString::to_string).collect();
    format!("type the groups {} of the printed sheet, one after the other", numbers.join(", "))
}

fn import(kept: &Kept, order: &KeyOrder, text: &Secret) -> Result<(), Problem> {
    let failed = |why: String, hint: &str| {
        let message = format!("failed to take the key of {}: {why}", order.destination);
        Problem::new(Code::Usage, message).hint(hint.to_owned())
    };
    let key = Key::parse(&text.0).map_err(|error| {
        failed(error.to_string(), "type it as the sheet shows it, or scan the sheet and paste what it says")
    })?;
    let recipient = key.recipient();
    if let Some(known) = kept.public.as_ref().filter(|known| **known != recipient) {
        let why = format!("it is the one of {recipient}, and archives there are encrypted for {known}");
        let hint = format!(
            "take the sheet of this destination; to begin anew with another key, remove `{}` first",
            order.public_file
        );
        return Err(failed(why, &hint));
    }
    if kept.holds_something_else(&key) {
        // Nobody knows what it opens.
        let aside = format!("{}.replaced", order.private_file);
        std::fs::rename(&order.private_file, &aside)
            .map_err(|error| trouble::io("move away", std::path::Path::new(&order.private_file), &error))?;
    }
    kept::write(order, &key)
}

#[cfg(test)]
mod tests;
