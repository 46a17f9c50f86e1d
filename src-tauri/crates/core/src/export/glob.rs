//! Names with `*` for anything and `?` for one letter.

/// Whether a name fits a pattern. Both are matched from end to end; every other letter stands for itself.
pub fn glob_matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut next) = (0, 0);
    // Where the newest star stands, and up to where it has swallowed the name.
    let mut star: Option<(usize, usize)> = None;
    while next < name.len() {
        match (pattern.get(at), name.get(next)) {
            (Some('*'), _) => {
                star = Some((at, next));
                at += 1;
            }
            (Some('?'), Some(_)) => (at, next) = (at + 1, next + 1),
            (Some(wanted), Some(found)) if wanted == found => (at, next) = (at + 1, next + 1),
            _ => match star {
                Some((place, swallowed)) => {
                    star = Some((place, swallowed + 1));
                    (at, next) = (place + 1, swallowed + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything_and_question_marks_for_one_letter() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("host.*", "host.cpu.usage", true),
            ("*.usage", "host.cpu.usage", true),
            ("host.*.usage", "host.cpu.core.usage", true),
            ("*cpu*core*", "host.cpu.core.usage", true),
            ("host.load.??m", "host.load.15m", true),
            ("host.load.?m", "host.load.15m", false),
            ("host.cpu", "host.cpu.usage", false),
            ("", "host", false),
            ("*.usage", "host.cpu.usage{core=0}", false),
            ("a*b*c", "abxbc", true),
        ] {
            assert_eq!(glob_matches(pattern, name), fits, "{pattern} on {name}");
        }
    }

    #[test]
    fn many_stars_cost_little() {
        assert!(!glob_matches(&"*a".repeat(40), &"b".repeat(4_000)));
    }
}
