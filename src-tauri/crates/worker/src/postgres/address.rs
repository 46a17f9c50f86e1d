//! What a job says of a PostgreSQL database: the address without its password, the password, and a name for people and files. Pure.

/// A database and the way to it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    text: String,
    /// For the environment of programs.
    pub password: Option<String>,
    /// The name of the database.
    pub database: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Address({})", self.database)
    }
}

impl Address {
    /// From what stands in the configuration: an address, the name of a database of this machine, or `env:NAME` for a variable
    /// that holds one of them. What is wrong is said without anything of the address.
    pub fn parse(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("env:") {
            let held = variable(name.trim()).filter(|held| !held.starts_with("env:"));
            let held = held.ok_or_else(|| format!("it is `env:{name}`, and there is no such variable"))?;
            return Self::parse(&held, variable);
        }
        if let Some(name) = text.strip_prefix("secret:") {
            return Err(format!(
                "it is `secret:{name}`, and there is no store for secrets yet; write `env:NAME`, or put the password into `~/.pgpass`"
            ));
        }
        let text = text.trim();
        if let Some((scheme, rest)) = text.split_once("://") {
            if !matches!(scheme, "postgres" | "postgresql") {
                return Err("its address begins with something else than `postgres://`".to_owned());
            }
            return Self::parse_address(rest);
        }
        if text.contains('=') {
            return Err("it is neither an address nor a name; write it as `postgres://user@host/name`".to_owned());
        }
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        Ok(Self { text: format!("postgresql:///{}", encoded(text)), password: None, database: text.to_owned() })
    }

    fn parse_address(rest: &str) -> Result<Self, String> {
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = before.split_once('/').unwrap_or((before, ""));
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, mut password) = match user.split_once(':') {
            Some((user, password)) => (user, Some(decoded(password))),
            None => (user, None),
        };
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("password", value)) => password = Some(decoded(value)),
                _ => kept.push(pair),
            }
        }
        let database = match (path, user) {
            ("", "") => return Err("its address names no database".to_owned()),
            ("", user) => decoded(user),
            (path, _) => decoded(path),
        };
        let at = if user.is_empty() { String::new() } else { format!("{user}@") };
        let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        Ok(Self { text: format!("postgresql://{at}{hosts}/{path}{query}"), password, database })
    }

    /// The address without its password.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Another database of the same server.
    pub fn beside(&self, database: &str) -> String {
        let (before, query) =
            self.text.split_once('?').map_or((&*self.text, None), |(before, query)| (before, Some(query)));
        let server = before.rsplit_once('/').map_or(before, |(server, _)| server);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        format!("{server}/{}{query}", encoded(database))
    }

    /// A name for the file of its dump.
    pub fn file(&self) -> String {
        let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        let name: String = self.database.chars().map(plain).collect();
        format!("{}.dump", name.trim_start_matches('.'))
    }
}

fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let written = |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(written).collect()
}

fn decoded(text: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let pair = (digit(bytes.get(at + 1)), digit(bytes.get(at + 2)));
        if let (b'%', (Some(high), Some(low))) = (byte, pair) {
            out.push((high * 16 + low) as u8);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(String, Option<String>, String), String> {
        let variable = |name: &str| (name == "BOARD").then(|| "postgres://own:s3@db/board".to_owned());
        Address::parse(text, &variable).map(|found| (found.text, found.password, found.database))
    }

    #[test]
    fn a_password_is_taken_out_wherever_it_stands() {
        for (text, address, password, database) in [
            ("postgres:///board", "postgresql:///board", None, "board"),
            ("board", "postgresql:///board", None, "board"),
            ("my board", "postgresql:///my%20board", None, "my board"),
            ("postgresql://own:p%40ss@db:5433/board", "postgresql://own@db:5433/board", Some("p@ss"), "board"),
            (
                "postgres://own@db/b%20d?password=x&sslmode=off",
                "postgresql://own@db/b%20d?sslmode=off",
                Some("x"),
                "b d",
            ),
            ("postgres:///board?host=/run/pg", "postgresql:///board?host=/run/pg", None, "board"),
            ("postgres://own:odd%zz@h", "postgresql://own@h/", Some("odd%zz"), "own"),
            ("env:BOARD", "postgresql://own@db/board", Some("s3"), "board"),
        ] {
            let expected = (address.to_owned(), password.map(str::to_owned), database.to_owned());
            assert_eq!(parsed(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_told() {
        for text in ["mysql://own:pa55@db/x", "host=db password=pa55", "env:NOBODY", "secret:pg", "", "postgres://"] {
            let why = parsed(text).unwrap_err();
            assert!(!why.contains("pa55"), "{why}");
        }
    }

    #[test]
    fn another_database_of_the_same_server_keeps_everything_else() {
        let address = Address::parse("postgres://own@db:5433/board?host=/run/pg", &|_| None).unwrap();
        assert_eq!(address.beside("a b"), "postgresql://own@db:5433/a%20b?host=/run/pg");
        let odd = Address::parse("postgres:///..%2Fup%2Fx", &|_| None).unwrap();
        assert_eq!(odd.file(), "_up_x.dump");
    }
}
