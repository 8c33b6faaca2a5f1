//! A race of plans as plain text for a terminal, in lines of at most 120 columns where names allow it.

use wearout_core::study::select::{Beside, FIRST_STAGE, KeepsMore, ZoneFrom};
use wearout_core::tally::{Better, Unit};
use wearout_stats::Interval;

use super::Page;
use crate::number::{decimals, fixed, level_unit, plain_decimals, scale, short, signed};
use crate::sentence;
use crate::table::{grid, wrapped};

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let mut parts = vec![head(page), table(page), verdict(page)];
    if !page.notes.is_empty() {
        parts.push(page.notes.iter().map(|note| wrapped(&format!("Note: {note}"))).collect());
    }
    parts.join("\n")
}

fn head(page: &Page) -> String {
    let better = if page.metric.better == Better::Lower { "less" } else { "more" };
    let luck = if page.n_sets > 1 {
        format!("the same for every plan, as is the set of parameters, drawn from {}", page.n_sets)
    } else {
        "the same for every plan".to_owned()
    };
    let opening = format!(
        "The best of {} plans by {} ({better} is better), in {}",
        page.found.plans.len(),
        page.metric.label,
        page.level_unit()
    );
    opening
        + "\n"
        + &wrapped(&format!(
            "Within {} of the best counts as best ({}); every replicate has luck of its own, {luck}",
            page.zone(),
            zone_from(page)
        ))
}

/// Where the zone comes from.
fn zone_from(page: &Page) -> String {
    match page.found.zone_from {
        ZoneFrom::Asked => "zone: as asked".to_owned(),
        ZoneFrom::Points => "zone: the points that the scenario calls practically equal".to_owned(),
        ZoneFrom::Baseline(share) => {
            let share = if share == 0.1 { "a tenth".to_owned() } else { format!("{} %", short(100.0 * share)) };
            let baseline = &page.plan(page.found.baseline).name;
            format!("zone: {share} of the mean of the baseline, {baseline}, over its first {FIRST_STAGE} replicates")
        }
    }
}

fn table(page: &Page) -> String {
    let ranked = page.ranked();
    let labels: Vec<String> =
        std::iter::once(String::new()).chain(ranked.iter().map(|&plan| page.plan(plan).name.clone())).collect();
    let column = |heading: &str, cell: &dyn Fn(usize) -> String| -> Vec<String> {
        std::iter::once(heading.to_owned()).chain(ranked.iter().map(|&plan| cell(plan))).collect()
    };
    let mut columns = vec![
        column("mean", &|plan| page.level(page.plan(plan).mean)),
        column("replicates", &|plan| fixed(page.plan(plan).replicates as f64, 0)),
        column("", &|plan| ended(page, plan).to_owned()),
        column("against", &|plan| {
            page.plan(plan).dropped.map_or_else(String::new, |dropped| page.plan(dropped.by).name.clone())
        }),
        column("by", &|plan| {
            page.plan(plan).dropped.map_or_else(String::new, |dropped| page.difference(dropped.difference))
        }),
    ];
    columns.extend(page.beside().map(|(row, metric)| {
        let heading = metric.label.split(" (").next().unwrap_or(metric.label);
        column(heading, &|plan| beside_cell(metric.unit, page.plan(plan).beside[row]))
    }));
    grid(&labels, &columns)
}

/// `65 ±2 %`; of a chance `0.00 (0.00 to 0.16)`.
fn beside_cell(unit: Unit, Beside { mean, interval: Interval { low, high } }: Beside) -> String {
    if unit == Unit::Chance {
        return format!("{} ({} to {})", fixed(mean, 2), fixed(low, 2), fixed(high, 2));
    }
    let half_width = scale(unit) * (high - low) / 2.0;
    let digits = if half_width > 0.0 { decimals(half_width) } else { plain_decimals(unit) };
    format!("{} ±{} {}", fixed(scale(unit) * mean, digits), fixed(half_width, digits), level_unit(unit))
}

/// What the plan ahead costs, which the metric raced by does not say.
fn price(page: &Page) -> Option<String> {
    let KeepsMore { plan, difference, interval: Interval { low, high } } = page.found.keeps_more?;
    let digits = decimals(100.0 * (high - low) / 2.0);
    let [difference, low, high] = [difference, low, high].map(|value| signed(100.0 * value, digits));
    Some(format!(
        "{} keeps more members than {}: {difference} points ({low} to {high}), over the campaigns that both ran",
        page.plan(plan).name,
        page.plan(page.found.leader).name
    ))
}

/// How a plan's race ended.
pub(super) fn ended(page: &Page, plan: usize) -> &'static str {
    if page.found.selected == Some(plan) {
        "selected"
    } else if page.plan(plan).dropped.is_some() {
        "dropped"
    } else if page.found.selected.is_some() {
        // Equal to the last digit where no room for doubt was left.
        "equal"
    } else {
        "racing"
    }
}

fn verdict(page: &Page) -> String {
    let found = page.found;
    let count = |n: u64| fixed(n as f64, 0);
    let first = if let Some(plan) = found.selected {
        let equal = page.equal();
        let which = if equal.is_empty() {
            format!("Selected: {}. With", page.plan(plan).name)
        } else {
            let names: Vec<&str> = equal.iter().map(|&other| page.plan(other).name.as_str()).collect();
            let all = format!("{} and {}", page.plan(plan).name, names.join(" and "));
            format!("{all} are equal: their means are the same to the last digit. Of each of them, with")
        };
        format!(
            "{which} a probability of at least 95 % it is the best of the {} in {}, or within {} of the best",
            found.plans.len(),
            page.metric.label,
            page.zone()
        )
    } else {
        let racing = page.ranked().into_iter().filter(|&plan| page.plan(plan).dropped.is_none());
        let racing: Vec<&str> = racing.map(|plan| page.plan(plan).name.as_str()).collect();
        let (why, remedy) = if found.partial {
            ("interrupted", "let it run")
        } else {
            ("no more were allowed", "allow more with --max-replicates")
        };
        format!(
            "Not decided after {} replicates ({why}): {remedy}, or widen the --zone. Still racing: {}",
            count(found.replicates),
            racing.join(", ")
        )
    };
    let simulated = format!("{} campaigns were simulated", count(found.campaigns));
    let cost = match found.selected {
        Some(_) => format!(
            "{simulated}; with as many for every plan the same promise takes {} ({} each)",
            count(found.campaigns_if_equal),
            count(found.campaigns_if_equal / found.plans.len() as u64)
        ),
        None => simulated,
    };
    let beside: Vec<&str> = page.beside().map(|(_, metric)| metric.label).collect();
    let alone = format!("By {} alone: {} did not decide", page.metric.label, sentence::list(&beside));
    let price = price(page).map_or(alone.clone(), |price| format!("{alone}. {price}"));
    wrapped(&first) + &wrapped(&price) + &wrapped(&cost)
}
