//! The campaigns that are timed: one to start from, and what is changed in it.

use std::fmt::Write;

use wearout_core::diagnostic::Source;
use wearout_core::plan::Experiment;
use wearout_core::scenario::Draft;
use wearout_core::{plan, scenario};

/// Five kinds in turn.
pub(crate) const MIXED: &str = r#"kinds = ["hard", "reminder", "useful", "hard", "preview"]"#;

/// Five posts a day of mixed kinds from a sender who never answers.
pub(crate) const FIVE_A_DAY: &str =
    "per_day = 5\nreply = \"never\"\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]";

/// A campaign on groups of members who mostly fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Campaign {
    /// Groups, and members in each.
    pub(crate) groups: (u32, u32),
    pub(crate) days: u32,
    pub(crate) platform: &'static str,
    /// Lines of the plan.
    pub(crate) plan: &'static str,
    /// How many plans are like that.
    pub(crate) plans: u32,
    /// Lines of `[behaviour]`.
    pub(crate) behaviour: &'static str,
    /// Lines of `[switch]`.
    pub(crate) switch: &'static str,
}

/// One post a day of mixed kinds to four groups of 250 for 30 days, under all the article's rules.
pub(crate) const REFERENCE: Campaign =
    Campaign { groups: (4, 250), days: 30, platform: "article-2025", plan: MIXED, plans: 1, behaviour: "", switch: "" };

impl Campaign {
    pub(crate) fn compile(&self) -> Experiment {
        let Campaign { groups: (groups, size), days, platform, plan, plans, behaviour, switch } = self;
        let mut text = format!(
            "days = {days}\nplatform = \"{platform}\"\n[audience.people]\ngroups = {groups}\nsize = {size}\nfit = 0.8\n\
             [behaviour]\n{behaviour}\n[switch]\n{switch}\n"
        );
        for number in 1..=*plans {
            let _ = write!(text, "[plan.plan-{number}]\n{plan}\n");
        }
        let source = Source { name: "campaign".into(), text };
        plan::compile(&scenario::parse("campaign", source, &[]), 1).unwrap_or_else(|faults| panic!("{faults}"))
    }
}

/// Nominal member-days of one replicate: everyone addressed on every day, whether or not they have left.
pub(crate) fn member_days(experiment: &Experiment) -> u64 {
    experiment.plans.iter().map(|plan| plan.members).sum::<u64>() * u64::from(experiment.days)
}

/// A shipped scenario as it was read.
pub(crate) fn draft(name: &str) -> Draft {
    let text = scenario::shipped(name).expect("the scenario is shipped");
    let source = Source { name: name.into(), text: text.into() };
    scenario::parse(name, source, &[])
}

/// A shipped scenario as an experiment.
pub(crate) fn shipped(name: &str) -> Experiment {
    plan::compile(&draft(name), 1).unwrap_or_else(|faults| panic!("{faults}"))
}

/// A pool of so many threads.
pub(crate) fn threads(number: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(number).build().expect("threads can be started")
}
