//! Elementary effects: what a step of one input does, at places all over the inputs' ranges. A cheap screening before `sobol`.
//!
//! Comes in: the values of a function along the [`trajectories`]. Goes out: per input the mean effect, the mean size of the effect and
//! its spread. Not here: the ranges of the inputs, and running the function. Sources: Morris 1991, Technometrics 33(2),
//! 161-174 (design, mu, sigma); Campolongo, Cariboni & Saltelli 2007, Environmental Modelling & Software 22, 1509-1518 (mu*).

use rand::Rng;
use serde::Serialize;

use super::bootstrap::{self, below};
use super::interval::Interval;
use super::mean::Moments;

/// Rows of a function's inputs, each row one step of one input away from the row before.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// One row more than there are inputs; coordinates from 0 to 1, both included.
    pub rows: Vec<Vec<f64>>,
    /// Per step the input that moves.
    moved: Vec<usize>,
}

/// `n_trajectories` random trajectories on a grid of `n_levels` levels per input, 0 and 1 among them. Every input moves once in each,
/// up or down, by Morris' step `n_levels / (2 (n_levels - 1))`, with which every level is met equally often.
///
/// # Panics
/// When `n_levels` is odd or zero: the step would leave the grid.
pub fn trajectories(n_trajectories: usize, n_inputs: usize, n_levels: u32, rng: &mut impl Rng) -> Vec<Trajectory> {
    assert!(n_levels > 0 && n_levels.is_multiple_of(2), "{n_levels} levels, an even number is needed");
    (0..n_trajectories).map(|_| trajectory(n_inputs, n_levels, rng)).collect()
}

fn trajectory(n_inputs: usize, n_levels: u32, rng: &mut impl Rng) -> Trajectory {
    let mut levels: Vec<u32> = (0..n_inputs).map(|_| below(n_levels as usize, rng) as u32).collect();
    // Fisher-Yates, by which every order is as likely as the next.
    let mut moved: Vec<usize> = (0..n_inputs).collect();
    for last in (1..n_inputs).rev() {
        moved.swap(last, below(last + 1, rng));
    }
    let place =
        |levels: &[u32]| levels.iter().map(|&level| f64::from(level) / f64::from(n_levels - 1)).collect::<Vec<_>>();
    let mut rows = vec![place(&levels)];
    for &input in &moved {
        // From the lower half of the levels there is room for the step upwards only, from the upper half downwards only.
        levels[input] = (levels[input] + n_levels / 2) % n_levels;
        rows.push(place(&levels));
    }
    Trajectory { rows, moved }
}

/// What elementary effects say of one input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Effects {
    /// Mean effect per unit of the input's range; effects of both signs cancel.
    pub mu: f64,
    /// Mean size of the effect, signs ignored.
    pub mu_star: f64,
    /// Percentile bootstrap interval of `mu_star` over trajectories.
    pub mu_star_interval: Interval,
    /// Standard deviation of the effects; `None` with one trajectory. Large beside `mu_star` when the effect depends on where the
    /// inputs stand.
    pub sigma: Option<f64>,
}

/// The effects of every input; `values` holds the function's value at every row of every trajectory. `None` without trajectories.
///
/// # Panics
/// When the values are not one per row.
pub fn effects(
    trajectories: &[Trajectory],
    values: &[Vec<f64>],
    n_resamples: u32,
    confidence: f64,
    rng: &mut impl Rng,
) -> Option<Vec<Effects>> {
    assert_eq!(trajectories.len(), values.len(), "trajectories and lists of values");
    let n_inputs = trajectories.first()?.moved.len();
    let mut by_input = vec![Vec::with_capacity(trajectories.len()); n_inputs];
    for (Trajectory { rows, moved }, values) in trajectories.iter().zip(values) {
        assert_eq!(rows.len(), values.len(), "rows and values");
        for (step, &input) in moved.iter().enumerate() {
            let width = rows[step + 1][input] - rows[step][input];
            by_input[input].push((values[step + 1] - values[step]) / width);
        }
    }
    // One draw of trajectories serves all inputs, whose effects come from the same runs.
    let draws: Vec<Vec<u32>> =
        (0..n_resamples).map(|_| bootstrap::resample(trajectories.len(), trajectories.len(), rng)).collect();
    by_input.iter().map(|effects| summary(effects, &draws, confidence)).collect()
}

fn summary(effects: &[f64], draws: &[Vec<u32>], confidence: f64) -> Option<Effects> {
    let (mut signed, mut sizes) = (Moments::default(), Moments::default());
    for effect in effects {
        signed.push(*effect);
        sizes.push(effect.abs());
    }
    let resampled = |times: &Vec<u32>| {
        let total: f64 = effects.iter().zip(times).map(|(effect, &times)| f64::from(times) * effect.abs()).sum();
        total / effects.len() as f64
    };
    let mu_star_interval = bootstrap::percentile(draws.iter().map(resampled).collect(), confidence)?;
    Some(Effects { mu: signed.mean()?, mu_star: sizes.mean()?, mu_star_interval, sigma: signed.deviation() })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;

    fn rng() -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(4)
    }

    #[test]
    fn every_step_moves_one_input_by_the_step_and_every_input_moves_once() {
        for n_levels in [2, 4, 8] {
            let step = f64::from(n_levels) / (2.0 * f64::from(n_levels - 1));
            for Trajectory { rows, mut moved } in trajectories(50, 5, n_levels, &mut rng()) {
                for (pair, &input) in rows.windows(2).zip(&moved) {
                    for other in 0..5 {
                        let width = (pair[1][other] - pair[0][other]).abs();
                        assert!((width - if other == input { step } else { 0.0 }).abs() < 1e-12);
                    }
                }
                assert!(rows.iter().flatten().all(|x| (0.0..=1.0).contains(x)));
                moved.sort_unstable();
                assert_eq!(moved, [0, 1, 2, 3, 4]);
            }
        }
    }

    #[test]
    fn every_level_is_met_equally_often() {
        let mut times = [0_u32; 4];
        for trajectory in trajectories(4000, 1, 4, &mut rng()) {
            for row in trajectory.rows {
                times[(row[0] * 3.0).round() as usize] += 1;
            }
        }
        assert!(times.iter().all(|&times| times.abs_diff(2000) < 200), "{times:?}");
    }

    #[test]
    fn an_interaction_shows_in_sigma_and_the_interval_holds_mu_star() {
        // The effect of x1 in x1 x2 is x2, uniform on 0, 1/3, 2/3, 1: mean 1/2, variance 5/36.
        let found = trajectories(2000, 2, 4, &mut rng());
        let values: Vec<Vec<f64>> = found.iter().map(|one| one.rows.iter().map(|x| x[0] * x[1]).collect()).collect();
        let effects = effects(&found, &values, 200, 0.99, &mut rng()).unwrap();
        for input in effects {
            assert!(
                (input.mu - 0.5).abs() < 0.03 && (input.sigma.unwrap() - (5.0_f64 / 36.0).sqrt()).abs() < 0.02,
                "{input:?}"
            );
            assert!(
                input.mu_star_interval.contains(0.5) && input.mu_star_interval.high - input.mu_star_interval.low < 0.06
            );
        }
    }

    #[test]
    fn one_trajectory_has_no_spread_and_none_no_effects() {
        let one = trajectories(1, 2, 4, &mut rng());
        let values = vec![vec![0.0, 1.0, 3.0]];
        assert!(effects(&one, &values, 10, 0.9, &mut rng()).unwrap().iter().all(|input| input.sigma.is_none()));
        assert_eq!(effects(&[], &[], 10, 0.9, &mut rng()), None);
    }
}
