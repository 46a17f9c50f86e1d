//! Access tokens of the loopback door: made, kept in a file that only the owner can read, and compared in a time that
//! tells nothing about them.

use std::path::Path;

use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::AccessGrant;
use caretaker_platform::{files, random};
use serde::{Deserialize, Serialize};

/// Who a secret belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// What it allows.
    pub grant: AccessGrant,
    /// What a browser gets in place of the token, so that the token itself is not kept there.
    pub session: String,
}

/// One token and the secret of the browsers that logged in with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pair {
    token: String,
    session: String,
}

/// The tokens that were made so far.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokens {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read: Option<Pair>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Pair>,
}

impl AccessTokens {
    /// Reads the file; none yet means no tokens.
    pub fn load(path: &Path) -> Result<Self, Problem> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unreadable(path, &error)),
        };
        serde_json::from_slice(&text).map_err(|error| unreadable(path, &error))
    }

    /// Writes the file, for the owner alone.
    pub fn save(&self, path: &Path) -> Result<(), Problem> {
        let text = serde_json::to_vec(self).map_err(|error| unreadable(path, &error))?;
        Ok(files::write_atomic(path, &text, 0o600)?)
    }

    /// The token for a grant, if it was made.
    pub fn token(&self, grant: AccessGrant) -> Option<&str> {
        let pair = match grant {
            AccessGrant::Read => &self.read,
            AccessGrant::Act => &self.act,
        };
        pair.as_ref().map(|pair| pair.token.as_str())
    }

    /// Makes a token; one of the same grant is void from now on, and so are its browsers.
    pub fn renew(&mut self, grant: AccessGrant) -> Result<(), Problem> {
        let secret =
            || random::secret().map_err(|error| Problem::new(Code::Internal, format!("make an access token: {error}")));
        let (word, place) = match grant {
            AccessGrant::Read => ("read", &mut self.read),
            AccessGrant::Act => ("act", &mut self.act),
        };
        *place = Some(Pair { token: format!("caretaker-{word}-{}", secret()?), session: secret()? });
        Ok(())
    }

    /// Whose token this is.
    pub fn by_token(&self, token: &str) -> Option<Recognised> {
        self.find(|pair| same(&pair.token, token))
    }

    /// Whose browser this is.
    pub fn by_session(&self, session: &str) -> Option<Recognised> {
        self.find(|pair| same(&pair.session, session))
    }

    /// Looks at both pairs in any case, so that the time does not tell which one it was.
    fn find(&self, is: impl Fn(&Pair) -> bool) -> Option<Recognised> {
        let of = |pair: &Option<Pair>, grant| {
            let pair = pair.as_ref().filter(|pair| is(pair))?;
            Some(Recognised { grant, session: pair.session.clone() })
        };
        let (read, act) = (of(&self.read, AccessGrant::Read), of(&self.act, AccessGrant::Act));
        act.or(read)
    }
}

/// Compares every byte whatever the first ones are; only the length, which is no secret, ends it early.
fn same(kept: &str, given: &str) -> bool {
    let differing = |sum: u8, (one, other): (u8, u8)| std::hint::black_box(sum | (one ^ other));
    kept.len() == given.len() && kept.bytes().zip(given.bytes()).fold(0, differing) == 0
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::Internal, format!("read the access tokens in {}: {error}", path.display()))
        .hint("remove that file, then `caretaker api token` makes new ones")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_their_file_which_nobody_else_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.json");
        let mut tokens = AccessTokens::load(&path).unwrap();
        tokens.renew(AccessGrant::Act).unwrap();
        tokens.save(&path).unwrap();
        assert!(AccessTokens::load(&path).unwrap() == tokens);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn each_token_is_known_for_what_it_is_until_it_is_renewed() {
        let mut tokens = AccessTokens::default();
        assert_eq!(tokens.by_token(""), None);
        tokens.renew(AccessGrant::Read).unwrap();
        tokens.renew(AccessGrant::Act).unwrap();
        let old = tokens.token(AccessGrant::Act).unwrap().to_owned();
        let acting = tokens.by_token(&old).unwrap();
        assert_eq!(acting.grant, AccessGrant::Act);
        assert_eq!(tokens.by_session(&acting.session).map(|known| known.grant), Some(AccessGrant::Act));
        assert_eq!(tokens.by_token(&acting.session), None, "a browser's secret is no token");
        assert_eq!(tokens.by_token(&old[..old.len() - 1]), None);
        tokens.renew(AccessGrant::Act).unwrap();
        assert_eq!((tokens.by_token(&old), tokens.by_session(&acting.session)), (None, None));
        let reading = tokens.token(AccessGrant::Read).unwrap().to_owned();
        assert_eq!(tokens.by_token(&reading).map(|known| known.grant), Some(AccessGrant::Read));
    }
}
