//! Objects of the kernel as IOKit's registry shows them. Only looked at, never changed.

use std::ffi::CStr;

use objc2_core_foundation::{CFBoolean, CFDictionary, CFNumber, CFRetained, CFString, CFType};
use objc2_io_kit::{
    IOIteratorNext, IOObjectRelease, IORegistryEntryCreateCFProperty, IORegistryEntryGetName,
    IORegistryEntrySearchCFProperty, IOServiceGetMatchingServices, IOServiceMatching, io_iterator_t, io_object_t,
    kIORegistryIterateRecursively, kIOReturnSuccess, kIOServicePlane,
};

/// Stands for the port by which the kernel is asked.
const MAIN_PORT: libc::mach_port_t = 0;

/// A reference to an object, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Object(io_object_t);

impl Drop for Object {
    fn drop(&mut self) {
        // Only a reference that is no longer valid would be refused.
        let _ = IOObjectRelease(self.0);
    }
}

/// All objects of a class, and of those derived from it.
pub(crate) fn objects(class: &CStr) -> Vec<Object> {
    // SAFETY: `class` ends in a zero byte.
    let Some(matching) = (unsafe { IOServiceMatching(class.as_ptr()) }) else {
        return Vec::new();
    };
    // SAFETY: a dictionary that may be changed is a dictionary.
    let matching = unsafe { CFRetained::cast_unchecked::<CFDictionary>(matching) };
    let mut iterator: io_iterator_t = 0;
    // SAFETY: takes over one reference to `matching` and writes one handle.
    let result = unsafe { IOServiceGetMatchingServices(MAIN_PORT, Some(matching), &raw mut iterator) };
    if result != kIOReturnSuccess || iterator == 0 {
        return Vec::new();
    }
    let iterator = Object(iterator);
    let next = || Some(IOIteratorNext(iterator.0)).filter(|object| *object != 0).map(Object);
    std::iter::from_fn(next).collect()
}

impl Object {
    /// The handle, for calls of IOKit; valid as long as this lives.
    pub(crate) const fn handle(&self) -> io_object_t {
        self.0
    }

    /// Its name in the registry.
    pub(crate) fn name(&self) -> Option<String> {
        let mut name = [0; 128];
        // SAFETY: the kernel writes at most 128 bytes, the last of them zero.
        let result = unsafe { IORegistryEntryGetName(self.0, &raw mut name) };
        // SAFETY: what was written ends in a zero byte; else all is zero.
        (result == kIOReturnSuccess).then(|| unsafe { CStr::from_ptr(name.as_ptr()) }.to_string_lossy().into_owned())
    }

    fn property(&self, key: &str) -> Option<CFRetained<CFType>> {
        // SAFETY: the handle is valid, and there are no options.
        unsafe { IORegistryEntryCreateCFProperty(self.0, Some(&CFString::from_str(key)), None, 0) }
    }

    /// A property that is a text.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.property(key)?.downcast::<CFString>().ok().map(|text| text.to_string())
    }

    /// Whether a property is there and true.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.property(key).and_then(|flag| flag.downcast::<CFBoolean>().ok()).is_some_and(|flag| flag.as_bool())
    }

    /// A text of this object or of the first one below it that has it.
    pub(crate) fn text_below(&self, key: &str) -> Option<String> {
        let plane = kIOServicePlane.as_ptr().cast_mut().cast();
        // SAFETY: the handle is valid; the name of the plane is only read, up to its zero byte.
        let found = unsafe {
            IORegistryEntrySearchCFProperty(
                self.0,
                plane,
                Some(&CFString::from_str(key)),
                None,
                kIORegistryIterateRecursively,
            )
        };
        found?.downcast::<CFString>().ok().map(|text| text.to_string())
    }

    /// A property that is a table.
    pub(crate) fn table(&self, key: &str) -> Option<Table> {
        self.property(key)?.downcast::<CFDictionary>().ok().map(Table)
    }
}

/// A table of a registry entry; its keys are texts.
pub(crate) struct Table(CFRetained<CFDictionary>);

impl Table {
    /// The number behind a key.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        // SAFETY: the kernel makes such tables from texts to objects of Core Foundation.
        let table = unsafe { self.0.cast_unchecked::<CFString, CFType>() };
        table.get(&CFString::from_str(key))?.downcast::<CFNumber>().ok()?.as_f64()
    }
}
