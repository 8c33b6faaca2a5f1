//! How an analysis was worked out: formulas, assumptions, and what an analysis of members would have claimed of groups.

use wearout_core::analysis::CONFIDENCE;
use wearout_core::analysis::trial::{AsIfMembers, Effect, TrialAnalysis};
use wearout_core::finding::Analyze;
use wearout_core::tally::Dealt;

use super::{chance, difference, level, p_value, points, short_label, size};
use crate::number::{fixed, scale, short};
use crate::text::{USUAL_WIDTH, wrapped};

const OF_GROUPS: &str = "\
How it was worked out
  d = mean of the arm's group means - mean of the control's, each group once; error = sqrt(s1^2/k1 + s0^2/k0) (n - 1), degrees by
  Satterthwaite: Welch's t, which on one value a group is CR2. Relative: d over the control's mean, delta method.
  Adjusted (CUPED): y - theta (x - mean x), x the same metric before the test, theta pooled within arms; one degree of freedom less,
  and theta's own error where the arms' earlier means differ.
  Permutation: share of all assignments of groups to arms with |d| at least as large; 9,999 drawn where they are more than 200,000. It
  rests on the dealing alone and is a check: the interval decides, and where the two disagree the result is borderline.
  Below 5 groups in an arm the permutation decides: its p, and as interval all differences that it does not reject; no adjustment.
  P(best): Student's t about d under a flat prior; of several arms that of each arm's mean. Expected loss: mean of what the best of the
  others has more.
  Looks: bounds that spend 5 % by the calendar over the planned days (Lan & DeMets 1983, O'Brien-Fleming type), with the
  correlation of looks that the groups show (Lan & DeMets 1989).
  Correlation: analysis of variance within arms; design effect 1 + (m - 1) ICC, with m weighed by size.
  q: p values of the metrics beside it together (Benjamini & Hochberg 1995), intervals to match (Benjamini & Yekutieli 2005). Several
  arms: p values and intervals by Bonferroni.
  Guardrail: holds where being worse by the margin is excluded at 5 % on one side; broken where its interval lies beyond the margin.
  Intervals of guardrails hold together, those of all arms and guardrails; while the test runs, at every look.
  Not decided: groups or days for 80 % power; days average out what changes daily, not what groups differ by lastingly.
What it rests on
  Groups were dealt by chance; what happens in one does not reach another; the effect does not change from day to day.
";

const OF_MEMBERS: &str = "\
How it was worked out
  d = share of the arm's members - share of the control's; score interval and p (Miettinen & Nurminen 1985).
  P(best): Beta law of each share after a prior of Beta(1, 1), every share as likely as every other. Expected loss: mean of what the
  best of the others has more.
  Looks: an asymptotic confidence sequence over the days of members (Waudby-Smith et al. 2024), tightest at the planned end.
  q: p values of the metrics beside it together (Benjamini & Hochberg 1995), intervals to match (Benjamini & Yekutieli 2005). Several
  arms: p values and intervals by Bonferroni.
  Guardrail: holds where being worse by the margin is excluded at 5 % on one side; broken where its interval lies beyond the margin.
  Intervals of guardrails hold together, those of all arms and guardrails; while the test runs, at every look.
What it rests on
  Each member was dealt by chance and on its own, and does not act on others. Where whole groups were dealt, none of this holds.
";

/// Formulas, assumptions and details, ending in a line break.
pub fn explanation(of: &Analyze) -> String {
    let found = &of.found;
    let wrapped = |line: &str| wrapped(&format!("  {line}"), USUAL_WIDTH);
    let mut text = match found.dealt {
        Dealt::Groups => OF_GROUPS.to_owned(),
        Dealt::Members => OF_MEMBERS.to_owned(),
    };
    text += &wrapped(&end(found));
    text += "In figures\n";
    for effect in found.effects.iter().chain(&found.secondary) {
        text += &wrapped(&figures(found, effect));
    }
    text += &wrapped(&format!("practically equal: {}", zone(found)));
    let claims = found.effects.iter().filter_map(|effect| Some((effect, effect.as_if_members?)));
    for (at, (effect, claim)) in claims.enumerate() {
        if at == 0 {
            text += "Refused: what formulas for members would claim of groups\n";
        }
        text += &wrapped(&struck(found, effect, &claim));
        if let Some((times, alike)) = claim.error_times.zip(found.alike) {
            let (times, correlation) = (fixed(times, 1), fixed(alike.correlation, 3));
            text += &wrapped(&format!(
                "members of a group are alike (correlation {correlation}): the error of groups is {times} times as large"
            ));
        }
    }
    text
}

/// Where the test was to end, and who says so.
fn end(found: &TrialAnalysis) -> String {
    if !found.is_end_said {
        return format!(
            "Day {} was the planned end before anyone looked (--planned-days was not given): an end chosen by what was seen makes \
             every interval too narrow.",
            found.days
        );
    }
    format!("Day {} was set as the last day of the test before anyone looked (--planned-days).", found.planned_days)
}

fn zone(found: &TrialAnalysis) -> String {
    let zone = found.effects.first().and_then(|effect| effect.zone);
    zone.map_or_else(
        || "not known: the control has no level".to_owned(),
        |zone| format!("within {}", size(found.metric, zone)),
    )
}

fn figures(found: &TrialAnalysis, effect: &Effect) -> String {
    let metric = effect.metric;
    let known = |value: Option<f64>| level(metric, value).unwrap_or_else(|| "-".to_owned());
    let mut parts = vec![format!(
        "{}, {}: {} against {}",
        short_label(metric),
        found.arm(effect.arm),
        known(effect.treated),
        known(effect.control)
    )];
    if let Some(estimate) = effect.estimate {
        let degrees = if estimate.degrees.is_finite() {
            format!(", {} degrees", fixed(estimate.degrees, 1))
        } else {
            String::new()
        };
        let error = short(scale(metric.unit) * estimate.standard_error);
        let p = effect.p_value.map_or_else(String::new, |p| format!(", p {}", p_value(p)));
        parts.push(format!("standard error {error}{degrees}{p}"));
    }
    if let Some(permutation) = effect.permutation {
        let kind = if permutation.is_exact { "exact" } else { "sampled" };
        parts.push(format!(
            "permutation p {} ({kind}, {} assignments)",
            p_value(permutation.p_value()),
            fixed(permutation.n as f64, 0)
        ));
    }
    if let Some(adjustment) = effect.adjustment {
        let plain = adjustment.plain.map(|plain| difference(metric, plain.estimate, Some(plain.interval(CONFIDENCE))));
        parts.push(format!(
            "theta {}, without adjustment {}",
            fixed(adjustment.theta, 2),
            plain.unwrap_or_else(|| "not known".to_owned())
        ));
    }
    parts.join("; ")
}

/// What taking members for independent would have claimed, struck out.
fn struck(found: &TrialAnalysis, effect: &Effect, claim: &AsIfMembers) -> String {
    format!(
        "~~{}: {} {}, p {}, P(best) {}~~",
        found.arm(effect.arm),
        difference(effect.metric, claim.difference, Some(claim.interval)),
        points(effect.metric),
        p_value(claim.p_value),
        chance(claim.is_best)
    )
}
