//! Care of one database where it lies: a look, then what was asked to be done, in moments that keep no writer waiting.

use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use caretaker_core::backup::Refusal;
use caretaker_core::database::{CareAnswer, CareOrder, SqliteFacts, Verdict};

use super::held::Held;
use super::inspect::inspect;
use super::limit::Limit;
use super::refused::Refused;
use super::tend::tend;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Looks after it.
pub fn care(order: &CareOrder) -> CareAnswer {
    let file = Path::new(std::ffi::OsStr::from_bytes(order.file.as_bytes()));
    if let Some(answer) = no_database(file) {
        return answer;
    }
    let limit = Limit::after(order.limit.to_duration());
    let mut held = Held::default();
    let looked = inspect(file, Path::new(&order.scratch), order.steps.check, limit, &mut held);
    let mut facts = match looked {
        Ok(facts) => facts,
        Err(Refused::For(because @ Refusal::TooSlow, _)) => {
            return CareAnswer::Refused { because, why: "takes longer to read than it may".to_owned() };
        }
        Err(Refused::For(because, why)) => return CareAnswer::Refused { because, why },
        Err(Refused::Moved) => {
            let why = "changed each time that it was looked at".to_owned();
            return CareAnswer::Refused { because: Refusal::Busy, why };
        }
    };
    // Each write may spread damage.
    if order.steps.writes() && !matches!(facts.verdict, Verdict::Damaged(_)) {
        if let Err(refused) = tend(file, order.steps, limit, &mut facts, &mut held) {
            facts.left.push(left(refused));
        }
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        (facts.bytes, facts.log) = (length(file), length(&crate::database::beside(file, "-wal")));
    }
    CareAnswer::Cared(Box::new(SqliteFacts { held_ms: held.milliseconds(), ..facts }))
}

/// Why a file is no database; nothing for one that begins as a database does.
fn no_database(file: &Path) -> Option<CareAnswer> {
    let mut head = Vec::new();
    let read = std::fs::File::open(file).and_then(|file| file.take(16).read_to_end(&mut head));
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(CareAnswer::Missing),
        // Whoever looks further says why it cannot be read.
        Err(_) => None,
        Ok(_) if head == MAGIC => None,
        Ok(0) => Some(CareAnswer::Strange("is empty".to_owned())),
        Ok(_) => Some(CareAnswer::Strange(
            "does not begin as a database of SQLite does: it is encrypted, or none".to_owned(),
        )),
    }
}

fn left(refused: Refused) -> String {
    match refused {
        Refused::Moved => "The rest was not done: it changed each time that it was looked at.".to_owned(),
        Refused::For(_, why) => format!("The rest was not done: it {why}."),
    }
}
