//! The health log of an NVMe disk, through the plug-in that macOS has for it. Needs no rights.

use std::ffi::c_void;
use std::ptr;

use objc2_core_foundation::{CFRetained, CFUUID, CFUUIDBytes};
use objc2_io_kit::{
    IOCFPlugInInterface, IOCreatePlugInInterfaceForService, IODestroyPlugInInterface, IOReturn, kIOReturnSuccess,
};

use super::registry::{Object, objects};
use crate::nvme_smart::LENGTH;

/// `kIONVMeSMARTUserClientTypeID`.
const SMART_CLIENT: [u8; 16] =
    [0xaa, 0x0f, 0xa6, 0xf9, 0xc2, 0xd6, 0x45, 0x7f, 0xb1, 0x0b, 0x59, 0xa1, 0x32, 0x53, 0x29, 0x2f];
/// `kIONVMeSMARTInterfaceID`.
const SMART_INTERFACE: [u8; 16] =
    [0xcc, 0xd1, 0xdb, 0x19, 0xfd, 0x9a, 0x4d, 0xaf, 0xbf, 0x95, 0x12, 0x45, 0x4b, 0x23, 0x0a, 0xb6];
/// `kIOCFPlugInInterfaceID`.
const PLUG_IN: [u8; 16] =
    [0xc2, 0x44, 0xe8, 0x58, 0x10, 0x9c, 0x11, 0xd4, 0x91, 0xd4, 0x00, 0x50, 0xe4, 0xc6, 0x42, 0x6f];

/// The beginning of `IONVMeSMARTInterface`, as far as it is used; the rest lies behind it.
#[repr(C)]
struct SmartInterface {
    reserved: *mut c_void,
    query_interface: *const c_void,
    add_reference: *const c_void,
    release: Option<unsafe extern "C" fn(*mut c_void) -> u32>,
    version: u16,
    revision: u16,
    read_data: Option<unsafe extern "C" fn(*mut c_void, *mut c_void) -> IOReturn>,
}

/// A disk that has the plug-in.
#[derive(Debug)]
pub(crate) struct NvmeDisk {
    /// `disk0`.
    pub(crate) name: String,
    service: Object,
}

/// Every disk that can be asked, built in or on Thunderbolt; no disk behind USB can.
pub(crate) fn disks() -> Vec<NvmeDisk> {
    let capable = objects(c"IOBlockStorageDevice").into_iter().filter(|device| device.is_true("NVMe SMART Capable"));
    let named = capable.filter_map(|service| Some(NvmeDisk { name: service.text_below("BSD Name")?, service }));
    named.collect()
}

impl NvmeDisk {
    /// Its health log, or the number of the call's error.
    pub(crate) fn smart_page(&self) -> Result<[u8; LENGTH], IOReturn> {
        let mut plug_in: *mut *mut IOCFPlugInInterface = ptr::null_mut();
        let mut score = 0;
        // SAFETY: the service is valid; one pointer and one number are written.
        let result = unsafe {
            IOCreatePlugInInterfaceForService(
                self.service.handle(),
                uuid(SMART_CLIENT).as_deref(),
                uuid(PLUG_IN).as_deref(),
                &raw mut plug_in,
                &raw mut score,
            )
        };
        if result != kIOReturnSuccess || plug_in.is_null() {
            return Err(result);
        }
        // SAFETY: `plug_in` was just made; it is not used after this.
        unsafe {
            let page = read(plug_in);
            let _ = IODestroyPlugInInterface(plug_in);
            page
        }
    }
}

/// # Safety
///
/// `plug_in` must be a plug-in for the health log.
unsafe fn read(plug_in: *mut *mut IOCFPlugInInterface) -> Result<[u8; LENGTH], IOReturn> {
    let mut interface: *mut c_void = ptr::null_mut();
    // SAFETY: a plug-in begins with its table of functions; this one gives the interface that is asked for, with a
    // reference of its own.
    let result = unsafe {
        let query = (**plug_in).QueryInterface.ok_or(-1)?;
        query(plug_in.cast(), bytes(SMART_INTERFACE), &raw mut interface)
    };
    if result != 0 || interface.is_null() {
        return Err(result);
    }
    let mut page = [0_u8; LENGTH];
    // SAFETY: the interface begins with its table, laid out as above; it writes 512 bytes, and is given back once.
    unsafe {
        let table = *interface.cast::<*const SmartInterface>();
        let done = (*table).read_data.map_or(-1, |read| read(interface, page.as_mut_ptr().cast()));
        if let Some(release) = (*table).release {
            release(interface);
        }
        if done == kIOReturnSuccess { Ok(page) } else { Err(done) }
    }
}

fn uuid(of: [u8; 16]) -> Option<CFRetained<CFUUID>> {
    CFUUID::from_uuid_bytes(None, bytes(of))
}

const fn bytes(of: [u8; 16]) -> CFUUIDBytes {
    let [byte0, byte1, byte2, byte3, byte4, byte5, byte6, byte7, rest @ ..] = of;
    let [byte8, byte9, byte10, byte11, byte12, byte13, byte14, byte15] = rest;
    CFUUIDBytes {
        byte0,
        byte1,
        byte2,
        byte3,
        byte4,
        byte5,
        byte6,
        byte7,
        byte8,
        byte9,
        byte10,
        byte11,
        byte12,
        byte13,
        byte14,
        byte15,
    }
}
