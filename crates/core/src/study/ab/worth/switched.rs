//! A plan that gives way to another one in the middle of a campaign.
//!
//! Comes in: two compiled plans and a day. Goes out: one plan with the posts of the first until the end of that day and those of the
//! second from then on. Members go on as they are: tired, lost or bought. Only calendars can change on the way: plans that differ
//! in whom they address, how far they reach, how they reply or what they do with data have no such plan.

use crate::plan::{Plan, Post};

/// The posts of `from` on the first `days` days, then those of `to`; `None` where the plans differ in more than their posts.
pub(super) fn switched(from: &Plan, to: &Plan, days: u32) -> Option<Plan> {
    let but_for_posts =
        |plan: &Plan| (plan.select, plan.reach, plan.reply, plan.service, plan.privacy, plan.practice, plan.members);
    if from.audiences != to.audiences || but_for_posts(from) != but_for_posts(to) {
        return None;
    }
    // What they say stays different: contents, topics and repeats of the second count on from those of the first.
    let contents = from.posts.iter().map(|post| post.record.content + 1).max().unwrap_or(0);
    let later = |post: &Post| {
        let mut post = post.clone();
        post.record.content += contents;
        post.record.topic += from.topics.len();
        post.repeated = post.repeated.map(|repeated| repeated + from.repeated_contents);
        post
    };
    let earlier = from.posts.iter().filter(|post| post.record.day < days).cloned();
    let posts = earlier.chain(to.posts.iter().filter(|post| post.record.day >= days).map(later)).collect();
    Some(Plan {
        name: format!("{} then {}", from.name, to.name),
        posts,
        topics: [from.topics.as_slice(), to.topics.as_slice()].concat(),
        repeated_contents: from.repeated_contents + to.repeated_contents,
        ..from.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::engine::{Engine, simulate};
    use crate::plan::{Experiment, compile};
    use crate::scenario::parse;
    use crate::tally::Tally;

    fn experiment(plans: &str) -> Experiment {
        let text = format!("days = 8\n[audience.club]\ngroups = 4\nsize = 100\n{plans}");
        let draft = parse("switched", Source { name: "switched.toml".into(), text }, &[]);
        compile(&draft, 1).unwrap()
    }

    fn tallies(mut experiment: Experiment, plan: Plan) -> Vec<Tally> {
        experiment.plans = vec![plan];
        experiment.baseline = 0;
        simulate(&experiment, 0..8, &Engine::default()).into_iter().map(|mut paired| paired.plans.remove(0)).collect()
    }

    #[test]
    fn a_plan_that_gives_way_to_itself_is_itself() {
        let alike = experiment("[plan.a]\nper_day = 2\n[plan.b]\nlike = \"a\"\n");
        let switched = switched(&alike.plans[0], &alike.plans[1], 3).unwrap();
        assert_eq!(tallies(alike.clone(), switched), tallies(alike.clone(), alike.plans[0].clone()));
    }

    #[test]
    fn members_live_the_first_days_as_under_the_first_plan_and_the_last_ones_otherwise() {
        let apart = experiment("[plan.a]\nper_day = 3\nkinds = [\"hard\"]\n[plan.b]\ncontents = 2\nevery = \"48h\"\n");
        let both = tallies(apart.clone(), switched(&apart.plans[0], &apart.plans[1], 4).unwrap());
        let first = tallies(apart.clone(), apart.plans[0].clone());
        assert!(both.iter().zip(&first).all(|(both, first)| both.until(4).horizon == first.until(4).horizon));
        assert!(both.iter().zip(&first).all(|(both, first)| both.days[4..] != first.days[4..]));
    }

    #[test]
    fn what_is_no_matter_of_posts_cannot_change_on_the_way() {
        let apart =
            experiment("[plan.a]\n[plan.b]\nlike = \"a\"\nreply = \"1h\"\n[plan.c]\nlike = \"a\"\nreach = 0.5\n");
        assert_eq!(switched(&apart.plans[0], &apart.plans[1], 3), None);
        assert_eq!(switched(&apart.plans[0], &apart.plans[2], 3), None);
    }
}
