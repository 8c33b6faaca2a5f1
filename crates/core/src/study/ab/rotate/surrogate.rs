//! What the planner believes of the contents: a base each, what a repeat costs, how much of that rest gives back.
//!
//! Comes in: simulated campaigns of random calendars (the pilot). Goes out: options that satiate, and the calendar that is best for
//! them (`stats::rebounding`). A calendar's total is linear in bases and costs, so they are fitted to the pilot by least squares, for
//! each of some retentions, and the retention that leaves least is taken: the belief holds all that repeating does in the simulator to
//! second order, clicks that wear off, members lost and bans alike. Contents that the simulator cannot tell apart share a base. Costs
//! are one figure for all contents plus one in proportion to their pull, neither below 0. What the file says of a content's wear or recovery stands in place of the fit. How well the belief
//! foretells calendars it was not fitted to is measured (`foretold`).

use rand::Rng;
use serde::Serialize;
use wearout_stats::least_squares::{fit, squares_left};
use wearout_stats::mean::Moments;
use wearout_stats::random::{normal, uniform};
use wearout_stats::rebounding::{Best, Exposure, Rebounding, best, exposure, greedy, total};

use crate::plan::rotation::{Content, Rotation};
use crate::scenario::{self, Recovery};
use crate::units::Kind;

/// Steps of work that a search may take: the beam is as wide as they admit.
const WORK: usize = 1_000_000_000;

/// Most and fewest states kept after a post.
const WIDEST: usize = 4_000;
const NARROWEST: usize = 50;

/// Fewest calendars that beliefs are fitted to, and calendars for each content.
const FEWEST_FITTED: usize = 96;
const FITTED_PER_CONTENT: usize = 6;

/// Calendars that beliefs are held against.
const HELD_OUT: usize = 32;

/// How unequally a random calendar sends contents: the deviation of the logarithm of their weights.
const UNEQUAL: f64 = 1.0;

/// Retentions that are tried where the file says nothing.
const RETENTIONS: [f64; 9] = [0.0, 0.3, 0.5, 0.65, 0.8, 0.87, 0.93, 0.97, 1.0];

/// What is believed of one content.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Belief {
    /// What a post brings while the content is new, in units of the objective; below 0 where it costs more than it brings.
    pub base: f64,
    /// What it brings less per unit of satiation, which is 1 right after the first sending if nothing recovers (>= 0).
    pub cost: f64,
    /// Whether the file says so, as a share of the base; else it is fitted.
    pub wear_is_given: bool,
    /// Share of satiation that is left a post later, 0..1; 1: it never recovers.
    pub retention: f64,
    /// Whether the file says so; else it is fitted.
    pub recovery_is_given: bool,
}

/// What the planner believes, and the calendar that follows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Surrogate {
    /// What is believed of each content, in the order of the menu.
    pub beliefs: Vec<Belief>,
    /// Calendars they were fitted to.
    pub fitted: usize,
    /// Share of the variance between calendars not fitted to that is foretold; at most 1, and below 0 where the mean foretells better.
    pub foretold: Option<f64>,
    /// Hours between posts, on average.
    pub gap_hours: f64,
    /// The best calendar found, and what none exceeds.
    pub best: Best,
    /// What the contents in turn would come to.
    pub in_turn: f64,
    /// What taking the best at each post would come to.
    pub greedy: f64,
}

impl Surrogate {
    /// The content that brings most while new, the first of equals.
    pub fn strongest(&self) -> usize {
        let base = |content: usize| self.beliefs[content].base;
        (1..self.beliefs.len()).fold(0, |best, other| if base(other) > base(best) { other } else { best })
    }

    /// Share of its base that a repeat costs a content, on average over those that bring something, at most 1.
    pub fn mean_wear(&self) -> f64 {
        let mut wear = Moments::default();
        let bringing = self.beliefs.iter().filter(|belief| belief.base > 0.0);
        bringing.for_each(|belief| wear.push((belief.cost / belief.base).min(1.0)));
        wear.mean().unwrap_or(0.0)
    }

    /// Days in which half of satiation is gone, on average over contents; `None` where none recovers.
    pub fn half_life_days(&self) -> Option<f64> {
        let mut days = Moments::default();
        for belief in self.beliefs.iter().filter(|belief| belief.retention < 1.0) {
            let posts = -std::f64::consts::LN_2 / libm::log(belief.retention.max(f64::MIN_POSITIVE));
            days.push(posts * self.gap_hours / 24.0);
        }
        days.mean()
    }
}

/// The calendars of the pilot: first those that beliefs are fitted to, then those they are held against.
pub(super) fn calendars(n_contents: usize, n_posts: usize, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let n = FEWEST_FITTED.max(FITTED_PER_CONTENT * n_contents) + HELD_OUT;
    let calendar = |_| {
        let weights: Vec<f64> = (0..n_contents).map(|_| libm::exp(UNEQUAL * normal(rng))).collect();
        let all: f64 = weights.iter().sum();
        let mut post = || {
            let mut above = all * uniform(rng);
            let drawn = weights.iter().position(|weight| {
                above -= weight;
                above < 0.0
            });
            drawn.unwrap_or(n_contents - 1)
        };
        (0..n_posts).map(|_| post()).collect()
    };
    (0..n).map(calendar).collect()
}

/// What may be sent in place of the calendar that is best for the beliefs: the strongest contents in turn, so many of them.
pub(super) fn turns(surrogate: &Surrogate, n_strongest: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..surrogate.beliefs.len()).collect();
    order.sort_by(|&a, &b| surrogate.beliefs[b].base.total_cmp(&surrogate.beliefs[a].base));
    order.truncate(n_strongest);
    order.into_iter().cycle().take(surrogate.best.sequence.len()).collect()
}

/// What the planner believes after the pilot, in which each calendar came to so much.
pub(super) fn surrogate(
    said: &scenario::Rotation,
    rotation: &Rotation,
    calendars: &[Vec<usize>],
    outcomes: &[f64],
) -> Surrogate {
    let gap_hours = 24.0 * f64::from(said.every) / said.at.len() as f64;
    let fitted = calendars.len() - HELD_OUT;
    let tried = RETENTIONS.iter().map(|&retention| {
        let form = Form::new(said, rotation, retention, gap_hours);
        let rows: Vec<Vec<f64>> = calendars.iter().map(|calendar| form.row(calendar)).collect();
        let coefficients = form.fit(&rows[..fitted], &outcomes[..fitted]);
        let left = squares_left(&coefficients, &rows[..fitted], &outcomes[..fitted]);
        let foretold = foretold(&coefficients, &rows[fitted..], &outcomes[fitted..]);
        (left, foretold, form.beliefs(&coefficients))
    });
    let (_, foretold, beliefs) =
        tried.reduce(|best, other| if other.0 < best.0 { other } else { best }).expect("retentions are tried");
    let n_posts = rotation.plan().posts.len();
    let in_turn: Vec<usize> = (0..n_posts).map(|post| post % beliefs.len()).collect();
    let option = |belief: &Belief| Rebounding { base: belief.base, wear: belief.cost, retention: belief.retention };
    let options: Vec<Rebounding> = beliefs.iter().map(option).collect();
    let per_state = options.len() * options.len() * n_posts * n_posts / 2;
    let width = (WORK / per_state.max(1)).clamp(NARROWEST, WIDEST);
    Surrogate {
        fitted,
        foretold,
        gap_hours,
        best: best(&options, n_posts, width),
        in_turn: total(&options, &in_turn),
        greedy: total(&options, &greedy(&options, n_posts)),
        beliefs,
    }
}

/// Share of the variance of outcomes that is foretold; `None` where they do not differ.
fn foretold(coefficients: &[f64], rows: &[Vec<f64>], outcomes: &[f64]) -> Option<f64> {
    let mut moments = Moments::default();
    for &outcome in outcomes {
        moments.push(outcome);
    }
    let squares = moments.variance()? * (moments.n() - 1) as f64;
    (squares > 0.0).then(|| 1.0 - squares_left(coefficients, rows, outcomes) / squares)
}

/// How a calendar's total hangs on what is fitted: a base for each sort of content, then the costs.
#[derive(Debug)]
struct Form {
    contents: Vec<Known>,
    /// Sorts of contents.
    n_sorts: usize,
    /// The costs that are fitted.
    costs: Vec<Cost>,
}

/// What is known of a content before the pilot.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Known {
    kind: Kind,
    /// Offer x appeal x relevance: what the simulator makes clicks from.
    pull: f64,
    relevance: f64,
    retention: f64,
    recovery_is_given: bool,
    /// As the file has it, as a share of the base.
    wear: Option<f64>,
    /// Contents of one sort are alike in all of the above.
    sort: usize,
}

/// A cost of repeats that contents without a wear of their own share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cost {
    /// The same for all.
    Alike,
    /// In proportion to their pull.
    ByPull,
}

impl Form {
    fn new(said: &scenario::Rotation, rotation: &Rotation, retention: f64, gap_hours: f64) -> Form {
        let known = |(content, said): (&Content, &scenario::Content)| Known {
            kind: content.kind,
            pull: content.pull * content.relevance,
            relevance: content.relevance,
            retention: match said.recovery {
                Some(Recovery::PerPost(share)) => 1.0 - share,
                Some(Recovery::HalfLife(hours)) => libm::exp2(-gap_hours / hours.0),
                None => retention,
            },
            recovery_is_given: said.recovery.is_some(),
            wear: said.wear,
            sort: 0,
        };
        let mut contents: Vec<Known> = rotation.menu.iter().zip(&said.contents).map(known).collect();
        let mut sorts: Vec<Known> = Vec::new();
        for content in &mut contents {
            let sort = sorts.iter().position(|sort| sort == content).unwrap_or(sorts.len());
            if sort == sorts.len() {
                sorts.push(*content);
            }
            content.sort = sort;
        }
        let fitted = || sorts.iter().filter(|sort| sort.wear.is_none()).map(|sort| sort.pull.to_bits());
        let costs = match (fitted().next(), fitted().any(|pull| Some(pull) != fitted().next())) {
            (None, _) => Vec::new(),
            (Some(_), false) => vec![Cost::Alike],
            (Some(_), true) => vec![Cost::Alike, Cost::ByPull],
        };
        Form { contents, n_sorts: sorts.len(), costs }
    }

    fn row(&self, calendar: &[usize]) -> Vec<f64> {
        let mut row = vec![0.0; self.n_sorts + self.costs.len()];
        for (index, content) in self.contents.iter().enumerate() {
            let Exposure { uses, met } = exposure(calendar, index, content.retention);
            row[content.sort] += uses - content.wear.unwrap_or(0.0) * met;
            if content.wear.is_none() {
                for (cost, column) in self.costs.iter().zip(&mut row[self.n_sorts..]) {
                    *column -= cost.weight(content) * met;
                }
            }
        }
        row
    }

    /// The coefficients, no cost of which is below 0: the one furthest below is left out, until none is.
    fn fit(&self, rows: &[Vec<f64>], outcomes: &[f64]) -> Vec<f64> {
        let mut free = vec![true; self.costs.len()];
        loop {
            let is_free = |column: &usize| *column < self.n_sorts || free[column - self.n_sorts];
            let columns: Vec<usize> = (0..self.n_sorts + free.len()).filter(is_free).collect();
            let kept: Vec<Vec<f64>> =
                rows.iter().map(|row| columns.iter().map(|&column| row[column]).collect()).collect();
            let found = fit(&kept, outcomes).unwrap_or_else(|| vec![0.0; columns.len()]);
            let mut coefficients = vec![0.0; self.n_sorts + free.len()];
            columns.iter().zip(found).for_each(|(&column, found)| coefficients[column] = found);
            let costs = coefficients[self.n_sorts..].iter().copied().enumerate();
            match costs.filter(|(_, cost)| *cost < 0.0).min_by(|a, b| a.1.total_cmp(&b.1)) {
                Some((cost, _)) => free[cost] = false,
                None => return coefficients,
            }
        }
    }

    fn beliefs(&self, coefficients: &[f64]) -> Vec<Belief> {
        let (bases, costs) = coefficients.split_at(self.n_sorts);
        let belief = |content: &Known| {
            let base = bases[content.sort];
            let fitted = || self.costs.iter().zip(costs).map(|(cost, fitted)| cost.weight(content) * fitted).sum();
            Belief {
                base,
                cost: content.wear.map_or_else(fitted, |wear| wear * base.max(0.0)),
                wear_is_given: content.wear.is_some(),
                retention: content.retention,
                recovery_is_given: content.recovery_is_given,
            }
        };
        self.contents.iter().map(belief).collect()
    }
}

impl Cost {
    fn weight(self, content: &Known) -> f64 {
        match self {
            Cost::Alike => 1.0,
            Cost::ByPull => content.pull,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::diagnostic::Source;
    use crate::parameter::Parameters;
    use crate::plan::rotation::compile;
    use crate::scenario::parse;

    fn compiled(text: &str) -> (scenario::Rotation, Rotation) {
        let draft = parse("a", Source { name: "a.toml".into(), text: text.into() }, &[]);
        let rotation = compile(&draft, 1, &Parameters::best(), &[]).unwrap();
        (draft.scenario.rotation.unwrap(), rotation)
    }

    const CONTENTS: &str = "days = 40\n[audience.club]\nsize = 20\n[content.a]\n[content.b]\n[content.c]\nappeal = 0.5\n\
                            [content.d]\nkind = \"preview\"\n";

    /// Totals of calendars for options of that retention; alike contents have alike options.
    fn outcomes(calendars: &[Vec<usize>], options: [(f64, f64); 4], retention: f64) -> Vec<f64> {
        let options = options.map(|(base, wear)| Rebounding { base, wear, retention });
        calendars.iter().map(|calendar| total(&options, calendar)).collect()
    }

    #[test]
    fn what_satiates_by_the_rule_is_found_again_and_foretold_wholly() {
        let (said, rotation) = compiled(CONTENTS);
        let calendars = calendars(4, 20, &mut Xoshiro256PlusPlus::seed_from_u64(1));
        // Costs are 2 + 3 x pull; the preview's pull is its offer, one half.
        let outcomes = outcomes(&calendars, [(10.0, 5.0), (10.0, 5.0), (6.0, 3.5), (4.0, 3.5)], 0.8);
        let found = surrogate(&said, &rotation, &calendars, &outcomes);
        for (belief, (base, cost)) in found.beliefs.iter().zip([(10.0, 5.0), (10.0, 5.0), (6.0, 3.5), (4.0, 3.5)]) {
            assert!((belief.base - base).abs() < 1e-8 && (belief.cost - cost).abs() < 1e-8, "{belief:?}");
            assert!((belief.retention - 0.8).abs() < 1e-12 && !belief.wear_is_given && !belief.recovery_is_given);
        }
        assert!((found.foretold.unwrap() - 1.0).abs() < 1e-9);
        assert!(found.best.total > found.in_turn && found.best.total >= found.greedy);
        assert_eq!((found.strongest(), found.fitted), (0, 96));
    }

    #[test]
    fn the_word_of_the_file_stands_in_place_of_the_fit() {
        let text = format!("{CONTENTS}wear = 0.25\nhalf_life = \"48h\"\n");
        let (said, rotation) = compiled(&text);
        let calendars = calendars(4, 20, &mut Xoshiro256PlusPlus::seed_from_u64(1));
        let outcomes = outcomes(&calendars, [(10.0, 5.0), (10.0, 5.0), (6.0, 3.5), (4.0, 1.0)], 0.5);
        let preview = surrogate(&said, &rotation, &calendars, &outcomes).beliefs[3];
        assert!(preview.wear_is_given && preview.recovery_is_given && (preview.retention - 0.5).abs() < 1e-12);
        assert!((preview.cost - 0.25 * preview.base).abs() < 1e-12 && (preview.base - 4.0).abs() < 1e-8, "{preview:?}");
    }

    #[test]
    fn a_cost_that_would_be_a_gain_is_none() {
        let (said, rotation) = compiled(CONTENTS);
        let calendars = calendars(4, 20, &mut Xoshiro256PlusPlus::seed_from_u64(1));
        let outcomes = outcomes(&calendars, [(10.0, -5.0), (10.0, -5.0), (6.0, -5.0), (4.0, -5.0)], 0.8);
        let found = surrogate(&said, &rotation, &calendars, &outcomes);
        assert!(found.beliefs.iter().all(|belief| belief.cost == 0.0), "{:?}", found.beliefs);
    }
}
