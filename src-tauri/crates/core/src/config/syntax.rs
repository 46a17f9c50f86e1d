//! From text to a tree with places. A text with broken lines is read without them, so that one pass finds the other
//! mistakes too.

use toml_edit::TomlError;

use super::problem::ProblemCode;
use super::report::Report;

/// The document with the range of bytes of everything in it.
pub(super) type Tree = toml_edit::Document<String>;

/// How far a text could be read.
pub(super) enum Parsed {
    /// All of it.
    Whole(Tree),
    /// Without the broken lines, which are reported; ranges are those of the whole text.
    InPart(Tree),
    /// Too broken to say more than what is reported.
    Broken,
}

/// Gives up after so many broken places; more would not help anybody.
const MOST_ERRORS: usize = 20;

/// Reads a text and reports what is no TOML in it.
pub(super) fn parse(text: &str, report: &mut Report<'_>) -> Parsed {
    let mut remaining = text.to_owned();
    let mut parsed_in_part = false;
    for _ in 0..MOST_ERRORS {
        let error = match Tree::parse(remaining.clone()) {
            Ok(tree) if parsed_in_part => return Parsed::InPart(tree),
            Ok(tree) => return Parsed::Whole(tree),
            Err(error) => error,
        };
        let byte = error.span().map_or(0, |span| span.start.min(text.len()));
        add(report, text, byte, &error);
        match without_broken_line(&remaining, byte, is_duplicate(&error)) {
            Some(shorter) => remaining = shorter,
            None => return Parsed::Broken,
        }
        parsed_in_part = true;
    }
    Parsed::Broken
}

fn is_duplicate(error: &TomlError) -> bool {
    error.message().starts_with("duplicate key")
}

fn add(report: &mut Report<'_>, text: &str, byte: usize, error: &TomlError) {
    let key = key_at(text, byte);
    let place = Some(byte..byte);
    if is_duplicate(error) {
        let (line, _) = line_at(text, byte);
        let what = if line.trim_start().starts_with('[') { "table" } else { "key" };
        report.add(place, &key, ProblemCode::DuplicateKey, format!("the {what} `{key}` stands here a second time"));
    } else {
        report.add(
            place,
            &key,
            ProblemCode::Syntax,
            format!("this is no TOML: {}", error.message().replace('\n', ", ")),
        );
    }
}

/// The text with the line at `byte` replaced by blanks, and with it, if it is the header of a table that stands twice,
/// all up to the next header. None when that would not help, or would put what follows into another table.
fn without_broken_line(text: &str, byte: usize, duplicate: bool) -> Option<String> {
    let (line, start) = line_at(text, byte);
    let is_header = line.trim_start().starts_with('[');
    if line.trim().is_empty() || is_header && !duplicate {
        return None;
    }
    let mut end = start + line.len();
    while is_header && end < text.len() {
        let (next, next_start) = line_at(text, end + 1);
        if next_start <= end || next.trim_start().starts_with('[') {
            break;
        }
        end = next_start + next.len();
    }
    let blank: String = text[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    Some(format!("{}{blank}{}", &text[..start], &text[end..]))
}

/// The line that holds a byte, without its end, and where it starts.
fn line_at(text: &str, byte: usize) -> (&str, usize) {
    let byte = (0..=byte.min(text.len())).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or(0);
    let start = text[..byte].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[byte..].find('\n').map_or(text.len(), |newline| byte + newline);
    (&text[start..end], start)
}

/// The dotted path of the key or table that a line writes, as far as a text that is no TOML shows it.
fn key_at(text: &str, byte: usize) -> String {
    let (line, start) = line_at(text, byte);
    let header_of = |line: &str| -> Option<String> {
        line.trim_start().strip_prefix('[').map(|rest| {
            let name: &str = rest.trim_start_matches('[').split([']', '#']).next().unwrap_or_default();
            name.trim().to_owned()
        })
    };
    if let Some(header) = header_of(line) {
        return header;
    }
    let key = line.split('=').next().unwrap_or_default().trim();
    let section = text[..start].lines().rev().find_map(header_of);
    section.map_or_else(|| key.to_owned(), |section| format!("{section}.{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(u32, &str, ProblemCode)]) -> Parsed {
        let mut report = Report::new(text);
        let parsed = parse(text, &mut report);
        let problems = report.into_problems();
        let found: Vec<_> = problems.iter().map(|found| (found.line, found.key.as_str(), found.code)).collect();
        assert_eq!(found, expected, "{text}");
        parsed
    }

    #[test]
    fn every_broken_line_is_found_in_one_pass() {
        let text = "[collect]\ninterval = \"30s\nprocesses = = 3\n[keep]\nraw = \"1d\"\n";
        let syntax = ProblemCode::Syntax;
        let parsed = check(text, &[(2, "collect.interval", syntax), (3, "collect.processes", syntax)]);
        let Parsed::InPart(tree) = parsed else { panic!("the rest is fine") };
        assert_eq!(tree.get("keep").and_then(|keep| keep.get("raw")).and_then(toml_edit::Item::as_str), Some("1d"));
    }

    #[test]
    fn a_table_or_key_that_stands_twice_is_named() {
        let twice = ProblemCode::DuplicateKey;
        check("[keep]\nraw = \"1d\"\nraw = \"2d\"\n", &[(3, "keep.raw", twice)]);
        check("[keep]\nraw = \"1d\"\n[api]\n[keep]\nlogs = \"2d\"\n", &[(4, "keep", twice)]);
    }

    #[test]
    fn a_broken_header_ends_the_search() {
        assert!(matches!(check("[collect\ninterval = 5\n", &[(1, "collect", ProblemCode::Syntax)]), Parsed::Broken));
    }
}
