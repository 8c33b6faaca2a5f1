//! Members from distributions: each trait from one uniform of its own by inverse CDF, so that changing a distribution moves every
//! member monotonically and two scenarios meet the same people (quantile coupling).

use std::sync::OnceLock;

use super::lane::{LANES, Lane};
use super::quantile_table::{QuantileTable, TraitLaw};
use crate::math;
use crate::parameter::Parameters;
use crate::rng::{At, Key, Purpose};
use crate::units::Channel;

/// Step of the tables of fit over logit mean fit, where groups or accounts differ.
const LOGIT_STEP: f64 = 0.05;

/// How far from the mean the tables reach, in standard deviations.
const REACH_SD: f64 = 4.0;

/// Laws of traits that all audiences share.
#[derive(Debug, Clone, PartialEq)]
pub struct Laws {
    frailty: QuantileTable,
    patience: QuantileTable,
    presence: QuantileTable,
    normal: QuantileTable,
    fit_concentration: f64,
    cold_expectation: f32,
    read_base: f32,
    read_per_expectation: f32,
}

impl Laws {
    /// The laws of these parameters; tables that are known are taken over.
    pub fn new(parameters: &Parameters, known: &[&QuantileTable]) -> Laws {
        let p = parameters;
        let spread = p.frailty_variance.max(1e-6);
        let frailty = TraitLaw::Gamma { shape: 1.0 / spread, scale: spread, offset: 0.0 };
        let shape = p.patience_shape.clamp(1e-2, 1e6);
        let patience = TraitLaw::Gamma { shape, scale: (p.patience_mean - 1.0).max(0.0) / shape, offset: 1.0 };
        let presence = beta_around(p.presence_mean, p.presence_concentration);
        let table = |law| QuantileTable::of(law, known);
        Laws {
            frailty: table(frailty),
            patience: table(patience),
            presence: table(presence),
            normal: table(TraitLaw::Normal),
            fit_concentration: p.fit_concentration,
            cold_expectation: p.cold_expectation as f32,
            read_base: p.read_base as f32,
            read_per_expectation: p.read_per_expectation as f32,
        }
    }

    /// Every table in a fixed order.
    pub fn tables(&self) -> impl Iterator<Item = &QuantileTable> {
        [&self.frailty, &self.patience, &self.presence, &self.normal].into_iter()
    }
}

/// An audience ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Audience {
    /// Key of its people: audiences that are twins share it.
    pub key: Key,
    /// Key of the account, which all audiences share.
    account_key: Key,
    /// Groups with admins, or a direct list.
    pub channel: Channel,
    /// Number of groups.
    pub groups: u32,
    /// Members in each group.
    pub size: u32,
    relation: f32,
    fit_spread: f64,
    account_spread: f64,
    /// Tables of fit at `lowest_logit + i * LOGIT_STEP`; one table where nothing differs. Each is made when a group first needs it: an
    /// audience of few groups meets few of them.
    fit: Vec<FitTable>,
    logit_fit: f64,
    lowest_logit: f64,
}

impl Audience {
    /// Compiles an audience; `fit` is its mean fit, `relation` 0 (cold) to 1 (opted in); tables that are known are taken over.
    pub fn new(
        (laws, known): (&Laws, &[&QuantileTable]),
        (key, account_key): (Key, Key),
        channel: Channel,
        (groups, size): (u32, u32),
        people: PeopleLaw,
    ) -> Audience {
        let PeopleLaw { fit, fit_spread, account_spread, relation } = people;
        let fit = inner_share(fit);
        let logit_fit = libm::log(fit / (1.0 - fit));
        let reach = REACH_SD * (fit_spread * fit_spread + account_spread * account_spread).sqrt();
        let steps = (reach / LOGIT_STEP).ceil();
        let lowest_logit = logit_fit - steps * LOGIT_STEP;
        let table = |i: u32| {
            let mean = 1.0 / (1.0 + libm::exp(-(lowest_logit + f64::from(i) * LOGIT_STEP)));
            FitTable::new(beta_around(mean, laws.fit_concentration), known)
        };
        Audience {
            key,
            account_key,
            channel,
            groups,
            size,
            relation: relation as f32,
            fit_spread,
            account_spread,
            fit: (0..=2 * steps as u32).map(table).collect(),
            logit_fit,
            lowest_logit,
        }
    }

    /// Members in all its groups.
    pub fn members(&self) -> u32 {
        self.groups * self.size
    }

    /// Draws its people in one replicate, 128 at a time.
    #[inline(always)]
    pub fn draw(&self, laws: &Laws, replicate: u32) -> People {
        let members = self.members();
        let mut people = People::with_capacity(members as usize);
        let places = self.places(laws, replicate);
        let mut words = [[0; LANES]; 4];
        for first in (0..members).step_by(LANES) {
            let id: Lane<u32> = std::array::from_fn(|lane| first + lane as u32);
            let at = At { replicate, member: 0, day: 0, purpose: Purpose::Traits, index: 0 };
            at.fill(self.key, &id, &mut words);
            let [fit_word, frailty_word, patience_word, presence_word] = &words;
            let mut fit = [0.0; LANES];
            let count = LANES.min((members - first) as usize);
            let mut lane = 0;
            while lane < count {
                let group = (first + lane as u32) / self.size;
                let end = count.min(((group + 1) * self.size - first) as usize);
                let Place { row, way } = places[group as usize];
                let [here, there] = self.around(row);
                for lane in lane..end {
                    fit[lane] = here.between(there, way, fit_word[lane]);
                }
                lane = end;
            }
            let (mut expectation, mut unread_odds) = ([0.0; LANES], [0.0; LANES]);
            let (relation, cold) = (self.relation, (1.0 - self.relation) * laws.cold_expectation);
            let (base, slope) = (laws.read_base, laws.read_per_expectation);
            for lane in 0..LANES {
                expectation[lane] = cold + relation * fit[lane];
                unread_odds[lane] = math::exp(-(base + slope * expectation[lane]));
            }
            people.fit.extend_from_slice(&fit[..count]);
            people.frailty.extend_from_slice(&laws.frailty.column(frailty_word)[..count]);
            people.patience.extend_from_slice(&laws.patience.column(patience_word)[..count]);
            people.presence.extend_from_slice(&laws.presence.column(presence_word)[..count]);
            people.expectation.extend_from_slice(&expectation[..count]);
            people.unread_odds.extend_from_slice(&unread_odds[..count]);
        }
        people
    }

    /// Makes the tables that its people in one replicate are drawn from, and draws nobody.
    pub fn tabulate(&self, laws: &Laws, replicate: u32) {
        for place in self.places(laws, replicate) {
            self.around(place.row);
        }
    }

    /// The tables of fit between which a group's lies.
    fn around(&self, row: usize) -> [&QuantileTable; 2] {
        [row, (row + 1).min(self.fit.len() - 1)].map(|row| self.fit[row].get())
    }

    /// Where each group's fit lies among the tables.
    fn places(&self, laws: &Laws, replicate: u32) -> Vec<Place> {
        let at = At { replicate, member: 0, day: 0, purpose: Purpose::AccountFit, index: 0 };
        let account = f64::from(laws.normal.at(at.words(self.account_key)[0])) * self.account_spread;
        let place = |group| {
            let score = f64::from(laws.normal.at(self.at(replicate, 0, Purpose::GroupFit, group)[0]));
            let logit = self.logit_fit + account + score * self.fit_spread;
            let place = ((logit - self.lowest_logit) / LOGIT_STEP).clamp(0.0, (self.fit.len() - 1) as f64);
            Place { row: place.floor() as usize, way: place.fract() as f32 }
        };
        (0..self.groups).map(place).collect()
    }

    /// Those of its tables of fit that were needed so far, in a fixed order. Which these are follows from the replicates drawn.
    pub fn tables(&self) -> impl Iterator<Item = &QuantileTable> {
        self.fit.iter().filter_map(|fit| fit.table.get())
    }

    fn at(&self, replicate: u32, member: u32, purpose: Purpose, index: u32) -> [u32; 4] {
        At { replicate, member, day: 0, purpose, index }.words(self.key)
    }
}

/// A share that a Beta law can have as its mean.
fn inner_share(mean: f64) -> f64 {
    mean.clamp(1e-4, 1.0 - 1e-4)
}

/// Beta of that mean; `concentration` is the sum of its shapes, within what can be tabulated: from all or nothing to all alike.
fn beta_around(mean: f64, concentration: f64) -> TraitLaw {
    let (mean, concentration) = (inner_share(mean), concentration.clamp(1e-2, 1e5));
    TraitLaw::Beta { a: concentration * mean, b: concentration * (1.0 - mean) }
}

/// A table that is made when it is first needed; always the same, whoever needs it first.
#[derive(Debug, Clone)]
struct FitTable {
    law: TraitLaw,
    table: OnceLock<QuantileTable>,
}

impl FitTable {
    /// One of those known where its law is among them.
    fn new(law: TraitLaw, known: &[&QuantileTable]) -> FitTable {
        let table = OnceLock::new();
        if let Some(known) = known.iter().find(|known| known.law() == law) {
            // A new cell takes any value.
            let _ = table.set((*known).clone());
        }
        FitTable { law, table }
    }

    fn get(&self) -> &QuantileTable {
        self.table.get_or_init(|| QuantileTable::of(self.law, &[]))
    }
}

impl PartialEq for FitTable {
    fn eq(&self, other: &FitTable) -> bool {
        self.law == other.law
    }
}

/// What sets one audience's people apart from another's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeopleLaw {
    /// Mean fit, 0..1.
    pub fit: f64,
    /// Standard deviation of logit fit between groups.
    pub fit_spread: f64,
    /// Standard deviation of logit fit between accounts (replicates).
    pub account_spread: f64,
    /// 0 cold contacts, 1 opted in.
    pub relation: f64,
}

/// Traits of everyone in an audience, by member; groups one after the other.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the same columns as a Block's, documented there")]
pub struct People {
    pub fit: Vec<f32>,
    pub frailty: Vec<f32>,
    pub patience: Vec<f32>,
    pub presence: Vec<f32>,
    pub expectation: Vec<f32>,
    pub unread_odds: Vec<f32>,
}

impl People {
    fn with_capacity(members: usize) -> People {
        let column = || Vec::with_capacity(members);
        People {
            fit: column(),
            frailty: column(),
            patience: column(),
            presence: column(),
            expectation: column(),
            unread_odds: column(),
        }
    }
}

/// A share `way` from one table of fit to the next.
#[derive(Debug, Clone, Copy)]
struct Place {
    row: usize,
    way: f32,
}

/// The members with the highest signals: round(keep x members) of them, by number; ties go to the lower number.
///
/// The signal of a member correlates `signal` with the normal score of its own fit uniform (1: perfect knowledge, 0: a random
/// share), and its noise is the same for every plan.
pub fn choose(audience: &Audience, laws: &Laws, replicate: u32, (keep, signal): (f64, f64)) -> Vec<u32> {
    let members = audience.members();
    let kept = (keep * f64::from(members)).round() as usize;
    if kept >= members as usize {
        return (0..members).collect();
    }
    let knowledge = signal as f32;
    let noise = (1.0 - knowledge * knowledge).sqrt();
    let signals: Vec<f32> = (0..members)
        .map(|member| {
            let fit = laws.normal.at(audience.at(replicate, member, Purpose::Traits, 0)[0]);
            let other = laws.normal.at(audience.at(replicate, member, Purpose::Signal, 0)[0]);
            knowledge * fit + noise * other
        })
        .collect();
    let mut chosen: Vec<u32> = (0..members).collect();
    if kept > 0 {
        let by_signal = |a: &u32, b: &u32| signals[*b as usize].total_cmp(&signals[*a as usize]).then(a.cmp(b));
        chosen.select_nth_unstable_by(kept - 1, by_signal);
    }
    chosen.truncate(kept);
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audience(fit: f64, fit_spread: f64) -> (Laws, Audience) {
        let laws = Laws::new(&Parameters::best(), &[]);
        let people = PeopleLaw { fit, fit_spread, account_spread: 0.0, relation: 1.0 };
        let audience = Audience::new((&laws, &[]), ([5, 6], [7, 8]), Channel::Group, (40, 500), people);
        (laws, audience)
    }

    fn mean(column: &[f32]) -> f64 {
        column.iter().map(|&x| f64::from(x)).sum::<f64>() / column.len() as f64
    }

    #[test]
    fn traits_have_the_means_of_their_laws() {
        let (laws, audience) = audience(0.8, 0.0);
        let people = audience.draw(&laws, 0);
        for (column, expected, sd) in [
            (&people.fit, 0.8, 0.29),
            (&people.frailty, 1.0, 1.23),
            (&people.patience, 2.8, 1.04),
            (&people.presence, 0.63, 0.22),
        ] {
            let error = mean(column) - expected;
            assert!(error.abs() < 4.0 * sd / (column.len() as f64).sqrt(), "{error} off {expected}");
        }
    }

    /// Values at the ends of what a scenario may say: everybody alike, or all or nothing.
    #[test]
    fn extreme_laws_keep_their_means() {
        for (variance, concentration, presence) in
            [(0.0, 1e9, 0.3), (1e-3, 1e4, 0.0), (0.01, 0.0, 1.0), (0.0, 1e4, 0.8), (1e-4, 300.0, 0.5)]
        {
            let mut parameters = Parameters::best();
            parameters.frailty_variance = variance;
            (parameters.presence_mean, parameters.presence_concentration) = (presence, concentration);
            (parameters.fit_concentration, parameters.patience_shape) = (concentration, concentration);
            let laws = Laws::new(&parameters, &[]);
            let law = PeopleLaw { fit: 0.8, fit_spread: 0.0, account_spread: 0.0, relation: 1.0 };
            let people =
                Audience::new((&laws, &[]), ([5, 6], [7, 8]), Channel::Direct, (1, 20_000), law).draw(&laws, 0);
            for (column, expected) in [(&people.frailty, 1.0), (&people.presence, presence), (&people.fit, 0.8)] {
                assert!((mean(column) - expected).abs() < 0.015, "{} is not {expected}", mean(column));
            }
            assert!(people.patience.iter().all(|patience| *patience >= 1.0));
        }
    }

    /// Two hundred sets that differ in nothing by which members are drawn come to four tables, not to eight hundred.
    #[test]
    fn sets_share_the_tables_of_the_laws_they_agree_in() {
        let first = Laws::new(&Parameters::best(), &[]);
        let known: Vec<&QuantileTable> = first.tables().collect();
        let made = |parameters: &Parameters| {
            let laws = Laws::new(parameters, &known);
            laws.tables().filter(|table| !known.iter().any(|known| known.is(table))).count()
        };
        let mut other = Parameters::best();
        let mut of_200_sets = 0;
        for _ in 0..200 {
            (other.read_base, other.trust_drift) = (other.read_base + 0.001, other.trust_drift * 0.999);
            of_200_sets += made(&other);
        }
        other.frailty_variance *= 1.1;
        assert_eq!((of_200_sets, made(&other)), (0, 1));
    }

    #[test]
    fn a_better_audience_moves_every_member_up() {
        let (laws, worse) = audience(0.5, 0.0);
        let (_, better) = audience(0.6, 0.0);
        let (worse, better) = (worse.draw(&laws, 3), better.draw(&laws, 3));
        assert!(worse.fit.iter().zip(&better.fit).all(|(worse, better)| worse <= better));
        assert_eq!(worse.frailty, better.frailty);
    }

    #[test]
    fn groups_differ_by_the_spread_asked_for() {
        let (laws, audience) = audience(0.5, 0.6);
        let people = audience.draw(&laws, 0);
        let logits: Vec<f64> = people.fit.chunks(500).map(mean).map(|m| libm::log(m / (1.0 - m))).collect();
        let centre = logits.iter().sum::<f64>() / 40.0;
        let sd = (logits.iter().map(|x| (x - centre) * (x - centre)).sum::<f64>() / 39.0).sqrt();
        assert!(0.4 < sd && sd < 0.8, "{sd}");
    }

    #[test]
    fn a_perfect_signal_keeps_the_best_and_no_signal_keeps_anyone() {
        let (laws, audience) = audience(0.5, 0.0);
        let people = audience.draw(&laws, 1);
        let fit_of = |signal: f64| {
            let chosen = choose(&audience, &laws, 1, (0.25, signal));
            assert_eq!(chosen.len(), 5000);
            chosen.iter().map(|&member| f64::from(people.fit[member as usize])).sum::<f64>() / 5000.0
        };
        let mut best = people.fit.clone();
        best.sort_by(|a, b| b.total_cmp(a));
        assert!((fit_of(1.0) - mean(&best[..5000])).abs() < 1e-6);
        assert!((fit_of(0.0) - mean(&people.fit)).abs() < 0.02);
        assert!(fit_of(0.5) > fit_of(0.0) + 0.1);
    }
}
