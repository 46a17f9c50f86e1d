//! The recovery sheet: one page to print, complete in itself, with the key as a picture and as text, and what to do with it when
//! nothing else is left.

use caretaker_backup::encryption::Key;
use caretaker_core::backup::{GROUP, KeySheet, Secret};
use caretaker_core::time::Timestamp;
use qrcodegen::{QrCode, QrCodeEcc};

/// What is on it beside the key.
pub(super) struct Words<'a> {
    pub destination: &'a str,
    pub place: &'a str,
    pub host: &'a str,
    pub now: Timestamp,
}

const PAGE: &str = include_str!("sheet.html");
/// Modules of white around a QR code, as its standard asks.
const QUIET: i32 = 4;

/// The sheet.
pub(super) fn sheet(key: &Key, words: &Words<'_>) -> KeySheet {
    let letters = key.letters();
    let groups = letters.as_bytes().chunks(GROUP).map(|group| Secret(String::from_utf8_lossy(group).into_owned()));
    let groups: Vec<Secret> = groups.collect();
    let (code, code_size) = code(&key.private());
    let html = Secret(html(key, &groups, &picture(&code, code_size), words));
    KeySheet { html, groups, code: Secret(code), code_size }
}

fn html(key: &Key, groups: &[Secret], picture: &str, words: &Words<'_>) -> String {
    let day: String = words.now.to_string().chars().take(10).collect();
    let values = [
        ("{destination}", escaped(words.destination)),
        ("{place}", escaped(words.place)),
        ("{host}", escaped(words.host)),
        ("{day}", escaped(&day)),
        ("{public}", escaped(&key.recipient().to_string())),
        (
            "{groups}",
            groups.iter().map(|group| ["<li><b>", group.0.as_str(), "</b></li>"].concat()).collect::<Vec<_>>().concat(),
        ),
        ("{code}", picture.to_owned()),
    ];
    values.into_iter().fold(PAGE.to_owned(), |page, (name, value)| page.replace(name, &value))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A QR code as the outline of its dark squares, and how many squares it is wide; nothing when the text does not fit into one, which no
/// key does.
fn code(text: &str) -> (String, u32) {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Quartile) else { return (String::new(), 0) };
    let all = || 0..code.size();
    let dark = all().flat_map(|y| all().map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let squares: Vec<String> = dark.map(|(x, y)| format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    (squares.concat(), (code.size() + 2 * QUIET).unsigned_abs())
}

fn picture(path: &str, size: u32) -> String {
    format!(
        "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"The private key as a QR code\"><path fill=\"#fff\" d=\"M0,0h{size}v{size}h-{size}z\"/><path d=\"{path}\"/></svg>"
    )
}
