//! The front matter: `key: value` lines between two lines `---`. Lists are `[a, b]`, or lines `- a` below their key.

use super::RunbookProblem;

/// Keys that mean something.
const KEYS: [&str; 5] = ["id", "title", "alerts", "services", "tags"];
/// The line before and after.
const FENCE: &str = "---";
/// Values of a list, and letters of a value.
const MOST_VALUES: usize = 50;
const LONGEST_VALUE: usize = 200;

/// What it says; the line of each value.
#[derive(Debug, Default)]
pub(super) struct FrontMatter {
    pub id: Option<(String, u32)>,
    pub title: Option<String>,
    pub alerts: Vec<String>,
    pub services: Vec<String>,
    pub tags: Vec<String>,
}

/// Reads it, and gives the rest of the text with the number of its first line.
pub(super) fn read<'t>(text: &'t str, problems: &mut Vec<RunbookProblem>) -> (FrontMatter, &'t str, u32) {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut front = FrontMatter::default();
    let first = text.lines().next().unwrap_or_default();
    if first.trim_end() != FENCE {
        problems.push(RunbookProblem::new(
            1,
            "the file begins with a line `---`, then `id: …`, `title: …`, and again `---`",
        ));
        return (front, text, 1);
    }
    let (mut rest, mut number) = (after_line(text), 2);
    let mut list: Option<&'static str> = None;
    while !rest.is_empty() {
        let line = rest.lines().next().unwrap_or_default().trim_end();
        rest = after_line(rest);
        if line == FENCE {
            return (front, rest, number + 1);
        }
        read_line(line, number, &mut list, &mut front, problems);
        number += 1;
    }
    problems.push(RunbookProblem::new(1, "the front matter has no second line `---`"));
    (front, "", number)
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}

fn read_line(
    line: &str,
    number: u32,
    list: &mut Option<&'static str>,
    front: &mut FrontMatter,
    problems: &mut Vec<RunbookProblem>,
) {
    let trimmed = line.trim();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return;
    }
    if let Some(value) = trimmed.strip_prefix("- ") {
        match list {
            Some(key) => put(key, unquoted(value), number, front),
            None => problems.push(RunbookProblem::new(number, "this entry belongs to no list")),
        }
        return;
    }
    let Some((key, value)) = trimmed.split_once(':') else {
        problems.push(RunbookProblem::new(number, "this line is no `key: value`"));
        return;
    };
    let Some(key) = KEYS.into_iter().find(|known| *known == key.trim()) else {
        let message = format!("there is no key `{}`; known are {}", short(key.trim()), KEYS.join(", "));
        problems.push(RunbookProblem::new(number, message));
        *list = None;
        return;
    };
    let value = value.trim();
    let is_list = matches!(key, "alerts" | "services" | "tags");
    *list = is_list.then_some(key);
    let bracketed = value.strip_prefix('[').map(|inner| inner.strip_suffix(']'));
    match (is_list, bracketed) {
        (true, Some(Some(inner))) => {
            inner.split(',').map(str::trim).filter(|one| !one.is_empty()).for_each(|one| {
                put(key, unquoted(one), number, front);
            });
        }
        (true, None) if value.is_empty() => {}
        (true, _) => problems.push(RunbookProblem::new(number, format!("`{key}` is a list: `{key}: [one, another]`"))),
        (false, _) if value.is_empty() => problems.push(RunbookProblem::new(number, format!("`{key}` has no value"))),
        (false, _) => put(key, unquoted(value), number, front),
    }
}

fn put(key: &str, value: &str, number: u32, front: &mut FrontMatter) {
    let value = short(value);
    let list = match key {
        "id" => return front.id = Some((value, number)),
        "title" => return front.title = Some(value),
        "alerts" => &mut front.alerts,
        "services" => &mut front.services,
        _ => &mut front.tags,
    };
    if list.len() < MOST_VALUES && !value.is_empty() && !list.contains(&value) {
        list.push(value);
    }
}

fn short(value: &str) -> String {
    value.chars().filter(|letter| !super::action::is_deceptive(*letter)).take(LONGEST_VALUE).collect()
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let quotes = [('"', '"'), ('\'', '\'')];
    let inner = quotes.into_iter().find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close));
    inner.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_list_are_read() {
        let text = "---\nid: a\ntitle: \"A: b\"\nalerts: [x, y]\ntags:\n  - one\n  - two\n# a remark\n---\nBody\n";
        let mut problems = Vec::new();
        let (front, rest, line) = read(text, &mut problems);
        assert_eq!(problems, []);
        assert_eq!((front.id, front.title.as_deref()), (Some(("a".to_owned(), 2)), Some("A: b")));
        assert_eq!(
            (front.alerts, front.tags),
            (vec!["x".to_owned(), "y".to_owned()], vec!["one".to_owned(), "two".to_owned()])
        );
        assert_eq!((rest, line), ("Body\n", 10));
    }

    #[test]
    fn mistakes_are_told_with_their_lines() {
        for (text, line, said) in [
            ("Body\n", 1, "begins with a line `---`"),
            ("---\nid: a\n", 1, "no second line"),
            ("---\nid: a\nowner: me\n---\n", 3, "no key `owner`"),
            ("---\ntitle\n---\n", 2, "no `key: value`"),
            ("---\nalerts: cpu-high\n---\n", 2, "is a list"),
            ("---\nalerts: [cpu-high\n---\n", 2, "is a list"),
            ("---\n- x\n---\n", 2, "belongs to no list"),
            ("---\nid:\n---\n", 2, "has no value"),
        ] {
            let mut problems = Vec::new();
            read(text, &mut problems);
            assert_eq!(problems.len(), 1, "{text}: {problems:?}");
            assert_eq!(problems[0].line, line, "{text}");
            assert!(problems[0].message.contains(said), "{text}: {problems:?}");
        }
    }
}
