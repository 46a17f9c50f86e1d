//! What a process is called in a list: the kernel's short name, or, where that is cut off or only names an interpreter,
//! the program's or script's file name from `/proc/PID/cmdline`. Nothing else is taken from there: arguments hold
//! passwords.

/// The kernel keeps this many bytes of a name.
const SHORT: usize = 15;
/// Interpreters by the beginning of their names; a version may follow.
const INTERPRETERS: [&str; 14] =
    ["python", "node", "ruby", "perl", "php", "java", "deno", "bun", "bash", "dash", "sh", "zsh", "lua", "dotnet"];
/// Options of interpreters whose value is a word of its own.
const WITH_VALUE: [&[u8]; 12] = [
    b"-W",
    b"-X",
    b"-I",
    b"-r",
    b"--require",
    b"--import",
    b"--loader",
    b"-cp",
    b"-classpath",
    b"--class-path",
    b"-p",
    b"--module-path",
];
/// Options after which code follows, not a file.
const WITH_CODE: [&[u8]; 5] = [b"-c", b"-e", b"--eval", b"-E", b"--print"];

/// Whether the command line can say more than the short name.
pub(crate) fn is_vague(name: &[u8]) -> bool {
    name.len() >= SHORT || is_interpreter(name)
}

/// The name to show. `command_line` is the content of `/proc/PID/cmdline`: words that each end in a zero byte; empty
/// for threads of the kernel and for processes that are ending.
pub(crate) fn program_name(name: &[u8], command_line: &[u8]) -> String {
    let mut words = command_line.split(|byte| *byte == 0);
    let program = words.next().map(file_name).unwrap_or_default();
    let shown = if is_interpreter(name) {
        match script(words) {
            Some(script) => [name, b" ", script].concat(),
            None => name.to_vec(),
        }
    } else if program.starts_with(name) {
        program.to_vec()
    } else {
        name.to_vec()
    };
    readable(&shown)
}

fn is_interpreter(name: &[u8]) -> bool {
    INTERPRETERS.iter().any(|interpreter| {
        let version = name.strip_prefix(interpreter.as_bytes());
        version.is_some_and(|version| version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
    })
}

/// The file name of the first word that is no option: `manage.py`, `app.jar`; a module's name after `-m`. None when the
/// program comes from a pipe.
fn script<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<&'a [u8]> {
    loop {
        let word = words.next().filter(|word| !word.is_empty())?;
        if WITH_CODE.contains(&word) || word == b"-" || word.starts_with(b"/dev/") {
            return None;
        }
        if WITH_VALUE.contains(&word) {
            words.next()?;
        } else if word == b"-jar" || word == b"-m" || !word.starts_with(b"-") {
            let file = if word.starts_with(b"-") { words.next()? } else { word };
            return Some(file_name(file)).filter(|file| !file.is_empty());
        }
    }
}

/// Without the folder; programs that rewrite their command line (`nginx: worker process`) keep only their first word.
fn file_name(path: &[u8]) -> &[u8] {
    let path = path.split(|byte| *byte == b' ').next().unwrap_or_default();
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// Bytes that are no text, and characters that would break a line or a terminal, become `?`.
fn readable(name: &[u8]) -> String {
    let plain = |character: char| {
        if character.is_control() || character == char::REPLACEMENT_CHARACTER { '?' } else { character }
    };
    String::from_utf8_lossy(name).chars().take(64).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, words: &[&str], shown: &str) {
        let command_line: String = words.iter().flat_map(|word| [word, "\0"]).collect();
        assert_eq!(program_name(name.as_bytes(), command_line.as_bytes()), shown, "{name} {words:?}");
    }

    #[test]
    fn interpreters_show_their_script() {
        check("python3.11", &["/usr/bin/python3.11", "-u", "/srv/board/manage.py", "run"], "python3.11 manage.py");
        check("python3", &["python3", "-m", "http.server"], "python3 http.server");
        check("python3", &["python3", "-W", "ignore", "x.py"], "python3 x.py");
        check("java", &["java", "-cp", "/opt/a.jar:/opt/b.jar", "-Xmx2g", "-jar", "/opt/board.jar"], "java board.jar");
        check("node", &["node", "--require", "trace", "server.js"], "node server.js");
        check("bash", &["-bash"], "bash");
        check("bash", &["bash", "/dev/fd/3"], "bash");
        check("python3", &["python3", "-", "argument"], "python3");
    }

    #[test]
    fn code_and_arguments_are_never_shown() {
        check("sh", &["sh", "-c", "curl -H 'Authorization: x'"], "sh");
        check("python3", &["python3", "-c", "print('secret')"], "python3");
        check("postgres", &["postgres", "--password=secret"], "postgres");
    }

    #[test]
    fn names_that_were_cut_are_completed_only_by_the_same_program() {
        check("gnome-terminal-", &["/usr/libexec/gnome-terminal-server"], "gnome-terminal-server");
        check("kworker/u8:2-ev", &[], "kworker/u8:2-ev");
        check("Isolated Web Co", &["/usr/lib/firefox/firefox"], "Isolated Web Co");
        check("shortish", &["/usr/bin/nodejs"], "shortish");
    }

    #[test]
    fn names_are_made_readable() {
        assert_eq!(program_name(b"a\nb\x1b[1m\xff", b""), "a?b?[1m?");
        assert_eq!(program_name(&[b'x'; 900], b"").len(), 64);
    }

    #[test]
    fn only_vague_names_need_the_command_line() {
        for (name, vague) in
            [("nginx", false), ("shfmt", false), ("sh", true), ("python3.12", true), ("gnome-terminal-", true)]
        {
            assert_eq!(is_vague(name.as_bytes()), vague, "{name}");
        }
    }
}
