//! How many files of `/sys` answered in a round, and what that means for the collector that asked them.

use std::io;

use caretaker_core::port::CollectError;
use rustix::io::Errno;

use super::kept_file::is_any;
use crate::failure::failed;

/// What a sensor says whose device is switched off or asleep; it must not be woken, and it is no fault.
const ASLEEP: [Errno; 5] = [Errno::NODATA, Errno::AGAIN, Errno::NXIO, Errno::PERM, Errno::ACCESS];
/// What a sensor says whose device is gone.
const GONE: [Errno; 2] = [Errno::NOENT, Errno::NODEV];

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    answered: bool,
    vanished: bool,
    refused: Option<CollectError>,
}

impl Answers {
    /// Takes the answer of one sensor and gives its number, if it has one.
    pub(crate) fn take(&mut self, label: &str, answer: io::Result<Option<i64>>) -> Option<f64> {
        match answer {
            Ok(number) => {
                self.answered = true;
                return number.map(|number| number as f64);
            }
            Err(error) if is_any(&error, &ASLEEP) => self.answered = true,
            Err(error) if is_any(&error, &GONE) => self.vanished = true,
            Err(error) => self.refused = Some(failed(format!("read the sensor {label}"), error)),
        }
        None
    }

    /// Whether a sensor is gone, so that all are to be searched for again.
    pub(crate) fn vanished(&self) -> bool {
        self.vanished
    }

    /// One that answers is enough.
    pub(crate) fn verdict(self) -> Result<(), CollectError> {
        match self.refused {
            Some(error) if !self.answered => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: Errno) -> io::Result<Option<i64>> {
        Err(io::Error::from(code))
    }

    #[test]
    fn a_sensor_that_sleeps_is_no_fault_and_one_that_is_gone_is_searched_for() {
        let mut answers = Answers::default();
        assert_eq!(answers.take("fan1", Ok(Some(7))), Some(7.0));
        assert_eq!(answers.take("fan2", error(Errno::AGAIN)), None);
        assert!(!answers.vanished());
        answers.take("fan3", error(Errno::NODEV));
        assert!(answers.vanished());
        answers.take("fan4", error(Errno::IO));
        assert_eq!(answers.verdict(), Ok(()), "others answered");
    }

    #[test]
    fn when_none_answers_the_failure_is_told_in_words() {
        let mut answers = Answers::default();
        answers.take("nct6798 fan1", error(Errno::IO));
        let words = answers.verdict().unwrap_err().to_string();
        assert!(words.starts_with("read the sensor nct6798 fan1: "), "{words}");
    }
}
