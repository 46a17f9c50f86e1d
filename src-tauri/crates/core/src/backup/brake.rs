//! The brake on retention: when most files change at once, the new archive may be of what a program or a thief left, and the
//! older ones are the way back. Pure.

use super::memory::MassChange;
use super::outcome::CreateOutcome;
use crate::time::Timestamp;

/// In smaller trees, changes of this share are everyday.
const LEAST_FILES: u64 = 100;
/// The share of files that counts as most of them, %.
const SHARE_PERCENT: u64 = 50;

/// What a run saw, when that is a mass change.
pub fn mass_change(outcome: &CreateOutcome, at: Timestamp) -> Option<MassChange> {
    let CreateOutcome { altered, gone, files_before: files, ref archive, .. } = *outcome;
    let is_mass = altered + gone >= LEAST_FILES && (altered + gone) * 100 >= files * SHARE_PERCENT;
    let archive = Some(archive.id.clone()).filter(|id| !id.is_empty());
    (is_mass && files > 0).then_some(MassChange { at, altered, gone, files, archive })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_many_files_brakes_and_everyday_changes_do_not() {
        for (altered, gone, files_before, brakes) in [
            (90, 10, 200, true),
            (0, 100, 200, true),
            (99, 0, 100, false),
            (100, 0, 201, false),
            (50_000, 0, 50_000, true),
            (0, 0, 0, false),
            // A first archive alters nothing.
            (500, 0, 0, false),
        ] {
            let outcome = CreateOutcome { gone, altered, files_before, ..CreateOutcome::default() };
            let seen = mass_change(&outcome, Timestamp::default());
            assert_eq!(seen.is_some(), brakes, "{altered} altered, {gone} gone of {files_before}");
        }
    }
}
