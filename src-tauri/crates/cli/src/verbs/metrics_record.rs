//! `metrics record`: figures of your own, one from the command line or many from stdin, which may go on for hours.

use std::io::{BufRead, Read};
use std::time::Duration;

use caretaker_api::Access;
use caretaker_core::metric::Labels;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::push;
use caretaker_core::view::{RecordedView, SampleRequest, SamplesRequest};
use hyper::Method;
use tokio::sync::mpsc;

use crate::arguments::RecordSample;
use crate::context::Context;
use crate::outcome::Outcome;

/// Lines that are sent together.
const TOGETHER: usize = 500;
/// Until lines are sent although more could come.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes of a line.
const LONGEST_LINE: u64 = 8 * 1024;

/// Sends what was typed, or what comes from stdin.
pub async fn record(context: &Context, wanted: RecordSample) -> Result<Outcome, Problem> {
    let view = if wanted.name == "-" {
        if wanted.value.is_some() || wanted.at.is_some() {
            return Err(Problem::new(Code::Usage, "with `-`, values and times stand in the lines of stdin")
                .hint("write NAME VALUE [TIME] into each line"));
        }
        from_stdin(context, &wanted).await?
    } else {
        let Some(value) = wanted.value else {
            return Err(Problem::new(Code::Usage, format!("the value of `{}` is missing", wanted.name))
                .hint("for example `caretaker metrics record board.sales 12.5`"));
        };
        let sample = SampleRequest { name: wanted.name.clone(), value, at: wanted.at, ..SampleRequest::default() };
        send(context, vec![dressed(&wanted, sample)]).await?
    };
    context.terminal.show(&view, || {
        let what = match (view.recorded, wanted.value) {
            (1, Some(value)) => format!("Recorded {value} for {}", wanted.name),
            (1, None) => "Recorded 1 sample".to_owned(),
            (many, _) => format!("Recorded {many} samples"),
        };
        let created: Vec<String> = view.created.iter().map(ToString::to_string).collect();
        match created.as_slice() {
            [] => format!("{what}\n"),
            [one] => format!("{what}; {one} is a new series\n"),
            many => format!("{what}; new series: {}\n", many.join(", ")),
        }
    })?;
    Ok(Outcome::Done)
}

/// A sample with what the flags say of all.
fn dressed(wanted: &RecordSample, sample: SampleRequest) -> SampleRequest {
    let flags: Labels = wanted.labels.iter().cloned().collect();
    let labels = sample.labels.iter().fold(flags, |labels, (name, value)| labels.with(name, value));
    SampleRequest { kind: wanted.kind, unit: wanted.unit.clone(), service: wanted.service.clone(), labels, ..sample }
}

/// A line with its number, or why there are no more.
type Line = Result<(usize, String), Problem>;

async fn from_stdin(context: &Context, wanted: &RecordSample) -> Result<RecordedView, Problem> {
    let mut lines = lines()?;
    let mut all = RecordedView::default();
    loop {
        let (batch, end) = next_batch(&mut lines, wanted).await;
        let sent = if batch.is_empty() { Ok(()) } else { send_batch(context, batch, &mut all).await };
        sent.map_err(|problem| after(problem, all.recorded))?;
        match end {
            Some(Ok(())) => return Ok(all),
            Some(Err(problem)) => return Err(after(problem, all.recorded)),
            None => {}
        }
    }
}

/// Lines that come within a second, and the end or the fault that came behind them.
async fn next_batch(
    lines: &mut mpsc::Receiver<Line>,
    wanted: &RecordSample,
) -> (Vec<(usize, SampleRequest)>, Option<Result<(), Problem>>) {
    let mut batch = Vec::new();
    let mut until = None;
    while batch.len() < TOGETHER {
        let next = match until {
            None => lines.recv().await,
            Some(until) => match tokio::time::timeout_at(until, lines.recv()).await {
                Ok(next) => next,
                Err(_) => return (batch, None),
            },
        };
        let read = match next {
            None => return (batch, Some(Ok(()))),
            Some(Err(problem)) => return (batch, Some(Err(problem))),
            Some(Ok((number, text))) => push::line(&text).map_err(|problem| at_line(number, problem)).map(|sample| {
                batch.extend(sample.map(|sample| (number, dressed(wanted, sample))));
            }),
        };
        if let Err(problem) = read {
            return (batch, Some(Err(problem)));
        }
        until.get_or_insert_with(|| tokio::time::Instant::now() + PATIENCE);
    }
    (batch, None)
}

/// Sends lines together; if one of them is wrong, one by one, so that it can be named and those before it count.
async fn send_batch(
    context: &Context,
    batch: Vec<(usize, SampleRequest)>,
    all: &mut RecordedView,
) -> Result<(), Problem> {
    let samples = batch.iter().map(|(_, sample)| sample.clone()).collect();
    match send(context, samples).await {
        Ok(view) => add(all, view),
        Err(problem) if problem.code != Code::Usage => return Err(problem),
        Err(_) => {
            for (number, sample) in batch {
                add(all, send(context, vec![sample]).await.map_err(|problem| at_line(number, problem))?);
            }
        }
    }
    Ok(())
}

/// The way to the engine is gone anew each time: without one, the home is free between two batches.
async fn send(context: &Context, samples: Vec<SampleRequest>) -> Result<RecordedView, Problem> {
    let connection = context.connect(Access::Write).await?;
    let request = SamplesRequest { samples };
    let answer = connection.client.send(Method::POST, "/metrics/samples", &request).await;
    connection.close().await;
    answer
}

fn add(all: &mut RecordedView, view: RecordedView) {
    all.recorded += view.recorded;
    all.created.extend(view.created);
    (all.series, all.most_series) = (view.series, view.most_series);
}

fn at_line(number: usize, problem: Problem) -> Problem {
    Problem { message: format!("line {number}: {}", problem.message), ..problem }
}

fn after(problem: Problem, recorded: usize) -> Problem {
    let before = match recorded {
        0 => "nothing was recorded".to_owned(),
        1 => "the sample before it was recorded".to_owned(),
        many => format!("the {many} samples before it were recorded"),
    };
    Problem { message: format!("{}; {before}", problem.message), ..problem }
}

/// Reads stdin on a thread of its own, because a read cannot be called off.
fn lines() -> Result<mpsc::Receiver<Line>, Problem> {
    let (sender, lines) = mpsc::channel(TOGETHER);
    let read = move || {
        let mut input = std::io::stdin().lock();
        for number in 1.. {
            let mut text = Vec::new();
            let line = match input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text) {
                Ok(0) => return,
                Ok(read) if read as u64 == LONGEST_LINE && text.last() != Some(&b'\n') => {
                    Err(at_line(number, Problem::new(Code::Usage, format!("it has more than {LONGEST_LINE} bytes"))))
                }
                Ok(_) => match String::from_utf8(text) {
                    Ok(text) => Ok((number, text)),
                    Err(_) => Err(at_line(number, Problem::new(Code::Usage, "it is no text in UTF-8"))),
                },
                Err(error) => Err(Problem::new(Code::Internal, format!("read stdin: {error}"))),
            };
            let over = line.is_err();
            // Who does not listen any more has said why.
            if sender.blocking_send(line).is_err() || over {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("stdin".to_owned()).spawn(read);
    thread.map_err(|error| Problem::new(Code::Internal, format!("read stdin: {error}")))?;
    Ok(lines)
}
