//! Which temperatures can be true. Sensors that are off, not wired or asleep show 0, -128, 127 or 255 °C.

/// Whether a sensor inside a running machine can show this, in °C.
pub(crate) fn is_plausible(celsius: f64) -> bool {
    (1.0..=125.0).contains(&celsius)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_broken_sensors_are_not_plausible() {
        for celsius in [-128.0, 0.0, 0.9, 125.1, 127.0, 255.0, f64::NAN, f64::INFINITY] {
            assert!(!is_plausible(celsius), "{celsius}");
        }
        assert!([1.0, 21.5, 105.0, 125.0].into_iter().all(is_plausible));
    }
}
