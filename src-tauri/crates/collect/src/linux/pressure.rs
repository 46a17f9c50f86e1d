//! Pressure stall information, `/proc/pressure/*`: the share of time in which some task had to wait.
//! Kernels before 4.20, or built or started without it, do not have it.

use caretaker_core::metric::Unit;
use caretaker_core::port::{CollectError, Collected};

use super::kept_file::KeptFile;
use super::part::Part;
use super::root::Root;
use super::text::{decimal, lines, words};
use crate::series::Series;

/// The pressure on one resource.
#[derive(Debug)]
pub(crate) struct Pressure {
    file: KeptFile,
    series: Series,
}

impl Pressure {
    /// `resource` is `cpu`, `memory` or `io`.
    pub(crate) fn new(root: &Root, resource: &str, series: &str) -> Self {
        let file = KeptFile::new(root.path("proc/pressure").join(resource));
        Self { file, series: Series::new(series, Unit::Percent) }
    }

    pub(crate) fn collect(&mut self, into: &mut Collected) -> Result<Part, CollectError> {
        let Some(bytes) = self.file.read()? else {
            return Ok(Part::Missing);
        };
        if let Some(share) = parse(bytes) {
            self.series.push(into, share.clamp(0.0, 100.0));
        }
        Ok(Part::Here)
    }
}

/// `some avg10=` in percent.
fn parse(bytes: &[u8]) -> Option<f64> {
    let mut some = words(lines(bytes).next()?);
    (some.next()? == b"some").then_some(())?;
    some.find_map(|word| word.strip_prefix(b"avg10=")).and_then(decimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_gives_the_share_of_the_last_ten_seconds() {
        for (text, share) in [
            ("some avg10=4.76 avg60=12.09 avg300=5.65 total=31955933\nfull avg10=0.00 avg60=0.00\n", Some(4.76)),
            ("some avg10=100.00", Some(100.0)),
            ("full avg10=1.00 avg60=0.00", None),
            ("some avg60=1.00", None),
            ("some avg10=nan", None),
            ("", None),
        ] {
            assert_eq!(parse(text.as_bytes()), share, "{text}");
        }
    }
}
