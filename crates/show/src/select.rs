//! The best of many plans shown: the plan selected, at what price, and how the race went. Its chart is in `chart`.
//!
//! Comes in: a [`Select`]. Goes out: a page and tables. Decides nothing.

use wearout_core::finding::{Provenance, Select};
use wearout_core::study::select::{Beside, End, FIRST_STAGE, KeepsMore, Raced, Selection, ZoneFrom, beside};
use wearout_core::tally::{Better, Metric, Unit};
use wearout_stats::Interval;

use super::File;
use super::csv::{cell, write};
use super::notes::{self, About};
use super::number::{decimals, difference_unit, fixed, level_unit, plain_decimals, scale, short, signed};
use super::page::{Block, Cell, Label, Page, Row, Said, Table};
use super::sentence::{list, short_label};

/// Formulas and assumptions, for `--explain`.
pub const EXPLANATION: &str = "\
How plans are selected (Kim & Nelson 2001, a fully sequential procedure)
  All k plans run the same replicates: same people, same luck, same set of parameters, drawn for each replicate at random. After a first
  stage of n0 = 20, and then after every further replicate, plan i is dropped as soon as for some plan l still racing
    sum of (X_i - X_l) over the r replicates so far < -max(0, h2 x S2_il / (2 zone) - r x zone / 2)
  X is the metric, larger being better; S2_il is the variance of the paired difference in the first stage. Pairs that vary little
  together are told apart soon: that is what the same luck is for.
  A chance has at least the variance that one replicate which differed would bring.
  eta = ((2 x 0.05 / (k - 1))^(-2 / (n0 - 1)) - 1) / 2; h2 = 2 eta (n0 - 1): the constants that make the promise hold.
What is promised
  With a probability of at least 95 % the plan selected is the best, or within the zone of the best, if replicates are nearly normal.
  zone: --zone; without it what the scenario calls practically equal: its points, or its share of the baseline's mean over the first
  stage where the metric is no share or the baseline is low. The mean of a plan dropped is over its own replicates only.
What stands beside it
  Members kept and the chances of being limited and banned, over each plan's own campaigns, 95 % (t, and Wilson for chances). A plan keeps
  more members where the interval of the paired difference, Bonferroni over plans, lies above 0.
What equal allocation takes
  `with as many for every plan`: two-stage selection on the same luck (Clark & Yang 1986) from the same first stage, in which every plan
  gets as many replicates as the pair that varies most needs.
";

/// The page of a selection.
pub fn page(select: &Select, made: &Provenance) -> Page {
    let race = &select.race;
    let n_sets = made.parameters.as_ref().map_or(1, |sets| sets.sets);
    let currency = &select.scenario.money.currency;
    let about = About { comparison: None, currency };
    let mut blocks = vec![
        Block::Headline(Said::of(answer(race, currency), "/study/race/plans")),
        Block::Sentence(Said::of(price(race), "/study/race/plans")),
        Block::Sentence(Said::of(cost(race), "/study/race/campaigns")),
        Block::Table(table(race, currency)),
        Block::Small(Said::of(reading(race, currency, n_sets), "/study/race/zone")),
        Block::Figure("race"),
    ];
    let note = |(at, note)| Block::Note(Said::of(notes::sentence(note, about), format!("/study/notes/{at}")));
    blocks.extend(select.notes.iter().enumerate().map(note));
    let better = if race.metric.better == Better::Lower { "less" } else { "more" };
    let title = format!("The best of {} plans by {} ({better} is better)", race.plans.len(), race.metric.label);
    Page { title, blocks }
}

/// Which plan is selected, or that none is yet.
fn answer(race: &Selection, currency: &str) -> String {
    let names = |wanted: End| -> Vec<&str> {
        let plans = race.ranked.iter().map(|&plan| &race.plans[plan]);
        plans.filter(|plan| plan.end == wanted).map(|plan| plan.name.as_str()).collect()
    };
    let Some(selected) = race.selected else {
        let (why, remedy) = if race.partial {
            ("interrupted", "let it run")
        } else {
            ("no more were allowed", "allow more with --max-replicates")
        };
        return format!(
            "Not decided after {} replicates ({why}): {remedy}, or widen the --zone. Still racing: {}.",
            count(race.replicates),
            names(End::Racing).join(", ")
        );
    };
    let (name, equal) = (race.plans[selected].name.as_str(), names(End::Equal));
    let which = if equal.is_empty() {
        format!("Selected: {name}. With")
    } else {
        format!(
            "{name} and {} are equal: their means are the same to the last digit. Of each of them, with",
            equal.join(" and ")
        )
    };
    format!(
        "{which} a probability of at least 95 % it is the best of the {} in {}, or within {} of the best.",
        race.plans.len(),
        race.metric.label,
        zone(race, currency)
    )
}

/// What did not decide, and what the plan ahead costs there.
fn price(race: &Selection) -> String {
    let beside: Vec<&str> = others(race).map(|metric| metric.label).collect();
    let alone = format!("By {} alone: {} did not decide.", race.metric.label, list(&beside));
    let Some(KeepsMore { plan, difference, interval: Interval { low, high } }) = race.keeps_more else { return alone };
    let digits = decimals(100.0 * (high - low) / 2.0);
    let [difference, low, high] = [difference, low, high].map(|value| signed(100.0 * value, digits));
    format!(
        "{alone} {} keeps more members than {}: {difference} points ({low} to {high}), over the campaigns that both ran.",
        race.plans[plan].name, race.plans[race.leader].name
    )
}

fn cost(race: &Selection) -> String {
    let simulated = format!("{} campaigns were simulated", count(race.campaigns));
    match race.selected {
        Some(_) => format!(
            "{simulated}; with as many for every plan the same guarantee takes {} ({} each).",
            count(race.campaigns_if_equal),
            count(race.campaigns_if_equal / race.plans.len() as u64)
        ),
        None => format!("{simulated}."),
    }
}

/// What counts as best, and whose luck it is.
fn reading(race: &Selection, currency: &str, n_sets: usize) -> String {
    let from = match race.zone_from {
        ZoneFrom::Asked => "as asked".to_owned(),
        ZoneFrom::Points => "the points that the scenario calls practically equal".to_owned(),
        ZoneFrom::Baseline(share) => {
            let share = if share == 0.1 { "a tenth".to_owned() } else { format!("{} %", short(100.0 * share)) };
            let baseline = &race.plans[race.baseline].name;
            format!("{share} of the mean of the baseline, {baseline}, over its first {FIRST_STAGE} replicates")
        }
    };
    let sets = match n_sets {
        1 => String::new(),
        n => format!(", as is the set of parameters, drawn from {n}"),
    };
    format!(
        "within {} of the best counts as best (zone: {from}); every replicate has luck of its own, the same for every plan{sets}",
        zone(race, currency)
    )
}

/// A row a plan, the one ahead first.
fn table(race: &Selection, currency: &str) -> Table {
    let row = |&index: &usize| {
        let plan = &race.plans[index];
        let words = |text: &str| Cell::Words(text.to_owned());
        let dropped = |cell: &dyn Fn(&wearout_core::study::select::Dropped) -> Cell| {
            plan.dropped.as_ref().map_or_else(|| words(""), cell)
        };
        let cells = [
            Cell::Figure(fixed(scale(race.metric.unit) * plan.mean, digits(race) + 1)),
            Cell::Figure(fixed(plan.replicates as f64, 0)),
            words(ended(plan.end)),
            dropped(&|dropped| words(&race.plans[dropped.by].name)),
            dropped(&|dropped| Cell::Figure(difference(race, dropped.difference))),
        ];
        let others = plan.beside.iter().filter(|beside| beside.metric != race.metric);
        let others = others.map(|beside| Cell::Figure(beside_cell(*beside, currency)));
        Row { label: Label::plain(&plan.name), is_part: false, cells: cells.into_iter().chain(others).collect() }
    };
    let heads = ["mean", "replicates", "", "against", "by"].into_iter();
    let labels = others(race).map(short_label);
    Table {
        corner: format!("{}, in {}", race.metric.label, level_unit(race.metric.unit, currency)),
        heads: heads.chain(labels).map(str::to_owned).collect(),
        rows: race.ranked.iter().map(row).collect(),
        from: "/study/race/plans".to_owned(),
        ..Table::default()
    }
}

/// `65 ±2 %`; of a chance `0.00 (0.00 to 0.16)`.
fn beside_cell(Beside { metric, mean, interval: Interval { low, high } }: Beside, currency: &str) -> String {
    let unit = metric.unit;
    if unit == Unit::Chance {
        return format!("{} ({} to {})", fixed(mean, 2), fixed(low, 2), fixed(high, 2));
    }
    let half_width = scale(unit) * (high - low) / 2.0;
    let digits = if half_width > 0.0 { decimals(half_width) } else { plain_decimals(unit) };
    format!("{} ±{} {}", fixed(scale(unit) * mean, digits), fixed(half_width, digits), level_unit(unit, currency))
}

/// What stands beside the metric raced by.
fn others(race: &Selection) -> impl Iterator<Item = &'static Metric> {
    beside().filter(|metric| *metric != race.metric)
}

/// How a plan's race ended, as in CSV.
fn ended(end: End) -> &'static str {
    match end {
        End::Selected => "selected",
        End::Equal => "equal",
        End::Dropped => "dropped",
        End::Racing => "racing",
    }
}

fn count(n: u64) -> String {
    fixed(n as f64, 0)
}

/// A difference as it is read: with one digit more than the zone needs.
pub(crate) fn difference(race: &Selection, value: f64) -> String {
    signed(scale(race.metric.unit) * value, digits(race) + 1)
}

/// The zone as it is read: `0.5 percentage points`.
pub(crate) fn zone(race: &Selection, currency: &str) -> String {
    let text = fixed(scale(race.metric.unit) * race.zone, digits(race) + 1);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let unit = difference_unit(race.metric.unit, currency);
    let unit = if text == "1" { unit.replace("points", "point") } else { unit.to_owned() };
    format!("{text} {unit}")
}

fn digits(race: &Selection) -> usize {
    decimals(scale(race.metric.unit) * race.zone).min(3)
}

/// The tables of a selection, in the metric's own unit; what is not known is a blank cell.
pub fn tables(select: &Select) -> Vec<File> {
    let tables = [("select.csv", plans(&select.race)), ("race.csv", standings(&select.race))];
    tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect()
}

/// `select.csv`: a row per plan, the one ahead first.
fn plans(race: &Selection) -> Vec<u8> {
    let header =
        ["plan", "metric", "unit", "mean", "replicates", "ended", "dropped_at", "dropped_by", "difference", "zone"];
    let header: Vec<&str> = header.into_iter().chain(beside().map(|metric| metric.key)).collect();
    let rows = race.ranked.iter().map(|&index| {
        let Raced { name, replicates, mean, beside, end, dropped } = &race.plans[index];
        let cells = [
            name.clone(),
            race.metric.key.to_owned(),
            race.metric.unit.key().to_owned(),
            cell(Some(*mean)),
            replicates.to_string(),
            ended(*end).to_owned(),
            dropped.map_or_else(String::new, |dropped| dropped.at.to_string()),
            dropped.map_or_else(String::new, |dropped| race.plans[dropped.by].name.clone()),
            cell(dropped.map(|dropped| dropped.difference)),
            cell(Some(race.zone)),
        ];
        cells.into_iter().chain(beside.iter().map(|beside| cell(Some(beside.mean)))).collect()
    });
    write(&header, rows)
}

/// `race.csv`: a row per standing and plan not dropped before it.
fn standings(race: &Selection) -> Vec<u8> {
    let rows = race.standings.iter().flat_map(|standing| {
        let means = standing.means.iter().enumerate().filter_map(|(plan, mean)| Some((plan, (*mean)?)));
        means.map(|(plan, mean)| vec![standing.replicates.to_string(), race.plans[plan].name.clone(), cell(Some(mean))])
    });
    write(&["replicates", "plan", "mean"], rows)
}
