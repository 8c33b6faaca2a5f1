//! Where a function crosses a level or is largest, on one line.
//!
//! Comes in: a bracket and a function, or a question that turns from yes to no once. Goes out: the point. Not here: brackets that
//! hold more than one. Sources: Kiefer 1953, Proceedings of the American Mathematical Society 4(3), 502-506 (golden section);
//! Chandrupatla 1997, Advances in Engineering Software 28(3), 145-149 (crossings of smooth functions).

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

/// The point that [`bisect`] gives where a function that never falls reaches `level`, to the bit, with a third of its evaluations:
/// inverse quadratic interpolation, or halving where that would be unsafe (Chandrupatla), brings both ends near, and bisection
/// asks only between them. Each end comes with its value, the low one's below `level` and the high one's not.
pub fn reached(low: (f64, f64), high: (f64, f64), level: f64, f: impl Fn(f64) -> f64) -> f64 {
    let near = (high.0 - low.0) * 0.5_f64.powi(40);
    // The crossing lies between a and b, a the last point asked for; c is the point before them.
    let ((mut a, mut at_a), (mut b, mut at_b)) = ((high.0, high.1 - level), (low.0, low.1 - level));
    let mut share = 0.5;
    for _ in 0..40 {
        let point = a + share * (b - a);
        let off = f(point) - level;
        let (c, at_c) = if (off < 0.0) == (at_a < 0.0) {
            (a, at_a)
        } else {
            let old = (b, at_b);
            (b, at_b) = (a, at_a);
            old
        };
        (a, at_a) = (point, off);
        if (b - a).abs() <= near {
            break;
        }
        let (xi, phi) = ((a - b) / (c - b), (at_a - at_b) / (at_c - at_b));
        share = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            at_a / (at_b - at_a) * at_c / (at_b - at_c)
                + (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        } else {
            0.5
        };
        // Never quite at an end: the step past the crossing is what brings the other end near.
        let least = near / (2.0 * (b - a).abs());
        share = share.max(least).min(1.0 - least);
    }
    let (before, after) = (a.min(b), a.max(b));
    bisect(low.0, high.0, |x| x <= before || x < after && f(x) < level)
}

/// The point above 0 where `is_before` turns from true to false, sought from `start` (> 0) outwards; `None` where it is still true
/// 2^40 times as far.
pub fn bisect_from(start: f64, is_before: impl Fn(f64) -> bool) -> Option<f64> {
    let high = doubled(start, &is_before)?;
    Some(bisect(if high > start { high / 2.0 } else { 0.0 }, high, is_before))
}

/// The first of `start` (> 0), twice it, four times it and so on where `is_before` is false; `None` where it is true up to 2^40 times
/// it.
pub fn doubled(start: f64, is_before: impl Fn(f64) -> bool) -> Option<f64> {
    (0..=40).map(|doublings| start * (1_u64 << doublings) as f64).find(|&end| !is_before(end))
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
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_crossing_is_found_inside_and_outside_the_start() {
        assert!((bisect(0.0, 2.0, |x| x * x < 2.0) - 2.0_f64.sqrt()).abs() < 1e-11);
        for start in [0.001, 1.0, 1000.0] {
            let root = bisect_from(start, |x| x * x < 2.0).unwrap();
            assert!((root - 2.0_f64.sqrt()).abs() < 1e-9, "{start}: {root}");
        }
        assert_eq!(bisect_from(1.0, |_| true), None);
        assert_eq!((doubled(3.0, |_| false), doubled(3.0, |x| x < 10.0)), (Some(3.0), Some(12.0)));
    }

    #[test]
    fn a_level_is_reached_where_bisection_finds_it_with_a_third_of_its_evaluations() {
        let check = |name: &str, f: fn(f64) -> f64, most: usize| {
            for level in [0.025, 0.5, 0.975, 0.999] {
                let mut high = 1.0;
                while f(high) < level {
                    high *= 2.0;
                }
                let asked = Cell::new(0);
                let counted = |x| {
                    asked.set(asked.get() + 1);
                    f(x)
                };
                let found = reached((0.0, f(0.0)), (high, f(high)), level, counted);
                assert_eq!(found, bisect(0.0, high, |x| f(x) < level), "{name} at {level}");
                assert!(asked.get() <= most, "{name} at {level}: asked {} times", asked.get());
            }
        };
        check("an exponential distribution", |x| 1.0 - libm::exp(-x), 14);
        check("a heavy tail", |x| x / (1.0 + x), 14);
        check("a steep rise", |x| 1.0 / (1.0 + libm::exp(-40.0 * (x - 3.0))), 25);
        check("a jump, which only halving finds", |x| if x < 0.7 { 0.0 } else { 1.0 }, 42);
    }

    #[test]
    fn a_maximum_is_found_also_at_an_end() {
        assert!((maximise(0.0, 3.0, |x| x * libm::exp(-x)) - 1.0).abs() < 1e-7);
        assert!((maximise(0.0, 3.0, |x| x) - 3.0).abs() < 1e-7);
    }
}
