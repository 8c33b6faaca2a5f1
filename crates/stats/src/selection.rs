//! Selecting the best of several options by racing: all run side by side, and one that falls clearly behind is dropped.
//!
//! Comes in: observation after observation, one number per option still in the race. Goes out: who was dropped when and by how
//! much, and the option selected. Not here: making observations, and what a number means. Source: Kim & Nelson 2001, ACM
//! Transactions on Modeling and Computer Simulation 11(3), 251-273, procedure KN with c = 1; Clark & Yang 1986, A Bonferroni
//! selection procedure when using common random numbers with unknown variances, Winter Simulation Conference (equal allocation).
//!
//! # What is promised
//! Observations are independent and identically distributed rows of normal numbers. Their variances are unknown and may differ;
//! within a row options may be correlated in any way, so common random numbers are welcome: only variances of differences count.
//! Then with a probability of at least `probability` the option selected has the largest mean, or one less than `zone` below it.
//!
//! # Conventions
//! Larger is better. Variances have the divisor n0 - 1 and are those of the first stage only; n0 observations of each option are
//! made before anything is dropped. An option is dropped when its mean is more than the continuation width below that of another
//! one still in the race. Where no width is left the largest mean is selected, the first of equals.

use super::mean::Moments;
use super::student;

/// What is to be known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    /// How far below the best an option may be and still be as good (> 0), in the unit of the observations.
    pub zone: f64,
    /// Probability of correct selection, above one half and below 1.
    pub probability: f64,
    /// Least variance that a difference of two options is taken to have: 0, or for numbers so coarse that a short first stage can
    /// miss all that varies, what it may have missed.
    pub least_variance: f64,
}

/// An option out of the race.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drop {
    /// After so many observations of it.
    pub at: u64,
    /// How far its mean was below that of the option that beat it (> 0).
    pub behind: f64,
    /// The option furthest ahead of it then.
    pub by: usize,
}

/// A race on its way.
#[derive(Debug, Clone)]
pub struct Race {
    zone: f64,
    /// h^2 of the procedure.
    h_squared: f64,
    /// Variance of the difference of options i > j, at `i (i - 1) / 2 + j`.
    variances: Vec<f64>,
    /// Observations told.
    n: u64,
    sums: Vec<f64>,
    racing: Vec<usize>,
    drops: Vec<Option<Drop>>,
    selected: Option<usize>,
    equal_allocation: u64,
}

impl Race {
    /// From the first stage: rows of one number per option. Options are dropped from it already.
    ///
    /// # Panics
    /// Below two rows or one option, when rows are unequally long, or without a zone.
    pub fn new(first_stage: &[Vec<f64>], aim: &Aim) -> Race {
        let (n0, options) = (first_stage.len(), first_stage.first().map_or(0, Vec::len));
        assert!(n0 > 1 && options > 0, "two observations of one option or more, found {n0} of {options}");
        assert!(aim.zone > 0.0, "a zone above 0, found {}", aim.zone);
        let degrees = (n0 - 1) as f64;
        let error = 1.0 - aim.probability;
        let others = (options as f64 - 1.0).max(1.0);
        let eta = (libm::pow(2.0 * error / others, -2.0 / degrees) - 1.0) / 2.0;
        let variance = |i: usize, j: usize| {
            let mut moments = Moments::default();
            for row in first_stage {
                moments.push(row[i] - row[j]);
            }
            moments.variance().expect("two observations or more").max(aim.least_variance)
        };
        let variances: Vec<f64> =
            (1..options).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| variance(i, j)).collect();
        let largest = variances.iter().copied().fold(0.0, f64::max);
        let quantile = student::quantile(1.0 - error / others, degrees);
        let mut race = Race {
            zone: aim.zone,
            h_squared: 2.0 * eta * degrees,
            variances,
            n: n0 as u64,
            sums: (0..options).map(|option| first_stage.iter().map(|row| row[option]).sum()).collect(),
            racing: (0..options).collect(),
            drops: vec![None; options],
            selected: None,
            equal_allocation: (n0 as u64).max((quantile * quantile * largest / (aim.zone * aim.zone)).ceil() as u64),
        };
        race.screen();
        race
    }

    /// Tells one observation of each option still [racing](Race::racing), in that order.
    ///
    /// # Panics
    /// When there are not as many, or an option was selected.
    pub fn tell(&mut self, observation: &[f64]) {
        assert!(self.selected.is_none(), "the race is over");
        assert_eq!(observation.len(), self.racing.len(), "one number per option in the race");
        for (&option, x) in self.racing.iter().zip(observation) {
            self.sums[option] += x;
        }
        self.n += 1;
        self.screen();
    }

    /// Options still in the race; the one selected once it is over.
    pub fn racing(&self) -> &[usize] {
        &self.racing
    }

    /// The option selected; `None` while the race goes on.
    pub fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// Observations told of each option still in the race.
    pub fn observations(&self) -> u64 {
        self.n
    }

    /// When and how an option was dropped; `None` for one that was not.
    pub fn drop_of(&self, option: usize) -> Option<Drop> {
        self.drops[option]
    }

    /// Mean of an option over its observations.
    pub fn mean(&self, option: usize) -> f64 {
        self.sums[option] / self.drops[option].map_or(self.n, |drop| drop.at) as f64
    }

    /// Standard deviation of the difference of two options, from the first stage.
    pub fn deviation(&self, a: usize, b: usize) -> f64 {
        if a == b { 0.0 } else { self.variance(a, b).sqrt() }
    }

    /// Observations of every option with which the same promise holds when all get as many: by Bonferroni over the others, on the
    /// largest variance of a difference in the same first stage (Clark and Yang's procedure).
    pub fn equal_allocation(&self) -> u64 {
        self.equal_allocation
    }

    fn variance(&self, a: usize, b: usize) -> f64 {
        let (i, j) = (a.max(b), a.min(b));
        self.variances[i * (i - 1) / 2 + j]
    }

    /// How far apart two means may be without a decision: W of the procedure. It shrinks to 0 at the last look at this pair.
    fn width(&self, a: usize, b: usize) -> f64 {
        let last = self.h_squared * self.variance(a, b) / (self.zone * self.zone);
        (self.zone / (2.0 * self.n as f64) * (last - self.n as f64)).max(0.0)
    }

    fn screen(&mut self) {
        let beaten_by = |&option: &usize| -> Option<usize> {
            let ahead = |other: usize| self.mean(other) - self.mean(option);
            let beat = |&other: &usize| other != option && ahead(other) > self.width(option, other);
            self.racing.iter().copied().filter(beat).max_by(|&a, &b| ahead(a).total_cmp(&ahead(b)))
        };
        let beaten: Vec<(usize, usize)> =
            self.racing.iter().filter_map(|option| Some((*option, beaten_by(option)?))).collect();
        for &(option, by) in &beaten {
            self.drops[option] = Some(Drop { at: self.n, behind: self.mean(by) - self.mean(option), by });
        }
        self.racing.retain(|&option| self.drops[option].is_none());
        let undecided = |a: usize| self.racing.iter().any(|&b| b != a && self.width(a, b) > 0.0);
        if !self.racing.iter().any(|&option| undecided(option)) {
            let best = self
                .racing
                .iter()
                .copied()
                .reduce(|best, other| if self.mean(other) > self.mean(best) { other } else { best });
            self.selected = best;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random::normal;

    const AIM: Aim = Aim { zone: 1.0, probability: 0.95, least_variance: 0.0 };

    /// Rows of options with these means and deviations, all moved by the same luck of deviation `common`.
    struct Rows {
        rng: Xoshiro256PlusPlus,
        options: Vec<(f64, f64)>,
        common: f64,
    }

    impl Rows {
        fn next(&mut self) -> Vec<f64> {
            let luck = self.common * normal(&mut self.rng);
            self.options.iter().map(|(mean, deviation)| luck + mean + deviation * normal(&mut self.rng)).collect()
        }

        fn race(&mut self, aim: &Aim) -> Race {
            let first: Vec<Vec<f64>> = (0..10).map(|_| self.next()).collect();
            let mut race = Race::new(&first, aim);
            while race.selected().is_none() {
                let row = self.next();
                let told: Vec<f64> = race.racing().iter().map(|&option| row[option]).collect();
                race.tell(&told);
            }
            race
        }
    }

    fn rows(options: &[(f64, f64)], common: f64, seed: u64) -> Rows {
        Rows { rng: Xoshiro256PlusPlus::seed_from_u64(seed), options: options.to_vec(), common }
    }

    /// The hardest case there is: all others exactly one zone below the best.
    #[test]
    fn the_best_is_selected_as_often_as_promised_where_all_others_are_one_zone_below_it() {
        let runs = 800;
        let one_below = |deviations: &[f64]| -> Vec<(f64, f64)> {
            deviations.iter().enumerate().map(|(i, &sd)| (if i == 2 { 0.0 } else { -1.0 }, sd)).collect()
        };
        for (deviations, common) in [
            (vec![2.0; 5], 0.0),
            (vec![1.0, 4.0, 2.0, 1.5, 3.0], 0.0),
            (vec![2.0; 5], 10.0),
            (vec![1.0, 1.0, 4.0], 3.0),
        ] {
            let options = one_below(&deviations);
            let right = (0..runs).filter(|&seed| rows(&options, common, seed).race(&AIM).selected() == Some(2)).count();
            let slack = 4.0 * (0.95 * 0.05 / runs as f64).sqrt();
            assert!(right as f64 / runs as f64 > 0.95 - slack, "{deviations:?} {common}: {right} of {runs}");
        }
    }

    #[test]
    fn common_luck_costs_nothing_and_a_race_is_shorter_than_equal_allocation_where_options_are_far_apart() {
        let options: Vec<(f64, f64)> = (0..20).map(|i| (-f64::from(i), 3.0)).collect();
        let (mut told, mut equal) = (0, 0);
        for seed in 0..50 {
            let race = rows(&options, 0.0, seed).race(&AIM);
            let moved = rows(&options, 50.0, seed).race(&AIM);
            // The same numbers but for the luck that all share: the same race to the last drop, rounding aside.
            assert_eq!((race.selected(), race.racing()), (moved.selected(), moved.racing()));
            let of = |race: &Race| -> u64 {
                (0..20).map(|i| race.drop_of(i).map_or(race.observations(), |drop| drop.at)).sum()
            };
            assert_eq!(of(&race), of(&moved));
            told += of(&race);
            equal += 20 * race.equal_allocation();
        }
        assert!(4 * told < equal, "{told} of {equal}");
    }

    #[test]
    fn one_that_is_clearly_worse_is_dropped_from_the_first_stage_by_the_one_furthest_ahead() {
        let race = Race::new(&[vec![5.0, 0.0, 4.9], vec![5.1, 0.2, 4.9], vec![5.0, 0.1, 5.1]], &AIM);
        let drop = race.drop_of(1).unwrap();
        assert_eq!((drop.at, drop.by), (3, 0));
        assert!((drop.behind - (15.1 - 0.3) / 3.0).abs() < 1e-12 && (race.mean(1) - 0.1).abs() < 1e-12, "{race:?}");
    }

    #[test]
    fn equals_end_with_the_first_of_them_and_one_alone_is_selected_at_once() {
        let race = Race::new(&[vec![1.0, 2.0, 2.0], vec![2.0, 3.0, 3.0]], &AIM);
        assert_eq!((race.selected(), race.drop_of(2)), (Some(1), None));
        assert_eq!(Race::new(&[vec![1.0], vec![2.0]], &AIM).selected(), Some(0));
    }

    #[test]
    fn what_a_short_first_stage_may_have_missed_keeps_the_race_going() {
        let rows = vec![vec![0.0, 0.0]; 20];
        assert_eq!(Race::new(&rows, &Aim { zone: 0.01, ..AIM }).selected(), Some(0));
        let coarse = Race::new(&rows, &Aim { zone: 0.01, least_variance: 0.05, ..AIM });
        assert_eq!((coarse.selected(), coarse.racing()), (None, [0, 1].as_slice()));
        assert!(coarse.equal_allocation() > 1000);
    }
}
