//! Obvious secrets in a line of a log: passwords in addresses, values of keys that say what they are, tokens by their shape.
//! What no rule knows stays; a log that prints secrets in words of its own is beyond help.

/// What stands in place of a secret.
const HIDDEN: &str = "***";
/// Parts of names whose values are nobody's business.
const SECRET_NAMES: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "private_key",
    "credential",
    "session_id",
];
/// Words after which a credential follows.
const SCHEMES: [&str; 3] = ["bearer", "basic", "token"];
/// Beginnings of tokens that services give out.
const PREFIXES: [&str; 13] = [
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "eyJ",
    "hf_",
];
/// A token of a known beginning has at least this many characters.
const SHORTEST_TOKEN: usize = 16;

/// The same line without its obvious secrets.
pub fn redacted(line: &str) -> String {
    let mut words = Vec::new();
    let mut hides_next = false;
    for word in line.split(' ') {
        let plain = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()).to_ascii_lowercase();
        let announces = SCHEMES.contains(&plain.as_str()) || (is_secret_name(&plain) && word.ends_with([':', '=']));
        if hides_next && !plain.is_empty() && !SCHEMES.contains(&plain.as_str()) {
            words.push(HIDDEN.to_owned());
            hides_next = false;
            continue;
        }
        hides_next = announces || (hides_next && SCHEMES.contains(&plain.as_str())) || authorizes(word);
        words.push(of_word(word));
    }
    words.join(" ")
}

/// `Authorization:` and its kin.
fn authorizes(word: &str) -> bool {
    let lower = word.trim_start_matches(['"', '\'', '{']).to_ascii_lowercase();
    lower.starts_with("authorization:") || lower.starts_with("authorization\":") || lower.starts_with("cookie:")
}

fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|part| lower.contains(part))
}

fn of_word(word: &str) -> String {
    without_tokens(&without_values(&without_user(word)))
}

/// `scheme://user:password@host` with a hidden password.
fn without_user(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let end = rest.find(['/', '?', '#', '"', '\'']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split_once(':').map_or(HIDDEN.to_owned(), |(name, _)| format!("{name}:{HIDDEN}"));
            format!("{scheme}://{user}@{host}{path}")
        }
        None => word.to_owned(),
    }
}

/// `password=x`, `"token":"x"`, `?api_key=x&page=2` with hidden values.
fn without_values(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find(['=', ':']) {
        let (name, value) = rest.split_at(at);
        let (sign, value) = value.split_at(1);
        text.push_str(name);
        text.push_str(sign);
        rest = value;
        let name = name.rsplit(['&', '?', ',', ';', '{', '(']).next().unwrap_or_default();
        if !is_secret_name(name) {
            continue;
        }
        let quote = if rest.starts_with(['"', '\'']) { &rest[..1] } else { "" };
        let inner = &rest[quote.len()..];
        let end = inner.find(['"', '\'', '&', ',', ';', '}', ')']).unwrap_or(inner.len());
        if end > 0 {
            text.push_str(quote);
            text.push_str(HIDDEN);
            rest = &inner[end..];
        }
    }
    text.push_str(rest);
    text
}

/// Words that look like the tokens of well-known services.
fn without_tokens(word: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let Some(start) = word.find(is_part) else { return word.to_owned() };
    let mut text = word[..start].to_owned();
    let mut rest = &word[start..];
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        let is_token = piece.len() >= SHORTEST_TOKEN && PREFIXES.iter().any(|prefix| piece.starts_with(prefix));
        text.push_str(if is_token { HIDDEN } else { piece });
        let next = tail.find(is_part).unwrap_or(tail.len());
        text.push_str(&tail[..next]);
        rest = &tail[next..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_everything_else_stays() {
        for (line, expected) in [
            (
                "connect to postgres://board:s3cr3t@db:5432/board failed",
                "connect to postgres://board:***@db:5432/board failed",
            ),
            ("GET https://ghp_0123456789abcdef@example.org/x", "GET https://***@example.org/x"),
            (
                "login failed: user=ann password=hunter2, ip=10.0.0.7",
                "login failed: user=ann password=***, ip=10.0.0.7",
            ),
            (r#"body {"token":"abc","page":2}"#, r#"body {"token":"***","page":2}"#),
            ("GET /hook?api_key=abcd&page=2 500", "GET /hook?api_key=***&page=2 500"),
            ("Authorization: Bearer abc.def.ghi refused", "Authorization: Bearer *** refused"),
            ("header authorization: abcdef", "header authorization: ***"),
            ("password: hunter2", "password: ***"),
            ("key sk-0123456789abcdefghij was revoked", "key *** was revoked"),
            ("(eyJhbGciOiJIUzI1NiJ9.e30.x)", "(***)"),
            ("DB_PASSWORD='a b'", "DB_PASSWORD='*** b'"),
            ("EXT4-fs error (device sda1): bad block 12:34", "EXT4-fs error (device sda1): bad block 12:34"),
            ("12:44:31 eth0: link is down at 10:00", "12:44:31 eth0: link is down at 10:00"),
            ("token bucket empty", "token *** empty"),
            ("", ""),
        ] {
            assert_eq!(redacted(line), expected, "{line}");
        }
    }

    #[test]
    fn no_line_makes_it_fall() {
        for line in
            ["=", "://", "token=", "token:\"", "ü=ö:password=é", "password=\"", "a://@", "Bearer", ":::===", "pwd=ü"]
        {
            let _ = redacted(line);
        }
    }
}
