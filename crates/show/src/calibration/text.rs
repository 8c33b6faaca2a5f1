//! A calibration as plain text: what was found and what it may be called, each target, what the targets taught.
//!
//! Comes in: a [`Page`]. Goes out: lines of at most 120 columns where names allow it, in the units of the targets.

use std::fmt::Write;

use wearout_core::analysis::{RIDGE, predictive};
use wearout_core::study::Nearness;
use wearout_core::study::calibrate::{CUTOFF, MET, Method, Score};
use wearout_core::targets::{Target, Tuned};

use crate::number::{short, signed};

use super::{LEAST_EFFECTIVE, Page};

/// Most ridges that are named.
const MOST_RIDGES: usize = 12;

/// Most sets of targets that exclude each other that are named.
const MOST_SETS: usize = 10;

/// Share of its range by which a value lies at its end.
const AT_END: f64 = 0.01;

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let mut parts = vec![heading(page)];
    if page.outcome.points.is_empty() {
        parts.push(nothing(page));
        return parts.join("\n");
    }
    parts.extend([targets(page), totals(page), quantities(page)]);
    parts.extend(ridges(page));
    parts.join("\n")
}

fn heading(page: &Page) -> String {
    let (calibration, problem) = (page.calibration, page.problem);
    let settings = calibration.settings();
    let fitted = page.counted(false).all;
    let way = match settings.method {
        Method::Best => "CMA-ES",
        Method::Posterior => "ABC-SMC",
        Method::Plausible => "history matching",
    };
    let mut text = format!(
        "{}: {} ({way}); targets: {fitted} fitted, {} held out; quantities tuned: {}\n",
        problem.targets.name,
        page.called(),
        page.counted(true).all,
        problem.targets.tuned.len()
    );
    let _ = writeln!(
        text,
        "  {} points (replicates of each: {}) in {} generations; it ended because {}",
        calibration.simulations(),
        settings.replicates,
        calibration.generations(),
        page.ended.words()
    );
    if let Some(posterior) = calibration.posterior() {
        let sampling = posterior.sampling();
        let last = sampling.history().last();
        let _ = writeln!(
            text,
            "  {} points, effective sample size {:.0} (a posterior needs {LEAST_EFFECTIVE:.0}), acceptance {}, threshold {}",
            page.outcome.points.len(),
            page.outcome.effective,
            last.map_or("unknown".to_owned(), |last| format!("{:.1} %", 100.0 * last.acceptance)),
            sampling.threshold().map_or("none".to_owned(), short)
        );
        let freed: Vec<&str> = posterior.freed().iter().map(|&i| problem.targets.tuned[i].name.as_str()).collect();
        if freed.len() < problem.targets.tuned.len() {
            let _ = writeln!(text, "  tuned: {}; the others keep their prior", freed.join(", "));
        }
    }
    if let Some(plausible) = calibration.plausible() {
        let _ = writeln!(
            text,
            "  {} sets with an implausibility below {CUTOFF:.0} on at least {:.0} % of the targets",
            page.outcome.found,
            100.0 * MET
        );
        let patterns: Vec<&str> = problem.targets.patterns.iter().map(|pattern| pattern.key.as_str()).collect();
        if !patterns.is_empty() {
            let shown = page.outcome.points.len();
            let _ =
                writeln!(text, "  {shown} of them show the patterns of the field asked for: {}", patterns.join(", "));
        }
        if !plausible.search().is_exhaustive() {
            text.push_str("  focused where the best was expected, since few points were plausible: sets elsewhere may be missing\n");
        }
    }
    if let Some(loss) = page.outcome.loss {
        let _ = writeln!(
            text,
            "  loss {} at the best point, measured again on {} replicates of fresh luck",
            short(loss),
            page.fresh_replicates
        );
    }
    text
}

/// Why nothing was found.
fn nothing(page: &Page) -> String {
    let Some(plausible) = page.calibration.plausible() else {
        return "Nothing was found: no point was measured.\n".to_owned();
    };
    if page.outcome.found > 0 {
        let found = page.outcome.found;
        return format!(
            "{found} sets meet the targets, and none of them shows every pattern of the field asked for.\n"
        );
    }
    let conflicts = plausible.conflicts(page.calibration.settings());
    let fitted: Vec<&Target> = page.targets().iter().filter(|target| !target.held_out).collect();
    let name = |i: &usize| fitted[*i].name.as_str();
    let mut text = format!("No set is plausible, as far as {} points tell.\n", conflicts.n_runs);
    if !conflicts.never_met.is_empty() {
        let names: Vec<&str> = conflicts.never_met.iter().map(name).collect();
        let _ = writeln!(text, "Never met by any: {}.", names.join(", "));
    }
    for set in conflicts.sets.iter().take(MOST_SETS) {
        let names: Vec<&str> = set.targets.iter().map(name).collect();
        let _ = writeln!(text, "{}: {}.", together(set.emulated), names.join(" and "));
    }
    let missed: Vec<String> = fitted
        .iter()
        .zip(&conflicts.missed_by)
        .filter_map(|(target, missed)| {
            missed.filter(|missed| *missed >= CUTOFF).map(|missed| format!("{} by {missed:.1}", target.name))
        })
        .collect();
    if !missed.is_empty() {
        let _ = writeln!(text, "The nearest point misses {} standard deviations.", missed.join(", "));
    }
    text + "Wider ranges under [[tune]], a larger discrepancy, or fewer targets may leave something.\n"
}

/// What may be said of targets that no point met together, by their least implausibility together under the emulators. Only emulators
/// can tell that they exclude each other.
fn together(emulated: Option<f64>) -> &'static str {
    match emulated {
        Some(least) if least >= CUTOFF => "Exclude each other",
        _ => "Not met together by any, perhaps for want of points",
    }
}

fn targets(page: &Page) -> String {
    let width = page.targets().iter().map(|target| target.name.chars().count() + 2).max().unwrap_or(0).clamp(9, 34) + 1;
    let is_sample = page.method() != Method::Best;
    let predicted_head = if is_sample { format!("{:<20}", "predicted 5-95 %") } else { String::new() };
    let mut text = format!(
        "{:width$}{:<22}{:<32}{predicted_head}{:>7}  verdict\n",
        "target", "known", "simulated (95 %)", "misses"
    );
    for ((target, score), predicted) in page.scored().zip(&page.outcome.predicted) {
        let (low, high) = target.reading.range();
        let known = if low == high { short(low) } else { format!("{} to {}", short(low), short(high)) };
        let mark = if target.held_out { "*" } else { " " };
        let predicted = match predictive(predicted).filter(|_| is_sample) {
            Some([low, _, high]) => format!("{:<20}", format!("{} to {}", short(low), short(high))),
            None if is_sample => " ".repeat(20),
            None => String::new(),
        };
        let name: String = target.name.chars().take(width - 3).collect();
        let missed = score.implausibility.map_or(String::new(), |implausibility| format!("{implausibility:.1} sd"));
        let verdict = score.nearness().map_or("not measured", Nearness::words);
        let line = format!(
            "{name:<w$} {mark} {known:<22}{:<32}{predicted}{missed:>7}  {verdict}",
            simulated(score),
            w = width - 3
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if page.counted(true).all > 0 {
        text.push_str("* held out: not fitted, only scored\n");
    }
    text
}

fn simulated(score: &Score) -> String {
    let Some(figure) = score.figure else { return String::new() };
    match figure.interval(0.95).filter(|interval| interval.low < interval.high) {
        Some(interval) => format!("{} ({} to {})", short(figure.mean), short(interval.low), short(interval.high)),
        None => short(figure.mean),
    }
}

fn totals(page: &Page) -> String {
    let mut text = String::new();
    for (held_out, name) in [(false, "Fitted"), (true, "Held out")] {
        let counted = page.counted(held_out);
        if counted.all > 0 {
            let _ = writeln!(
                text,
                "{name}: {} of {} inside, {} within 12 %, {} within 25 %.",
                counted.inside, counted.all, counted.close, counted.near
            );
        }
    }
    let off: Vec<String> = page
        .scored()
        .filter(|(_, score)| score.nearness() == Some(Nearness::Off))
        .map(|(target, score)| format!("{} by {:.0} %", target.name, 100.0 * score.off.unwrap_or_default()))
        .collect();
    if !off.is_empty() {
        let _ = writeln!(text, "Off by more than 25 %: {}.", off.join(", "));
    }
    text
}

/// The tuned quantities: where they are, and how much narrower than before.
fn quantities(page: &Page) -> String {
    let tuned = &page.problem.targets.tuned;
    let width = tuned.iter().map(|tuned| tuned.name.chars().count() + 2).max().unwrap_or(0).max(12);
    let is_sample = page.learned.quantities.iter().any(|quantity| quantity.contraction.is_some());
    let rest = if is_sample {
        format!("{:<36}{:>11}  known from", "after: median (5 to 95 %)", "contraction")
    } else {
        String::new()
    };
    let mut text = format!("{:width$}{:<22}{:>10}  {rest}", "quantity", "range", "best").trim_end().to_owned() + "\n";
    for (i, (tuned, learned)) in tuned.iter().zip(&page.learned.quantities).enumerate() {
        let range = format!("{} to {}", short(tuned.low), short(tuned.high));
        let best = page.outcome.best.as_ref().map(|best| best[i]);
        let rest = match (learned.quantiles, learned.contraction, learned.source()) {
            (Some([low, median, high]), Some(contraction), Some(source)) => {
                let after = format!("{} ({} to {})", short(median), short(low), short(high));
                format!("{after:<36}{contraction:>11.2}  {source}")
            }
            _ => best.and_then(|best| at_end(tuned, best)).unwrap_or_default().to_owned(),
        };
        let best = best.map_or(String::new(), short);
        let _ = writeln!(text, "{}", format!("{:width$}{range:<22}{best:>10}  {rest}", tuned.name).trim_end());
    }
    if is_sample {
        text.push_str("contraction: 1 - variance after / before; data: 0.5 or more, prior: below 0.1, where the range itself decides\n");
    }
    text
}

/// A best value at an end of its range may lie beyond it.
fn at_end(tuned: &Tuned, best: f64) -> Option<&'static str> {
    let along = (best - tuned.low) / (tuned.high - tuned.low);
    if along < AT_END {
        Some("at the lower end of its range")
    } else if along > 1.0 - AT_END {
        Some("at the upper end of its range")
    } else {
        None
    }
}

fn ridges(page: &Page) -> Option<String> {
    let ridges = &page.learned.ridges;
    if ridges.is_empty() {
        return None;
    }
    let name = |i: usize| &page.problem.targets.tuned[i].name;
    let mut text = format!("Ridges: pairs whose correlation is beyond {RIDGE}, which the targets can't tell apart\n");
    for ridge in ridges.iter().take(MOST_RIDGES) {
        let _ = writeln!(text, "  {} and {}: {}", name(ridge.one), name(ridge.other), signed(ridge.correlation, 2));
    }
    if ridges.len() > MOST_RIDGES {
        let _ = writeln!(text, "  and {} more in ridges.csv", ridges.len() - MOST_RIDGES);
    }
    Some(text)
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
