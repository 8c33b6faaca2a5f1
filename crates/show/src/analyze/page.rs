//! The page of an analysis: the verdict and what it leaves open, what it is worth, the figures, what must be known to read them.

use wearout_core::analysis::trial::{AtStake, Decision, Effect, Framing, Guarded, Method, TrialAnalysis};
use wearout_core::finding::{Analyze, AnalyzeNote, Provenance};
use wearout_core::results::{self, Missing};
use wearout_core::tally::Dealt;
use wearout_stats::Interval;

use super::{chance, difference, guarding, level, p_value, points, says, short_label, size, verdict};
use crate::number::{fixed, scale, signed, telling, two_digits};
use crate::page::{Block, Cell, Label, Page, Row, Said, Table};
use crate::sentence::{self, capitalised, counted, days};

/// The page of an analysis.
pub fn page(of: &Analyze, made: &Provenance) -> Page {
    let found = &of.found;
    let sentence = |words: &str| format!("{}.", capitalised(words));
    let mut blocks =
        vec![Block::Headline(Said::of(sentence(&verdict::sentence(found)), "/study/found/verdict/decision"))];
    let (conditions, notes): (Vec<_>, Vec<_>) =
        of.notes.iter().enumerate().partition(|(_, note)| matches!(note, AnalyzeNote::EndNotSaid { .. }));
    let said = |(at, note): (usize, &AnalyzeNote)| Said::of(note_in_words(found, note), format!("/study/notes/{at}"));
    blocks.extend(
        conditions
            .into_iter()
            .map(said)
            .map(|Said { words, from }| Block::Open(Said { words: sentence(&words), from })),
    );
    for (at, harm) in found.verdict.harms.iter().enumerate().filter(|(_, harm)| !harm.is_known) {
        let from = format!("/study/found/verdict/harms/{at}");
        blocks.push(Block::Open(Said::of(sentence(&verdict::open(found, harm)), from)));
    }
    blocks.extend(worth(found).into_iter().chain(early(found)).map(Block::Sentence));
    blocks.extend([Block::Figure("differences"), Block::Table(arms(found))]);
    blocks.extend(others(found).map(Block::Table));
    blocks.push(Block::Figure("difference_by_day"));
    blocks.push(Block::Small(Said::of(design(of), "/study/found/effects")));
    blocks.extend(notes.into_iter().map(said).map(Block::Note));
    let length = match (found.is_running(), found.is_end_said) {
        (true, _) => format!("day {} of {}", found.days, found.planned_days),
        (false, true) => format!("{}, as planned", days(found.days)),
        (false, false) => days(found.days),
    };
    let control = found.arm(found.control);
    Page { title: format!("Test {}: {} against {control}, {length}", made.name, found.metric.label), blocks }
}

/// How many members the test makes a difference to, and what choosing an arm is expected to lose.
fn worth(found: &TrialAnalysis) -> Vec<Said> {
    let mut said = Vec::new();
    if let Some(at_stake) = &found.at_stake {
        said.push(Said::of(format!("At stake, {}.", members(found, at_stake)), "/study/found/at_stake"));
    }
    let losses = found.chances.iter().flatten().zip(&found.arms).filter_map(|(chance, arm)| {
        let loss = scale(found.metric.unit) * chance.expected_loss?;
        // Two digits that count, none beyond the second after the point.
        let loss = if loss < 0.005 { "< 0.01".to_owned() } else { fixed(loss, two_digits(loss).min(2)) };
        Some(format!("{loss} with {}", arm.name))
    });
    let losses: Vec<String> = losses.collect();
    if !losses.is_empty() {
        let words = format!("Expected loss in {}: {}.", points(found.metric), losses.join(", "));
        said.push(Said::of(words, "/study/found/chances"));
    }
    said
}

fn members(found: &TrialAnalysis, AtStake { arm, framing, difference, interval }: &AtStake) -> String {
    let (arm, control) = (found.arm(*arm), found.arm(found.control));
    let framed = match framing {
        Framing::ArmInstead => format!("{arm} instead of {control}"),
        Framing::ControlInstead => format!("{control} instead of {arm}"),
        Framing::BeforeGuardrails => format!("before guardrails, {arm} against {control}"),
        Framing::Against => format!("{arm} against {control}"),
    };
    let label = short_label(found.metric);
    let ends = interval.map(|Interval { low, high }| [low, high].map(|end| 1000.0 * end));
    let digits = ends.map_or(0, |ends| telling(0, ends));
    let ends = ends.map_or_else(String::new, |ends| {
        let [low, high] = ends.map(|end| signed(end, digits));
        format!(" ({low} to {high})")
    });
    format!("{framed}: {label} {} per 1,000 members{ends}", signed(1000.0 * difference, digits))
}

/// Whether looks on the way would have decided early. Whoever looks at the end only, or for the first time, stops nothing early.
fn early(found: &TrialAnalysis) -> Option<Said> {
    let stops = found.verdict.arms.iter().filter_map(|of| Some(format!("{} on day {}", found.arm(of.arm), of.stops?)));
    let stops: Vec<String> = stops.collect();
    let words = if stops.is_empty() {
        "With a look every day, it would not have been decided early.".to_owned()
    } else {
        format!("With a look every day, it would have been decided early: {}.", stops.join(", "))
    };
    let is_told = found.days > 1 && !matches!(found.verdict.decision, Decision::NoFigure(_));
    is_told.then(|| Said::of(words, "/study/found/verdict/arms"))
}

/// The arms in the metric that decides.
fn arms(found: &TrialAnalysis) -> Table {
    let difference = if found.metric.unit.is_percentage() { "points (95 %)" } else { "difference (95 %)" };
    let mut heads = vec!["level", difference, "relative", "P(best)", "says", "members"];
    heads.extend((found.dealt == Dealt::Groups).then_some("groups"));
    Table {
        title: String::new(),
        corner: short_label(found.metric).to_owned(),
        rows: (0..found.arms.len())
            .map(|arm| Row { cells: of_arm(found, arm, heads.len()), ..row(&found.arms[arm].name) })
            .collect(),
        heads: heads.into_iter().map(str::to_owned).collect(),
        below: vec![format!("95 % intervals: what chance can do in dealing {} to arms", found.dealt.noun())],
        from: "/study/found/arms".to_owned(),
    }
}

/// The first so many cells of an arm.
fn of_arm(found: &TrialAnalysis, arm: usize, n: usize) -> Vec<Cell> {
    let (totals, effect) = (&found.arms[arm], found.effect(arm));
    let or_nothing = |cell: Option<Cell>| cell.unwrap_or_else(|| Cell::Words(String::new()));
    let count = |n: u64| Cell::Figure(fixed(n as f64, 0));
    let cells = [
        known(level(found.metric, totals.level)),
        or_nothing(effect.map(of_effect)),
        or_nothing(effect.map(relative)),
        known(found.chances.as_ref().map(|chances| chance(chances[arm].is_best))),
        Cell::Words(says(found, arm).to_owned()),
        count(totals.members),
        count(totals.groups),
    ];
    cells.into_iter().take(n).collect()
}

/// What the arms do to other metrics and to guardrails; `None` where there are none.
fn others(found: &TrialAnalysis) -> Option<Table> {
    let (control, several) = (found.arm(found.control), found.arms.len() > 2);
    let of = |effect: &Effect, what: &str, relative: Cell, says: String| {
        let of_arm = if several { format!(", {}", found.arm(effect.arm)) } else { String::new() };
        let words = format!("{what}{}{of_arm}", short_label(effect.metric));
        let cells = vec![known(level(effect.metric, effect.treated)), of_effect(effect), relative, Cell::Words(says)];
        Row { label: Label::of(words, effect.metric.key), cells, ..row("") }
    };
    let secondary = found.secondary.iter().map(|effect| {
        let q = effect.adjusted_p.map_or_else(String::new, |q| format!(", q {}", p_value(q)));
        of(effect, "", relative(effect), effect.call.map_or("", sentence::call).to_owned() + &q)
    });
    // How much worse relatively says little of what is rare.
    let guardrails = found.guardrails.iter().map(|Guarded { effect, guarding: known, .. }| {
        of(effect, "guardrail ", Cell::Words(String::new()), guarding(*known).to_owned())
    });
    let rows: Vec<Row> = secondary.chain(guardrails).collect();
    let arm = found.effects.first().filter(|_| !several);
    let against = arm.map_or_else(|| ",".to_owned(), |effect| format!(": {}", found.arm(effect.arm)));
    (!rows.is_empty()).then(|| Table {
        title: format!("Other metrics and guardrails{against} against {control}"),
        corner: String::new(),
        heads: ["level", "difference (95 %)", "relative", "says"].map(str::to_owned).to_vec(),
        below: if found.secondary.is_empty() {
            Vec::new()
        } else {
            vec!["q: p value, of all metrics but guardrails together".to_owned()]
        },
        rows,
        from: "/study/found/secondary".to_owned(),
    })
}

fn row(label: &str) -> Row {
    Row { label: Label::plain(label), is_part: false, cells: Vec::new() }
}

fn known(text: Option<String>) -> Cell {
    text.map_or(Cell::Blank, Cell::Figure)
}

fn of_effect(effect: &Effect) -> Cell {
    known(effect.difference.map(|value| difference(effect.metric, value, effect.interval)))
}

/// `+23 % (+7 to +39)`.
fn relative(effect: &Effect) -> Cell {
    let Some(relative) = effect.relative else { return Cell::Blank };
    let percent = |x: f64, digits: usize| signed(100.0 * x, digits);
    let Some(Interval { low, high }) = effect.relative_interval else {
        return Cell::Figure(format!("{} %", percent(relative.estimate, 0)));
    };
    let digits = telling(0, [100.0 * low, 100.0 * high]);
    let [value, low, high] = [relative.estimate, low, high].map(|x| percent(x, digits));
    Cell::Figure(format!("{value} % ({low} to {high})"))
}

fn design(of: &Analyze) -> String {
    let found = &of.found;
    let is_permuted = found.effects.iter().any(|effect| effect.method == Method::Permutation);
    let dealt = match found.dealt {
        Dealt::Groups if is_permuted => "groups were dealt and each counts once (permutation of groups)",
        Dealt::Groups => "groups were dealt and each counts once (Welch's t on group means)",
        Dealt::Members => "members were dealt one by one and each counts once (score interval of shares)",
    };
    let mut parts = vec![dealt.to_owned()];
    if let Some(adjustment) = found.effects.first().and_then(|effect| effect.adjustment) {
        let (verb, share) =
            if adjustment.removed < 0.0 { ("add", -adjustment.removed) } else { ("take out", adjustment.removed) };
        let plain = adjustment.plain.map(|plain| difference(found.metric, plain.estimate, None));
        parts.push(format!(
            "adjusted by the {} before the test, which {verb} {} % of the variance (difference without: {})",
            days(of.looked.days_before),
            fixed(100.0 * share, 0),
            plain.unwrap_or_else(|| "-".to_owned())
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
    parts.join("; ")
}

fn note_in_words(found: &TrialAnalysis, note: &AnalyzeNote) -> String {
    match note {
        AnalyzeNote::EndNotSaid { day } => format!(
            "this holds only if day {day} was the planned end before anyone looked; otherwise add `--planned-days N`, the last day on \
             which the test may end"
        ),
        AnalyzeNote::UnevenDeal { p_value: p } => {
            let counts = found.arms.iter().map(|arm| match found.dealt {
                Dealt::Groups => fixed(arm.groups as f64, 0),
                Dealt::Members => fixed(arm.members as f64, 0),
            });
            let (noun, counts) = (found.dealt.noun(), counts.collect::<Vec<_>>().join(" to "));
            format!("{counts} {noun} were not dealt evenly (p {}): find out why before trusting the rest", p_value(*p))
        }
        AnalyzeNote::TakenForNormal { groups } => {
            format!("with {} in an arm, intervals take group means for normal", counted(*groups, "group"))
        }
        AnalyzeNote::PermutationDecides { arm, groups: [control, treated], smallest_p, can_show } => {
            let (arm, against) = (found.arm(*arm), found.arm(found.control));
            let of = format!("{arm} against {against}: with {treated} against {control} groups");
            if *can_show {
                let one_in = fixed((1.0 / smallest_p).round(), 0);
                format!("{of} the permutation of groups decides, without adjustment; its smallest p is 1/{one_in}")
            } else {
                let least = p_value(*smallest_p);
                format!("{of} no permutation goes below p {least}, so that no difference can be shown")
            }
        }
        AnalyzeNote::PermutationDisagrees { arm, p_value: p, level, leaves_zero_out, is_adjusted } => {
            let (told, above) = if *leaves_zero_out { ("leaves 0 out", "above") } else { ("holds 0", "below") };
            let earlier = if *is_adjusted { " and knows nothing of the days before the test" } else { "" };
            format!(
                "permutation p {} of {} is {above} {}, while the interval {told}: the interval decides; it takes group means for normal, \
                 the permutation rests on the dealing alone{earlier}; treat the result as borderline",
                p_value(*p),
                found.arm(*arm),
                fixed(*level, 3).trim_end_matches('0')
            )
        }
        AnalyzeNote::Running => format!(
            "still running: the intervals of {} and of guardrails hold at every look, those of other metrics today alone; p values and \
             P(best) are known at the end only",
            short_label(found.metric)
        ),
        AnalyzeNote::GuardrailBroken { guardrail, margin } => {
            let Guarded { metric, arm, .. } = found.guardrails[*guardrail];
            let (arm, label) = (found.arm(arm), short_label(metric));
            format!("{arm} breaks the guardrail {label}: worse by more than {}", size(metric, *margin))
        }
        AnalyzeNote::GuardrailOpen { guardrail, margin, at_worst } => {
            let Guarded { metric, arm, .. } = found.guardrails[*guardrail];
            let (arm, label) = (found.arm(arm), short_label(metric));
            let (worst, margin) = (size(metric, *at_worst), size(metric, *margin));
            format!("{label} of {arm} may be worse by up to {worst} (margin {margin})")
        }
        AnalyzeNote::NotMeasured(missing) => {
            let lacking = missing
                .iter()
                .map(|Missing { metric, columns }| format!("{} ({})", short_label(metric), columns.join(", ")));
            let lacking: Vec<String> = lacking.collect();
            format!("not measured, because the column is missing: {}", lacking.join(", "))
        }
        AnalyzeNote::Table(note) => of_table(note),
    }
}

fn of_table(note: &results::Note) -> String {
    match note {
        results::Note::FromPercentages(column) => {
            format!("`{column}` is counted from percentages of those delivered, to the nearest whole")
        }
        results::Note::Nobody(column) => format!("`{column}` has no column and is taken as 0, as --columns says"),
        results::Note::Unread(headings) => {
            let quoted: Vec<String> = headings.iter().map(|heading| format!("`{heading}`")).collect();
            format!("columns that were not read: {}", quoted.join(", "))
        }
    }
}
