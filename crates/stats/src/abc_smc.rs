//! Adaptive population Monte Carlo ABC: a posterior from simulations alone, where no likelihood can be written down.
//!
//! Comes in: a prior, settings, then the distance of each simulation from the data. Goes out: points to simulate, and in the end
//! weighted particles, the threshold they obey, acceptance rates and effective sample sizes. Deliberately not here: simulation,
//! the choice of a distance, and where the random numbers come from.
//!
//! Source: Lenormand, Jabot & Deffuant 2013, Computational Statistics 28(6), 2777-2796 (the APMC algorithm; arXiv:1111.1308):
//! what is kept, the threshold, the kernel (after Beaumont, Cornuet, Marin & Robert 2009, Biometrika 96(4), 983-990) and when to
//! stop. Effective sample size: Kish 1965, Survey Sampling.
//!
//! Decided differently, or where the paper is silent:
//! - **Weights.** The paper divides the prior density by the proposal of a particle's own generation. Survivors of early
//!   generations then far outweigh the rest (of 1000 particles on an epidemic with two unknowns, 84 to 462 were effective, here
//!   over 700). Here the divisor is the mixture of all generations' proposals, by their numbers of simulations (Owen & Zhou 2000,
//!   Journal of the American Statistical Association 95, 135-143; recomputed backwards as in Cornuet, Marin, Mira & Robert 2012,
//!   Scandinavian Journal of Statistics 39, 798-812).
//! - **Ties.** The threshold is the distance of rank alpha N, and all at most as far are kept, so that ties at the threshold are
//!   kept together, though they are more than alpha N. New points stay N - alpha N in number: the pool grows until enough are
//!   strictly nearer, then the threshold falls. Acceptance counts those strictly nearer than the last threshold, so that a
//!   threshold which cannot fall any more, such as 0, ends the run.
//! - **Outside the prior.** A point without prior density is drawn anew, not simulated. The proposal is then the kernel mixture
//!   divided by its share inside the prior, which is estimated from the draws: generations would else not be comparable.
//! - **Failures.** A distance that is not finite is never kept and counts as not accepted.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::prior::Prior;
use crate::proposal::Proposal;
use crate::weighted;

/// How long to go on, and how wide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Points of the first generation (N); later ones have those that are not kept.
    pub n_particles: usize,
    /// Share of them that is kept (alpha, at least 0 and below 1): the sample in the end has about alpha N particles. Smaller
    /// falls faster and explores less.
    pub kept: f64,
    /// Acceptance rate below which a new generation teaches too little (`p_acc` min): 0.01 for the nearest sample, 0.1 for a
    /// cheap one. At 0 only the budget or `near_enough` ends the run.
    pub least_acceptance: f64,
    /// Most simulations in all; the last generation is cut to it.
    pub most_simulations: u64,
    /// Distance that is near enough: the threshold falls no lower, and reaching it ends the run. `None`: as near as it gets.
    pub near_enough: Option<f64>,
}

impl Settings {
    /// Plain rejection: `n` draws from the prior, of which all at most `threshold` away are kept (the nearest one, if there is
    /// none).
    pub fn rejection(n: usize, threshold: f64) -> Self {
        Self {
            n_particles: n,
            kept: 0.0,
            least_acceptance: 0.0,
            most_simulations: n as u64,
            near_enough: Some(threshold),
        }
    }

    fn n_kept(&self) -> usize {
        ((self.kept * self.n_particles as f64) as usize).max(1)
    }
}

/// A point that was simulated and came near enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Particle {
    /// Its coordinates.
    pub point: Vec<f64>,
    /// Distance of its simulation from the data.
    pub distance: f64,
    /// Prior density there.
    density: f64,
    /// Density with which all simulations so far were proposed there: the sum of their proposals' densities.
    proposed: f64,
}

/// What one generation came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Generation {
    /// Simulations in this generation.
    pub n_simulations: u64,
    /// Threshold after it; `None` while no distance was finite.
    pub threshold: Option<f64>,
    /// Share of its simulations that came nearer than the threshold before; 1 for the first one.
    pub acceptance: f64,
    /// Effective sample size of all particles kept after it (Kish).
    pub effective: f64,
}

/// Why the run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// The threshold asked for is reached.
    NearEnough,
    /// Too few of the last generation were accepted: more simulations would hardly bring the threshold down.
    Acceptance,
    /// All simulations allowed are spent.
    Simulations,
    /// The particles lie on a point or a plane, or the kernel no longer meets the prior: nothing new can be proposed.
    Degenerate,
}

/// The state between two generations. It is all there is but the prior: written as JSON and read again (floats exact), it goes on
/// to the same bits, if the caller gives each [`generation`](Self::generation) the same random numbers: a fresh generator keyed
/// by its number. Points that were asked and not yet told are not kept: ask again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbcSmc {
    settings: Settings,
    particles: Vec<Particle>,
    threshold: Option<f64>,
    n_simulations: u64,
    history: Vec<Generation>,
    stop: Option<Stop>,
    /// The proposals so far: draws from the prior, and one for each later generation.
    n_from_prior: u64,
    proposals: Vec<Proposal>,
    /// Points out for simulation with their prior densities, and the proposal they came from.
    #[serde(skip)]
    asked: Vec<(Vec<f64>, f64)>,
    #[serde(skip)]
    asking: Option<Proposal>,
}

impl AbcSmc {
    /// A run that has simulated nothing yet.
    ///
    /// # Panics
    /// When a setting is out of range: no particles, no simulations, a share or rate outside 0 to 1.
    pub fn new(settings: Settings) -> Self {
        let Settings { n_particles, kept, least_acceptance, most_simulations, .. } = settings;
        assert!(n_particles > 0 && most_simulations > 0, "at least one particle and one simulation");
        assert!((0.0..1.0).contains(&kept), "a share of at least 0 and below 1 to keep, found {kept}");
        assert!((0.0..=1.0).contains(&least_acceptance), "an acceptance rate of 0 to 1, found {least_acceptance}");
        Self {
            settings,
            particles: Vec::new(),
            threshold: None,
            n_simulations: 0,
            history: Vec::new(),
            stop: None,
            n_from_prior: 0,
            proposals: Vec::new(),
            asked: Vec::new(),
            asking: None,
        }
    }

    /// The points of this generation: from the prior at first, then moved from the kept ones. Empty when the run is over. Asking
    /// again draws them anew.
    pub fn ask(&mut self, prior: &impl Prior, rng: &mut impl Rng) -> Vec<Vec<f64>> {
        if self.stop.is_some() {
            return Vec::new();
        }
        let left = self.settings.most_simulations - self.n_simulations;
        let limit = |wanted: usize| usize::try_from(left).map_or(wanted, |left| wanted.min(left));
        if self.particles.is_empty() {
            let from_prior = |_| {
                let point = prior.draw(rng);
                let density = prior.density(&point);
                (point, density)
            };
            self.asked = (0..limit(self.settings.n_particles)).map(from_prior).collect();
            self.asking = None;
        } else {
            let n_kept = self.settings.n_kept().min(self.settings.n_particles - 1);
            self.asking =
                Proposal::around(self.particles.iter().map(|particle| particle.point.as_slice()), self.weights());
            let wanted = limit(self.settings.n_particles - n_kept);
            self.asked = self.asking.as_mut().map_or(vec![], |proposal| proposal.draw(wanted, prior, rng));
        }
        if self.asked.is_empty() {
            self.stop = Some(Stop::Degenerate);
        }
        self.asked.iter().map(|(point, _)| point.clone()).collect()
    }

    /// Takes in the distance of each point, in the order in which they were asked: no order of arrival can prefer fast
    /// simulations.
    ///
    /// # Panics
    /// When the number of distances is not that of the points asked.
    pub fn tell(&mut self, distances: &[f64]) {
        assert_eq!(distances.len(), self.asked.len(), "a distance for each point");
        let before = self.threshold;
        let n_nearer = distances.iter().filter(|distance| before.is_none_or(|before| **distance < before)).count();
        let n_old = self.particles.len();
        let told =
            std::mem::take(&mut self.asked).into_iter().zip(distances).filter(|(_, distance)| distance.is_finite());
        let particle = |((point, density), distance): ((Vec<f64>, f64), &f64)| Particle {
            point,
            distance: *distance,
            density,
            proposed: 0.0,
        };
        self.particles.extend(told.map(particle));
        self.n_simulations += distances.len() as u64;

        let mut sorted: Vec<f64> = self.particles.iter().map(|particle| particle.distance).collect();
        sorted.sort_by(f64::total_cmp);
        // Rank alpha N; with a sample cut short by failures or the budget, the same share of what there is.
        let rank = self.settings.n_kept().min(sorted.len());
        self.threshold = rank.checked_sub(1).map(|last| {
            let quantile = sorted[last];
            self.settings.near_enough.map_or(quantile, |enough| if quantile < enough { enough } else { quantile })
        });
        let threshold = self.threshold.unwrap_or(f64::INFINITY);
        let n_old = self.particles[..n_old].iter().filter(|particle| particle.distance <= threshold).count();
        self.particles.retain(|particle| particle.distance <= threshold);
        self.weigh(n_old, distances.len() as u64);

        let acceptance = n_nearer as f64 / distances.len().max(1) as f64;
        let n_simulations = distances.len() as u64;
        self.history.push(Generation {
            n_simulations,
            threshold: self.threshold,
            acceptance,
            effective: self.effective(),
        });
        let is_near_enough = self.settings.near_enough.is_some_and(|enough| threshold <= enough);
        self.stop = if is_near_enough {
            Some(Stop::NearEnough)
        } else if before.is_some() && acceptance < self.settings.least_acceptance {
            Some(Stop::Acceptance)
        } else if self.n_simulations >= self.settings.most_simulations {
            Some(Stop::Simulations)
        } else {
            None
        };
    }

    /// Adds the latest proposal to what was proposed at the `n_old` particles of before, and all proposals at the new ones.
    fn weigh(&mut self, n_old: usize, n_simulations: u64) {
        match self.asking.take() {
            Some(mut proposal) => {
                proposal.n_simulations = n_simulations;
                self.proposals.push(proposal);
            }
            None => self.n_from_prior += n_simulations,
        }
        let (old, new) = self.particles.split_at_mut(n_old);
        if let Some(latest) = self.proposals.last() {
            for particle in old {
                particle.proposed += latest.proposed(&particle.point);
            }
        }
        for particle in new {
            let from_proposals = self.proposals.iter().map(|proposal| proposal.proposed(&particle.point)).sum::<f64>();
            particle.proposed = self.n_from_prior as f64 * particle.density + from_proposals;
        }
    }

    /// Generations told so far: the key of the next one's random numbers.
    pub fn generation(&self) -> u64 {
        self.history.len() as u64
    }

    /// Simulations told so far.
    pub fn n_simulations(&self) -> u64 {
        self.n_simulations
    }

    /// The sample: every particle simulated so far whose distance is at most the threshold.
    pub fn particles(&self) -> &[Particle] {
        &self.particles
    }

    /// The weights of the particles, in their order, with sum 1.
    pub fn weights(&self) -> Vec<f64> {
        let weight = |particle: &Particle| particle.density / particle.proposed;
        let sum: f64 = self.particles.iter().map(weight).sum();
        self.particles.iter().map(|particle| weight(particle) / sum).collect()
    }

    /// The largest distance in the sample that is allowed; `None` before a finite distance was told.
    pub fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    /// Effective sample size (Kish): how many equally weighted particles say as much. 0 without particles.
    pub fn effective(&self) -> f64 {
        weighted::effective(&self.weights())
    }

    /// Weighted mean over the sample of a function of the point; `None` without particles.
    pub fn expectation(&self, of: impl Fn(&[f64]) -> f64) -> Option<f64> {
        let terms = self.particles.iter().zip(self.weights()).map(|(particle, weight)| weight * of(&particle.point));
        (!self.particles.is_empty()).then(|| terms.sum())
    }

    /// What each generation came to, first to last.
    pub fn history(&self) -> &[Generation] {
        &self.history
    }

    /// Why the run is over; `None` while it goes on.
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::prior::BoxPrior;
    use crate::random::uniform;

    const SETTINGS: Settings =
        Settings { n_particles: 1000, kept: 0.5, least_acceptance: 0.1, most_simulations: 20_000, near_enough: None };

    fn unit(n: usize) -> BoxPrior {
        BoxPrior { low: vec![0.0; n], high: vec![1.0; n] }
    }

    fn generator(abc: &AbcSmc) -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(abc.generation())
    }

    fn advance(abc: &mut AbcSmc, prior: &impl Prior, generations: u64, mut distance: impl FnMut(&[f64]) -> f64) {
        for _ in 0..generations {
            let points = abc.ask(prior, &mut generator(abc));
            if points.is_empty() {
                return;
            }
            let distances: Vec<f64> = points.iter().map(|point| distance(point)).collect();
            abc.tell(&distances);
        }
    }

    fn run(settings: Settings, prior: &impl Prior, distance: impl FnMut(&[f64]) -> f64) -> AbcSmc {
        let mut abc = AbcSmc::new(settings);
        advance(&mut abc, prior, 1000, distance);
        abc
    }

    /// Half of the kernel's draws near a corner are outside; a density that forgets them piles the sample up at the bounds.
    #[test]
    fn data_that_say_nothing_leave_the_prior() {
        let mut luck = Xoshiro256PlusPlus::seed_from_u64(7);
        let settings = Settings { n_particles: 4000, kept: 0.25, least_acceptance: 0.05, ..SETTINGS };
        let abc = run(settings, &unit(2), |_| uniform(&mut luck));
        assert!(abc.generation() > 3 && abc.effective() > 900.0, "{} {}", abc.generation(), abc.effective());
        for i in 0..2 {
            let mean = abc.expectation(|point| point[i]).unwrap();
            let variance = abc.expectation(|point| (point[i] - 0.5) * (point[i] - 0.5)).unwrap();
            // Standard deviations of x and (x - 1/2)^2 under the uniform law.
            assert!((mean - 0.5).abs() < 4.0 * 0.289 / abc.effective().sqrt(), "{mean}");
            assert!((variance - 1.0 / 12.0).abs() < 4.0 * 0.0745 / abc.effective().sqrt(), "{variance}");
        }
    }

    #[test]
    fn threshold_never_rises_and_every_particle_obeys_it() {
        let abc = run(SETTINGS, &unit(2), |point| (point[0] + point[1] - 0.7).abs());
        assert!(abc.history().windows(2).all(|pair| pair[1].threshold <= pair[0].threshold));
        assert!(abc.particles().iter().all(|particle| Some(particle.distance) <= abc.threshold()));
        assert!((abc.weights().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn ties_are_kept_together_and_a_threshold_that_cannot_fall_ends_the_run() {
        let abc = run(SETTINGS, &unit(1), |point| (point[0] * 8.0).floor());
        assert_eq!((abc.threshold(), abc.stop()), (Some(0.0), Some(Stop::Acceptance)));
        // What is left is uniform on an eighth: exact, though hundreds are tied.
        let mean = abc.expectation(|point| point[0]).unwrap();
        assert!((mean - 1.0 / 16.0).abs() < 4.0 * 0.0361 / abc.effective().sqrt(), "{mean}");
        let same = run(SETTINGS, &unit(1), |_| 3.0);
        assert_eq!((same.generation(), same.particles().len(), same.stop()), (2, 1500, Some(Stop::Acceptance)));
    }

    #[test]
    fn budget_is_kept_to_the_simulation_and_still_returns_a_sample() {
        for most_simulations in [1, 300, 1000, 1777] {
            let abc = run(Settings { most_simulations, least_acceptance: 0.0, ..SETTINGS }, &unit(2), |point| point[0]);
            assert_eq!((abc.n_simulations(), abc.stop()), (most_simulations, Some(Stop::Simulations)));
            assert!(!abc.particles().is_empty());
        }
    }

    #[test]
    fn failed_simulations_are_never_kept() {
        let abc = run(SETTINGS, &unit(1), |point| if point[0] > 0.4 { f64::NAN } else { point[0] });
        assert!(abc.particles().iter().all(|particle| particle.distance.is_finite() && particle.point[0] <= 0.4));
        let none = run(Settings { most_simulations: 2500, ..SETTINGS }, &unit(1), |_| f64::INFINITY);
        assert_eq!((none.threshold(), none.effective(), none.expectation(|_| 1.0)), (None, 0.0, None));
        assert_eq!((none.n_simulations(), none.stop()), (2500, Some(Stop::Simulations)));
    }

    #[test]
    fn particles_on_one_point_propose_nothing_and_say_so() {
        struct Point;
        impl Prior for Point {
            fn dimension(&self) -> usize {
                1
            }
            fn point(&self, _: &[f64]) -> Vec<f64> {
                vec![2.0]
            }
            fn density(&self, _: &[f64]) -> f64 {
                1.0
            }
        }
        let abc = run(SETTINGS, &Point, |_| 1.0);
        assert_eq!((abc.stop(), abc.particles().len()), (Some(Stop::Degenerate), 1000));
    }

    #[test]
    fn state_written_midway_goes_on_to_the_same_bits() {
        let distance = |point: &[f64]| (point[0] - 0.3).abs() + (point[1] * point[0] - 0.2).abs();
        let mut whole = AbcSmc::new(SETTINGS);
        advance(&mut whole, &unit(2), 3, distance);
        let mut resumed: AbcSmc = serde_json::from_str(&serde_json::to_string(&whole).unwrap()).unwrap();
        advance(&mut whole, &unit(2), 3, distance);
        advance(&mut resumed, &unit(2), 3, distance);
        assert_eq!(whole.generation(), 6);
        assert_eq!(resumed, whole);
    }
}
