//! How the parts of one collector add up: what one file lacks must not hide what another one brought.

use caretaker_core::port::CollectError;

/// Whether this machine has what a part of a collector reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It is here, even if it had nothing to say this round.
    Here,
    /// This kernel or machine does not have it.
    Missing,
}

/// The result of a collector from those of its parts: the first failure, else success if anything is here.
pub(crate) fn together<const N: usize>(parts: [Result<Part, CollectError>; N]) -> Result<(), CollectError> {
    let mut sum = Part::Missing;
    for part in parts {
        if part? == Part::Here {
            sum = Part::Here;
        }
    }
    match sum {
        Part::Here => Ok(()),
        Part::Missing => Err(CollectError::Absent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::failed;

    #[test]
    fn one_part_here_is_enough_and_a_failure_is_told() {
        assert_eq!(together([Ok(Part::Missing), Ok(Part::Here)]), Ok(()));
        assert_eq!(together([Ok(Part::Missing), Ok(Part::Missing)]), Err(CollectError::Absent));
        let refused = failed("read /proc/stat", "permission denied");
        assert_eq!(together([Ok(Part::Here), Err(refused.clone())]), Err(refused));
    }
}
