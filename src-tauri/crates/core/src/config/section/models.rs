//! `[models]`: where servers of local models are looked for.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;

use crate::config::fields::Fields;
use crate::config::problem::ProblemCode;

/// Whether servers are looked for unless the file says otherwise.
pub(in crate::config) const ENABLED: bool = true;
/// Whether the usual ports are tried unless the file says otherwise.
pub(in crate::config) const DISCOVER: bool = true;

/// Servers of local models (Ollama, llama.cpp, LM Studio, vLLM and others that speak OpenAI's interface). They are only
/// ever looked at, on this machine only, and no look loads a model.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct ModelsSection {
    /// Whether such servers are looked for at all.
    #[schemars(extend("default" = ENABLED))]
    pub enabled: Option<bool>,
    /// Whether the usual ports of this machine are tried: 11434 or OLLAMA_HOST, 8080, 1234, 8000.
    #[schemars(extend("default" = DISCOVER))]
    pub discover: Option<bool>,
    /// Further servers, on addresses of this machine only: `http://127.0.0.1:8081`.
    #[schemars(with = "Option<Vec<String>>")]
    pub servers: Option<Vec<SocketAddr>>,
}

impl ModelsSection {
    /// Reads and checks the section.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            enabled: fields.truth("enabled"),
            discover: fields.truth("discover"),
            servers: fields.texts("servers").map(|texts| read_servers(fields, &texts)),
        }
    }
}

fn read_servers(fields: &mut Fields<'_, '_>, texts: &[String]) -> Vec<SocketAddr> {
    let mut servers = Vec::new();
    for text in texts {
        match address(text) {
            Some(address) if address.ip().is_loopback() => servers.push(address),
            Some(_) => {
                let message = format!("`servers` names `{text}`; allowed are 127.0.0.0/8, [::1] and localhost");
                let hint = "only this machine is looked at; a tunnel (ssh -L) brings a server of another one here";
                fields.problem("servers", ProblemCode::Forbidden, message).hint = Some(hint.to_owned());
            }
            None => {
                let message = format!("`servers` names `{text}`; allowed is an address of this machine with a port");
                let hint = "for example `http://127.0.0.1:8081`";
                fields.problem("servers", ProblemCode::InvalidValue, message).hint = Some(hint.to_owned());
            }
        }
    }
    servers
}

/// The address in `http://127.0.0.1:8081/`, `127.0.0.1:8081` or `localhost:8081`.
fn address(text: &str) -> Option<SocketAddr> {
    let bare = text.trim();
    let bare = bare.strip_prefix("http://").unwrap_or(bare);
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    match bare.strip_prefix("localhost:") {
        Some(port) => port.parse().ok().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => bare.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_the_forms_that_people_write() {
        let expected = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 8081)));
        for text in ["http://127.0.0.1:8081", "http://localhost:8081/", "127.0.0.1:8081", " localhost:8081 "] {
            assert_eq!(address(text), expected, "{text}");
        }
        for text in ["https://127.0.0.1:8081", "127.0.0.1", "8081", "http://127.0.0.1:8081/v1", ""] {
            assert_eq!(address(text), None, "{text}");
        }
    }
}
