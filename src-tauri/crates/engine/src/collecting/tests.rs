//! Collectors that fail, hang, panic or are not there.

use super::*;
use caretaker_core::time::{BootId, Timestamp};

struct Scripted<F>(F);

impl<F: FnMut(&CollectContext, &mut Collected) -> Result<(), CollectError> + Send> Collector for Scripted<F> {
    fn name(&self) -> &'static str {
        "scripted"
    }
    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        (self.0)(context, into)
    }
}

fn at(seconds: i64) -> Moment {
    let span = Span::from_seconds(seconds);
    Moment { wall: Timestamp::from_millis(span.as_millis()), awake: span, elapsed: span, boot: BootId(1) }
}

fn start<F>(script: F) -> Collecting
where
    F: FnMut(&CollectContext, &mut Collected) -> Result<(), CollectError> + Send + 'static,
{
    Collecting::start(vec![Box::new(Scripted(script))], 5).unwrap()
}

const INTERVAL: Span = Span::from_seconds(30);

#[tokio::test]
async fn a_failing_collector_is_asked_less_and_less_often_and_named() {
    let (sender, asked) = thread_channel::channel();
    let mut collecting = start(move |_, _| {
        sender.send(()).unwrap();
        Err(CollectError::Failed { what: "read /proc/stat".into(), why: "gone".into() })
    });
    let mut failing = 0;
    for round in 0..20 {
        failing += collecting.round(at(round * 30), INTERVAL).await.failing.len();
    }
    assert_eq!(failing, 20, "it is degraded in every round, asked or not");
    assert_eq!(asked.try_iter().count(), 4, "rounds 0, 1, 4 and 11");
}

#[tokio::test]
async fn what_a_machine_does_not_have_is_no_fault_and_not_asked_again() {
    let (sender, asked) = thread_channel::channel();
    let mut collecting = start(move |_, _| {
        sender.send(()).unwrap();
        Err(CollectError::Absent)
    });
    for round in 0..3 {
        assert!(collecting.round(at(round * 30), INTERVAL).await.failing.is_empty());
    }
    assert_eq!(asked.try_iter().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_collector_holds_up_no_round_and_its_late_answer_is_not_stored() {
    let (release, gate) = thread_channel::channel::<()>();
    let mut collecting = start(move |_, into| {
        gate.recv().ok();
        into.readings.push(Reading::gauge(SeriesKey::plain("late"), Unit::Count, 1.0));
        Ok(())
    });
    let brought = collecting.round(at(0), INTERVAL).await;
    assert_eq!(brought.failing.len(), 1);
    assert!(brought.failing[0].1.contains("did not answer within 3 s"));
    assert!(collecting.round(at(30), INTERVAL).await.failing[0].1.contains("for 30 s"));
    release.send(()).unwrap();
    release.send(()).unwrap();
    // Its late answer is taken in a later round, and that round is the first to ask it again.
    let mut values = 0;
    for round in 2..6 {
        let brought = collecting.round(at(round * 30), INTERVAL).await;
        values += brought.readings.iter().filter(|reading| reading.key.name == "late").count();
        if brought.failing.is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(values <= 1);
}

#[tokio::test]
async fn rates_are_told_how_long_it_was_and_nothing_after_a_sleep() {
    let (sender, seen) = thread_channel::channel();
    let mut collecting = start(move |context, _| {
        sender.send(context.since_last).unwrap();
        Ok(())
    });
    collecting.round(at(0), INTERVAL).await;
    collecting.round(at(30), INTERVAL).await;
    let mut woken = at(60);
    woken.elapsed += Span::from_hours(1);
    collecting.round(woken, INTERVAL).await;
    let seen: Vec<_> = seen.try_iter().collect();
    assert_eq!(seen, [None, Some(INTERVAL), None]);
}

#[tokio::test]
async fn a_failure_makes_the_next_answer_a_first_one() {
    let (sender, seen) = thread_channel::channel();
    let mut collecting = start(move |context, _| {
        sender.send(context.since_last).unwrap();
        let fails = context.moment == at(30);
        if fails { Err(CollectError::Failed { what: "read".into(), why: "gone".into() }) } else { Ok(()) }
    });
    for round in 0..5 {
        collecting.round(at(round * 30), INTERVAL).await;
    }
    let seen: Vec<_> = seen.try_iter().collect();
    assert_eq!(seen, [None, Some(INTERVAL), None, Some(INTERVAL), Some(INTERVAL)], "the second fails");
}

#[tokio::test]
async fn a_collector_that_panics_is_named_at_once_and_holds_up_no_round() {
    let mut collecting = start(|_, _| panic!("as a test"));
    for round in 0..3 {
        let begun = std::time::Instant::now();
        let brought = collecting.round(at(round * 30), INTERVAL).await;
        assert_eq!(brought.failing, [("scripted", ENDED.to_owned())]);
        assert!(begun.elapsed() < DEADLINE, "it was waited for");
    }
}
