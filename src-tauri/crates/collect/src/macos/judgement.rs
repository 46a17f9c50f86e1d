//! What the system itself thinks of its memory and its heat, as single numbers, for `doctor`.

use caretaker_core::metric::{Unit, names};
use caretaker_core::view::SensorView;
use objc2_foundation::NSProcessInfo;

use super::bindings::kernel_integer;
use crate::sensor::{Told, sensor};

/// Each as it is now.
pub(crate) fn inspect() -> Vec<SensorView> {
    let kernel = |name: &str, key: &std::ffi::CStr, series: &str, unit: Unit, meaning: fn(i64) -> f64| {
        let line = sensor("memory", name, format!("sysctl {}", key.to_string_lossy()));
        match kernel_integer(key) {
            Some(number) => SensorView {
                value: Some(unit.format(meaning(number))),
                series: Some(series.to_owned()),
                ..line.raw(number)
            },
            None => line.noted("this kernel does not have it"),
        }
    };
    let state = NSProcessInfo::processInfo().thermalState().0;
    vec![
        kernel("pressure", c"kern.memorystatus_level", names::MEMORY_PRESSURE, Unit::Percent, |free| {
            (100 - free).clamp(0, 100) as f64
        }),
        kernel(
            "pressure level",
            c"kern.memorystatus_vm_pressure_level",
            names::MEMORY_PRESSURE_LEVEL,
            Unit::Count,
            |level| level as f64,
        ),
        SensorView {
            value: Some(Unit::Count.format(state as f64)),
            series: Some(names::THERMAL_STATE.to_owned()),
            ..sensor("throttling", "thermal state", "NSProcessInfo.thermalState").raw(state)
        },
    ]
}
