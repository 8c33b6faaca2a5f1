//! The design of a test as text, CSV, JSON and what the manifest says of it.

use serde::Serialize;
use serde_json::{Value, json};
use wearout_core::study::ab::Contest;
use wearout_core::study::ab::design::{Account, Design, Guardrail};
use wearout_core::study::ab::power::{Mean, WANTED_POWER};

use super::{Head, correlation, days as days_of, figure, of_power, percent, points, share, units};
use crate::csv::{cell, write};
use crate::number::{fixed, scale, short};
use crate::table::{grid, wrapped};

/// A test and its design.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The test.
    pub contest: &'a Contest,
    /// What was found.
    pub found: &'a Design,
    /// Tests played for each look.
    pub tests: u32,
    /// Level, two-sided.
    pub alpha: f64,
}

/// Formulas and assumptions, for `--explain`.
pub const EXPLANATION: &str = "\
How a test is designed
  Power by the closed form, the smallest difference detectable with 80 % power and the groups needed: noncentral t
    on group means with 2(k - 1) degrees and the deviations of group means that the simulated groups had; simulated
    power is from tests played to their end.
  Design effect: 1 + (m - 1) ICC, at least 1; m members of a group are worth m / design effect independent ones.
  Days until power levels off: the first day at whose end the closed form's power is within one point of its best
    on any day; not told where no post goes out after it.
  Lifetime: least squares of d exp(-time / tau) on the daily differences, all days alike. Best length for an
    effect that wears off: 1.256 tau when daily errors are independent, shorter when groups differ for good:
    maximise (1 - exp(-x)) / x / sqrt(r + 1/x), x = days / tau, r = lasting variance x tau / variance of one day.
  Guardrail: one-sided test at 5 % that the arm is worse by less than the margin (non-inferiority), as
    `ab analyze` does.
  Bans: all arms share one account, so a test sees one ban or none; n accounts without a ban leave 1 - 0.05^(1/n)
    possible (95 %).
What it rests on
  One set of parameters, a fit to one article's unsourced claims and to field studies of other channels. How often a
    platform acts on reports is known to a wide range only, so what it does to the account is shown at both of its
    ends. Intervals are Monte Carlo error.
";

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let contest = page.contest;
    let mut text = wrapped(&format!(
        "Design of test {}: {} against {}, {}, {} simulated tests",
        contest.said.name,
        contest.treated(),
        contest.control(),
        contest.judge.metric.label,
        fixed(f64::from(page.tests), 0)
    ));
    text.push('\n');
    let rows = rows(page);
    let labels: Vec<String> = rows.iter().map(|(label, _)| label.clone()).collect();
    let figures: Vec<String> = rows.into_iter().map(|(_, figure)| figure).collect();
    text += &grid(&labels, &[figures]);
    text.push('\n');
    text += &wrapped(&design(page));
    text += &wrapped(&format!("Warnings: {}", warnings(page).join("; ")));
    text + &wrapped(&worth(page))
}

fn rows(page: &Page) -> Vec<(String, String)> {
    let (contest, found) = (page.contest, page.found);
    let metric = contest.judge.metric;
    let (scale, unit, wide) = (scale(metric.unit), points(metric), units(contest));
    let power = &found.power;
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |label: String, figure: Option<String>| rows.extend(figure.map(|figure| (label, figure)));
    let whole = |share: f64| format!("{} %", fixed(100.0 * share, 0));
    row("difference between the plans".into(), Some(format!("{} {unit}", figure(metric, power.effect))));
    row("power for this difference, simulated".into(), Some(percent(power.found)));
    row("power for this difference, closed form".into(), power.closed_form.map(whole));
    let detectable = power.detectable.map(|d| format!("{} {unit}", short(scale * d)));
    row("smallest difference detectable with 80 % power".into(), detectable);
    if let Some(detect) = contest.said.detect {
        let label = |what: &str| format!("{what} to detect {} {unit}", short(scale * detect));
        row(label("power"), found.power_to_detect.map(whole));
        row(
            label(&format!("{wide} an arm for 80 % power")),
            Some(found.needed.map_or("no number within reach".into(), |k| fixed(k.ceil(), 0))),
        );
    }
    if !contest.deals_members() && metric.is_of_members() {
        row("intra-group correlation".into(), power.correlation.map(correlation));
        row("design effect".into(), power.design_effect.map(short));
        let worth = |(effect, size): (f64, f64)| {
            let members = size * power.units;
            format!("{} of {}", fixed(members / effect, 0), fixed(members, 0))
        };
        row("independent members that an arm is worth".into(), power.design_effect.zip(power.size).map(worth));
    }
    row(
        "days until power levels off".into(),
        found.enough_days.map(|days| format!("{days} of {}", contest.trial.days)),
    );
    row("lifetime of the daily difference, days".into(), Some(lifetime(page)));
    row(
        "best length by the closed form, days".into(),
        found.best_length.map(|[alone, lasting]| {
            format!("{} if groups did not differ for good, {} as they do", short(alone), short(lasting))
        }),
    );
    for guardrail in &found.guardrails {
        row(
            format!("guardrail {}, margin {}: shown to hold", guardrail.metric.key, margin(guardrail)),
            Some(format!(
                "in {} of tests; difference {} {}",
                percent(guardrail.shown),
                figure(guardrail.metric, guardrail.effect),
                points(guardrail.metric)
            )),
        );
    }
    for Account { enforce_prob, limited, banned } in &found.account {
        row(
            format!("account limited; banned (enforcement {})", short(*enforce_prob)),
            Some(format!("{}; {}", percent(*limited), percent(*banned))),
        );
    }
    rows
}

fn margin(guardrail: &Guardrail) -> String {
    format!("{} {}", short(scale(guardrail.metric.unit) * guardrail.margin), points(guardrail.metric))
}

fn lifetime(page: &Page) -> String {
    let Some(decay) = page.found.decay else {
        return format!("not estimable from {}", days_of(page.contest.trial.days));
    };
    let range = match decay.longest {
        Some(longest) => format!("{} to {}", short(decay.shortest), short(longest)),
        None => format!("{} or longer", short(decay.shortest)),
    };
    match decay.lifetime {
        Some(lifetime) => format!("{} ({range})", short(lifetime)),
        None => format!("none seen ({range})"),
    }
}

fn design(page: &Page) -> String {
    let contest = page.contest;
    let audience = &contest.experiment.audiences[contest.trial.audience];
    let dealt = if contest.deals_members() {
        format!("{} members an arm, dealt one by one", contest.trial.units_per_arm)
    } else {
        format!("{} groups of {} an arm, dealt as wholes", contest.trial.units_per_arm, audience.size)
    };
    format!(
        "Design: {dealt}, {}, all arms on one account; decided by {} at a two-sided level of {}",
        days_of(contest.trial.days),
        contest.judge.metric.label,
        page.alpha
    )
}

fn warnings(page: &Page) -> Vec<String> {
    let (contest, found) = (page.contest, page.found);
    let mut said = Vec::new();
    if let Some(floor) = found.smallest_p_value
        && floor >= page.alpha
    {
        said.push(format!(
            "{} groups an arm can never go below p = {floor:.2} by permutation, and `ab analyze` judges so few groups by nothing else: the \
             test could show no difference",
            contest.trial.units_per_arm
        ));
    }
    if let Some((_, one)) = found.unbanned.first() {
        let (n, many) = found.unbanned[found.unbanned.len() - 1];
        said.push(format!(
            "one account without a ban rules out only chances of a ban above {} %, {n} accounts those above {} %; arms that share an \
             account cannot be compared by bans",
            fixed(100.0 * one, 0),
            fixed(100.0 * many, 0)
        ));
    }
    if let (Some(independent), false) = (found.power.if_independent, contest.deals_members()) {
        said.push(format!(
            "power if members were independent would be {} %, as calculators that count members have it",
            fixed(100.0 * independent, 0)
        ));
    }
    said
}

fn worth(page: &Page) -> String {
    let (contest, found) = (page.contest, page.found);
    let (metric, wide) = (contest.judge.metric, units(contest));
    let size = |difference: f64| format!("{} {}", short(scale(metric.unit) * difference), points(metric));
    let days = match found.enough_days {
        Some(days) if days < contest.trial.days => format!("; days after day {days} add no power"),
        _ => String::new(),
    };
    let enough = found.power.found.estimate >= WANTED_POWER;
    let judged = match (enough, found.needed, contest.said.detect) {
        (true, ..) => {
            format!("the test detects the difference between these plans in {} of tests", percent(found.power.found))
        }
        (false, Some(needed), Some(detect)) if needed <= found.power.units => {
            format!("large enough to detect {}, too small for the difference between these plans", size(detect))
        }
        (false, Some(needed), Some(detect)) => {
            format!(
                "too small to detect {} with 80 % power: that takes {} {wide} an arm",
                size(detect),
                fixed(needed.ceil(), 0)
            )
        }
        (false, ..) => {
            format!(
                "too small: it detects the difference between these plans in {} of tests",
                percent(found.power.found)
            )
        }
    };
    format!("Worth: {judged}{days}")
}

/// `days.csv`: a row per day: power by its end, and the difference on that day alone.
pub fn days(page: &Page) -> Vec<u8> {
    let header = [
        "day",
        "power",
        "power_low",
        "power_high",
        "closed_form",
        "effect",
        "effect_mcse",
        "effect_of_day",
        "effect_of_day_mcse",
    ];
    let rows = page.found.by_day.iter().map(|point| {
        let power = point.power;
        let daily: Option<Mean> =
            page.found.daily.iter().find(|daily| f64::from(daily.day) == point.at).map(|daily| daily.effect);
        vec![
            fixed(point.at, 0),
            cell(Some(power.found.estimate)),
            cell(Some(power.found.interval.low)),
            cell(Some(power.found.interval.high)),
            cell(power.closed_form),
            cell(Some(power.effect.estimate)),
            cell(power.effect.mcse),
            cell(daily.map(|mean| mean.estimate)),
            cell(daily.and_then(|mean| mean.mcse)),
        ]
    });
    write(&header, rows)
}

/// `design.csv`: the table as it is printed.
pub fn csv(page: &Page) -> Vec<u8> {
    write(&["what", "figure"], rows(page).into_iter().map(|(label, figure)| vec![label, figure]))
}

/// What the manifest says.
pub fn study<'a>(page: &Page<'a>, head: Head<'a>) -> impl Serialize + use<'a> {
    #[derive(Serialize)]
    struct Study<'a> {
        #[serde(flatten)]
        head: Head<'a>,
        tests: u32,
        played: u64,
        partial: bool,
    }
    Study { head, tests: page.tests, played: page.found.tests, partial: page.found.partial }
}

/// The page as one JSON object, shares from 0 to 1.
pub fn value(page: &Page) -> Value {
    let (contest, found) = (page.contest, page.found);
    json!({
        "test": contest.said.name,
        "control": contest.control(),
        "arm": contest.treated(),
        "metric": contest.judge.metric.key,
        "unit": units(contest),
        "units_per_arm": contest.trial.units_per_arm,
        "days": contest.trial.days,
        "alpha": page.alpha,
        "tests": page.tests,
        "partial": found.partial,
        "power": of_power(&found.power),
        "detect": contest.said.detect,
        "power_to_detect": found.power_to_detect,
        "units_needed": found.needed,
        "enough_days": found.enough_days,
        "decay": found.decay.map(|decay| json!({
            "first": decay.first,
            "lifetime": decay.lifetime,
            "shortest": decay.shortest,
            "longest": decay.longest,
        })),
        "best_length": found.best_length,
        "by_day": found.by_day.iter().map(|point| json!({ "day": point.at, "power": of_power(&point.power) })).collect::<Vec<_>>(),
        "daily": found.daily.iter().map(|daily| json!({
            "day": daily.day, "effect": daily.effect.estimate, "mcse": daily.effect.mcse,
        })).collect::<Vec<_>>(),
        "guardrails": found.guardrails.iter().map(|guardrail| json!({
            "metric": guardrail.metric.key,
            "margin": guardrail.margin,
            "effect": guardrail.effect.estimate,
            "effect_mcse": guardrail.effect.mcse,
            "shown": share(guardrail.shown),
        })).collect::<Vec<_>>(),
        "account": found.account.iter().map(|account| json!({
            "enforce_prob": account.enforce_prob,
            "limited": share(account.limited),
            "banned": share(account.banned),
        })).collect::<Vec<_>>(),
        "unbanned_leaves_possible": found.unbanned.iter().map(|(n, chance)| json!({ "accounts": n, "chance": chance })).collect::<Vec<_>>(),
        "smallest_p_value": found.smallest_p_value,
    })
}
