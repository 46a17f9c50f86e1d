//! Counters in steps: what a counter stood at when a step ended, and not the mean of what it went through.

use crate::metric::Point;

/// Puts the last of the finer points of each step in the place of its mean. Of a finer point that is itself a bucket, the
/// largest counts: a counter rises.
pub fn last_of_steps(steps: &mut [Point], finer: &[Point]) {
    let mut finer = finer.iter().filter(|point| point.value.is_some()).peekable();
    for at in 0..steps.len() {
        let end = steps.get(at + 1).map(|next| next.at);
        let mut last = None;
        while let Some(point) = finer.next_if(|point| end.is_none_or(|end| point.at < end)) {
            last = point.max.or(point.value);
        }
        if let (Some(step), Some(_)) = (steps.get_mut(at).filter(|step| step.value.is_some()), last) {
            step.value = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn point(at: i64, value: Option<f64>, max: Option<f64>) -> Point {
        Point { at: Timestamp::from_millis(at), value, min: value, max }
    }

    #[test]
    fn a_step_of_a_counter_is_where_it_ended() {
        let sample = |at, value| point(at, Some(value), Some(value));
        let finer = [sample(1, 5.0), sample(4, 9.0), sample(7, 0.0), point(30, Some(2.5), Some(4.0))];
        let mut steps = [point(0, Some(14.0 / 3.0), Some(9.0)), point(10, None, None), point(30, Some(2.5), Some(4.0))];
        last_of_steps(&mut steps, &finer);
        assert_eq!(steps.map(|step| step.value), [Some(0.0), None, Some(4.0)]);
    }
}
