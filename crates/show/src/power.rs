//! The power of a test shown: its page, its tables, its words. Its chart is in `chart`.
//!
//! Comes in: a [`Power`]. Goes out: a page and tables. Decides nothing.

use wearout_core::finding::{Power, PowerNote, Takes};
use wearout_core::study::ab::Method;
use wearout_core::study::ab::power::{Mechanism, OverSets, Point, Power as Figures, Reach, Share};

use crate::File;
use crate::csv::{cell, write};
use crate::number::{fixed, scale, short};
use crate::page::{Block, Cell, Label, Page, Row, Said, Table};
use crate::sentence::{counted, days};
use crate::tested::{an_arm, correlation, figure, headline, percent, points, units, wanted};

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

/// The page of a test's power.
pub fn page(power: &Power) -> Page {
    let (test, found) = (&power.test, &power.found);
    let mut blocks = vec![headline(test, power.reach, &found.here)];
    let takes = power.takes.filter(|_| matches!(power.reach, Reach::Open | Reach::TooSmall));
    blocks.extend(takes.map(|takes| Block::Sentence(Said::of(self::takes(power, takes), "/study/takes"))));
    let over = found.over_sets.map(over_sets);
    blocks.extend(over.map(|over| Block::Sentence(Said::of(over, "/study/found/over_sets"))));
    blocks.extend([Block::Figure("power"), Block::Table(table(power))]);
    blocks.push(Block::Small(Said::of(design(power), "/study/test")));
    let note =
        |(at, note): (usize, &PowerNote)| Block::Note(Said::of(self::note(power, *note), format!("/study/notes/{at}")));
    blocks.extend(power.notes.iter().enumerate().map(note));
    let title = format!(
        "Power of test {}: {} against {}, {}, {} simulated tests a point",
        test.name,
        test.arm,
        test.control,
        test.metric.label,
        fixed(f64::from(power.asked.tests), 0)
    );
    Page { title, blocks }
}

fn takes(power: &Power, takes: Takes) -> String {
    let (wanted, units) = (wanted(), units(&power.test));
    match takes {
        Takes::Between(too_few, enough) => {
            format!(
                "Of the numbers tried, {} are the fewest shown to have {wanted}; {} are not.",
                an_arm(&power.test, enough),
                fixed(too_few, 0)
            )
        }
        Takes::AtMost(enough) => {
            format!("{wanted} takes no more than {}, the fewest tried.", an_arm(&power.test, enough))
        }
        Takes::More => format!("None of the numbers of {units} that were tried is shown to have {wanted}."),
    }
}

fn over_sets(OverSets { sets, assurance, power: [low, _, high], .. }: OverSets) -> String {
    let [assurance, low, high] = [assurance, low, high].map(|share| fixed(100.0 * share, 0));
    let sets = counted(sets, "plausible set");
    format!(
        "Over {sets} of parameters power is {assurance} % on average ({low} to {high} % in the middle 80 % of sets)."
    )
}

fn table(power: &Power) -> Table {
    let (test, found) = (&power.test, &power.found);
    let metric = test.metric;
    let as_planned = format!("as planned: {} {}", fixed(test.units_per_arm.into(), 0), units(test));
    let same = found.same.iter().map(|same| ("same plan in every arm".to_owned(), same));
    let by_units = found.by_units.iter().map(|point| (an_arm(test, point.at), &point.power));
    let effects = found.by_effect.iter().filter(|point| point.at != 0.0);
    let by_effect = effects.map(|point| (appeal(point.at), &point.power));
    let without =
        found.without.iter().map(|without| (format!("without {}", mechanism(without.mechanism)), &without.power));
    let whole = |share: Option<f64>| share.map(|share| format!("{} %", fixed(100.0 * share, 0)));
    let row = |(label, of): (String, &Figures)| {
        let detectable = of.detectable.map(|size| format!("±{}", short(scale(metric.unit) * size)));
        let cells = [
            Some(percent(of.found)),
            whole(of.closed_form),
            whole(of.if_independent),
            Some(figure(metric, of.effect)),
            detectable,
        ];
        let cells = cells.map(|cell| cell.map_or(Cell::Blank, Cell::Figure)).to_vec();
        Row { label: Label::plain(label), is_part: false, cells }
    };
    let rows = [(as_planned, &found.here)].into_iter().chain(same).chain(by_units).chain(by_effect).chain(without);
    Table {
        title: format!("Power, and what arms differ by, {}", points(metric)),
        corner: String::new(),
        heads: ["power (95 % MC)", "closed form", "independent", "effect", "detectable"].map(str::to_owned).to_vec(),
        rows: rows.map(row).collect(),
        below: vec![format!("independent: power with members taken for independent; detectable: with {}", wanted())],
        from: "/study/found".to_owned(),
    }
}

fn appeal(effect: f64) -> String {
    let more = if effect > 0.0 { "more" } else { "less" };
    format!("{} % {more} appeal", short(100.0 * effect.abs()))
}

/// What is not there without it.
fn mechanism(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Fatigue => "fatigue of readers",
        Mechanism::Wear => "wear of repeated contents",
        Mechanism::Leaving => "muting, leaving, blocking",
        Mechanism::Contagion => "contagion of leaving",
        Mechanism::Platform => "the platform's rules",
        Mechanism::Differences => "differences between groups",
    }
}

fn design(power: &Power) -> String {
    let (test, here) = (&power.test, &power.found.here);
    let each = if test.deals_members { String::new() } else { format!(" of {} members", test.size) };
    let by = match test.method {
        _ if test.deals_members => "difference of shares of members",
        Method::Means => "Welch's t on group means",
        Method::Permutation => "permutation of group means",
    };
    let design_effect = match (here.correlation, here.design_effect, here.size) {
        (Some(icc), Some(effect), Some(size)) if test.metric.is_of_members() && !test.deals_members => format!(
            "; with an intra-group correlation of {}, {} members are worth {} independent ones",
            correlation(icc),
            fixed(size, 0),
            short(size / effect)
        ),
        _ => String::new(),
    };
    format!(
        "{} {}{each} an arm, {}, {by} at a two-sided level of {}{design_effect}",
        fixed(test.units_per_arm.into(), 0),
        units(test),
        days(test.days),
        power.asked.alpha
    )
}

fn note(power: &Power, note: PowerNote) -> String {
    match note {
        PowerNote::Mistaken { sign, times } => format!(
            "of the tests that detect a difference, {} have its sign wrong, and on average they show it {} times too large",
            percent(sign),
            fixed(times, 1)
        ),
        PowerNote::FalseAlarms(alarms) => format!(
            "with the same plan in every arm {} of tests detect a difference instead of {} %: something hits whole arms",
            percent(alarms),
            short(100.0 * power.asked.alpha)
        ),
        PowerNote::IfIndependent { power, false_alarms } => format!(
            "power if members were independent would be {} %; an analysis that takes them for independent raises a false \
             alarm in {} of tests",
            fixed(100.0 * power, 0),
            percent(false_alarms)
        ),
        PowerNote::Covered(covered) => format!(
            "95 % intervals hold the average difference in only {} of tests: it is not the same in every test",
            percent(covered)
        ),
        PowerNote::Account { limited, banned } => format!(
            "the account, which all arms share, was limited in {} and banned in {} of tests",
            percent(limited),
            percent(banned)
        ),
        PowerNote::NoCurveByAppeal => {
            format!("no curve against the appeal of contents: {} does not follow clicks", power.test.metric.label)
        }
    }
}

/// The tables of a test's power.
pub fn tables(power: &Power) -> Vec<File> {
    vec![
        File { name: "power.csv".into(), bytes: csv(power) },
        File { name: "mechanisms.csv".into(), bytes: mechanisms(power) },
    ]
}

/// `power.csv`: a row per point of every curve.
fn csv(power: &Power) -> Vec<u8> {
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
    let (test, found) = (&power.test, &power.found);
    let points = |curve: &'static str, points: &'_ [Point]| {
        points.iter().map(|point| (curve, point.at, point.power)).collect::<Vec<_>>()
    };
    let at = f64::from(test.units_per_arm);
    let rows = [("as_planned", at, found.here)]
        .into_iter()
        .chain(found.same.map(|power| ("same_plan", at, power)))
        .chain(points(units(test), &found.by_units))
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
fn mechanisms(power: &Power) -> Vec<u8> {
    let header =
        ["without", "power", "power_low", "power_high", "gain", "gain_low", "gain_high", "effect", "effect_mcse"];
    let rows = power.found.without.iter().map(|without| {
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
