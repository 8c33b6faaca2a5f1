//! The design of a test shown: its page, its tables, its words. Its charts are in `chart`.
//!
//! Comes in: a [`Design`]. Goes out: a page and tables. Decides nothing.

use wearout_core::finding::{Design, DesignNote};
use wearout_core::study::ab::design::{Account, Guardrail};
use wearout_core::study::ab::power::Mean;

use crate::File;
use crate::csv::{cell, write};
use crate::number::{fixed, scale, short};
use crate::page::{Block, Cell, Label, Page, Row, Said, Table};
use crate::sentence::days;
use crate::tested::{an_arm, correlation, figure, headline, percent, points, units, wanted};

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

/// The page of a test's design.
pub fn page(design: &Design) -> Page {
    let (test, found) = (&design.test, &design.found);
    let mut blocks = vec![headline(test, design.reach, &found.power)];
    blocks.extend(detect(design));
    blocks.extend(
        design
            .idle_after
            .map(|day| Block::Sentence(Said::of(format!("Days after day {day} add no power."), "/study/idle_after"))),
    );
    blocks.extend([Block::Figure("effect"), Block::Figure("tradeoff"), Block::Table(table(design))]);
    blocks.push(Block::Small(Said::of(dealt(design), "/study/test")));
    let note = |(at, note): (usize, &DesignNote)| {
        Block::Note(Said::of(self::note(design, *note), format!("/study/notes/{at}")))
    };
    blocks.extend(design.notes.iter().enumerate().map(note));
    let title = format!(
        "Design of test {}: {} against {}, {}, {} simulated tests",
        test.name,
        test.arm,
        test.control,
        test.metric.label,
        fixed(f64::from(design.asked.tests), 0)
    );
    Page { title, blocks }
}

/// What the smallest difference worth detecting takes, where the test names one.
fn detect(design: &Design) -> Option<Block> {
    let detect = design.found.detect?;
    let which = format!("{}, the smallest difference worth detecting,", size(design, detect.difference));
    let words = match detect.needed {
        Some(_) if detect.is_enough => format!("For {which} they are enough."),
        Some(needed) => format!("Detecting {which} with {} takes {}.", wanted(), an_arm(&design.test, needed.ceil())),
        None => format!("No number of {} within reach detects {which} with {}.", units(&design.test), wanted()),
    };
    Some(Block::Sentence(Said::of(words, "/study/found/detect")))
}

/// A difference with its unit.
fn size(design: &Design, difference: f64) -> String {
    let metric = design.test.metric;
    format!("{} {}", short(scale(metric.unit) * difference), points(metric))
}

fn table(design: &Design) -> Table {
    let row = |(label, figure): (String, String)| Row {
        label: Label::plain(label),
        is_part: false,
        cells: vec![Cell::Figure(figure)],
    };
    let mut rows: Vec<Row> = figures(design).into_iter().map(row).collect();
    let mut parts = |label: String, parts: [(&str, String); 2]| {
        rows.push(Row { label: Label::plain(label), is_part: false, cells: vec![Cell::Words(String::new())] });
        rows.extend(parts.map(|(label, figure)| Row { is_part: true, ..row((label.to_owned(), figure)) }));
    };
    let found = &design.found;
    if let Some(lengths) = found.best_length {
        let [alone, lasting] = lengths.map(short);
        parts(BEST_LENGTH.to_owned(), [("if groups did not differ for good", alone), ("as they differ", lasting)]);
    }
    for guardrail in &found.guardrails {
        let label = format!("guardrail {}, margin {}", guardrail.metric.key, margin(guardrail));
        let shown = format!("{} of tests", percent(guardrail.shown));
        parts(label, [("shown to hold in", shown), ("difference", of_guardrail(guardrail))]);
    }
    for Account { enforce_prob, limited, banned } in &found.account {
        let label = format!("account, enforcement {}", short(*enforce_prob));
        parts(label, [("limited in", percent(*limited)), ("banned in", percent(*banned))]);
    }
    Table {
        title: "What the test can do".to_owned(),
        heads: vec!["figure".to_owned()],
        rows,
        from: "/study/found".to_owned(),
        ..Table::default()
    }
}

/// Label of the best length.
const BEST_LENGTH: &str = "best length by the closed form, days";

/// Labels and their figures, as the table and `design.csv` begin.
fn figures(design: &Design) -> Vec<(String, String)> {
    let (test, found) = (&design.test, &design.found);
    let (metric, power) = (test.metric, &found.power);
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |label: String, figure: Option<String>| rows.extend(figure.map(|figure| (label, figure)));
    let whole = |share: f64| format!("{} %", fixed(100.0 * share, 0));
    row("difference between the plans".into(), Some(format!("{} {}", figure(metric, power.effect), points(metric))));
    row("power for this difference, simulated".into(), Some(percent(power.found)));
    row("power for this difference, closed form".into(), power.closed_form.map(whole));
    let detectable = power.detectable.map(|difference| size(design, difference));
    row("smallest difference detectable with 80 % power".into(), detectable);
    if let Some(detect) = found.detect {
        let label = |what: &str| format!("{what} to detect {}", size(design, detect.difference));
        row(label("power"), detect.power.map(whole));
        row(
            label(&format!("{} an arm for 80 % power", units(test))),
            Some(detect.needed.map_or("no number within reach".into(), |k| fixed(k.ceil(), 0))),
        );
    }
    if !test.deals_members && metric.is_of_members() {
        row("intra-group correlation".into(), power.correlation.map(correlation));
        row("design effect".into(), power.design_effect.map(short));
        let worth = |(effect, size): (f64, f64)| {
            let members = size * power.units;
            format!("{} of {}", fixed(members / effect, 0), fixed(members, 0))
        };
        row("independent members that an arm is worth".into(), power.design_effect.zip(power.size).map(worth));
    }
    row("days until power levels off".into(), found.enough_days.map(|days| format!("{days} of {}", test.days)));
    row("lifetime of the daily difference, days".into(), Some(lifetime(design)));
    rows
}

fn margin(guardrail: &Guardrail) -> String {
    format!("{} {}", short(scale(guardrail.metric.unit) * guardrail.margin), points(guardrail.metric))
}

/// What the arms differ by in the metric of a guardrail.
fn of_guardrail(guardrail: &Guardrail) -> String {
    format!("{} {}", figure(guardrail.metric, guardrail.effect), points(guardrail.metric))
}

fn lifetime(design: &Design) -> String {
    let Some(decay) = design.found.decay else {
        return format!("not estimable from {}", days(design.test.days));
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

fn dealt(design: &Design) -> String {
    let test = &design.test;
    let dealt = if test.deals_members {
        format!("{} members an arm, dealt one by one", test.units_per_arm)
    } else {
        format!("{} groups of {} an arm, dealt as wholes", test.units_per_arm, test.size)
    };
    format!(
        "{dealt}, {}, all arms on one account; decided by {} at a two-sided level of {}",
        days(test.days),
        test.metric.label,
        design.asked.alpha
    )
}

fn note(design: &Design, note: DesignNote) -> String {
    let whole = |share: f64| fixed(100.0 * share, 0);
    match note {
        DesignNote::NeverBelow(floor) => format!(
            "{} can never go below p = {floor:.2} by permutation, and `ab analyze` judges so few groups by nothing else: \
             the test could show no difference",
            an_arm(&design.test, design.test.units_per_arm.into())
        ),
        DesignNote::Unbanned { one, accounts, several } => format!(
            "one account without a ban rules out only chances of a ban above {} %, {accounts} accounts those above {} %; \
             arms that share an account cannot be compared by bans",
            whole(one),
            whole(several)
        ),
        DesignNote::IfIndependent(power) => format!(
            "power if members were independent would be {} %, as calculators that count members say",
            whole(power)
        ),
    }
}

/// The tables of a test's design.
pub fn tables(design: &Design) -> Vec<File> {
    vec![
        File { name: "design.csv".into(), bytes: csv(design) },
        File { name: "days.csv".into(), bytes: days_csv(design) },
    ]
}

/// `design.csv`: a row per line of the printed table, those of several parts in one.
fn csv(design: &Design) -> Vec<u8> {
    let found = &design.found;
    let best = found.best_length.map(|lengths| {
        let [alone, lasting] = lengths.map(short);
        (BEST_LENGTH.to_owned(), format!("{alone} if groups did not differ for good, {lasting} as they do"))
    });
    let guardrails = found.guardrails.iter().map(|guardrail| {
        let label = format!("guardrail {}, margin {}: shown to hold", guardrail.metric.key, margin(guardrail));
        (label, format!("in {} of tests; difference {}", percent(guardrail.shown), of_guardrail(guardrail)))
    });
    let accounts = found.account.iter().map(|Account { enforce_prob, limited, banned }| {
        let label = format!("account limited; banned (enforcement {})", short(*enforce_prob));
        (label, format!("{}; {}", percent(*limited), percent(*banned)))
    });
    let rows = figures(design).into_iter().chain(best).chain(guardrails).chain(accounts);
    write(&["what", "figure"], rows.map(|(label, figure)| vec![label, figure]))
}

/// `days.csv`: a row per day: power by its end, and the difference on that day alone.
fn days_csv(design: &Design) -> Vec<u8> {
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
    let rows = design.found.by_day.iter().map(|point| {
        let power = point.power;
        let daily: Option<Mean> =
            design.found.daily.iter().find(|daily| f64::from(daily.day) == point.at).map(|daily| daily.effect);
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
