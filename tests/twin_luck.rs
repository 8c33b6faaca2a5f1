//! The engine beside the plain scalar twin on the same luck: draw by draw they do the same, mechanism by mechanism.
//!
//! Both sides are driven by one scenario text. The engine reckons in f32 with its own exp and ln, the twin in f64 with the
//! platform's, so a draw within rounding of its probability may fall on either side: [`FLIPS`] and a share [`FLIPPED`] of the
//! draws are tolerated in each count. Each mechanism is switched on alone, on people without any other, so strongly that
//! switching it off again moves every count in which it shows by at least [`SEEN`] times as much.

#![expect(clippy::print_stdout, reason = "the table is what a reader of a failure needs")]

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;
mod mechanisms;
mod twin;

use std::collections::BTreeMap;

use experiment::SEED;
use mechanisms::{CASES, Case, SCREENED, TOGETHER, compiled_as};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};
use wearout::engine::{Engine, simulate};
use wearout::rng::{At, Purpose, account_key, uniform};
use wearout::tally::{Outcome, Tally};

use twin::{KeyedLuck, Law, Luck, compiled};

/// Differences of a count that are tolerated, summed over days and replicates: one flip and what follows from it, and a share of
/// the draws. In the 16 million draws made here one flip is found.
const FLIPS: f64 = 2.0;
const FLIPPED: f64 = 2e-7;

/// What a mechanism moves at least in each count in which it shows, in tolerated differences, and the size at which this is seen.
const SEEN: f64 = 20.0;
const SEEN_AT: u32 = 130;

/// Members of the club, and replicates of each: alone in a block, over its edge, and many.
const SIZES: [(u32, u32); 3] = [(1, 300), (SEEN_AT, 16), (1000, 2)];

/// About what a read adds to dwell: a flip is then about one difference.
const DWELL_OF_A_READ_MS: f64 = 5000.0;

/// Differences by count, summed over days and replicates.
#[derive(Default)]
struct Differences(BTreeMap<&'static str, f64>);

impl Differences {
    fn count(&mut self, what: &'static str, one: u64, other: u64) {
        *self.0.entry(what).or_default() += one.abs_diff(other) as f64;
    }

    /// A quantity kept as a whole number of small units, rounded `roundings` times.
    fn measure(&mut self, what: &'static str, one: u64, other: u64, roundings: u64, units: f64) {
        *self.0.entry(what).or_default() += one.abs_diff(other).saturating_sub(roundings.div_ceil(2)) as f64 / units;
    }

    fn add(&mut self, one: &Tally, other: &Tally) {
        for (one, other) in one.days.iter().zip(&other.days) {
            for (outcome, key) in Outcome::ALL {
                let (here, there) = (one.get(outcome), other.get(outcome));
                match outcome {
                    Outcome::DwellMs => self.measure(key, here, there, one.get(Outcome::Reads), DWELL_OF_A_READ_MS),
                    Outcome::Activity => self.measure(key, here, there, one.get(Outcome::MemberDays), 1024.0),
                    _ => self.count(key, here, there),
                }
            }
        }
        for (one, other) in one.repeats.iter().zip(&other.repeats) {
            self.count("reads by repeat", one.reads, other.reads);
            self.count("clicks by repeat", one.clicks, other.clicks);
            self.count("leaves by repeat", one.left, other.left);
            self.count("blocks by repeat", one.blocked, other.blocked);
            self.count("mutes by repeat", one.muted, other.muted);
            self.count("reports by repeat", one.reports, other.reports);
        }
        let (one, other) = (&one.horizon, &other.horizon);
        self.count("members", one.members, other.members);
        self.count("groups", one.groups, other.groups);
        self.count("groups lost", one.groups_lost, other.groups_lost);
        self.count("active at the horizon", one.active, other.active);
        self.count("muted at the horizon", one.muted, other.muted);
        self.count("left at the horizon", one.left, other.left);
        self.count("blocked at the horizon", one.blocked, other.blocked);
        self.count("unreachable at the horizon", one.unreachable, other.unreachable);
        self.count("repurchases", one.repurchases, other.repurchases);
        self.count("repurchases_of_buyers", one.repurchases_of_buyers, other.repurchases_of_buyers);
        self.count("complaints", one.complaints, other.complaints);
        self.count("recommendations", one.recommendations, other.recommendations);
    }

    fn worst(&self) -> (&'static str, f64) {
        let worst = self.0.iter().max_by(|a, b| a.1.total_cmp(b.1));
        worst.map_or(("", 0.0), |(what, difference)| (*what, *difference))
    }
}

/// One line of the table and what is wrong with it.
fn judge(case: &Case, (size, replicates): (u32, u32)) -> (String, Vec<String>) {
    let (draft, experiment) = case.compiled(size);
    let engine = simulate(&experiment, 0..replicates, &Engine::default());
    let twin: Vec<(Tally, u64)> =
        (0..replicates).into_par_iter().map(|replicate| compiled::tally(&draft, &experiment, 0, replicate)).collect();
    let (mut apart, mut draws) = (Differences::default(), 0);
    for (engine, (twin, drawn)) in engine.iter().zip(&twin) {
        apart.add(&engine.plans[0], twin);
        draws += drawn;
    }
    let allowed = FLIPS + FLIPPED * draws as f64;
    let (worst, most) = apart.worst();
    let name = format!("{}, {size} members", case.name);
    let mut row = format!("{name:<54} {draws:>8} draws, most differences {most:.1} ({allowed:.1} may), {worst}");
    let mut faults = Vec::new();
    for (what, difference) in apart.0.iter().filter(|(_, difference)| **difference > allowed) {
        faults.push(format!("{name}: {what} differ by {difference}, {allowed:.1} may"));
    }
    if size == SEEN_AT {
        let (_, without) = case.compiled_without(size);
        let mut moved = Differences::default();
        for (with, without) in engine.iter().zip(simulate(&without, 0..replicates, &Engine::default())) {
            moved.add(&with.plans[0], &without.plans[0]);
        }
        for what in case.shows {
            let moved = moved.0.get(what).unwrap_or_else(|| panic!("{name}: no count `{what}`"));
            row.extend(["; ", &moved.round().to_string(), " ", what]);
            if *moved < SEEN * allowed {
                faults.push(format!("{name}: only {moved} {what} show it, {allowed:.1} may flip"));
            }
        }
    }
    (row, faults)
}

fn check(cases: &[Case], sizes: &[(u32, u32)]) {
    let all: Vec<(&Case, (u32, u32))> =
        cases.iter().flat_map(|case| sizes.iter().map(move |size| (case, *size))).collect();
    let judged: Vec<(String, Vec<String>)> = all.into_par_iter().map(|(case, size)| judge(case, size)).collect();
    let mut faults = Vec::new();
    for (row, mut more) in judged {
        println!("{row}");
        faults.append(&mut more);
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn each_mechanism_alone_does_what_its_twin_does() {
    check(CASES, &SIZES);
}

#[test]
fn all_mechanisms_together_do_what_their_twin_does() {
    check(&[TOGETHER], &SIZES);
}

#[test]
fn screens_let_everyone_through() {
    check(&[SCREENED], &[(SEEN_AT, 1200)]);
}

/// Normal score of a word's upper 24 bits.
fn score(word: u32) -> f64 {
    Normal::standard().inverse_cdf(f64::from(uniform(word)) + 0.5_f64.powi(25))
}

/// Within the error of the tables, which a test of theirs bounds; where groups differ their tables lie between two others.
#[test]
fn people_are_the_quantiles_of_their_words() {
    let club = "size = 150\ngroups = 2\nfit = 0.6\nfit_spread = 0.2\naccount_spread = 0.1\nrelation = 0.7";
    let (draft, experiment) = compiled_as("people", &format!("[audience.club]\n{club}\n[plan.one]\n"));
    let (written, audience) = (&draft.scenario.audiences[0], &experiment.audiences[0]);
    let (base, slope) = (experiment.parameters.read_base, experiment.parameters.read_per_expectation);
    for replicate in 0..2 {
        let (luck, people) = (KeyedLuck::new(&experiment, 0, replicate), audience.draw(&experiment.laws, replicate));
        let at = |purpose, index| At { replicate, member: 0, day: 0, purpose, index };
        let of_account = score(at(Purpose::AccountFit, 0).words(account_key(SEED))[0]);
        for group in 0..written.groups {
            let of_group = score(at(Purpose::GroupFit, group).words(audience.key)[0]);
            let spread = written.fit_spread * of_group + written.account_spread * of_account;
            let logit = (written.fit / (1.0 - written.fit)).ln() + spread;
            let law = Law::new(&experiment.parameters, 1.0 / (1.0 + (-logit).exp()), written.relation);
            for member in (group * written.size) as usize..((group + 1) * written.size) as usize {
                let truth = law.traits(
                    luck.fit(member),
                    luck.frailty(member),
                    luck.patience(member),
                    luck.presence_share(member),
                );
                for (what, drawn, truth) in [
                    ("fit", people.fit[member], truth.fit),
                    ("expectation", people.expectation[member], truth.expectation),
                    ("frailty", people.frailty[member], truth.frailty),
                    ("patience", people.patience[member], truth.patience),
                    ("presence", people.presence[member], truth.presence),
                    ("unread odds", people.unread_odds[member], (-base - slope * truth.expectation).exp()),
                ] {
                    let error = (f64::from(drawn) - truth).abs();
                    assert!(error < 1e-3 * truth.max(1.0), "{what} of {member} in {replicate}: {drawn}, not {truth}");
                }
            }
        }
    }
}
