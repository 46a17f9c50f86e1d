//! How many requests a client may send: a bucket of tokens for each, which fills again while time passes. Knows no HTTP.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use caretaker_core::time::Span;

/// Clients that are remembered; on loopback there are few, and a full map forgets those with full buckets.
const MOST_CLIENTS: usize = 256;

/// What a client may do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Requests at once.
    pub burst: u32,
    /// Requests a second in the long run.
    pub per_second: f64,
}

/// The answer to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is answered.
    pub allowed: bool,
    /// Requests at once.
    pub limit: u32,
    /// How many more would be answered now.
    pub remaining: u32,
    /// Seconds until the bucket is full again.
    pub reset: u64,
    /// Seconds until the next request is answered, at least 1 when this one was not.
    pub retry_after: u64,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Span,
}

/// Buckets of all clients. The lock is held for arithmetic only.
pub struct RateLimit {
    rate: Rate,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl RateLimit {
    /// Full buckets for everybody.
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Takes a token of a client; `now` is awake time.
    pub fn take(&self, client: &str, now: Span) -> Verdict {
        let full = f64::from(self.rate.burst);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_CLIENTS && !buckets.contains_key(client) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < full);
        }
        let known = buckets.get(client).copied().unwrap_or(Bucket { tokens: full, at: now });
        let mut tokens = self.filled(known, now);
        let allowed = tokens >= 1.0;
        if allowed {
            tokens -= 1.0;
        }
        buckets.insert(client.to_owned(), Bucket { tokens, at: now });
        let seconds = |missing: f64| (missing.max(0.0) / self.rate.per_second).ceil() as u64;
        Verdict {
            allowed,
            limit: self.rate.burst,
            remaining: tokens as u32,
            reset: seconds(full - tokens),
            retry_after: if allowed { 0 } else { seconds(1.0 - tokens).max(1) },
        }
    }

    fn filled(&self, bucket: Bucket, now: Span) -> f64 {
        let seconds = (now - bucket.at).or_zero().as_millis() as f64 / 1_000.0;
        (bucket.tokens + seconds * self.rate.per_second).min(f64::from(self.rate.burst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, per_second: 0.5 };

    #[test]
    fn a_burst_is_answered_then_one_every_two_seconds() {
        let limit = RateLimit::new(RATE);
        let at = Span::from_seconds;
        let left: Vec<u32> = (0..3).map(|_| limit.take("a", at(10)).remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = limit.take("a", at(10));
        assert_eq!((refused.allowed, refused.retry_after, refused.reset), (false, 2, 6));
        assert!(!limit.take("a", at(11)).allowed);
        assert!(limit.take("a", at(12)).allowed, "half a token a second for two seconds");
        assert!(!limit.take("a", at(12)).allowed);
        assert_eq!(limit.take("a", at(1_000)).remaining, 2, "never more than full");
    }

    #[test]
    fn one_client_takes_nothing_from_another() {
        let limit = RateLimit::new(RATE);
        let now = Span::from_seconds(1);
        (0..3).for_each(|_| assert!(limit.take("a", now).allowed));
        assert!(!limit.take("a", now).allowed);
        assert_eq!(limit.take("b", now).remaining, 2);
    }

    #[test]
    fn a_clock_that_steps_back_gives_and_takes_nothing() {
        let limit = RateLimit::new(RATE);
        (0..3).for_each(|_| assert!(limit.take("a", Span::from_seconds(100)).allowed));
        assert!(!limit.take("a", Span::from_seconds(50)).allowed);
    }
}
