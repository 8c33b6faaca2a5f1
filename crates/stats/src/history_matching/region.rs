//! Points spread uniformly over a small region of the unit box, and how small it is.
//!
//! Comes in: points uniform over a region that contains it, and a number for each point that must fall below a cut. Goes out:
//! points uniform over what is below the cut, its share of the region, and that share's error. The number is lowered by levels,
//! each of which a quarter of the points reach (subset simulation: Au & Beck 2001, Probabilistic Engineering Mechanics 16(4),
//! 263-277); survivors are copied and moved by slice sampling along an axis or along the difference of two survivors (Neal 2003,
//! Annals of Statistics 31(3), 705-767, shrinkage from the whole chord; directions: ter Braak 2006, Statistics and
//! Computing 16(3), 239-249). Errors add up over lineages as in Lee & Whiteley 2018, Biometrika 105(3), 609-625, taken
//! within a level.

use rand::Rng;

use crate::random::uniform;

/// Share of the points that reaches the next level.
const SHARE_PER_LEVEL: f64 = 0.25;
/// Most levels of one descent.
const MOST_LEVELS: usize = 60;
/// Least fall of the number from level to level, as a share of it; less is a standstill.
const LEAST_FALL: f64 = 1e-3;
/// Most shrinkages of one slice: by then its points are one float apart.
const MOST_SHRINKAGES: usize = 50;

/// What must fall below a cut.
pub(super) trait Criterion {
    /// Its value.
    fn value(&self, z: &[f64]) -> f64;
    /// Whether the value is below `level`; may be cheaper than the value.
    fn is_below(&self, z: &[f64], level: f64) -> bool;
    /// Whether a point lies in the region from which the descent began.
    fn is_inside(&self, z: &[f64]) -> bool;
}

/// Where a descent ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Descent {
    /// Points below `level`, as many as there were.
    pub(super) population: Vec<Vec<f64>>,
    /// The cut, or the lowest level reached.
    pub(super) level: f64,
    /// Share of the region below `level`.
    pub(super) share: f64,
    /// Square of that share's relative standard error.
    pub(super) relative_variance: f64,
}

/// Lowers `population` (uniform over the region) below `cut`, with so many moves of each point at each level; it goes no further
/// once the share is `enough` or less.
pub(super) fn descend(
    population: &[Vec<f64>],
    criterion: &impl Criterion,
    (cut, enough): (f64, f64),
    n_moves: usize,
    rng: &mut impl Rng,
) -> Descent {
    let n = population.len();
    let reference = population.to_vec();
    let mut population = population.to_vec();
    // The points of the region may have been runs from which the criterion was made: they are moved before they are judged.
    for point in &mut population {
        (0..n_moves).for_each(|_| step(point, &reference, |z| criterion.is_inside(z), rng));
    }
    let mut family: Vec<usize> = (0..n).collect();
    let (mut share, mut relative_variance, mut level) = (1.0, 0.0, f64::INFINITY);
    for _ in 0..MOST_LEVELS {
        let values: Vec<f64> = population.iter().map(|z| criterion.value(z)).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let next = sorted[((SHARE_PER_LEVEL * n as f64) as usize).min(n - 1)].max(cut);
        if next > cut && next > level * (1.0 - LEAST_FALL) {
            break;
        }
        level = next;
        let survivors: Vec<usize> = (0..n).filter(|i| values[*i] < level).collect();
        if survivors.is_empty() {
            break;
        }
        let reached = survivors.len() as f64 / n as f64;
        share *= reached;
        relative_variance += variance_between(&family, &survivors, reached) / (reached * reached);
        let reference: Vec<Vec<f64>> = survivors.iter().map(|i| population[*i].clone()).collect();
        family = (0..n).map(|i| i * survivors.len() / n).collect();
        population = family.iter().map(|parent| reference[*parent].clone()).collect();
        for point in &mut population {
            let is_allowed = |z: &[f64]| criterion.is_below(z, level) && criterion.is_inside(z);
            (0..n_moves).for_each(|_| step(point, &reference, is_allowed, rng));
        }
        if level <= cut || share <= enough {
            break;
        }
    }
    Descent { population, level: level.max(cut), share, relative_variance }
}

/// Variance of the share of survivors when whole families survive or not.
fn variance_between(family: &[usize], survivors: &[usize], share: f64) -> f64 {
    let n = family.len();
    let mut excess = vec![0.0; n];
    for parent in family {
        excess[*parent] -= share;
    }
    for survivor in survivors {
        excess[family[*survivor]] += 1.0;
    }
    excess.iter().map(|e| e * e).sum::<f64>() / (n * n) as f64
}

/// One slice along an axis or along the difference of two points of `reference`. Leaves the uniform law unchanged.
fn step(point: &mut Vec<f64>, reference: &[Vec<f64>], is_allowed: impl Fn(&[f64]) -> bool, rng: &mut impl Rng) {
    let n_inputs = point.len();
    let mut pick = |n: usize| ((uniform(rng) * n as f64) as usize).min(n - 1);
    let mut direction = vec![0.0; n_inputs];
    let (first, second, along) = (pick(reference.len()), pick(reference.len()), pick(2 * n_inputs));
    if along < n_inputs || first == second {
        direction[along % n_inputs] = 1.0;
    } else {
        let pair = reference[first].iter().zip(&reference[second]);
        direction.iter_mut().zip(pair).for_each(|(d, (a, b))| *d = a - b);
    }
    let (mut low, mut high) = chord(point, &direction);
    let mut trial = point.clone();
    for _ in 0..MOST_SHRINKAGES {
        let t = low + (high - low) * uniform(rng);
        for (j, value) in trial.iter_mut().enumerate() {
            *value = (point[j] + t * direction[j]).clamp(0.0, 1.0);
        }
        if is_allowed(&trial) {
            *point = trial;
            return;
        }
        if t < 0.0 {
            low = t;
        } else {
            high = t;
        }
    }
}

/// How far one can go from a point of the unit box in a direction, backward (0 or less) and forward (0 or more).
fn chord(point: &[f64], direction: &[f64]) -> (f64, f64) {
    let mut ends = (f64::NEG_INFINITY, f64::INFINITY);
    for (x, d) in point.iter().zip(direction).filter(|(_, d)| **d != 0.0) {
        let (a, b) = (-x / d, (1.0 - x) / d);
        ends = (ends.0.max(a.min(b)), ends.1.min(a.max(b)));
    }
    // Copies of one survivor have no difference, hence no direction.
    if ends.0.is_finite() && ends.1.is_finite() { ends } else { (0.0, 0.0) }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::mean::Moments;

    /// The largest coordinate: below c lies the share c^d.
    struct Corner;

    impl Criterion for Corner {
        fn value(&self, z: &[f64]) -> f64 {
            z.iter().copied().fold(0.0, f64::max)
        }

        fn is_below(&self, z: &[f64], level: f64) -> bool {
            self.value(z) < level
        }

        fn is_inside(&self, _: &[f64]) -> bool {
            true
        }
    }

    fn cube(n: usize, n_inputs: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<Vec<f64>> {
        (0..n).map(|_| (0..n_inputs).map(|_| uniform(rng)).collect()).collect()
    }

    #[test]
    fn share_of_a_corner_is_its_volume_and_its_points_are_uniform() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let start = cube(1000, 12, &mut rng);
        let descent = descend(&start, &Corner, (0.3, 0.0), 24, &mut rng);
        let log_error = libm::log(descent.share / libm::pow(0.3, 12.0));
        let deviation = descent.relative_variance.sqrt();
        assert!(log_error.abs() < 4.0 * deviation && deviation < 0.3, "{log_error} +- {deviation}");
        for j in 0..12 {
            let mut moments = Moments::default();
            descent.population.iter().for_each(|z| moments.push(z[j]));
            assert!((moments.mean().unwrap() - 0.15).abs() < 0.02, "{moments:?}");
            assert!((moments.deviation().unwrap() / (0.3 / 12_f64.sqrt()) - 1.0).abs() < 0.1, "{moments:?}");
        }
    }

    #[test]
    fn what_cannot_be_reached_ends_at_the_lowest_level() {
        struct Floor;
        impl Criterion for Floor {
            fn value(&self, z: &[f64]) -> f64 {
                5.0 + z[0] * z[0]
            }

            fn is_below(&self, z: &[f64], level: f64) -> bool {
                self.value(z) < level
            }

            fn is_inside(&self, _: &[f64]) -> bool {
                true
            }
        }
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let start = cube(200, 2, &mut rng);
        let descent = descend(&start, &Floor, (3.0, 0.0), 8, &mut rng);
        assert!(descent.level > 5.0 && descent.level < 5.02, "{}", descent.level);
        assert!(descent.population.iter().all(|z| Floor.value(z) < descent.level));
    }
}
