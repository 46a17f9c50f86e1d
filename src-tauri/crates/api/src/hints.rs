//! Hints out of a response: server-sent events, one after the other. What a hint means is the business of who hears it.

use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use caretaker_core::view::Hint;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::BodyExt;

/// Hints as they come; ends when the engine does, or gives no sign of life.
pub type HintStream = Pin<Box<dyn Stream<Item = Hint> + Send>>;

/// An engine with nothing to say gives a sign of life every 15 s; after three that did not come it hangs.
const LONGEST_SILENCE: Duration = Duration::from_secs(45);

/// The hints of a body of server-sent events.
pub fn hints(body: Body) -> HintStream {
    let hints = stream::unfold((body, Vec::new()), |(mut body, mut held)| async move {
        loop {
            if let Some(end) = find(&held, b"\n\n") {
                let event: Vec<u8> = held.drain(..end + 2).collect();
                if let Some(hint) = hint_of(&event) {
                    return Some((hint, (body, held)));
                }
                continue;
            }
            let frame = tokio::time::timeout(LONGEST_SILENCE, body.frame()).await.ok()??.ok()?;
            if let Ok(data) = frame.into_data() {
                held.extend_from_slice(&data);
            }
        }
    });
    hints.boxed()
}

fn find(held: &[u8], wanted: &[u8]) -> Option<usize> {
    held.windows(wanted.len()).position(|window| window == wanted)
}

/// The hint of one event; none for comments that keep the line open.
fn hint_of(event: &[u8]) -> Option<Hint> {
    let text = std::str::from_utf8(event).ok()?;
    let data = text.lines().find_map(|line| line.strip_prefix("data:"))?;
    serde_json::from_str(data.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    use axum::body::Bytes;
    use tokio::time::{Instant, sleep};

    #[tokio::test(start_paused = true)]
    async fn signs_of_life_keep_the_line_open_and_silence_ends_it() {
        let lines = stream::iter(["data: {\"topic\":\"hello\"}\n\n", ":\n\n", ":\n\n", ":\n\n", ":\n\n"]);
        let living = lines.then(|line| async move {
            sleep(LONGEST_SILENCE / 3).await;
            Ok::<_, Infallible>(Bytes::from(line))
        });
        let begin = Instant::now();
        let heard: Vec<Hint> = hints(Body::from_stream(living.chain(stream::pending()))).collect().await;
        assert_eq!(heard, [Hint::Hello]);
        assert_eq!(begin.elapsed().as_secs(), (LONGEST_SILENCE / 3 * 5 + LONGEST_SILENCE).as_secs());
    }
}
