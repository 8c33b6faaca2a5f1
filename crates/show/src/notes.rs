//! What must be known beside the figures, in sentences.
//!
//! Comes in: notes and what they are about. Goes out: a sentence each. When something must be said is decided in `wearout_core::finding`.

use wearout_core::analysis::{Caution, Comparison};
use wearout_core::finding::Note;

use super::number::{fixed, two_digits};
use super::sentence::list;

/// What to do before anyone believes that silence earns most.
const SAY_WHAT_YOU_PAY: &str = "Before you send nothing, say what you pay: `cost` of a plan is what a delivered message costs (left out: the \
    article's claim), `cost_per_post` under [money] what a post costs whatever the size of the group";

/// What notes speak of beside themselves.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The comparison; `None` before anything was run.
    pub comparison: Option<&'a Comparison>,
    /// What amounts of money are in.
    pub currency: &'a str,
}

/// A note as a sentence.
pub fn sentence(note: &Note, about: About) -> String {
    match note {
        Note::Copy { plan, of, keys } if keys.is_empty() => format!("{plan} is the same as {of}"),
        Note::Copy { plan, of, keys } => format!("{plan} differs from {of} only in: {}", keys.join(", ")),
        Note::Often { known, plans, is_every_plan } => {
            let plans = if *is_every_plan { "every plan".to_owned() } else { plans.join(", ") };
            format!(
                "more than {known} posts a week ({plans}): the article has no figure there, and no study of messaging groups is \
                 known. In email sales level off after about three a week (Hillstrom 2018, finding `email-revenue-saturates`). Over a year the \
                 model's posts alone earn most at three to seven a week, at small costs; with answers and repurchases, which fall as members \
                 leave, it is fewer. In 30 days the busiest plan still sells most, in 90 no longer surely"
            )
        }
        Note::DifferentPeople { plans } => {
            format!("different people ({}): some of the difference is whom you write to, not how", plans.join(", "))
        }
        Note::NothingForgotten { days, plans, half_life_days } => format!(
            "contents are repeated over {days} days ({}), and here nobody ever forgets a read; field studies found wear that levels off (finding \
             `rotation-13-percent`). With --set switch.repeat_memory=true half of the reads are forgotten in {half_life_days} days",
            plans.join(", "),
        ),
        Note::NoMargin => "margin not given: revenue, profit and return on cost stay blank".to_owned(),
        Note::NothingBought => "`needs` is off and `purchase_given_click` is 0, so nobody buys through a post. --parameters article-only was \
             fitted without needs"
            .to_owned(),
        Note::OtherTrigger { trigger, fitted } => format!(
            "reports are counted as \"{}\", and `enforce_prob` was fitted where they are counted as \"{}\": so chances of a limit are those of no \
             fit. Say behaviour.enforce_prob too, or leave `report_trigger` out",
            trigger.key(),
            fitted.key()
        ),
        Note::SilenceEarnsMost { plan } => {
            format!("{plan} sends nothing and earns most at these costs. {SAY_WHAT_YOU_PAY}")
        }
        Note::Caution(caution) => about
            .comparison
            .map_or_else(String::new, |comparison| self::caution(caution, comparison, about.currency)),
        Note::Precision { wanted, reached, of, replicates } => {
            let Some(of) = of else { return "one plan: no difference to know".to_owned() };
            let plan = about.comparison.map_or("", |comparison| comparison.plans[of.plan].name.as_str());
            let name = format!("{} of {plan}", of.metric.label);
            if *reached {
                return format!(
                    "every headline difference is known to within {wanted} after {replicates} replicates; {name} was last"
                );
            }
            let width = of.half_width.map_or("unknown".to_owned(), |width| format!("{width:.4}"));
            format!("not known to within {wanted} after {replicates} replicates: {name} still has half-width {width}")
        }
    }
}

fn caution(caution: &Caution, comparison: &Comparison, currency: &str) -> String {
    let name = |plan: usize| comparison.plans[plan].name.as_str();
    let baseline = name(comparison.baseline);
    match caution {
        Caution::SparedByABan { plans } => {
            let verb = if plans.len() == 1 { "differs" } else { "differ" };
            let plans: Vec<&str> = plans.iter().map(|&plan| name(plan)).collect();
            format!(
                "a ban or expulsion spares members the rest, and {} {verb} in it from {baseline}: read churn with kept and unreachable",
                list(&plans)
            )
        }
        Caution::NothingToBuy { plan, without, posts } if without == posts => {
            format!("no post of {} carries an offer that works: nothing can be bought through it", name(*plan))
        }
        Caution::NothingToBuy { plan, without, posts } => format!(
            "{without} of the {posts} posts of {} carry no offer that works (useful posts have none unless `offer` says so): they can win \
             readers and sell nothing",
            name(*plan)
        ),
        Caution::LimitedByLength { plan, reports, reporters } => format!(
            "{} is limited because its list is long: of 1,000 deliveries {} are reported, and the platform may act as soon as more than \
             {reporters} people report a post, however many receive it",
            name(*plan),
            fixed(*reports, 1)
        ),
        Caution::NothingPays { least, most, per_send: [low, high], per_post } => {
            let sends =
                if low == high { fixed(*high, 2) } else { format!("{} to {}", fixed(*low, 2), fixed(*high, 2)) };
            let posts = if *per_post > 0.0 { format!(" and {} a post", fixed(*per_post, 2)) } else { String::new() };
            let lost =
                |(plan, loss): (usize, f64)| format!("{} {currency} ({})", fixed(loss, two_digits(loss)), name(plan));
            let lost = if least.0 == most.0 { lost(*least) } else { format!("{} to {}", lost(*least), lost(*most)) };
            format!(
                "at {sends} {currency} a delivered message{posts} no plan's posts pay for themselves: on average they lose {lost}. {SAY_WHAT_YOU_PAY}"
            )
        }
        Caution::FewerReportsAPost { plan, reports, baseline: others } => format!(
            "{} has fewer reports per 1,000 delivered than {baseline} because it delivers more to each member: of 1,000 members it is reported {} times, \
             {baseline} {} times",
            name(*plan),
            fixed(*reports, 1),
            fixed(*others, 1)
        ),
    }
}
