//! macOS: the system allocator keeps freed large blocks until it is asked.

mod bindings {
    unsafe extern "C" {
        /// `malloc/malloc.h`: returns up to `goal` bytes of a zone, or of all zones for a null one; zero means all it can.
        pub safe fn malloc_zone_pressure_relief(zone: Option<&std::ffi::c_void>, goal: usize) -> usize;
    }
}

/// Nothing needs to be set.
pub fn tune_allocator() {}

/// Relieves every zone.
pub fn trim_memory() {
    bindings::malloc_zone_pressure_relief(None, 0);
}
