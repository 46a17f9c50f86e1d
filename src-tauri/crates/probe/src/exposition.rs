//! Single figures out of Prometheus' text format. It understands what servers of models write, and passes over the rest.

/// The value of the first sample of `name`, whatever its labels. Not a number, an infinity and a text are no value; a number
/// in quotes is one (llama.cpp wrote them so for a while: ggml-org/llama.cpp#17384).
pub fn value(text: &str, name: &str) -> Option<f64> {
    let sample = |line: &str| {
        let rest = line.trim_start().strip_prefix(name)?;
        let rest = match rest.strip_prefix('{') {
            Some(labelled) => labelled.rsplit_once('}')?.1,
            None => rest.strip_prefix([' ', '\t'])?,
        };
        let figure = rest.split_whitespace().next()?.trim_matches('"');
        figure.parse::<f64>().ok().filter(|figure| figure.is_finite())
    };
    text.lines().find_map(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_by_their_whole_name() {
        let text = "# HELP a_b x\n# TYPE a_b gauge\na_b_total 7\na_b 1.5\nc{model=\"x} y\",z=\"1\"} 3e2 1700000000\n";
        assert_eq!(
            (value(text, "a_b"), value(text, "a_b_total"), value(text, "c")),
            (Some(1.5), Some(7.0), Some(300.0))
        );
        assert_eq!((value(text, "a"), value(text, "HELP"), value("", "a")), (None, None, None));
    }

    #[test]
    fn what_is_no_number_is_no_value() {
        for figure in ["nan", "NaN", "+Inf", "-inf", "\"nan\"", "fast", ""] {
            assert_eq!(value(&format!("x {figure}\n"), "x"), None, "{figure}");
        }
        assert_eq!(value("x \"12.5\"", "x"), Some(12.5));
        assert_eq!(value("x{", "x"), None, "cut off in the middle");
    }
}
