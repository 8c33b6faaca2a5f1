//! People by day, over long horizons by week: for each plan, what has become of the members it addressed.

use plotters::style::RGBAColor;
use wearout_core::analysis::PlanSummary;
use wearout_core::tally::Outcome;

use super::Scene;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{GAP, Head, Panel, compose};
use super::style::{NAME, NOTE, as_ink, grid, grid_rows, plan_colour};
use super::words::{Verbs, compared, mean, percent, spell};

/// States from the bottom up: from those who are there to those who cannot be reached.
const STATES: [(Outcome, &str, RGBAColor); 5] = [
    (Outcome::Active, "active", RGBAColor(0x2F, 0x7F, 0x86, 1.0)),
    (Outcome::Muted, "muted", RGBAColor(0xA9, 0xCF, 0xCB, 1.0)),
    (Outcome::Left, "left", RGBAColor(0xF2, 0xC1, 0x66, 1.0)),
    (Outcome::Blocked, "blocked", RGBAColor(0xB4, 0x4B, 0x33, 1.0)),
    (Outcome::Unreachable, "unreachable (sender banned or expelled)", RGBAColor(0xA2, 0xA7, 0xAD, 1.0)),
];

const VERBS: Verbs = Verbs {
    verb: "keeps",
    often: "large a share of members active",
    more: "keeps a larger share of members active than",
    less: "keeps a smaller share of members active than",
    several: "keep",
    several_more: "a larger share of members active",
    several_less: "a smaller share of members active",
    noun: "share of members kept active",
};

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let comparison = scene.comparison;
    let plans: Vec<(usize, &PlanSummary)> = comparison
        .plans
        .iter()
        .enumerate()
        .filter(|(_, plan)| plan.members > 0 && !steps(plan, 0.0).is_empty())
        .collect();
    let &(_, first) = plans.first()?;
    let title = compared(comparison, "kept", &VERBS).unwrap_or_else(|| {
        let kept = mean(first, "kept").map_or_else(String::new, |kept| format!(": {} stay active", percent(kept)));
        format!("What becomes of the members that {} writes to{kept}", first.name)
    });
    // One scale for all plans, whichever of them the closing midnight moved.
    let closing_days = if plans.iter().any(|(_, plan)| is_moved_by_the_closing_midnight(plan)) {
        (0.03 * first.days.len() as f64).max(0.5)
    } else {
        0.0
    };
    let head = Head {
        title,
        subtitle: format!(
            "Share of the members addressed, by {}; members who muted can still be reached but rarely look",
            spell(first.days.len()).0
        ),
        note: format!(
            "means over replicates{}",
            if closing_days > 0.0 {
                "; the last step: after the closing midnight, at which the platform may still ban"
            } else {
                ""
            }
        ),
    };
    let rows = grid_rows(plans.len());
    let row_height = if rows == 1 { 270.0 } else { 150.0 };
    Some(compose(scene.caption, &head, rows as f64 * row_height + 58.0, |sheet, plot| {
        sheet.key((plot.left, plot.top + 8.0), &STATES.map(|(_, name, colour)| (name, colour)));
        let y = Axis::shares(1.0, if rows == 1 { 5 } else { 2 });
        let cells = grid(plot.inset(y.room(), 30.0, 0.0, 24.0), plans.len());
        for (&(i, plan), cell) in plans.iter().zip(cells) {
            let rect = cell.rect.inset(0.0, 26.0, 0.0, 12.0);
            let kept = mean(plan, "kept").map_or_else(String::new, |kept| format!("{} active", percent(kept)));
            let name = NAME.in_colour(as_ink(plan_colour(comparison, i)));
            let heading = cell.rect.top + 12.0;
            sheet.text(&name.shorten(&plan.name, rect.width() - NOTE.width(&kept) - 10.0), (rect.left, heading), name);
            sheet.text(&kept, (rect.right, heading), NOTE.ending());
            let days =
                Axis { range: 0.5..plan.days.len() as f64 + 0.5 + closing_days, ..Axis::days_ends(plan.days.len()) };
            let y = if cell.leftmost { y.clone() } else { y.unlabelled() };
            let days = if cell.lowest { days } else { days.unlabelled() };
            let mut panel = sheet.panel(rect, &days, &y);
            stack(&mut panel, &steps(plan, closing_days));
        }
    }))
}

/// From when to when, in days, and the share in each state.
type Step = (f64, f64, [f64; STATES.len()]);

/// By day, or by week as it ends, and, where the closing midnight has a width, after it; a state without an estimate counts nobody, a
/// day without any is left out.
fn steps(plan: &PlanSummary, closing_days: f64) -> Vec<Step> {
    let (_, length) = spell(plan.days.len());
    let spells = plan.days.chunks(length).enumerate();
    let by_day = spells.filter_map(|(i, days)| {
        let last = days.last().filter(|day| day[Outcome::Active as usize].mean.is_some())?;
        let share = |(state, _, _)| last[state as usize].mean.unwrap_or(0.0) / plan.members as f64;
        let begins = (i * length) as f64 + 0.5;
        Some((begins, begins + days.len() as f64, STATES.map(share)))
    });
    let end = plan.days.len() as f64 + 0.5;
    let closing = at_the_horizon(plan).filter(|_| closing_days > 0.0).map(|shares| (end, end + closing_days, shares));
    by_day.chain(closing).collect()
}

/// The share in each state after the closing midnight.
fn at_the_horizon(plan: &PlanSummary) -> Option<[f64; STATES.len()]> {
    let [kept, muted, gone, blocked, unreachable] =
        ["kept", "muted", "unsubscribe", "blocked", "unreachable"].map(|key| mean(plan, key));
    let blocked = blocked?;
    Some([kept?, muted?, gone? - blocked, blocked, unreachable?])
}

/// Whether the closing midnight changed what can be seen: it may be the one at which the platform bans.
fn is_moved_by_the_closing_midnight(plan: &PlanSummary) -> bool {
    let last = plan.days.last().and_then(|day| day[Outcome::Active as usize].mean);
    mean(plan, "kept").zip(last).is_some_and(|(kept, last)| (kept - last / plan.members as f64).abs() >= 5e-4)
}

fn stack(panel: &mut Panel, steps: &[Step]) {
    let top_of = |shares: &[f64; STATES.len()], state: usize| shares[..state].iter().sum::<f64>().min(1.0);
    for (state, (_, _, colour)) in STATES.into_iter().enumerate() {
        let edge = |level: usize| {
            steps.iter().flat_map(move |(from, to, shares)| {
                let height = top_of(shares, level);
                [(*from, height), (*to, height)]
            })
        };
        let upper: Vec<(f64, f64)> = edge(state + 1).collect();
        let lower: Vec<(f64, f64)> = edge(state).collect();
        let ring = upper.iter().copied().chain(lower.into_iter().rev()).collect();
        panel.surface(ring, colour);
        if state > 0 && steps.iter().any(|(_, _, shares)| shares[state] > 0.004) {
            panel.line(edge(state), GAP, 0.8);
        }
    }
}
