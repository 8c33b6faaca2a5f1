//! An analysis as plain text for a terminal: the verdict, one table, three lines, of at most 120 columns where names allow it.

use wearout_core::analysis::CONFIDENCE;
use wearout_core::analysis::trial::{Effect, Guarded, Guarding, Method};
use wearout_core::tally::{Better, Dealt, Unit};
use wearout_stats::Interval;
use wearout_stats::multiplicity;
use wearout_stats::permutation::smallest_p_value;

use crate::number::{fixed, signed, telling};
use crate::table::{grid, wrapped};

use super::verdict::{condition, verdict, word};
use super::worth::worth;
use super::{Page, chance, counted, difference, is_share, level, p_value, short_label, size};

/// Groups of an arm below which a t value leans on normality.
const FEW_FOR_NORMALITY: u64 = 10;

/// Sample ratios are doubted below this p value (after Fabijan et al. 2019, KDD).
const DOUBTED: f64 = 0.001;

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let found = page.found;
    let days = match (found.is_running(), page.is_end_said) {
        (true, _) => format!("day {} of {}", found.days, found.planned_days),
        (false, true) => format!("{}, as planned", counted(u64::from(found.days), "day")),
        (false, false) => counted(u64::from(found.days), "day"),
    };
    let mut text = wrapped(&format!("Test {}: {} against {}, {days}", page.name, page.metric.label, page.control()));
    text += &condition(page).map_or_else(String::new, |condition| wrapped(&format!("Condition: {condition}")));
    text += &wrapped(&format!("Verdict: {}", verdict(page)));
    text += "\n";
    text += &table(page);
    text += "\n";
    for line in [design(page), warnings(page), worth(page)] {
        text += &wrapped(&line);
    }
    text
}

/// A row of the table: its cells from left to right.
struct Row {
    label: String,
    groups: String,
    members: String,
    level: String,
    difference: String,
    relative: String,
    best: String,
    says: String,
}

fn table(page: &Page) -> String {
    let found = page.found;
    let several = found.arms.len() > 2;
    let mut rows: Vec<Row> = found.arms.iter().enumerate().map(|(arm, _)| arm_row(page, arm)).collect();
    rows.extend(found.secondary.iter().map(|effect| Row {
        says: format!(
            "{}{}",
            side(effect),
            effect.adjusted_p.map_or_else(String::new, |q| format!(", q {}", p_value(q)))
        ),
        ..effect_row(page, effect, "also", several)
    }));
    rows.extend(found.guardrails.iter().map(|guarded| guardrail_row(page, guarded, several)));
    let labels = std::iter::once(short_label(page.metric).to_owned()).chain(rows.iter().map(|row| row.label.clone()));
    let column = |heading: &str, cell: &dyn Fn(&Row) -> &str| -> Vec<String> {
        std::iter::once(heading.to_owned()).chain(rows.iter().map(|row| cell(row).to_owned())).collect()
    };
    let heading = if is_share(page.metric) { "points (95 %)" } else { "difference (95 %)" };
    let mut columns = vec![
        column("groups", &|row| &row.groups),
        column("members", &|row| &row.members),
        column("level", &|row| &row.level),
        column(heading, &|row| &row.difference),
        column("relative", &|row| &row.relative),
        column("P(best)", &|row| &row.best),
        column("says", &|row| &row.says),
    ];
    if found.dealt == Dealt::Members {
        columns.remove(0);
    }
    grid(&labels.collect::<Vec<_>>(), &columns)
}

fn arm_row(page: &Page, arm: usize) -> Row {
    let totals = &page.found.arms[arm];
    let effect = page.effect(arm);
    Row {
        label: totals.name.clone(),
        groups: fixed(totals.groups as f64, 0),
        members: fixed(totals.members as f64, 0),
        level: level(page.metric, totals.level),
        difference: effect
            .map_or_else(String::new, |effect| difference(page.metric, effect.difference, effect.interval)),
        relative: effect.map_or_else(String::new, relative),
        best: page.found.chances.as_ref().map_or_else(|| "-".to_owned(), |chances| chance(chances[arm].is_best)),
        says: word(page, arm),
    }
}

fn effect_row(page: &Page, effect: &Effect, what: &str, several: bool) -> Row {
    let label = short_label(effect.metric);
    Row {
        label: if several { format!("{what} {label}, {}", page.arm(effect.arm)) } else { format!("{what} {label}") },
        groups: String::new(),
        members: String::new(),
        level: level(effect.metric, effect.treated),
        difference: difference(effect.metric, effect.difference, effect.interval),
        relative: relative(effect),
        best: String::new(),
        says: String::new(),
    }
}

/// `+23 % (+7 to +39)`.
fn relative(effect: &Effect) -> String {
    let Some(relative) = effect.relative else { return "-".to_owned() };
    let percent = |x: f64, digits: usize| signed(100.0 * x, digits);
    let Some(Interval { low, high }) = effect.relative_interval else {
        return format!("{} %", percent(relative.estimate, 0));
    };
    let digits = telling(0, [100.0 * low, 100.0 * high]);
    let [value, low, high] = [relative.estimate, low, high].map(|x| percent(x, digits));
    format!("{value} % ({low} to {high})")
}

/// On which side of 0 an effect lies, where its interval and its adjusted p value both say so.
fn side(effect: &Effect) -> &'static str {
    match (effect.adjusted_p, effect.difference) {
        (Some(q), Some(difference)) if q <= 1.0 - CONFIDENCE && leaves_zero_out(effect) => {
            match (effect.metric.better, difference > 0.0) {
                (Better::Neither, _) => "different",
                (Better::Higher, true) | (Better::Lower, false) => "better",
                _ => "worse",
            }
        }
        _ => "not known",
    }
}

fn leaves_zero_out(effect: &Effect) -> bool {
    effect.interval.is_some_and(|interval| !interval.contains(0.0))
}

fn guardrail_row(page: &Page, guarded: &Guarded, several: bool) -> Row {
    // How much worse relatively says little of what is rare.
    Row {
        says: guarding(guarded.guarding).to_owned(),
        relative: String::new(),
        ..effect_row(page, &guarded.effect, "guard", several)
    }
}

/// What is known of a guardrail, in a word.
pub(super) fn guarding(guarding: Guarding) -> &'static str {
    match guarding {
        Guarding::Held => "holds",
        Guarding::Broken => "broken",
        Guarding::Open => "open",
        Guarding::Unseen => "none seen",
    }
}

fn design(page: &Page) -> String {
    let found = page.found;
    let mut parts = vec![match found.dealt {
        Dealt::Groups if found.effects.iter().any(|effect| effect.method == Method::Permutation) => {
            "groups were dealt and each counts once (permutation of groups)".to_owned()
        }
        Dealt::Groups => "groups were dealt and each counts once (Welch's t on group means)".to_owned(),
        Dealt::Members => "members were dealt one by one and each counts once (score interval of shares)".to_owned(),
    }];
    if let Some(adjustment) = found.effects.first().and_then(|effect| effect.adjustment) {
        let days = counted(u64::from(page.results.days_before), "day");
        let (verb, share) =
            if adjustment.removed < 0.0 { ("add", -adjustment.removed) } else { ("take out", adjustment.removed) };
        let plain = difference(page.metric, adjustment.plain.map(|plain| plain.estimate), None);
        parts.push(format!(
            "adjusted by the {days} before the test, which {verb} {} % of the variance (difference without: {plain})",
            fixed(100.0 * share, 0)
        ));
    }
    if let [only] = &found.effects[..]
        && let Some(permutation) = only.permutation
    {
        let kind = if permutation.is_exact { "" } else { " (sampled)" };
        parts.push(format!("permutation p {}{kind}", p_value(permutation.p_value())));
    }
    if let Some(alike) = found.alike {
        parts.push(format!(
            "intra-group correlation {}, so {} members are worth {} (design effect {})",
            fixed(alike.correlation, 3),
            fixed(alike.members as f64, 0),
            fixed(alike.effective, 0),
            fixed(alike.design_effect, 1)
        ));
    }
    let stops = found.effects.iter().filter_map(|effect| Some((effect.arm, found.stops(effect.arm)?)));
    let stops: Vec<String> = stops.map(|(arm, day)| format!("{} on day {day}", page.arm(arm))).collect();
    // Whoever looks at the end only, or for the first time, stops nothing early.
    if found.days > 1 {
        parts.push(if stops.is_empty() {
            "with a look every day, it would not have been decided early".to_owned()
        } else {
            format!("with a look every day, it would have been decided early: {}", stops.join(", "))
        });
    }
    format!("Design: {}", parts.join("; "))
}

fn warnings(page: &Page) -> String {
    let found = page.found;
    let mut warnings = Vec::new();
    if let Some(p) = found.sample_ratio.filter(|p| *p < DOUBTED) {
        let counts = found.arms.iter().map(|arm| match found.dealt {
            Dealt::Groups => fixed(arm.groups as f64, 0),
            Dealt::Members => fixed(arm.members as f64, 0),
        });
        let (noun, counts) = (found.dealt.noun(), counts.collect::<Vec<_>>().join(" to "));
        warnings.push(format!(
            "{counts} {noun} are no even deal (p {}): find out why before believing the rest",
            p_value(p)
        ));
    }
    if found.dealt == Dealt::Groups {
        let permuted = found.effects.iter().filter(|effect| effect.method == Method::Permutation);
        let permuted: Vec<String> = permuted.map(|effect| permutation(page, effect)).collect();
        let fewest = found.arms.iter().map(|arm| arm.groups).min().unwrap_or(0);
        if permuted.is_empty() && fewest < FEW_FOR_NORMALITY {
            warnings.push(format!("with {fewest} groups in an arm, intervals take group means for normal"));
        }
        warnings.extend(permuted);
    }
    warnings.extend(found.effects.iter().filter_map(|effect| contradiction(page, effect)));
    if found.is_running() {
        let label = short_label(page.metric);
        warnings.push(format!(
            "still running: the intervals of {label} and of guardrails hold at every look, those of other metrics today alone; p values and \
             P(best) are known at the end only"
        ));
    }
    for guarded in found.guardrails.iter().filter(|guarded| !guarded.guarding.is_held()) {
        if let (Some(at_worst), Some(margin)) = (guarded.at_worst, guarded.margin) {
            let (label, arm) = (short_label(guarded.metric), page.arm(guarded.arm));
            warnings.push(match guarded.guarding {
                Guarding::Broken => {
                    format!("{arm} breaks the guardrail {label}: worse by more than {}", size(guarded.metric, margin))
                }
                _ => format!(
                    "{label} of {arm} may be worse by up to {} (margin {})",
                    size(guarded.metric, at_worst.max(0.0)),
                    size(guarded.metric, margin)
                ),
            });
        }
    }
    let lacking: Vec<String> = lacking(page);
    if !lacking.is_empty() {
        warnings.push(format!("not measured, because the column is missing: {}", lacking.join(", ")));
    }
    warnings.extend(page.results.notes.iter().cloned());
    if warnings.is_empty() { "Warnings: none".to_owned() } else { format!("Warnings: {}", warnings.join("; ")) }
}

/// That the permutation of groups does not say what the interval says, of a finished test: which of them decides, and why they differ.
fn contradiction(page: &Page, effect: &Effect) -> Option<String> {
    let p = effect.permutation?.p_value();
    effect.interval.filter(|_| effect.method == Method::Means && !page.found.is_running())?;
    // Several arms share the error, as their intervals do.
    let level = (1.0 - CONFIDENCE) / page.found.effects.len() as f64;
    let (told, above) = match (leaves_zero_out(effect), p <= level) {
        (true, false) => ("leaves 0 out", "above"),
        (false, true) => ("holds 0", "below"),
        _ => return None,
    };
    let earlier = if effect.adjustment.is_some() { " and knows nothing of the days before the test" } else { "" };
    Some(format!(
        "permutation p {} of {} is {above} {}, while the interval {told}: the interval decides; it takes group means for normal, the \
         permutation rests on the dealing alone{earlier}; take the result for borderline",
        p_value(p),
        page.arm(effect.arm),
        fixed(level, 3).trim_end_matches('0')
    ))
}

/// What so few groups can show at most: the level is shared by all arms.
fn permutation(page: &Page, effect: &Effect) -> String {
    let [control, treated] = effect.n;
    let least = smallest_p_value(control as usize, treated as usize);
    let of = format!("{} against {}: with {treated} against {control} groups", page.arm(effect.arm), page.control());
    if multiplicity::bonferroni(least, page.found.effects.len()) > 1.0 - CONFIDENCE {
        format!("{of} no permutation goes below p {}, so that no difference can be shown", p_value(least))
    } else {
        let one_in = fixed((1.0 / least).round(), 0);
        format!("{of} the permutation of groups decides, without adjustment; its smallest p is 1/{one_in}")
    }
}

/// Metrics that lack a column, and which.
fn lacking(page: &Page) -> Vec<String> {
    let missing = page.results.missing.iter().filter(|missing| missing.metric.unit != Unit::Count);
    missing.map(|missing| format!("{} ({})", short_label(missing.metric), missing.columns.join(", "))).collect()
}
