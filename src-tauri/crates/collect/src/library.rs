//! Libraries of the system that may be missing, loaded when first needed: what is absent is a value and never a program
//! that does not start.

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

/// A library that is loaded. Never given back: what it started on its own may not be pulled from under it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Library(NonNull<c_void>);

// SAFETY: the handle is a token of the loader, which any thread may use.
unsafe impl Send for Library {}

impl Library {
    /// None where the system does not have it.
    pub(crate) fn load(name: &CStr) -> Option<Self> {
        // SAFETY: `name` ends in a zero byte. The libraries named here are the system's own, whose start-up code may run
        // in any program.
        NonNull::new(unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL) }).map(Self)
    }

    /// A function by its name; none where this version of the library does not have it.
    ///
    /// # Safety
    ///
    /// `F` must be the type of that function: an `unsafe extern "C" fn`.
    pub(crate) unsafe fn function<F: Copy>(self, name: &CStr) -> Option<F> {
        const { assert!(size_of::<F>() == size_of::<*mut c_void>(), "a function is a pointer") };
        // SAFETY: the library is loaded and `name` ends in a zero byte.
        let address = NonNull::new(unsafe { libc::dlsym(self.0.as_ptr(), name.as_ptr()) })?;
        // SAFETY: both are pointers of one size, and the caller vouches for the type behind it.
        Some(unsafe { std::mem::transmute_copy(&address) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_missing_is_none() {
        assert!(Library::load(c"libcaretaker-has-no-such-library.so").is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn functions_are_found_by_their_names() {
        let library = Library::load(c"libc.so.6").unwrap();
        // SAFETY: `labs` of the C library takes and gives a long.
        let labs: unsafe extern "C" fn(libc::c_long) -> libc::c_long = unsafe { library.function(c"labs") }.unwrap();
        // SAFETY: it does nothing but count.
        assert_eq!(unsafe { labs(-7) }, 7);
        // SAFETY: there is no such function, so no type can be wrong.
        assert!(unsafe { library.function::<unsafe extern "C" fn()>(c"caretaker_no_such_function") }.is_none());
    }
}
