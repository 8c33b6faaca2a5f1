//! Where a function crosses a level or is largest, on one line.
//!
//! Comes in: a bracket and a function, or a question that turns from yes to no once. Goes out: the point. Not here: brackets that
//! hold more than one. Source of the section: Kiefer 1953, Proceedings of the American Mathematical Society 4(3), 502-506.

/// The point between `low` and `high` where `is_before` turns from true to false.
///
/// # Precision
/// What is left of the bracket is 1e-12 of it.
pub fn bisect(mut low: f64, mut high: f64, is_before: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        *(if is_before(middle) { &mut low } else { &mut high }) = middle;
    }
    f64::midpoint(low, high)
}

/// The point above 0 where `is_before` turns from true to false, sought from `start` (> 0) outwards; `None` where it is still true
/// 2^40 times as far.
pub fn bisect_from(start: f64, is_before: impl Fn(f64) -> bool) -> Option<f64> {
    if !is_before(start) {
        return Some(bisect(0.0, start, is_before));
    }
    let high = (1..=40).map(|doublings| start * (1_u64 << doublings) as f64).find(|&end| !is_before(end))?;
    Some(bisect(high / 2.0, high, is_before))
}

/// Where a function with one maximum between `low` and `high` has it, by the golden section.
///
/// # Precision
/// About 1e-8 of the point: there a smooth function is flat to the last bit.
pub fn maximise(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let inner = |low: f64, high: f64| (high - golden * (high - low), low + golden * (high - low));
    let (mut a, mut b) = inner(low, high);
    let (mut at_a, mut at_b) = (f(a), f(b));
    for _ in 0..60 {
        if at_a < at_b {
            (low, a, at_a) = (a, b, at_b);
            b = inner(low, high).1;
            at_b = f(b);
        } else {
            (high, b, at_b) = (b, a, at_a);
            a = inner(low, high).0;
            at_a = f(a);
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crossing_is_found_inside_and_outside_the_start() {
        assert!((bisect(0.0, 2.0, |x| x * x < 2.0) - 2.0_f64.sqrt()).abs() < 1e-11);
        for start in [0.001, 1.0, 1000.0] {
            let root = bisect_from(start, |x| x * x < 2.0).unwrap();
            assert!((root - 2.0_f64.sqrt()).abs() < 1e-9, "{start}: {root}");
        }
        assert_eq!(bisect_from(1.0, |_| true), None);
    }

    #[test]
    fn a_maximum_is_found_also_at_an_end() {
        assert!((maximise(0.0, 3.0, |x| x * libm::exp(-x)) - 1.0).abs() < 1e-7);
        assert!((maximise(0.0, 3.0, |x| x) - 3.0).abs() < 1e-7);
    }
}
