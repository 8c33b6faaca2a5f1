//! Power curves of a test as text, CSV, JSON and what the manifest says of them.

use serde::Serialize;
use serde_json::{Value, json};
use wearout_core::study::ab::power::{CONFIDENCE, Curves, Point, Power, Request, Share, WANTED_POWER};
use wearout_core::study::ab::{Contest, Method};

use super::{Head, correlation, days, figure, interval, of_power, percent, points, share, units};
use crate::csv::{cell, write};
use crate::number::{fixed, scale, short};
use crate::table::{grid, wrapped};

/// A test, what was asked of it, and what was found.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The test.
    pub contest: &'a Contest,
    /// What was asked.
    pub request: &'a Request,
    /// What was found.
    pub found: &'a Curves,
}

/// Formulas and assumptions, for `--explain`.
pub const EXPLANATION: &str = "\
How power is worked out
  A test is played on simulated people: the audience is dealt to the arms by group (a direct list by member), all
    arms post from one account, and the test is analysed as its owner would. Power is the share of tests with p <
    alpha, two-sided.
  means: d = mean of the arm's group means - mean of the control's; t = d / sqrt(s1^2/k1 + s0^2/k0), degrees by
    Satterthwaite (Welch).
  permutation: share of all assignments of groups to arms with |d| at least as large; sampled where they are more
    than 200,000.
  closed form: noncentral t with 2(k - 1) degrees and the deviations of group means that the simulated groups had;
    the same effect in every test, which the platform need not grant.
  if independent: power if members were independent, as calculators have it, z = d / sqrt(2 p (1 - p) / n).
  design effect: 1 + (m - 1) ICC for groups of m members; the correlation is that of the simulated people
    (analysis of variance).
  wrong sign, exaggeration: among tests that detected a difference (Gelman & Carlin 2014).
  gain without a mechanism: difference in power on the same luck; the effect itself may change with it.
What it rests on
  One set of parameters, but for the line over sets; fits to one article's unsourced claims and to field studies of
    other channels. Groups differ by fit_spread (assumption). An effect by appeal scales clicks, and purchases
    after them, and nothing else. Intervals are Monte Carlo error: the finite number of tests played.
";

impl Page<'_> {
    fn wide(&self) -> &'static str {
        units(self.contest)
    }

    /// The fewest units looked at that reach what is usually wanted, and the most before them that do not.
    fn enough(&self) -> Option<(Option<f64>, f64)> {
        let reaches = |point: &Point| point.power.found.estimate >= WANTED_POWER;
        let first = self.found.by_units.iter().position(reaches)?;
        let at = |index: usize| self.found.by_units[index].at;
        Some((first.checked_sub(1).map(at), at(first)))
    }
}

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let (contest, found) = (page.contest, page.found);
    let metric = contest.judge.metric;
    let mut text = wrapped(&format!(
        "Power of test {}: {} against {}, {}, {} simulated tests a point",
        contest.said.name,
        contest.treated(),
        contest.control(),
        metric.label,
        fixed(f64::from(page.request.tests), 0)
    ));
    text.push('\n');
    let mut rows: Vec<(String, &Power)> = Vec::new();
    if let Some(here) = &found.here {
        rows.push((format!("as planned: {} {}", fixed(f64::from(contest.trial.units_per_arm), 0), page.wide()), here));
    }
    if let Some(same) = &found.same {
        rows.push(("same plan in every arm".to_owned(), same));
    }
    rows.extend(
        found.by_units.iter().map(|point| (format!("{} {} an arm", fixed(point.at, 0), page.wide()), &point.power)),
    );
    let effects = found.by_effect.iter().filter(|point| point.at != 0.0);
    rows.extend(effects.map(|point| (effect_label(point.at), &point.power)));
    rows.extend(found.without.iter().map(|without| (format!("without {}", without.mechanism.label()), &without.power)));
    text += &table(metric, &rows);
    text.push('\n');
    for line in [design(page), warnings(page), worth(page)].into_iter().flatten() {
        text += &wrapped(&line);
    }
    text
}

fn effect_label(effect: f64) -> String {
    let more = if effect > 0.0 { "more" } else { "less" };
    format!("{} % {more} appeal", short(100.0 * effect.abs()))
}

fn table(metric: &wearout_core::tally::Metric, rows: &[(String, &Power)]) -> String {
    let labels = std::iter::once(String::new()).chain(rows.iter().map(|(label, _)| label.clone())).collect::<Vec<_>>();
    let column = |heading: &str, cell: &dyn Fn(&Power) -> Option<String>| -> Vec<String> {
        let cells = rows.iter().map(|(_, power)| cell(power).unwrap_or_default());
        std::iter::once(heading.to_owned()).chain(cells).collect()
    };
    let whole = |share: Option<f64>| share.map(|share| format!("{} %", fixed(100.0 * share, 0)));
    let columns = [
        column("power (95 % MC)", &|power| Some(percent(power.found))),
        column("closed form", &|power| whole(power.closed_form)),
        column("if independent", &|power| whole(power.if_independent)),
        column(&format!("effect, {}", points(metric)), &|power| Some(figure(metric, power.effect))),
        column("detectable", &|power| Some(format!("±{}", short(scale(metric.unit) * power.detectable?)))),
    ];
    grid(&labels, &columns)
}

fn design(page: &Page) -> Option<String> {
    let (contest, here) = (page.contest, page.found.here.as_ref()?);
    let audience = &contest.experiment.audiences[contest.trial.audience];
    let each = if contest.deals_members() { String::new() } else { format!(" of {} members", audience.size) };
    let by = match contest.judge.method {
        _ if contest.deals_members() => "difference of shares of members",
        Method::Means => "Welch's t on group means",
        Method::Permutation => "permutation of group means",
    };
    let design_effect = match (here.correlation, here.design_effect, here.size) {
        (Some(icc), Some(effect), Some(size)) if contest.judge.metric.is_of_members() && !contest.deals_members() => {
            format!(
                "; with an intra-group correlation of {}, {} members are worth {} independent ones",
                correlation(icc),
                fixed(size, 0),
                short(size / effect)
            )
        }
        _ => String::new(),
    };
    let over = page.found.over_sets.map_or_else(String::new, |over| {
        format!(
            "; over {} sets of parameters power is {} % on average ({} to {} % in the middle 80 % of sets)",
            over.sets,
            fixed(100.0 * over.assurance, 0),
            fixed(100.0 * over.power[0], 0),
            fixed(100.0 * over.power[2], 0)
        )
    });
    Some(format!(
        "Design: {} {}{each} an arm, {}, {by}; detectable: with 80 % power{design_effect}{over}",
        fixed(f64::from(contest.trial.units_per_arm), 0),
        page.wide(),
        days(contest.trial.days)
    ))
}

fn warnings(page: &Page) -> Option<String> {
    let here = page.found.here.as_ref()?;
    let mut said = Vec::new();
    if let (Some(wrong), Some(times)) = (here.wrong_sign, here.exaggeration) {
        said.push(format!(
            "of the tests that detect a difference, {} have its sign wrong, and on average they show it {} times too large",
            percent(wrong),
            fixed(times, 1)
        ));
    }
    if let Some(same) = page.found.same {
        let alpha = page.request.alpha;
        if same.found.interval.low > alpha {
            said.push(format!(
                "with the same plan in every arm {} of tests detect a difference instead of {} %: something hits whole arms",
                percent(same.found),
                short(100.0 * alpha)
            ));
        }
        if let (Some(independent), Some(naive), false) = (here.if_independent, same.naive, page.contest.deals_members())
        {
            said.push(format!(
                "power if members were independent would be {} %; an analysis that takes them for independent raises a false alarm in {} of \
                 tests",
                fixed(100.0 * independent, 0),
                percent(naive)
            ));
        }
    }
    if let Some(covered) = here.covered
        && covered.interval.high < CONFIDENCE
    {
        said.push(format!(
            "95 % intervals hold the average difference in only {} of tests: it is not the same in every test",
            percent(covered)
        ));
    }
    if let Some([limited, banned]) = page.found.account
        && limited.n + banned.n > 0
    {
        said.push(format!(
            "the account, which all arms share, was limited in {} and banned in {} of tests",
            percent(limited),
            percent(banned)
        ));
    }
    if !page.contest.judge.metric.follows_clicks() {
        said.push(format!(
            "no curve against the appeal of contents: {} does not follow clicks",
            page.contest.judge.metric.label
        ));
    }
    (!said.is_empty()).then(|| format!("Warnings: {}", said.join("; ")))
}

fn worth(page: &Page) -> Option<String> {
    let here = page.found.here.as_ref()?;
    let wanted = fixed(100.0 * WANTED_POWER, 0);
    if here.effect.side() == 0 {
        return Some("Worth: in these tests the plans are not told apart, so there is nothing to detect".to_owned());
    }
    Some(if here.found.estimate >= WANTED_POWER {
        format!(
            "Worth: the planned test detects the difference between these plans in {} of tests",
            percent(here.found)
        )
    } else {
        match page.enough() {
            Some((before, enough)) => format!(
                "Worth: {wanted} % power takes {} {} an arm; the planned test has {}",
                match before {
                    Some(before) => format!("between {} and {}", fixed(before, 0), fixed(enough, 0)),
                    None => format!("no more than {}", fixed(enough, 0)),
                },
                page.wide(),
                percent(here.found)
            ),
            None => format!(
                "Worth: none of the numbers of {} that were tried reaches {wanted} % power; the planned test has {}",
                page.wide(),
                percent(here.found)
            ),
        }
    })
}

/// `power.csv`: a row per point of every curve.
pub fn csv(page: &Page) -> Vec<u8> {
    let header = [
        "curve",
        "at",
        "tests",
        "power",
        "power_low",
        "power_high",
        "effect",
        "effect_mcse",
        "control",
        "closed_form",
        "if_independent",
        "naive",
        "detectable",
        "wrong_sign",
        "exaggeration",
        "coverage",
        "icc",
        "design_effect",
    ];
    let found = page.found;
    let points = |curve: &'static str, points: &'_ [Point]| {
        points.iter().map(|point| (curve, point.at, point.power)).collect::<Vec<_>>()
    };
    let here = found.here.iter().map(|power| ("as_planned", f64::from(page.contest.trial.units_per_arm), *power));
    let same = found.same.iter().map(|power| ("same_plan", f64::from(page.contest.trial.units_per_arm), *power));
    let rows = here
        .chain(same)
        .chain(points(page.wide(), &found.by_units))
        .chain(points("effect", &found.by_effect))
        .chain(points("day", &found.by_day));
    let estimate = |share: Option<Share>| cell(share.map(|share| share.estimate));
    write(
        &header,
        rows.map(|(curve, at, power)| {
            vec![
                curve.to_owned(),
                cell(Some(at)),
                power.found.of.to_string(),
                cell(Some(power.found.estimate)),
                cell(Some(power.found.interval.low)),
                cell(Some(power.found.interval.high)),
                cell(Some(power.effect.estimate)),
                cell(power.effect.mcse),
                cell(Some(power.control.estimate)),
                cell(power.closed_form),
                cell(power.if_independent),
                estimate(power.naive),
                cell(power.detectable),
                estimate(power.wrong_sign),
                cell(power.exaggeration),
                estimate(power.covered),
                cell(power.correlation.map(|mean| mean.estimate)),
                cell(power.design_effect),
            ]
        }),
    )
}

/// `mechanisms.csv`: a row per mechanism that was switched off.
pub fn mechanisms(page: &Page) -> Vec<u8> {
    let header =
        ["without", "power", "power_low", "power_high", "gain", "gain_low", "gain_high", "effect", "effect_mcse"];
    let rows = page.found.without.iter().map(|without| {
        let power = without.power;
        vec![
            without.mechanism.key().to_owned(),
            cell(Some(power.found.estimate)),
            cell(Some(power.found.interval.low)),
            cell(Some(power.found.interval.high)),
            cell(Some(without.gain)),
            cell(without.interval.map(|interval| interval.low)),
            cell(without.interval.map(|interval| interval.high)),
            cell(Some(power.effect.estimate)),
            cell(power.effect.mcse),
        ]
    });
    write(&header, rows)
}

/// What the manifest says.
pub fn study<'a>(page: &'a Page, head: Head<'a>) -> impl Serialize {
    #[derive(Serialize)]
    struct Study<'a> {
        #[serde(flatten)]
        head: Head<'a>,
        tests: u32,
        units: &'a [u32],
        effects: &'a [f64],
        sets: usize,
        played: u64,
        partial: bool,
    }
    let Page { request, found, .. } = page;
    Study {
        head,
        tests: request.tests,
        units: &request.units,
        effects: &request.effects,
        sets: request.sets.len(),
        played: found.tests,
        partial: found.partial,
    }
}

/// The page as one JSON object, shares from 0 to 1.
pub fn value(page: &Page) -> Value {
    let (contest, found) = (page.contest, page.found);
    let points = |points: &[Point]| {
        points.iter().map(|point| json!({ "at": point.at, "power": of_power(&point.power) })).collect::<Vec<Value>>()
    };
    json!({
        "test": contest.said.name,
        "control": contest.control(),
        "arm": contest.treated(),
        "metric": contest.judge.metric.key,
        "unit": page.wide(),
        "units_per_arm": contest.trial.units_per_arm,
        "days": contest.trial.days,
        "alpha": page.request.alpha,
        "tests": page.request.tests,
        "partial": found.partial,
        "here": found.here.as_ref().map(of_power),
        "same": found.same.as_ref().map(of_power),
        "limited": found.account.map(|[limited, _]| share(limited)),
        "banned": found.account.map(|[_, banned]| share(banned)),
        "by_units": points(&found.by_units),
        "by_effect": points(&found.by_effect),
        "by_day": points(&found.by_day),
        "without": found.without.iter().map(|without| json!({
            "mechanism": without.mechanism.key(),
            "power": of_power(&without.power),
            "gain": without.gain,
            "gain_interval": without.interval.map(interval),
        })).collect::<Vec<_>>(),
        "over_sets": found.over_sets.map(|over| json!({
            "sets": over.sets,
            "tests": over.tests,
            "assurance": over.assurance,
            "power_10_50_90": over.power,
            "effect_10_50_90": over.effect,
        })),
    })
}
