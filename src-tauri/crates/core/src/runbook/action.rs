//! The command of a step: its exact bytes, their hash, for which system, for how long.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::Platform;
use crate::time::Span;

/// The longest command, in bytes: it is an argument of a shell.
pub const LONGEST_ACTION: usize = 32 * 1024;
/// How long a command may take when its block says nothing else.
pub const USUAL_LIMIT: Span = Span::from_minutes(1);
/// The longest time that a block may ask for.
pub const LONGEST_LIMIT: Span = Span::from_hours(6);

/// What kind of command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Lines for a shell.
    Sh,
    /// Lines that each start `caretaker`.
    Caretaker,
}

/// SHA-256 of the exact bytes of a command, in hexadecimal digits. Whoever agrees to a command agrees to this.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String)]
pub struct Sha256(String);

impl Sha256 {
    /// The hash of a text.
    pub fn of(text: &str) -> Self {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(text.as_bytes());
        let mut digits = String::with_capacity(64);
        for byte in digest {
            // Writing into a text cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Self(digits)
    }

    /// What somebody wrote: 64 hexadecimal digits, large or small.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hash = text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hash.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The command of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Action {
    /// What kind.
    pub kind: ActionKind,
    /// The only system that it is for; none for all.
    pub system: Option<Platform>,
    /// The exact text that runs.
    pub text: String,
    /// Its hash.
    pub sha256: Sha256,
    /// After this time it is ended, with everything that it started.
    pub limit: Span,
    /// The line of its first character in the file.
    pub line: u32,
}

/// What the words behind the opening fence of a block say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// Text to read.
    Text(String),
    /// A command.
    Command {
        /// What kind.
        kind: ActionKind,
        /// For which system.
        system: Option<Platform>,
        /// For how long.
        limit: Span,
    },
}

impl Fence {
    /// Reads the words. A mistake in them makes the block a text, so that nothing runs otherwise than meant.
    pub fn read(words: &str) -> (Self, Option<String>) {
        let mut parts = words.split_whitespace();
        let language = parts.next().unwrap_or_default();
        let kind = match language {
            "sh" => ActionKind::Sh,
            "caretaker" => ActionKind::Caretaker,
            _ => return (Self::Text(language.to_owned()), None),
        };
        let (mut system, mut limit) = (None, USUAL_LIMIT);
        for word in parts {
            match word {
                "linux" => system = Some(Platform::Linux),
                "macos" => system = Some(Platform::MacOs),
                _ => match word.strip_prefix("limit=").and_then(|text| text.parse::<Span>().ok()) {
                    Some(wished) if wished > Span::ZERO && wished <= LONGEST_LIMIT => limit = wished,
                    Some(_) | None => {
                        let message = format!(
                            "`{word}` means nothing behind `{language}`; allowed are `linux`, `macos` and `limit=5m`, at most `limit=6h`"
                        );
                        return (Self::Text(language.to_owned()), Some(message));
                    }
                },
            }
        }
        (Self::Command { kind, system, limit }, None)
    }
}

/// Why a text must not be run, whatever it looks like; none if it may.
pub(super) fn refused(kind: ActionKind, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("the command is empty".to_owned());
    }
    if text.len() > LONGEST_ACTION {
        return Some(format!("the command is longer than {} KiB", LONGEST_ACTION / 1024));
    }
    if let Some(letter) = text.chars().find(|letter| is_deceptive(*letter)) {
        return Some(format!(
            "the command has the character U+{:04X}, which is not seen as it runs; it is shown and never run",
            u32::from(letter)
        ));
    }
    let is_call = |line: &str| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line == "caretaker" || line.starts_with("caretaker ")
    };
    let others = text.lines().find(|line| !is_call(line));
    match (kind, others) {
        (ActionKind::Caretaker, Some(line)) => {
            Some(format!("each line of a `caretaker` block begins with `caretaker`, and not `{}`", line.trim()))
        }
        (ActionKind::Caretaker | ActionKind::Sh, _) => None,
    }
}

/// Characters that make a text look other than it is: controls, and what turns the direction of writing or has no width.
pub(super) fn is_deceptive(letter: char) -> bool {
    let is_control = letter.is_control() && !matches!(letter, '\n' | '\t');
    is_control
        || matches!(u32::from(letter), 0x00AD | 0x061C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_sha256sum() {
        assert_eq!(Sha256::of("abc").as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Sha256::parse(&Sha256::of("abc").as_str().to_uppercase()), Some(Sha256::of("abc")));
        assert_eq!(Sha256::parse("abc"), None);
    }

    #[test]
    fn words_behind_a_fence_say_where_and_how_long() {
        let command = |kind, system, limit| (Fence::Command { kind, system, limit }, None);
        let five = Span::from_minutes(5);
        assert_eq!(Fence::read("sh"), command(ActionKind::Sh, None, USUAL_LIMIT));
        assert_eq!(Fence::read("sh macos limit=5m"), command(ActionKind::Sh, Some(Platform::MacOs), five));
        assert_eq!(Fence::read("caretaker linux"), command(ActionKind::Caretaker, Some(Platform::Linux), USUAL_LIMIT));
        assert_eq!(Fence::read("python"), (Fence::Text("python".to_owned()), None));
        for words in ["sh windows", "sh limit=7h", "sh limit=0s", "sh limit=soon"] {
            let (fence, problem) = Fence::read(words);
            assert_eq!(fence, Fence::Text("sh".to_owned()), "{words}");
            assert!(problem.unwrap().contains("limit=5m"), "{words}");
        }
    }

    #[test]
    fn what_is_not_seen_as_it_runs_never_runs() {
        for (kind, text, said) in [
            (ActionKind::Sh, "ls\n", None),
            (ActionKind::Sh, "echo ü\t— ok\n", None),
            (ActionKind::Sh, " \n", Some("empty")),
            (ActionKind::Sh, "ls \u{202E}fr- mr\n", Some("U+202E")),
            (ActionKind::Sh, "ls\u{200B}\n", Some("U+200B")),
            (ActionKind::Sh, "ls\u{1b}[2K\n", Some("U+001B")),
            (ActionKind::Sh, "ls\rrm\n", Some("U+000D")),
            (ActionKind::Caretaker, "# look\ncaretaker status\n\ncaretaker\n", None),
            (ActionKind::Caretaker, "caretaker status\nrm x\n", Some("not `rm x`")),
            (ActionKind::Caretaker, "caretakerx\n", Some("begins with `caretaker`")),
        ] {
            let found = refused(kind, text);
            assert_eq!(found.is_some(), said.is_some(), "{text:?}: {found:?}");
            assert!(found.unwrap_or_default().contains(said.unwrap_or_default()), "{text:?}");
        }
        assert!(refused(ActionKind::Sh, &"x".repeat(LONGEST_ACTION + 1)).is_some());
    }
}
