//! `/proc/PID/stat` (proc(5)): one line with everything that a list of processes needs. Pure.

use super::text::{number, words};

/// What is taken from the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ProcessStat<'a> {
    /// Name of the program, cut to 15 bytes for all but threads of the kernel.
    pub(crate) name: &'a [u8],
    /// CPU time used, in ticks; children that it waited for are not in it.
    pub(crate) ticks: u64,
    /// When it started, in ticks since boot; tells it from an earlier process of the same number.
    pub(crate) started: u64,
    /// Pages of memory that it holds.
    pub(crate) pages: u64,
}

/// `PID (name) state …`. The name may hold blanks, parentheses and line ends, so it ends at the *last* parenthesis.
pub(crate) fn parse(bytes: &[u8]) -> Option<ProcessStat<'_>> {
    let start = bytes.iter().position(|byte| *byte == b'(')?;
    let end = bytes.iter().rposition(|byte| *byte == b')').filter(|end| *end > start)?;
    // Columns are counted from 1 in proc(5): state is 3, utime 14, stime 15, starttime 22, rss 24.
    let mut columns = words(&bytes[end + 1..]);
    let user = number(columns.nth(14 - 3)?)?;
    let system = number(columns.next()?)?;
    let started = number(columns.nth(22 - 16)?)?;
    let pages = number(columns.nth(24 - 23)?)?;
    // The last column that is needed may itself be cut off; whether it is shows only by what follows.
    columns.next()?;
    Some(ProcessStat { name: &bytes[start + 1..end], ticks: user.saturating_add(system), started, pages })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REST: &str = "S 1 4 4 0 -1 4194560 60900 3077677 0 1274 110 398 3551 2167 20 0 13 0 24 49016832 4307 18446744073709551615 1 1";

    #[test]
    fn names_may_hold_anything() {
        for name in ["systemd", "tmux: server", "a) S 1 (b", "((sd-pam))", ")", "", "x\ny", "\u{fffd}"] {
            let line = format!("4 ({name}) {REST}");
            let expected = ProcessStat { name: name.as_bytes(), ticks: 508, started: 24, pages: 4_307 };
            assert_eq!(parse(line.as_bytes()), Some(expected), "{name}");
        }
        let no_text = [b"4 (\x80\xff) ", REST.as_bytes()].concat();
        assert_eq!(parse(&no_text).map(|stat| (stat.name, stat.ticks)), Some((&b"\x80\xff"[..], 508)));
    }

    #[test]
    fn a_line_cut_anywhere_is_none_and_never_a_smaller_number() {
        let line = format!("4 (sh) {REST}");
        let complete = parse(line.as_bytes());
        for length in 0..line.len() {
            let cut = parse(&line.as_bytes()[..length]);
            assert!(cut.is_none() || cut == complete, "{length}: {cut:?}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        let negative = REST.replace(" 110 398 ", " -110 398 ");
        assert_eq!(parse(format!("4 (sh) {negative}").as_bytes()), None);
        assert_eq!(parse(b")4("), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }
}
