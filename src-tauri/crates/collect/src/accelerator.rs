//! What macOS says of a GPU: the entry `PerformanceStatistics` of an `IOAccelerator`. Pure, so that it is tested on
//! every platform.

/// What one GPU says; none for what it does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct GpuReading {
    pub(crate) usage_percent: Option<f64>,
    pub(crate) memory_bytes: Option<f64>,
}

/// Names of the share of time in which the GPU worked: Apple's own, and two of drivers for others.
const USAGE: [&str; 3] = ["Device Utilization %", "Device Utilization", "GPU Activity(%)"];
/// Memory of the machine that the GPU uses now, not what it once took.
const MEMORY: [&str; 2] = ["In use system memory", "inUseVidMemoryBytes"];

/// Reads it; `number` gives the number behind a name.
pub(crate) fn read(number: impl Fn(&str) -> Option<f64>) -> GpuReading {
    let first = |names: &[&str]| names.iter().find_map(|name| number(name)).filter(|number| *number >= 0.0);
    GpuReading { usage_percent: first(&USAGE).map(|usage| usage.min(100.0)), memory_bytes: first(&MEMORY) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[(&str, f64)]) -> GpuReading {
        read(|name| numbers.iter().find(|(known, _)| *known == name).map(|(_, number)| *number))
    }

    #[test]
    fn drivers_of_every_maker_are_understood() {
        let apple = of(&[
            ("Device Utilization %", 37.0),
            ("Renderer Utilization %", 36.0),
            ("Tiler Utilization %", 12.0),
            ("Alloc system memory", 9e9),
            ("In use system memory", 5.1e9),
        ]);
        assert_eq!(apple, GpuReading { usage_percent: Some(37.0), memory_bytes: Some(5.1e9) });
        let amd = of(&[("GPU Activity(%)", 104.0), ("inUseVidMemoryBytes", 1e9)]);
        assert_eq!(amd, GpuReading { usage_percent: Some(100.0), memory_bytes: Some(1e9) });
        assert_eq!(of(&[("recoveryCount", 0.0)]), GpuReading::default());
    }
}
