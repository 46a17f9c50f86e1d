//! Addresses of routes: paths and queries from what people typed. Meaning lies in the routes themselves.

use std::fmt::Write;

/// A path under the prefix of the API, with a query that grows.
#[derive(Debug)]
pub struct Address {
    text: String,
    queried: bool,
}

impl Address {
    /// A fixed path: `/alerts`.
    pub fn new(path: &str) -> Self {
        Self { text: path.to_owned(), queried: false }
    }

    /// The path continued by what somebody typed.
    pub fn segment(mut self, typed: &str) -> Self {
        self.text.push('/');
        encode(typed, &mut self.text);
        self
    }

    /// The path continued by a fixed word.
    pub fn word(mut self, word: &str) -> Self {
        self.text.push('/');
        self.text.push_str(word);
        self
    }

    /// A parameter of the query, if there is a value for it.
    pub fn parameter(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.text.push(if self.queried { '&' } else { '?' });
            self.queried = true;
            self.text.push_str(name);
            self.text.push('=');
            encode(&value.to_string(), &mut self.text);
        }
        self
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986, so that no typed `/`, `?` or `&` has a meaning.
fn encode(typed: &str, into: &mut String) {
    for byte in typed.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_cannot_change_the_address() {
        let address = Address::new("/alerts").segment("a/../b?x#ü").word("acknowledge");
        assert_eq!(address.as_str(), "/alerts/a%2F..%2Fb%3Fx%23%C3%BC/acknowledge");
        let address = Address::new("/metrics/points")
            .parameter("name", Some("host.disk.usage"))
            .parameter("step", None::<String>)
            .parameter("label", Some("mount=/a&b"));
        assert_eq!(address.as_str(), "/metrics/points?name=host.disk.usage&label=mount%3D%2Fa%26b");
    }
}
