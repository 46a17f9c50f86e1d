//! Who listens where the network can reach it: `/proc/net/tcp` and `lsof`, judged alike.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{NETWORK, ok, warning};
use crate::view::CheckView;

/// A port that is open on all interfaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listener {
    /// TCP port.
    pub port: u16,
    /// Linux's number of the socket, by which its owner is found; 0 elsewhere.
    pub inode: u64,
    /// The program, where that may be read.
    pub program: Option<String>,
}

/// What has no business on the network without a reason: data and models, mostly without a password.
const INNER: [(u16, &str); 12] = [
    (1234, "LM Studio"),
    (2375, "Docker without a password"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5900, "screen sharing (VNC)"),
    (6379, "Redis"),
    (8080, "a model server or an app under development"),
    (9090, "Prometheus"),
    (9200, "Elasticsearch"),
    (11211, "memcached"),
    (11434, "Ollama"),
    (27017, "MongoDB"),
];

/// Reads `/proc/net/tcp` or `tcp6`, see proc_net_tcp.rst: only sockets that listen on the unspecified address.
pub fn parse_proc(text: &str) -> Vec<Listener> {
    let listener = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (address, port) = fields.get(1)?.split_once(':')?;
        let listens = *fields.get(3)? == "0A" && address.bytes().all(|digit| digit == b'0');
        let port = u16::from_str_radix(port, 16).ok()?;
        let inode = fields.get(9)?.parse().ok()?;
        listens.then_some(Listener { port, inode, program: None })
    };
    text.lines().skip(1).filter_map(listener).collect()
}

/// Reads `lsof -nP -iTCP -sTCP:LISTEN -Fcn`: a line for each field, `c` the program, `n` the address.
pub fn parse_lsof(text: &str) -> Vec<Listener> {
    let mut program = None;
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('c') {
            program = Some(name.to_owned());
        } else if let Some(port) = line.strip_prefix("n*:").and_then(|port| port.parse().ok()) {
            found.push(Listener { port, inode: 0, program: program.clone() });
        }
    }
    found
}

/// One check for each port.
pub fn judge(listeners: &[Listener]) -> Vec<CheckView> {
    let mut ports: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for listener in listeners {
        ports.entry(listener.port).or_default().extend(listener.program.as_deref());
    }
    let in_group = |check: CheckView| CheckView { group: NETWORK.to_owned(), ..check };
    if ports.is_empty() {
        return vec![in_group(ok("listeners", "nothing listens on all interfaces"))];
    }
    ports.into_iter().map(|(port, programs)| in_group(one(port, &programs))).collect()
}

fn one(port: u16, programs: &BTreeSet<&str>) -> CheckView {
    let name = format!("port {port}");
    let who = if programs.is_empty() {
        "a program of another user".to_owned()
    } else {
        programs.iter().copied().collect::<Vec<_>>().join(", ")
    };
    match INNER.iter().find(|(inner, _)| *inner == port) {
        Some((_, usual)) => warning(
            &name,
            format!("{who} listens on all interfaces; this port is usually {usual}"),
            "everybody in the same network reaches it, and such a service often asks for no password",
            "have it listen on 127.0.0.1, or let a firewall or a reverse proxy with a password stand before it",
        ),
        None => ok(&name, format!("{who} listens on all interfaces")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::CheckState;

    const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
        0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1135 1 0 100 0 0 10 0\n   \
        1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   112        0 2211 1 0 100 0 0 10 0\n   \
        2: 00000000:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 3344 1 0 100 0 0 10 0\n   \
        3: 00000000:0016 0200000A:D431 01 00000000:00000000 00:00000000 00000000     0        0 1140 1 0 100 0 0 10 0\n";
    const TCP6: &str = "  sl  local_address                         remote_address                        st\n   \
        0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 \
        00000000     0        0 1136 1 0 100 0 0 10 0\n";

    #[test]
    fn only_what_listens_on_all_interfaces_counts() {
        let found: Vec<(u16, u64)> = parse_proc(TCP).iter().map(|one| (one.port, one.inode)).collect();
        assert_eq!(found, [(22, 1135), (11434, 3344)]);
        assert_eq!(parse_proc(TCP6).len(), 1);
        let lsof = "p330\ncollama\nf3\nn*:11434\np80\ncpostgres\nf7\nn127.0.0.1:5432\nn[::1]:5432\n";
        let program = Some("ollama".to_owned());
        assert_eq!(parse_lsof(lsof), [Listener { port: 11434, inode: 0, program }]);
    }

    #[test]
    fn a_model_server_open_to_the_network_is_a_warning_and_ssh_is_not() {
        let mut all = [parse_proc(TCP), parse_proc(TCP6)].concat();
        all[1].program = Some("ollama".to_owned());
        let checks = judge(&all);
        let states: Vec<_> = checks.iter().map(|check| (check.name.as_str(), check.state)).collect();
        assert_eq!(states, [("port 22", CheckState::Ok), ("port 11434", CheckState::Warning)]);
        assert!(checks[1].detail.starts_with("ollama listens") && !checks[1].why.is_empty());
        assert_eq!(judge(&[]).len(), 1);
    }
}
