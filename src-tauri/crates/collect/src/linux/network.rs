//! What each network interface receives and sends, from `/proc/net/dev`.
//!
//! Left out: the loopback, interfaces that carried nothing since boot, and the virtual ones of containers and virtual
//! machines, whose traffic passes a real one too. Where only virtual ones exist, as inside a container, they are shown.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};

use super::kept_file::KeptFile;
use super::root::Root;
use super::text::{lines, number, words};
use crate::rate::Counters;
use crate::series::LabelledSeries;

const VIRTUAL: [&str; 14] = [
    "veth", "docker", "br-", "virbr", "vnet", "cni", "flannel", "cali", "lxc", "lxdbr", "podman", "ifb", "dummy",
    "kube-",
];

/// See the module.
#[derive(Debug)]
pub(crate) struct Network {
    dev: KeptFile,
    counters: Counters<2>,
    received: LabelledSeries,
    sent: LabelledSeries,
}

/// One line of `/proc/net/dev`; bytes since boot.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Interface<'a> {
    name: &'a str,
    received: u64,
    sent: u64,
}

impl Network {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            // The interfaces of this process; `/proc/net` would be the same by way of a link.
            dev: KeptFile::new(root.path("proc/net/dev")),
            counters: Counters::default(),
            received: LabelledSeries::new(names::NETWORK_RECEIVED, "interface", Unit::BytesPerSecond),
            sent: LabelledSeries::new(names::NETWORK_SENT, "interface", Unit::BytesPerSecond),
        }
    }
}

impl Collector for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let Some(bytes) = self.dev.read()? else {
            return Err(CollectError::Absent);
        };
        for interface in shown(bytes) {
            let now = [interface.received, interface.sent];
            let [received, sent] = self.counters.rates(interface.name, now, context.since_last);
            if let (Some(received), Some(sent)) = (received, sent) {
                self.received.push(into, interface.name, received);
                self.sent.push(into, interface.name, sent);
            }
        }
        self.counters.end_round();
        Ok(())
    }
}

fn shown(bytes: &[u8]) -> Vec<Interface<'_>> {
    let all = || lines(bytes).filter_map(Interface::parse).filter(Interface::was_used);
    let real: Vec<_> = all().filter(|interface| !interface.is_virtual()).collect();
    if real.is_empty() { all().collect() } else { real }
}

impl<'a> Interface<'a> {
    /// `  eth0: 8020 21060 …`: eight figures of what was received, eight of what was sent. Old kernels put no blank
    /// behind the colon; the names of aliases hold colons themselves.
    fn parse(line: &'a [u8]) -> Option<Self> {
        let colon = line.iter().rposition(|byte| *byte == b':')?;
        let name = std::str::from_utf8(&line[..colon]).ok()?.trim();
        let mut figures = words(&line[colon + 1..]).map(number);
        let (received, sent) = (figures.next()??, figures.nth(7)??);
        Some(Self { name, received, sent })
    }

    fn was_used(&self) -> bool {
        self.name != "lo" && (self.received, self.sent) != (0, 0)
    }

    fn is_virtual(&self) -> bool {
        VIRTUAL.iter().any(|prefix| self.name.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
";

    fn names_in(text: &str) -> Vec<String> {
        shown(text.as_bytes()).iter().map(|interface| interface.name.to_owned()).collect()
    }

    #[test]
    fn figures_are_found_with_and_without_a_blank_behind_the_colon() {
        for line in ["  eth0: 80 1 0 0 0 0 0 0 12 3 0 0 0 0 0 0", "  eth0:80 1 0 0 0 0 0 0 12 3 0 0 0 0 0 0"] {
            assert_eq!(Interface::parse(line.as_bytes()), Some(Interface { name: "eth0", received: 80, sent: 12 }));
        }
        assert_eq!(Interface::parse(b"eth0:1: 80 1 0 0 0 0 0 0 12").map(|interface| interface.name), Some("eth0:1"));
        assert_eq!(Interface::parse(b"  eth0: 80 1 0 0"), None);
    }

    #[test]
    fn virtual_interfaces_are_shown_only_when_alone() {
        let bridge = "docker0: 5 0 0 0 0 0 0 0 5 0 0 0 0 0 0 0\n";
        let wire = "enp3s0: 5 0 0 0 0 0 0 0 5 0 0 0 0 0 0 0\n";
        let unplugged = "enp4s0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
        assert_eq!(names_in(&format!("{HEADER}{bridge}{wire}{unplugged}")), ["enp3s0"]);
        assert_eq!(names_in(&format!("{HEADER}{bridge}{unplugged}")), ["docker0"]);
        assert_eq!(names_in(HEADER), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            prop_assert!(shown(&bytes).iter().all(Interface::was_used));
        }
    }
}
