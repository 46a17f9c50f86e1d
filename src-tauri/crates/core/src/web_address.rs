//! An address on the web, taken apart once: what is connected to is what was checked. It can hold credentials, so it is
//! shown without them, and without its path, which with many services is a credential too.

use std::fmt;
use std::str::FromStr;

use crate::egress::Target;

/// `http://…` or `https://…`.
#[derive(Clone, PartialEq, Eq)]
pub struct WebAddress {
    /// Whether what is sent is encrypted.
    pub secure: bool,
    /// Where to connect.
    pub target: Target,
    /// What stands before the `@`: a name, with or without a password, still encoded.
    pub user: Option<String>,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// Whether the port is named because it is not the usual one.
    named_port: bool,
}

/// Why a text is no address; never says the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no address such as https://hooks.example.org/path")]
pub struct NoWebAddress;

impl WebAddress {
    /// Name and port as they stand in the header `Host`.
    pub fn authority(&self) -> String {
        let host =
            if self.target.host.contains(':') { format!("[{}]", self.target.host) } else { self.target.host.clone() };
        if self.named_port { format!("{host}:{}", self.target.port) } else { host }
    }

    /// The same place under another path, for a redirection that stays there. None where it leads elsewhere.
    pub fn redirected(&self, location: &str) -> Option<Self> {
        if location.starts_with('/') && !location.starts_with("//") {
            return Some(Self { path: location.split('#').next().unwrap_or_default().to_owned(), ..self.clone() });
        }
        let there: Self = location.parse().ok()?;
        let same = there.target == self.target && there.secure == self.secure;
        same.then(|| Self { user: self.user.clone(), ..there })
    }
}

impl FromStr for WebAddress {
    type Err = NoWebAddress;

    fn from_str(text: &str) -> Result<Self, NoWebAddress> {
        let address: http::Uri = text.trim().parse().map_err(|_| NoWebAddress)?;
        let secure = match address.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) | None => return Err(NoWebAddress),
        };
        let authority = address.authority().ok_or(NoWebAddress)?;
        let host = authority.host();
        let after = authority.as_str().rsplit_once('@').map_or(authority.as_str(), |(_, after)| after);
        // A port that is no number would silently be the usual one.
        let port_written = after.len() > host.len();
        if host.is_empty() || (port_written && authority.port_u16().is_none()) {
            return Err(NoWebAddress);
        }
        let usual = if secure { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(usual);
        let user = authority.as_str().rsplit_once('@').map(|(user, _)| user.to_owned());
        let path = address.path_and_query().map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned());
        let path = if path.starts_with('/') { path } else { format!("/{path}") };
        Ok(Self { secure, target: Target::new(host, port), user, path, named_port: port != usual })
    }
}

/// Without anything that could be a credential.
impl fmt::Display for WebAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(out, "{scheme}://{}/…", self.authority())
    }
}

impl fmt::Debug for WebAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_shown_without_what_could_be_secret() {
        for (text, target, authority, path, user) in [
            (
                "https://hooks.example.org/T0/abc?key=1#x",
                "hooks.example.org:443",
                "hooks.example.org",
                "/T0/abc?key=1",
                None,
            ),
            ("http://ann:s%20t@10.0.0.7:8080/topic", "10.0.0.7:8080", "10.0.0.7:8080", "/topic", Some("ann:s%20t")),
            ("https://[fd00::1]:8443", "[fd00::1]:8443", "[fd00::1]:8443", "/", None),
            ("https://example.org?x=1", "example.org:443", "example.org", "/?x=1", None),
        ] {
            let address: WebAddress = text.parse().unwrap();
            assert_eq!(
                (address.target.to_string().as_str(), address.authority().as_str()),
                (target, authority),
                "{text}"
            );
            assert_eq!((address.path.as_str(), address.user.as_deref()), (path, user), "{text}");
            let shown = format!("{address} {address:?}");
            assert!(!["abc", "key", "ann", "topic"].iter().any(|secret| shown.contains(secret)), "{shown}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for text in [
            "",
            "hooks.example.org/x",
            "ftp://example.org/",
            "https://",
            "https:///x",
            "https://a b/",
            "https://a:99999/",
            "/x",
        ] {
            let error = text.parse::<WebAddress>().unwrap_err();
            assert!(!error.to_string().contains("99999"), "{text}");
        }
    }

    #[test]
    fn a_redirection_is_followed_only_to_the_same_place() {
        let here: WebAddress = "https://u:p@example.org/a".parse().unwrap();
        let path = |location: &str| here.redirected(location).map(|there| (there.path, there.user.is_some()));
        assert_eq!(path("/b?c=1"), Some(("/b?c=1".to_owned(), true)));
        assert_eq!(path("https://example.org/b"), Some(("/b".to_owned(), true)));
        assert_eq!(path("https://example.org:443/b"), Some(("/b".to_owned(), true)));
        for elsewhere in
            ["http://example.org/b", "https://example.org:8443/b", "https://evil.example/b", "//evil.example/b"]
        {
            assert_eq!(path(elsewhere), None, "{elsewhere}");
        }
    }
}
