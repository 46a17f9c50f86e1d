//! Where servers of local models may be: the ports that they use by themselves, the one that `OLLAMA_HOST` names, and
//! those of the configuration. Only addresses of this machine come out of here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use caretaker_core::config::Models;

/// What a server at an address is asked first, so that a stranger hears one question and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// As Ollama is asked.
    Ollama,
    /// As OpenAI's interface is asked.
    OpenAi,
    /// Either way: a person named it.
    Any,
}

/// An address that is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// On this machine.
    pub address: SocketAddr,
    /// What to ask first.
    pub hint: Hint,
}

/// Ollama's own port.
const OLLAMA: u16 = 11434;
/// llama.cpp, LM Studio, vLLM.
const OPENAI: [u16; 3] = [8080, 1234, 8000];

/// Addresses to look at under these settings, each once. `ollama_host` is the text of the variable `OLLAMA_HOST`.
pub fn candidates(settings: &Models, ollama_host: Option<&str>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    if !settings.enabled {
        return found;
    }
    let mut add = |address: SocketAddr, hint: Hint| {
        if address.ip().is_loopback() && !found.iter().any(|one| one.address == address) {
            found.push(Candidate { address, hint });
        }
    };
    for address in &settings.servers {
        add(*address, Hint::Any);
    }
    if settings.discover {
        add(ollama_host.and_then(host_of_ollama).unwrap_or(local(OLLAMA)), Hint::Ollama);
        for port in OPENAI {
            add(local(port), Hint::OpenAi);
        }
    }
    found
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The address in `OLLAMA_HOST`, read as Ollama reads it (envconfig/config.go): scheme, host and port may each be missing.
/// None when it lies elsewhere or is not plain HTTP. `0.0.0.0` listens on this machine too.
fn host_of_ollama(text: &str) -> Option<SocketAddr> {
    let text = text.trim().trim_matches(['"', '\'']);
    let (rest, default_port) = match text.split_once("://") {
        Some(("http", rest)) => (rest, 80),
        Some(_) => return None,
        None => (text, OLLAMA),
    };
    let rest = rest.split('/').next().unwrap_or_default();
    let (host, port) = if let Ok(address) = rest.parse::<SocketAddr>() {
        (address.ip().to_string(), address.port())
    } else if let Ok(address) = rest.trim_matches(['[', ']']).parse::<IpAddr>() {
        (address.to_string(), default_port)
    } else if let Some((host, port)) = rest.rsplit_once(':') {
        (host.to_owned(), port.parse().unwrap_or(default_port))
    } else {
        (rest.to_owned(), default_port)
    };
    let address = match host.as_str() {
        "" | "localhost" | "0.0.0.0" | "::" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        host => host.parse().ok()?,
    };
    let address = SocketAddr::new(address, port);
    (address.ip().is_loopback() && port != 0).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Models {
        Models { enabled: true, discover: true, servers: Vec::new() }
    }

    #[test]
    fn the_usual_ports_are_tried_and_none_when_switched_off() {
        let addresses = |settings: &Models| -> Vec<String> {
            candidates(settings, None).iter().map(|one| one.address.to_string()).collect()
        };
        let usual = ["127.0.0.1:11434", "127.0.0.1:8080", "127.0.0.1:1234", "127.0.0.1:8000"];
        assert_eq!(addresses(&settings()), usual);
        assert!(addresses(&Models { enabled: false, ..settings() }).is_empty());
        let servers = vec![local(8080), local(9000)];
        assert_eq!(
            addresses(&Models { discover: false, servers: servers.clone(), ..settings() }),
            ["127.0.0.1:8080", "127.0.0.1:9000"]
        );
        assert_eq!(addresses(&Models { servers, ..settings() }).len(), 5, "each address once");
    }

    #[test]
    fn the_variable_is_read_as_ollama_reads_it_and_only_for_this_machine() {
        for (text, expected) in [
            ("127.0.0.1:11500", Some("127.0.0.1:11500")),
            ("127.0.0.1", Some("127.0.0.1:11434")),
            ("localhost:11500", Some("127.0.0.1:11500")),
            (":11500", Some("127.0.0.1:11500")),
            ("0.0.0.0", Some("127.0.0.1:11434")),
            ("0.0.0.0:11500", Some("127.0.0.1:11500")),
            ("http://localhost:11500/", Some("127.0.0.1:11500")),
            ("http://127.0.0.1", Some("127.0.0.1:80")),
            ("[::1]:11500", Some("[::1]:11500")),
            ("", Some("127.0.0.1:11434")),
            ("\"127.0.0.1:11500\"", Some("127.0.0.1:11500")),
            ("https://127.0.0.1", None),
            ("192.168.1.4", None),
            ("models.example.org:11434", None),
        ] {
            assert_eq!(host_of_ollama(text).map(|one| one.to_string()).as_deref(), expected, "{text}");
        }
        let elsewhere = candidates(&settings(), Some("192.168.1.4"));
        assert_eq!(elsewhere[0].address, local(OLLAMA), "what lies elsewhere is not looked at");
    }
}
