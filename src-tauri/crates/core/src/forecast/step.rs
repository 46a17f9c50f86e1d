//! Steps: single jumps of a course, which say nothing about its pace. Jumps that come back day after day are part of it.

use super::{DAY, Hour};

/// An hourly change is a jump when it lies this many times the usual spread away from the usual change.
const FAR: f64 = 8.0;
/// From the median of absolute deviations to a standard deviation, for values with a normal spread.
const MAD_TO_DEVIATION: f64 = 1.482_6;
/// A jump matters from this share of the whole range of the course.
const NOTABLE: f64 = 0.05;
/// Jumps one way on this many days are a habit.
const HABIT_DAYS: usize = 3;
/// A jump more than this many times the habit's is none of it.
const BEYOND_HABIT: f64 = 3.0;

/// A jump: the index of the first point after it, when, and how far beyond the usual change.
#[derive(Clone, Copy, Debug)]
struct Jump {
    index: usize,
    day: i64,
    size: f64,
}

/// The course without its steps: what follows a step is moved to where it would lie without it.
pub fn levelled(hours: &[Hour]) -> Vec<Hour> {
    let jumps = jumps(hours);
    let habits = [-1.0, 1.0].map(|way| habit(&jumps, way));
    let is_step = |jump: &Jump| {
        let [down, up] = habits;
        let usual = if jump.size < 0.0 { down } else { up };
        usual.is_none_or(|usual| jump.size.abs() > BEYOND_HABIT * usual)
    };
    let mut steps = jumps.into_iter().filter(is_step).peekable();
    let mut offset = 0.0;
    let mut even = Vec::with_capacity(hours.len());
    for (index, hour) in hours.iter().enumerate() {
        while let Some(step) = steps.next_if(|step| step.index == index) {
            offset -= step.size;
        }
        even.push(Hour { hour: hour.hour, left: hour.left + offset });
    }
    even
}

fn jumps(hours: &[Hour]) -> Vec<Jump> {
    let changes: Vec<f64> = hours
        .iter()
        .zip(hours.iter().skip(1))
        .map(|(before, after)| (after.left - before.left) / (after.hour - before.hour).max(1) as f64)
        .collect();
    let usual = median(changes.clone());
    let spread = median(changes.iter().map(|change| (change - usual).abs()).collect()) * MAD_TO_DEVIATION;
    let low = hours.iter().map(|hour| hour.left).fold(f64::INFINITY, f64::min);
    let high = hours.iter().map(|hour| hour.left).fold(f64::NEG_INFINITY, f64::max);
    let bound = (FAR * spread).max(NOTABLE * (high - low));
    let beyond = |pair: (&Hour, &Hour)| {
        let (before, after) = pair;
        after.left - before.left - usual * (after.hour - before.hour) as f64
    };
    let sizes = hours.iter().zip(hours.iter().skip(1)).map(beyond).enumerate();
    sizes
        .filter(|(_, size)| size.abs() > bound && *size != 0.0)
        .filter_map(|(index, size)| {
            let after = hours.get(index + 1)?;
            Some(Jump { index: index + 1, day: after.hour.div_euclid(DAY), size })
        })
        .collect()
}

/// The usual size of jumps one way, if they come on enough days.
fn habit(jumps: &[Jump], way: f64) -> Option<f64> {
    let ours = || jumps.iter().filter(|jump| jump.size * way > 0.0);
    let mut days: Vec<i64> = ours().map(|jump| jump.day).collect();
    days.dedup();
    (days.len() >= HABIT_DAYS).then(|| median(ours().map(|jump| jump.size.abs()).collect()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
