//! Linux: nice and the lowest level of the best-effort class for the disk; pressure stall information of the processor, and the
//! load where a kernel has none.

/// `IOPRIO_WHO_PROCESS`; class and level as in `linux/ioprio.h`: best effort, lowest. The idle class could starve for good.
const WHO_PROCESS: libc::c_int = 1;
const BEST_EFFORT_LOWEST: libc::c_int = (2 << 13) | 7;
const NICE: libc::c_int = 10;

pub fn stand_back() {
    // SAFETY: takes numbers and touches no memory; zero stands for the calling thread, whose threads inherit it.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
    // SAFETY: takes three numbers and touches no memory; zero stands for the calling thread.
    unsafe { libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0, BEST_EFFORT_LOWEST) };
}

pub fn contention() -> f64 {
    // Not that of the disk: whoever copies a whole disk waits for it himself, and would count as held up by nobody but himself.
    let pressure = std::fs::read_to_string("/proc/pressure/cpu").ok();
    pressure.and_then(|text| some_avg10(&text)).map_or_else(load, |percent| percent / 100.0)
}

/// A machine with a battery and no other supply that delivers; desktops and servers have none to tell of.
pub fn is_on_battery() -> bool {
    let supplies = std::fs::read_dir("/sys/class/power_supply").into_iter().flatten().filter_map(Result::ok);
    let read = |folder: &std::path::Path, name: &str| {
        std::fs::read_to_string(folder.join(name)).map(|text| text.trim().to_owned()).unwrap_or_default()
    };
    let (mut has_battery, mut has_mains) = (false, false);
    for folder in supplies.map(|entry| entry.path()) {
        match read(&folder, "type").as_str() {
            // Those of mice and keyboards have another scope.
            "Battery" => has_battery |= read(&folder, "scope") != "Device" && read(&folder, "status") == "Discharging",
            _ => has_mains |= read(&folder, "online") == "1",
        }
    }
    has_battery && !has_mains
}

/// `avg10` of the line `some`, %.
fn some_avg10(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with("some "))?;
    line.split(' ').find_map(|word| word.strip_prefix("avg10="))?.parse().ok()
}

/// Programs that run or wait beyond the processors that there are, as a share of them.
fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let running: f64 = text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    let processors = std::thread::available_parallelism().map_or(1.0, |count| count.get() as f64);
    ((running - processors) / processors).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_ten_seconds_is_read() {
        let text =
            "some avg10=12.50 avg60=3.00 avg300=1.00 total=123\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=1\n";
        assert_eq!(some_avg10(text), Some(12.5));
        assert_eq!(some_avg10("full avg10=1.0"), None);
    }

    #[test]
    fn a_process_that_stands_back_has_a_lower_priority() {
        std::thread::spawn(|| {
            stand_back();
            // SAFETY: takes numbers and touches no memory.
            let nice = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
            assert!(nice >= NICE, "{nice}");
        })
        .join()
        .unwrap();
    }
}
