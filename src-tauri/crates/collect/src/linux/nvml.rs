//! The few functions of NVIDIA's management library that are asked, loaded when a card of NVIDIA is there. Nothing else
//! is `unsafe`.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use crate::library::Library;

type Device = *mut c_void;
type Start = unsafe extern "C" fn() -> c_int;
type GetCount = unsafe extern "C" fn(*mut c_uint) -> c_int;
type GetHandle = unsafe extern "C" fn(c_uint, *mut Device) -> c_int;
type GetName = unsafe extern "C" fn(Device, *mut c_char, c_uint) -> c_int;
type GetUtilization = unsafe extern "C" fn(Device, *mut Utilization) -> c_int;
type GetMemory = unsafe extern "C" fn(Device, *mut MemoryInfo) -> c_int;
type GetNumber = unsafe extern "C" fn(Device, *mut c_uint) -> c_int;
type GetTemperature = unsafe extern "C" fn(Device, c_uint, *mut c_uint) -> c_int;

/// `nvmlUtilization_t`.
#[repr(C)]
#[derive(Debug, Default)]
struct Utilization {
    gpu: c_uint,
    memory: c_uint,
}

/// `nvmlMemory_t`.
#[repr(C)]
#[derive(Debug, Default)]
struct MemoryInfo {
    total: u64,
    free: u64,
    used: u64,
}

/// `NVML_DEVICE_NAME_V2_BUFFER_SIZE`.
const NAME_LENGTH: usize = 96;
/// `NVML_TEMPERATURE_GPU`.
const OF_THE_GPU: c_uint = 0;

/// The library, started.
#[derive(Debug)]
pub(crate) struct Nvml {
    count: GetCount,
    handle: GetHandle,
    name: GetName,
    utilization: GetUtilization,
    memory: GetMemory,
    power: GetNumber,
    temperature: GetTemperature,
}

/// What one card says; none for what it does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CardReading {
    pub(crate) name: String,
    pub(crate) usage_percent: Option<f64>,
    pub(crate) memory_bytes: Option<f64>,
    pub(crate) memory_total_bytes: Option<f64>,
    pub(crate) watts: Option<f64>,
    pub(crate) celsius: Option<f64>,
}

impl Nvml {
    /// None where the library is missing, too old, or cannot speak to the driver.
    pub(crate) fn start() -> Option<Self> {
        let library = Library::load(c"libnvidia-ml.so.1")?;
        // SAFETY: the types above are those of `nvml.h` for these names.
        let (start, started) = unsafe {
            let start: Start = library.function(c"nvmlInit_v2")?;
            let started = Self {
                count: library.function(c"nvmlDeviceGetCount_v2")?,
                handle: library.function(c"nvmlDeviceGetHandleByIndex_v2")?,
                name: library.function(c"nvmlDeviceGetName")?,
                utilization: library.function(c"nvmlDeviceGetUtilizationRates")?,
                memory: library.function(c"nvmlDeviceGetMemoryInfo")?,
                power: library.function(c"nvmlDeviceGetPowerUsage")?,
                temperature: library.function(c"nvmlDeviceGetTemperature")?,
            };
            (start, started)
        };
        // SAFETY: takes nothing; may be called before anything else.
        (unsafe { start() } == 0).then_some(started)
    }

    /// Every card, in the order of the driver.
    pub(crate) fn cards(&self) -> Vec<CardReading> {
        let mut count = 0;
        // SAFETY: writes one number.
        if unsafe { (self.count)(&raw mut count) } != 0 {
            return Vec::new();
        }
        (0..count).filter_map(|index| self.card(index)).collect()
    }

    fn card(&self, index: c_uint) -> Option<CardReading> {
        let mut device: Device = std::ptr::null_mut();
        // SAFETY: writes one handle, which stays valid while the library is loaded, which is for ever.
        if unsafe { (self.handle)(index, &raw mut device) } != 0 {
            return None;
        }
        let mut name: [c_char; NAME_LENGTH] = [0; NAME_LENGTH];
        let mut usage = Utilization::default();
        let mut memory = MemoryInfo::default();
        // SAFETY: `device` is a handle from above; each call writes into one value of its type, `name` as long as said.
        let (named, used, held) = unsafe {
            (
                (self.name)(device, name.as_mut_ptr(), NAME_LENGTH as c_uint) == 0,
                (self.utilization)(device, &raw mut usage) == 0,
                (self.memory)(device, &raw mut memory) == 0,
            )
        };
        name[NAME_LENGTH - 1] = 0;
        // SAFETY: the last byte is zero.
        let text = unsafe { CStr::from_ptr(name.as_ptr()) }.to_string_lossy().into_owned();
        let power = number(|place| {
            // SAFETY: `device` is a handle from above; writes one number.
            unsafe { (self.power)(device, place) }
        });
        let temperature = number(|place| {
            // SAFETY: `device` is a handle from above; writes one number.
            unsafe { (self.temperature)(device, OF_THE_GPU, place) }
        });
        Some(CardReading {
            name: if named && !text.is_empty() { text } else { format!("NVIDIA {index}") },
            usage_percent: used.then(|| f64::from(usage.gpu)),
            memory_bytes: held.then_some(memory.used as f64),
            memory_total_bytes: held.then_some(memory.total as f64),
            // Thousandths of a watt.
            watts: power.map(|milliwatts| milliwatts / 1e3),
            celsius: temperature,
        })
    }
}

fn number(ask: impl FnOnce(*mut c_uint) -> c_int) -> Option<f64> {
    let mut value: c_uint = 0;
    (ask(&raw mut value) == 0).then(|| f64::from(value))
}
