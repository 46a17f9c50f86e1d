//! The counters of energy of Apple's private library IOReport, loaded when first needed: where it is missing or has
//! changed, there is no power, and everything else works.

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use objc2_core_foundation::{CFArray, CFDictionary, CFMutableDictionary, CFRetained, CFString, CFType};

use crate::library::Library;

const GROUP: &str = "Energy Model";
/// Where a sample keeps its channels.
const CHANNELS: &str = "IOReportChannels";

type CopyChannels =
    unsafe extern "C" fn(group: *const CFString, subgroup: *const CFString, u64, u64, u64) -> *mut CFMutableDictionary;
type Subscribe = unsafe extern "C" fn(
    *const c_void,
    channels: *mut CFMutableDictionary,
    subscribed: *mut *mut CFMutableDictionary,
    u64,
    *const c_void,
) -> *mut CFType;
type Sample =
    unsafe extern "C" fn(subscription: *mut CFType, *mut CFMutableDictionary, *const c_void) -> *mut CFDictionary;
type Difference =
    unsafe extern "C" fn(before: *const CFDictionary, now: *const CFDictionary, *const c_void) -> *mut CFDictionary;
type TextOf = unsafe extern "C" fn(channel: *const CFDictionary) -> *const CFString;
type NumberOf = unsafe extern "C" fn(channel: *const CFDictionary, i32) -> i64;

/// The functions, and the channels that are listened to.
pub(crate) struct IoReport {
    sample: Sample,
    difference: Difference,
    name: TextOf,
    unit: TextOf,
    number: NumberOf,
    subscription: CFRetained<CFType>,
    channels: CFRetained<CFMutableDictionary>,
    before: Option<CFRetained<CFDictionary>>,
}

// SAFETY: objects of Core Foundation count their references atomically; these are used by one thread at a time, which
// the exclusive borrow of `risen` sees to.
unsafe impl Send for IoReport {}

/// What one channel counted between two samples.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) counted: i64,
}

impl IoReport {
    /// None where the library, one of its functions, or the group is missing.
    pub(crate) fn open() -> Option<Self> {
        let library = Library::load(c"/usr/lib/libIOReport.dylib")?;
        // SAFETY: the types above are those by which the programs that use this library declare it; it has no header.
        let (copy, subscribe, sample, difference, name, unit, number) = unsafe {
            (
                library.function::<CopyChannels>(c"IOReportCopyChannelsInGroup")?,
                library.function::<Subscribe>(c"IOReportCreateSubscription")?,
                library.function::<Sample>(c"IOReportCreateSamples")?,
                library.function::<Difference>(c"IOReportCreateSamplesDelta")?,
                library.function::<TextOf>(c"IOReportChannelGetChannelName")?,
                library.function::<TextOf>(c"IOReportChannelGetUnitLabel")?,
                library.function::<NumberOf>(c"IOReportSimpleGetIntegerValue")?,
            )
        };
        let group = CFString::from_str(GROUP);
        // SAFETY: takes a text and gives one reference to a dictionary, or nothing.
        let channels = unsafe { owned(copy(&raw const *group, ptr::null(), 0, 0, 0)) }?;
        let mut subscribed: *mut CFMutableDictionary = ptr::null_mut();
        // SAFETY: takes the dictionary and gives one reference to a subscription; what it writes to `subscribed` belongs
        // to that subscription.
        let subscription = unsafe {
            owned(subscribe(ptr::null(), CFRetained::as_ptr(&channels).as_ptr(), &raw mut subscribed, 0, ptr::null()))
        }?;
        Some(Self { sample, difference, name, unit, number, subscription, channels, before: None })
    }

    /// What every channel counted since the last call. Empty at the first call, and after [`IoReport::forget`].
    pub(crate) fn risen(&mut self) -> Vec<Channel> {
        let (subscription, channels) = (CFRetained::as_ptr(&self.subscription), CFRetained::as_ptr(&self.channels));
        // SAFETY: both live as long as this, and the call gives one reference to a dictionary, or nothing.
        let now = unsafe { owned((self.sample)(subscription.as_ptr(), channels.as_ptr(), ptr::null())) };
        let before = std::mem::replace(&mut self.before, now);
        let (Some(before), Some(now)) = (before, &self.before) else { return Vec::new() };
        // SAFETY: takes two samples of this subscription and gives one reference to a dictionary, or nothing.
        let difference = unsafe { owned((self.difference)(&raw const *before, &raw const **now, ptr::null())) };
        difference.map_or_else(Vec::new, |difference| self.channels_in(&difference))
    }

    /// Lets the next call be a first one, as after a sleep, over which a mean would say nothing.
    pub(crate) fn forget(&mut self) {
        self.before = None;
    }

    fn channels_in(&self, sample: &CFDictionary) -> Vec<Channel> {
        // SAFETY: the keys of a sample are texts, and its values are objects of Core Foundation.
        let table = unsafe { sample.cast_unchecked::<CFString, CFType>() };
        let list = table.get(&CFString::from_str(CHANNELS)).and_then(|list| list.downcast::<CFArray>().ok());
        let Some(list) = list else { return Vec::new() };
        // SAFETY: the list holds objects of Core Foundation; each is looked at before it is used as a dictionary.
        let list = unsafe { list.cast_unchecked::<CFType>() };
        let channels = (0..list.len()).filter_map(|index| list.get(index)?.downcast::<CFDictionary>().ok());
        channels.filter_map(|channel| self.channel(&channel)).collect()
    }

    fn channel(&self, channel: &CFDictionary) -> Option<Channel> {
        // SAFETY: `channel` is one of the library's own. The texts belong to it, and are copied while it lives.
        unsafe {
            let text = |text: *const CFString| text.as_ref().map(ToString::to_string);
            Some(Channel {
                name: text((self.name)(channel))?,
                unit: text((self.unit)(channel))?,
                counted: (self.number)(channel, 0),
            })
        }
    }
}

/// Takes over the reference that a function gave.
///
/// # Safety
///
/// The pointer must be null, or come with a reference of its own.
unsafe fn owned<T: objc2_core_foundation::Type>(object: *mut T) -> Option<CFRetained<T>> {
    // SAFETY: the caller vouches for the reference.
    NonNull::new(object).map(|object| unsafe { CFRetained::from_raw(object) })
}
