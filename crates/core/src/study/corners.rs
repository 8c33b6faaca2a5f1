//! Corners of ranges that are sound one by one and may not go together, such as an hour that must come before another.
//!
//! Comes in: ranges, a point inside them, and what is wrong at a point. Goes out: the first corner at which something is, with as few
//! quantities away from that point as show it. Of all corners, two to the power of the ranges, those are looked at in which one
//! quantity stands against all others.

/// A corner at which something is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Corner<F> {
    /// Indices of the quantities without which, elsewhere in their ranges, nothing would be wrong.
    pub(super) moved: Vec<usize>,
    /// The point.
    pub(super) point: Vec<f64>,
    /// What is wrong.
    pub(super) fault: F,
}

/// The first faulty corner; `None` where all are sound.
pub(super) fn faulty<F>(
    ranges: &[(f64, f64)],
    start: &[f64],
    check: impl Fn(&[f64]) -> Option<F>,
) -> Option<Corner<F>> {
    let end = |index: usize, is_high: bool| if is_high { ranges[index].1 } else { ranges[index].0 };
    let corner = |odd: Option<usize>, is_high: bool| -> Vec<f64> {
        (0..ranges.len()).map(|index| end(index, is_high != (odd == Some(index)))).collect()
    };
    let odds = std::iter::once(None).chain((0..ranges.len()).map(Some));
    let mut corners = odds.flat_map(|odd| [false, true].map(|is_high| corner(odd, is_high)));
    let mut point = corners.find(|point| check(point).is_some())?;
    let mut moved = Vec::new();
    for index in 0..point.len() {
        let end = point[index];
        let (low, high) = ranges[index];
        let opposite = if end == low { high } else { low };
        let is_sound_with = |value: f64, point: &mut [f64]| {
            point[index] = value;
            check(point).is_none()
        };
        if is_sound_with(opposite, &mut point) || is_sound_with(start[index], &mut point) {
            point[index] = end;
            moved.push(index);
        }
    }
    let fault = check(&point)?;
    Some(Corner { moved, point, fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_ranges_that_overlap_are_found_among_others() {
        let ranges = [(0.0, 1.0), (0.0, 23.9), (5.0, 6.0), (1.0, 24.0)];
        let check = |point: &[f64]| (point[1] >= point[3]).then_some("crossed");
        let found = faulty(&ranges, &[0.5, 7.0, 5.5, 22.0], check);
        let corner = Corner { moved: vec![1, 3], point: vec![0.5, 23.9, 5.5, 1.0], fault: "crossed" };
        assert_eq!(found, Some(corner));
        assert_eq!(faulty(&ranges, &[0.5, 7.0, 5.5, 22.0], |point| (point[1] > 24.0).then_some(())), None);
        assert_eq!(faulty(&[], &[], |_| None::<()>), None);
    }
}
