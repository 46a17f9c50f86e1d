//! Keeps a program without windows from being ended or put to sleep for being idle.

use objc2_foundation::{NSActivityOptions, NSProcessInfo, NSString};

/// Keeps App Nap and Automatic Termination away for as long as the process lives.
pub fn stay_alive() {
    let options = NSActivityOptions::UserInitiatedAllowingIdleSystemSleep
        | NSActivityOptions::AutomaticTerminationDisabled
        | NSActivityOptions::SuddenTerminationDisabled;
    let reason = NSString::from_str("Caretaker watches this machine");
    let activity = NSProcessInfo::processInfo().beginActivityWithOptions_reason(options, &reason);
    // Dropping the token would end the activity.
    std::mem::forget(activity);
}
