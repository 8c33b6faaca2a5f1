//! The page of a calibration: what was found and what it may be called, each target, what the targets taught.

use wearout_core::analysis::RIDGE;
use wearout_core::finding::{Calibrate, CalibrateNote, Called, Counted, LEAST_EFFECTIVE, Provenance, Search};
use wearout_core::study::Nearness;
use wearout_core::study::calibrate::{CUTOFF, MET, Method, Score};
use wearout_core::targets::{Lever, Target, Tuned};
use wearout_stats::history_matching::Conflicts;

use super::{called, ended};
use crate::number::{fixed, short, signed};
use crate::page::{Block, Cell, Label, Page, Row, Said, Table};
use crate::sentence::{capitalised, counted, list, replicates};

/// Most ridges that are named.
const MOST_RIDGES: usize = 12;

/// Most sets of targets that exclude each other that are named.
const MOST_SETS: usize = 10;

/// The page of a calibration.
pub fn page(of: &Calibrate, made: &Provenance) -> Page {
    let is_found = !of.outcome.points.is_empty();
    let mut blocks = vec![Block::Headline(if is_found { headline(of) } else { nothing(of) })];
    if is_found {
        blocks.extend(totals(of).into_iter().map(Block::Sentence));
        blocks.extend([Block::Figure("targets"), Block::Table(targets(of)), Block::Figure("contraction")]);
        blocks.push(Block::Table(quantities(of)));
        blocks.extend(ridges(of));
    } else if let Search::Plausible { conflicts: Some(conflicts), .. } = &of.search {
        blocks.extend(in_the_way(of, conflicts).into_iter().map(Block::Sentence));
    }
    blocks.extend(how(of).into_iter().map(Block::Small));
    let note = |(at, note)| Block::Note(Said::of(self::note(of, note), format!("/study/notes/{at}")));
    blocks.extend(of.notes.iter().enumerate().map(note));
    let way = match of.asked.method {
        Method::Best => "CMA-ES",
        Method::Posterior => "ABC-SMC",
        Method::Plausible => "history matching",
    };
    let title = format!(
        "{}: {} ({way}); targets: {} fitted, {} held out; quantities tuned: {}",
        made.name,
        called(of),
        of.fitted.all,
        of.held_out.all,
        of.tuned.len()
    );
    Page { title, blocks }
}

fn headline(of: &Calibrate) -> Said {
    let Counted { all, within_12_percent, within_25_percent, .. } = of.fitted;
    let best = match of.called {
        Called::BestFit => "the best fit",
        Called::Posterior | Called::SmallSample => "the best point of the sample",
        Called::PlausibleSet => "the best plausible set",
    };
    let words = format!(
        "{best} meets {within_12_percent} of {all} fitted targets within 12 %, {within_25_percent} within 25 %."
    );
    Said::of(capitalised(&words), "/study/fitted")
}

fn totals(of: &Calibrate) -> Vec<Said> {
    let mut said = Vec::new();
    for (name, counted, from) in [("Fitted", of.fitted, "/study/fitted"), ("Held out", of.held_out, "/study/held_out")]
    {
        let Counted { all, inside, within_12_percent, within_25_percent } = counted;
        if all > 0 {
            let words = format!(
                "{name}: {inside} of {all} inside, {within_12_percent} within 12 %, {within_25_percent} within 25 %."
            );
            said.push(Said::of(words, from));
        }
    }
    let off: Vec<String> = scored(of)
        .filter(|(_, score)| score.nearness == Some(Nearness::Off))
        .map(|(target, score)| format!("{} by {} %", target.name, fixed(100.0 * score.off.unwrap_or_default(), 0)))
        .collect();
    if !off.is_empty() {
        said.push(Said::of(format!("Off by more than 25 %: {}.", off.join(", ")), "/study/outcome/scores"));
    }
    said
}

fn scored(of: &Calibrate) -> impl Iterator<Item = (&Target, &Score)> {
    of.targets.iter().zip(&of.outcome.scores)
}

/// Why nothing was found.
fn nothing(of: &Calibrate) -> Said {
    if of.outcome.found > 0 {
        let found = counted(of.outcome.found as u64, "set");
        let words = format!("{found} met the targets, and none of them shows every pattern of the field asked for.");
        return Said::of(words, "/study/outcome/found");
    }
    let words = match &of.search {
        Search::Plausible { conflicts: Some(conflicts), .. } => {
            format!("No set is plausible, as far as {} points tell.", conflicts.n_runs)
        }
        _ => "Nothing was found: no point was measured.".to_owned(),
    };
    Said::of(words, "/study/search")
}

/// Which targets stand in the way of a plausible set.
fn in_the_way(of: &Calibrate, conflicts: &Conflicts) -> Vec<Said> {
    let from = "/study/search/plausible/conflicts";
    let fitted: Vec<&Target> = of.targets.iter().filter(|target| !target.held_out).collect();
    let names = |targets: &[usize]| -> Vec<&str> { targets.iter().map(|&i| fitted[i].name.as_str()).collect() };
    let mut said = Vec::new();
    if !conflicts.never_met.is_empty() {
        let words = format!("Never met by any: {}.", names(&conflicts.never_met).join(", "));
        said.push(Said::of(words, format!("{from}/never_met")));
    }
    for (at, set) in conflicts.sets.iter().take(MOST_SETS).enumerate() {
        let words = format!("{}: {}.", together(set.emulated), list(&names(&set.targets)));
        said.push(Said::of(words, format!("{from}/sets/{at}")));
    }
    let missed = fitted.iter().zip(&conflicts.missed_by).filter_map(|(target, missed)| {
        missed.filter(|missed| *missed >= CUTOFF).map(|missed| format!("{} by {}", target.name, fixed(missed, 1)))
    });
    let missed: Vec<String> = missed.collect();
    if !missed.is_empty() {
        let words = format!("The nearest point misses {} standard deviations.", missed.join(", "));
        said.push(Said::of(words, format!("{from}/missed_by")));
    }
    let advice = "Wider ranges under [[tune]], a larger discrepancy, or fewer targets may leave plausible sets.";
    said.push(Said::of(advice, from));
    said
}

/// What may be said of targets that no point met together, by their least implausibility together under the emulators. Only emulators
/// can tell that they exclude each other.
fn together(emulated: Option<f64>) -> &'static str {
    match emulated {
        Some(least) if least >= CUTOFF => "Exclude each other",
        _ => "Not met together by any, perhaps for want of points",
    }
}

fn targets(of: &Calibrate) -> Table {
    let is_sample = of.asked.method != Method::Best;
    let heads = ["known", "simulated (95 %)", "predicted 5-95 %", "misses", "verdict"].into_iter();
    let row = |((target, score), predicted): ((&Target, &Score), &Option<[f64; 3]>)| {
        let (low, high) = target.reading.range();
        let cells = [
            Cell::Figure(if low == high { short(low) } else { range(low, high) }),
            simulated(score).map_or(Cell::Blank, Cell::Figure),
            predicted.map_or(Cell::Blank, |[low, _, high]| Cell::Figure(range(low, high))),
            score
                .implausibility
                .map_or(Cell::Blank, |implausibility| Cell::Figure(format!("{} sd", fixed(implausibility, 1)))),
            Cell::Words(score.nearness.map_or("not measured", Nearness::words).to_owned()),
        ];
        let mark = if target.held_out { " *" } else { "" };
        Row {
            label: Label::plain(format!("{}{mark}", target.name)),
            is_part: false,
            cells: cells
                .into_iter()
                .enumerate()
                .filter(|(i, _)| is_sample || *i != PREDICTED)
                .map(|(_, cell)| cell)
                .collect(),
        }
    };
    Table {
        title: String::new(),
        corner: "target".to_owned(),
        heads: heads.filter(|head| is_sample || !head.starts_with("predicted")).map(str::to_owned).collect(),
        rows: scored(of).zip(&of.outcome.predicted).map(row).collect(),
        below: (of.held_out.all > 0).then(|| "* held out: not fitted, only scored".to_owned()).into_iter().collect(),
        from: "/study/outcome/scores".to_owned(),
    }
}

/// Column of what a sample predicts.
const PREDICTED: usize = 2;

fn range(low: f64, high: f64) -> String {
    format!("{} to {}", short(low), short(high))
}

fn simulated(score: &Score) -> Option<String> {
    let mean = short(score.figure?.mean);
    Some(match score.interval.filter(|interval| interval.low < interval.high) {
        Some(interval) => format!("{mean} ({})", range(interval.low, interval.high)),
        None => mean,
    })
}

/// The tuned quantities: where they are, and how much narrower than before.
fn quantities(of: &Calibrate) -> Table {
    let is_sample = of.learned.quantities.iter().any(|quantity| quantity.contraction.is_some());
    let heads = ["range", "best", "after: median (5 to 95 %)", "contraction", "known from"];
    let n_columns = if is_sample { heads.len() } else { 2 };
    let row = |(i, tuned): (usize, &Tuned)| {
        let learned = &of.learned.quantities[i];
        let best = of.outcome.best.as_ref().map(|best| short(best[i]));
        let after = learned.quantiles.map(|[low, median, high]| format!("{} ({})", short(median), range(low, high)));
        let figures =
            [Some(range(tuned.low, tuned.high)), best, after, learned.contraction.map(|share| fixed(share, 2))];
        let mut cells: Vec<Cell> = figures.into_iter().map(|cell| cell.map_or(Cell::Blank, Cell::Figure)).collect();
        cells.push(learned.source.map_or(Cell::Blank, |source| Cell::Words(source.to_owned())));
        cells.truncate(n_columns);
        let label = match &tuned.lever {
            Lever::Parameter(key) => Label::of(&tuned.name, key),
            Lever::Key { .. } => Label::plain(&tuned.name),
        };
        Row { label, is_part: false, cells }
    };
    let meaning =
        "contraction: 1 - variance after / before; data: 0.5 or more, prior: below 0.1, where the range itself decides";
    Table {
        title: String::new(),
        corner: "quantity".to_owned(),
        heads: heads[..n_columns].iter().map(|&head| head.to_owned()).collect(),
        rows: of.tuned.iter().enumerate().map(row).collect(),
        below: is_sample.then(|| meaning.to_owned()).into_iter().collect(),
        from: "/study/learned/quantities".to_owned(),
    }
}

fn ridges(of: &Calibrate) -> Vec<Block> {
    let ridges = &of.learned.ridges;
    if ridges.is_empty() {
        return Vec::new();
    }
    let from = "/study/learned/ridges";
    let name = |i: usize| &of.tuned[i].name;
    let opening = format!("Ridges: pairs whose correlation is beyond {RIDGE}, which the targets cannot separate");
    let mut blocks = vec![Block::Figure("pairs"), Block::Sentence(Said::of(opening, from))];
    blocks.extend(ridges.iter().take(MOST_RIDGES).enumerate().map(|(at, ridge)| {
        let words = format!("{} and {}: {}", name(ridge.one), name(ridge.other), signed(ridge.correlation, 2));
        Block::Item(Said::of(words, format!("{from}/{at}")))
    }));
    if ridges.len() > MOST_RIDGES {
        blocks.push(Block::Item(Said::of(format!("and {} more in ridges.csv", ridges.len() - MOST_RIDGES), from)));
    }
    blocks
}

/// How it went.
fn how(of: &Calibrate) -> Vec<Said> {
    let went = &of.went;
    let mut said = vec![Said::of(
        format!(
            "{} points (replicates of each: {}) in {} generations; it ended because {}",
            went.measured,
            of.asked.replicates,
            went.generations,
            ended(went.ended)
        ),
        "/study/went",
    )];
    match &of.search {
        Search::Best => {}
        Search::Posterior { acceptance, threshold, freed } => {
            let words = format!(
                "{} points, effective sample size {} (a posterior needs {LEAST_EFFECTIVE}), acceptance {}, threshold {}",
                of.outcome.points.len(),
                fixed(of.outcome.effective, 0),
                acceptance.map_or("unknown".to_owned(), |share| format!("{} %", fixed(100.0 * share, 1))),
                threshold.map_or("none".to_owned(), short)
            );
            said.push(Said::of(words, "/study/search/posterior"));
            if freed.len() < of.tuned.len() {
                let freed: Vec<&str> = freed.iter().map(|&i| of.tuned[i].name.as_str()).collect();
                let words = format!("tuned: {}; the others keep their prior", freed.join(", "));
                said.push(Said::of(words, "/study/search/posterior/freed"));
            }
        }
        Search::Plausible { .. } => {
            let words = format!(
                "{} sets with an implausibility below {CUTOFF} on at least {} % of the targets",
                of.outcome.found,
                fixed(100.0 * MET, 0)
            );
            said.push(Said::of(words, "/study/outcome/found"));
            if !of.patterns.is_empty() {
                let (shown, keys) = (of.outcome.points.len(), of.patterns.join(", "));
                let words = format!("{shown} of them show the patterns of the field asked for: {keys}");
                said.push(Said::of(words, "/study/patterns"));
            }
        }
    }
    if let Some(loss) = of.outcome.loss {
        let n = replicates(u64::from(of.fresh_replicates));
        let words = format!("loss {} at the best point, measured again on {n} of fresh luck", short(loss));
        said.push(Said::of(words, "/study/outcome/loss"));
    }
    said
}

fn note(of: &Calibrate, note: &CalibrateNote) -> String {
    let end = |quantity: usize, end: &str| {
        format!("the best value of {} lies at the {end} end of its range, and may lie beyond", of.tuned[quantity].name)
    };
    match *note {
        CalibrateNote::AtLow(quantity) => end(quantity, "lower"),
        CalibrateNote::AtHigh(quantity) => end(quantity, "upper"),
        CalibrateNote::Focused => {
            "focused where the best was expected, since few points were plausible: sets elsewhere may be missing"
                .to_owned()
        }
        CalibrateNote::Early { measured } => {
            format!("--simulations {measured} repeats this result to the bit")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_emulators_can_say_that_targets_exclude_each_other() {
        assert_eq!(together(Some(CUTOFF)), "Exclude each other");
        for untold in [None, Some(0.5)] {
            assert_eq!(together(untold), "Not met together by any, perhaps for want of points");
        }
    }
}
