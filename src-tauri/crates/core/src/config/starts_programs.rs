//! Which keys make Caretaker start programs: whoever may only act, and not execute, may not change them.

/// Words that name what is started. A table or an inline value that holds one counts like the key itself.
const WORDS: [&str; 2] = ["command", "restart"];

/// Whether setting `key` to `value` (none: removing it) could make Caretaker start a program. Says so too often rather
/// than too rarely, because a mistake here is a way past a door.
pub fn starts_programs(key: &str, value: Option<&str>) -> bool {
    let named = |text: &str| {
        // Quotes and escapes of TOML cannot hide a word: with an escape in it, every text counts.
        let text = text.to_lowercase();
        text.contains('\\') || WORDS.iter().any(|word| text.contains(word))
    };
    named(key) || value.is_some_and(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_wherever_they_stand() {
        for (key, value, starts) in [
            ("rule.cpu-high.warning.above", Some("70"), false),
            ("collect.interval", None, false),
            ("notify.channel.ops.command", Some("[\"rm\"]"), true),
            ("notify.channel.ops", Some("{ kind = \"command\" }"), true),
            ("notify.channel.ops.kind", Some("Command"), true),
            ("notify.channel.ops", Some("{ \"comm\\u0061nd\" = [\"rm\"] }"), true),
            ("service.board.restart", None, true),
        ] {
            assert_eq!(starts_programs(key, value), starts, "{key} {value:?}");
        }
    }
}
