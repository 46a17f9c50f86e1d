//! The processes that use the most CPU and memory, and how many there are.

use std::collections::HashMap;

use caretaker_core::metric::{ProcessReading, Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

use super::bindings::process_usage;
use crate::failure::failed;
use crate::rate::per_second;
use crate::series::Series;
use crate::top::{Candidate, keep_top};

/// See the module.
#[derive(Debug)]
pub(crate) struct Processes {
    system: Option<System>,
    /// CPU milliseconds a round ago, by process and when it started.
    before: HashMap<(u32, u64), u64>,
    top: Vec<Candidate>,
    count: Series,
}

impl Processes {
    pub(crate) fn new() -> Self {
        let count = Series::new(names::PROCESS_COUNT, Unit::Count);
        Self { system: None, before: HashMap::new(), top: Vec::new(), count }
    }
}

impl Collector for Processes {
    fn name(&self) -> &'static str {
        "processes"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let system = match &mut self.system {
            Some(system) => system,
            place @ None => place.insert(System::new().map_err(|error| failed("list the processes", error))?),
        };
        let wanted = ProcessRefreshKind::nothing().with_cpu().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
        let mut now = HashMap::with_capacity(system.processes().len());
        self.top.clear();
        for (pid, process) in system.processes() {
            let pid = pid.as_u32();
            let identity = (pid, process.start_time());
            let used = process.accumulated_cpu_time();
            let rate = self.before.get(&identity).and_then(|before| per_second(*before, used, context.since_last));
            self.top.push(Candidate {
                // Milliseconds a second are tenths of a percent.
                cpu_percent: rate.map(|rate| rate / 10.0),
                memory_bytes: process.memory(),
                pid,
                index: 0,
            });
            now.insert(identity, used);
        }
        self.before = now;
        if self.top.is_empty() {
            return Err(failed("list the processes", "there is not even this one"));
        }
        self.count.push(into, self.top.len() as f64);
        keep_top(&mut self.top, context.processes);
        let name = |pid| system.process(Pid::from_u32(pid)).map(Process::name).unwrap_or_default();
        let reading = |candidate: &Candidate| ProcessReading {
            pid: candidate.pid,
            name: name(candidate.pid).to_string_lossy().into_owned(),
            cpu_percent: candidate.cpu_percent,
            memory_bytes: process_usage(candidate.pid).map_or(candidate.memory_bytes, |usage| usage.footprint),
        };
        into.processes = Some(self.top.iter().map(reading).collect());
        Ok(())
    }
}
