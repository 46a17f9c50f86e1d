//! Which keys make Caretaker start programs, or say where it sends to or writes: whoever may only act, and not execute, may not change
//! them.

/// Words that name what is started. A table or an inline value that holds one counts like the key itself.
const WORDS: [&str; 4] = ["command", "restart", "approval", "task"];

/// Whether setting `key` to `value` (none: removing it) could make Caretaker start a program. Says so too often rather
/// than too rarely, because a mistake here is a way past a door.
pub fn starts_programs(key: &str, value: Option<&str>) -> bool {
    names(key, value, &WORDS)
}

/// Whether setting `key` to `value` could change where Caretaker sends to. As careful as [`starts_programs`].
pub fn reaches_out(key: &str, value: Option<&str>) -> bool {
    names(key, value, &["channel", "destination"])
}

/// Whether setting `key` to `value` could change where Caretaker writes files. As careful as [`starts_programs`].
pub fn writes_elsewhere(key: &str, value: Option<&str>) -> bool {
    names(key, value, &["export"])
}

fn names(key: &str, value: Option<&str>, words: &[&str]) -> bool {
    let named = |text: &str| {
        // Quotes and escapes of TOML cannot hide a word: with an escape in it, every text counts.
        let text = text.to_lowercase();
        text.contains('\\') || words.iter().any(|word| text.contains(word))
    };
    named(key) || value.is_some_and(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_to_send_to_is_found_wherever_it_stands() {
        for (key, value, out) in [
            ("notify.repeat", Some("2h"), false),
            ("notify.channel.ops.url", Some("https://evil.example/"), true),
            ("notify.\"chan\\u006eel\"", None, true),
            ("notify", Some("{ channel = [] }"), true),
            ("destination.offsite.endpoint", Some("https://evil.example/"), true),
        ] {
            assert_eq!(reaches_out(key, value), out, "{key} {value:?}");
        }
    }

    #[test]
    fn a_place_to_write_to_is_found_wherever_it_stands() {
        for (key, value, writes) in [
            ("export.week.folder", Some("/srv/elsewhere"), true),
            ("\"exp\\u006frt\".week.folder", Some("/srv"), true),
            ("keep.raw", Some("7d"), false),
        ] {
            assert_eq!(writes_elsewhere(key, value), writes, "{key} {value:?}");
        }
    }

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
            ("approval.up.sha256", Some("00"), true),
            ("\"appro\\u0076al\"", None, true),
            ("task.cache.shell", Some("rm -r x"), true),
            ("\"t\\u0061sk\"", None, true),
        ] {
            assert_eq!(starts_programs(key, value), starts, "{key} {value:?}");
        }
    }
}
