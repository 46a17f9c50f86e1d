//! The page "SMART / Health Information" of an NVMe disk (NVM Express base specification, log page 02h), 512 bytes.
//! Linux asks the driver for it, macOS a plug-in of IOKit; what stands in it is the same.

use crate::disk_health::DiskHealth;

/// Length of the page.
pub(crate) const LENGTH: usize = 512;

/// Bits of the first byte that speak of the disk itself: spare blocks below the disk's own limit, cannot be relied upon,
/// only reads any more, memory of its cache lost its reserve, memory region unreliable. The second bit speaks of the
/// temperature, which comes and goes and has a series of its own.
const DEFECTS: u8 = 0b0011_1101;

const HOUR_SECONDS: f64 = 3_600.0;

/// What the page says. None when it is not a page: all zeros, as a bridge without the command answers.
pub(crate) fn parse(page: &[u8; LENGTH]) -> Option<DiskHealth> {
    if page.iter().all(|byte| *byte == 0) {
        return None;
    }
    Some(DiskHealth {
        wear_percent: Some(f64::from(page[5])),
        spare_percent: Some(f64::from(page[3].min(100))),
        is_failing: Some(page[0] & DEFECTS != 0),
        power_on_seconds: Some(counter(page, 128) * HOUR_SECONDS),
        unsafe_shutdowns: Some(counter(page, 144)),
    })
}

/// What it says in the words of the dump: first bytes and the counters, without anything that names the disk.
pub(crate) fn raw(page: &[u8; LENGTH]) -> String {
    let temperature = u16::from_le_bytes([page[1], page[2]]);
    format!(
        "warning=0x{:02x} temperature={temperature}K spare={} threshold={} used={} hours={} unsafe={} media_errors={}",
        page[0],
        page[3],
        page[4],
        page[5],
        counter(page, 128),
        counter(page, 144),
        counter(page, 160)
    )
}

/// A counter of 16 bytes, the lowest first. What is beyond 64 bits is beyond any disk.
fn counter(page: &[u8; LENGTH], at: usize) -> f64 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&page[at..at + 16]);
    u128::from_le_bytes(bytes) as f64
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A page as a disk in use gives it.
    pub(crate) fn page() -> [u8; LENGTH] {
        let mut page = [0; LENGTH];
        page[..6].copy_from_slice(&[0x00, 0x2f, 0x01, 100, 10, 7]);
        page[128..130].copy_from_slice(&8_760_u16.to_le_bytes());
        page[144] = 42;
        page[160] = 3;
        page
    }

    #[test]
    fn a_page_says_how_worn_a_disk_is() {
        let health = parse(&page()).unwrap();
        assert_eq!(health.wear_percent, Some(7.0));
        assert_eq!(health.spare_percent, Some(100.0));
        assert_eq!(health.is_failing, Some(false));
        assert_eq!(health.power_on_seconds, Some(8_760.0 * 3_600.0));
        assert_eq!(health.unsafe_shutdowns, Some(42.0));
        assert_eq!(
            raw(&page()),
            "warning=0x00 temperature=303K spare=100 threshold=10 used=7 hours=8760 unsafe=42 media_errors=3"
        );
    }

    #[test]
    fn only_warnings_about_the_disk_itself_are_defects() {
        for (warning, failing) in
            [(0x00, false), (0x02, false), (0x01, true), (0x04, true), (0x08, true), (0x10, true), (0x03, true)]
        {
            let mut page = page();
            page[0] = warning;
            assert_eq!(parse(&page).and_then(|health| health.is_failing), Some(failing), "{warning:#x}");
        }
    }

    #[test]
    fn a_worn_out_disk_counts_beyond_a_hundred_and_an_empty_page_is_none() {
        let mut worn = page();
        worn[5] = 255;
        assert_eq!(parse(&worn).and_then(|health| health.wear_percent), Some(255.0));
        assert_eq!(parse(&[0; LENGTH]), None);
    }

    proptest! {
        #[test]
        fn any_page_is_survived(bytes in proptest::collection::vec(any::<u8>(), LENGTH)) {
            let page: [u8; LENGTH] = bytes.try_into().unwrap();
            if let Some(health) = parse(&page) {
                prop_assert!(health.spare_percent.is_some_and(|spare| spare <= 100.0));
                prop_assert!(health.power_on_seconds.is_some_and(f64::is_finite));
            }
        }
    }
}
