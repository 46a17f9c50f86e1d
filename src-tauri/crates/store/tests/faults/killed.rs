//! kill -9 at any moment: this test starts its own program as a writer, kills it, and looks for everything that the
//! writer had acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use caretaker_core::alert::AlertId;
use caretaker_core::metric::{Labels, ProcessReading, Reading, Resolution, Round, RoundId};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{Access, Decision, EpochReason, Keep, MetricsStore, StateStore};

use crate::{START, moment, pushed, round};

const FOLDER: &str = "CARETAKER_STORE_TEST_FOLDER";

fn open(folder: &Path) -> (MetricsStore, StateStore) {
    let metrics = MetricsStore::open(&folder.join("metrics.db"), Access::ReadWrite).unwrap();
    let state = StateStore::open(&folder.join("caretaker.db"), Access::ReadWrite).unwrap();
    (metrics, state)
}

/// Not a test: the writer, when the test below starts it.
#[test]
#[ignore = "started by the test below"]
fn writer() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let (metrics, state) = open(Path::new(&folder));
    let newest = metrics.newest().unwrap().map_or(START, |(id, _)| id.at.as_millis());
    let epoch = metrics.start_epoch(moment(newest), EpochReason::Start).unwrap();
    let mut output = std::io::stdout().lock();
    for number in 1.. {
        // Five minutes apart, so that every 24 rounds a period is sealed.
        let at = newest + number * 300_000;
        let mut round = round(epoch, at);
        // Now and then a new series, so that layouts change too.
        round.readings.truncate(40 - (number % 7) as usize);
        round.processes = processes(at);
        let id = metrics.append(&round).unwrap();
        if number % 3 == 0 {
            let events =
                vec![(AlertId(format!("{at}")), Timestamp::from_millis(at), caretaker_core::alert::Change::Pended)];
            state.commit(Decision { judged: Some((id, round.moment)), events, ..Decision::default() }).unwrap();
        }
        writeln!(output, "\nround {} {}", id.epoch, id.at.as_millis()).unwrap();
        // One of now, and one of hours ago, whose period is sealed already.
        let late = (at - number % 9 * 3_600_000).max(START) + 1_000;
        metrics.push(&[pushed(at, at), pushed(late, at)]).unwrap();
        writeln!(output, "\npushed {at} {late}").unwrap();
        if number % 8 == 0 {
            metrics.roll_up(Timestamp::from_millis(at)).unwrap();
        }
        match number % 50 {
            20 => metrics.checkpoint().unwrap(),
            30 => drop(metrics.retain(Keep::default(), Timestamp::from_millis(at)).unwrap()),
            _ => {}
        }
    }
}

fn measured(round: &Round) -> impl Iterator<Item = &Reading> {
    round.readings.iter().filter(|one| one.key.name != "board.sales")
}

/// The list of every fourth round: they differ, and most processes are in all of them.
fn processes(at: i64) -> Option<Vec<ProcessReading>> {
    let number = at / 300_000;
    let process = |pid: u32| ProcessReading {
        pid,
        name: format!("process-{pid}"),
        cpu_percent: Some((number % 1_000) as f64),
        memory_bytes: u64::from(pid) * 4_096,
    };
    (number % 4 == 0).then(|| [1, 2, 3, 4, (number % 97) as u32 + 5].map(process).to_vec())
}

#[test]
fn nothing_that_was_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (mut acknowledged, mut sales): (Vec<RoundId>, BTreeSet<Timestamp>) = (Vec::new(), BTreeSet::new());
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    for life in 0..12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["killed::writer", "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        let mut left = 1 + noise % 400;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let words: Vec<_> = line.split(' ').collect();
            if let ["pushed", at, late] = words[..] {
                sales.extend([at, late].map(|stamp| Timestamp::from_millis(stamp.parse().unwrap())));
            }
            let ["round", epoch, at] = words[..] else { continue };
            let at = Timestamp::from_millis(at.parse().unwrap());
            acknowledged.push(RoundId { epoch: epoch.parse().unwrap(), at });
            left -= 1;
            if left == 0 {
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();

        if life % 2 == 0 {
            // A reader comes before the next engine does: it reads the log that the dead one left.
            let reader = MetricsStore::open(&folder.path().join("metrics.db"), Access::ReadOnly).unwrap();
            assert!(reader.newest().unwrap().unwrap().0 >= *acknowledged.last().unwrap());
        }
        let (metrics, state) = open(folder.path());
        metrics.check().unwrap();
        state.check().unwrap();
        let stored = metrics.rounds_after(RoundId::default(), usize::MAX).unwrap();
        let known: std::collections::HashSet<_> = stored.iter().map(|round| round.id).collect();
        assert!(acknowledged.iter().all(|id| known.contains(id)), "life {life}");
        let (from, to) = (Timestamp::from_millis(START), Timestamp::from_millis(START * 2));
        let points = metrics.points("board.sales", &Labels::none(), from, to, Resolution::Raw).unwrap();
        let points = points.iter().flat_map(|series| &series.points);
        let kept: BTreeMap<Timestamp, f64> = points.filter_map(|point| Some((point.at, point.value?))).collect();
        assert!(sales.iter().all(|at| kept.contains_key(at)), "life {life}: a pushed sample is lost");
        assert!(kept.iter().all(|(at, value)| *value == at.as_millis() as f64 / 7.0), "life {life}");
        // Older ones may have gone with their age.
        let lists_from =
            stored.last().map_or(Timestamp::from_millis(START), |newest| newest.id.at - Span::from_days(1));
        for round in &stored {
            let value = (round.id.at.as_millis() / 1_000 % 10_000) as f64;
            assert!(round.id.at < lists_from || round.processes == processes(round.id.at.as_millis()), "{round:?}");
            assert!(round.readings.len() >= 34 && measured(round).all(|one| one.value == value), "{round:?}");
        }
        // Decisions name rounds that exist, and none that was acknowledged is missing.
        let judged = state.judged().unwrap();
        assert!(judged.is_none_or(|(id, _)| known.contains(&id)));
    }
    assert!(acknowledged.len() > 500 && sales.len() > 500);
}
