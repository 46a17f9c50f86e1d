//! What each network interface receives and sends. Interfaces that carried nothing since boot are left out.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use sysinfo::Networks;

use crate::apple_names::is_real_interface;
use crate::failure::failed;
use crate::rate::Counters;
use crate::series::LabelledSeries;

/// See the module.
#[derive(Debug)]
pub(crate) struct Network {
    interfaces: Option<Networks>,
    counters: Counters<2>,
    received: LabelledSeries,
    sent: LabelledSeries,
}

impl Network {
    pub(crate) fn new() -> Self {
        let series = |name| LabelledSeries::new(name, "interface", Unit::BytesPerSecond);
        Self {
            interfaces: None,
            counters: Counters::default(),
            received: series(names::NETWORK_RECEIVED),
            sent: series(names::NETWORK_SENT),
        }
    }
}

impl Collector for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let interfaces = match &mut self.interfaces {
            Some(interfaces) => interfaces,
            place @ None => place.insert(Networks::new().map_err(|error| failed("list the interfaces", error))?),
        };
        interfaces.refresh(true);
        let named = interfaces.iter().filter_map(|(name, figures)| Some((name.to_str()?, figures)));
        for (name, figures) in named.filter(|(name, _)| is_real_interface(name)) {
            let now = [figures.total_received(), figures.total_transmitted()];
            if now == [0, 0] {
                continue;
            }
            if let [Some(received), Some(sent)] = self.counters.rates(name, now, context.since_last) {
                self.received.push(into, name, received);
                self.sent.push(into, name, sent);
            }
        }
        self.counters.end_round();
        Ok(())
    }
}
