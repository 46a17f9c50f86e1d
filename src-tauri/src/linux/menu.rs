//! The menu of the icon, as it travels over the bus.

use caretaker_core::tray::Look;
use ksni::MenuItem;
use ksni::menu::{CheckmarkItem, StandardItem, SubMenu};

use super::tray::Shown;
use crate::menu::{BACKUPS, Choice, LOGIN, OPEN, PAUSES, QUIT, RESTORE, alert, back_up, state};

/// The lines for what is shown.
pub fn menu(look: &Look, start_at_login: bool) -> Vec<MenuItem<Shown>> {
    let mut lines = vec![line(&look.state.text, state(look)), MenuItem::Separator];
    for (index, one) in look.alerts.iter().enumerate() {
        lines.extend(alert(look, index).map(|choice| line(&one.text, choice)));
    }
    if !look.alerts.is_empty() {
        lines.push(MenuItem::Separator);
    }
    lines.push(line(OPEN, Choice::Open(String::new())));
    lines.extend(look.backups.iter().map(|one| line(&one.text, Choice::Open(one.route.clone()))));
    if let Some(one) = &look.back_up {
        lines.extend([line(&one.text, back_up(one)), line(RESTORE, Choice::Open(BACKUPS.to_owned()))]);
    }
    let pauses = PAUSES.iter().map(|pause| {
        let enabled = !pause.ends || look.is_quiet;
        StandardItem { enabled, ..item(pause.text, Choice::Quiet(pause.span)) }.into()
    });
    lines.push(SubMenu { label: label(&look.quiet), submenu: pauses.collect(), ..SubMenu::default() }.into());
    let login = CheckmarkItem {
        label: label(LOGIN),
        checked: start_at_login,
        activate: Box::new(|shown: &mut Shown| shown.choose(Choice::StartAtLogin)),
        ..CheckmarkItem::default()
    };
    lines.extend([login.into(), MenuItem::Separator, line(QUIT, Choice::Quit)]);
    lines
}

fn line(text: &str, choice: Choice) -> MenuItem<Shown> {
    item(text, choice).into()
}

fn item(text: &str, choice: Choice) -> StandardItem<Shown> {
    StandardItem {
        label: label(text),
        activate: Box::new(move |shown: &mut Shown| shown.choose(choice.clone())),
        ..StandardItem::default()
    }
}

/// An underscore marks the letter to press, unless there are two.
fn label(text: &str) -> String {
    text.replace('_', "__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_underscore_stays_one() {
        assert_eq!(label("cpu_high"), "cpu__high");
    }
}
