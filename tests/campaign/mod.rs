//! Small campaigns written by hand: two days, a hundred members, and the counts that a test speaks of.

use wearout_core::analysis::PlanInfo;
use wearout_core::tally::{Outcome, PairedTally, Stakes, Tally};

pub(crate) const MEMBERS: u64 = 100;

/// What happened in one replicate of one plan.
#[derive(Clone, Copy, Default)]
pub(crate) struct Campaign {
    /// Posts delivered on day 1.
    pub delivered: u64,
    /// Read on day 1.
    pub reads: u64,
    /// Members who bought on day 2.
    pub buyers: u64,
    /// Members who left on day 2.
    pub left: u64,
    /// 1 when limited by day 2.
    pub limited: u64,
}

pub(crate) fn tally(campaign: &Campaign) -> Tally {
    let mut tally = Tally::new(2);
    tally.days[0].set(Outcome::Delivered, campaign.delivered);
    tally.days[0].set(Outcome::Reads, campaign.reads);
    tally.days[0].set(Outcome::ReadsOfPosts, campaign.reads);
    tally.days[1].set(Outcome::Buyers, campaign.buyers);
    tally.days[1].set(Outcome::Leaves, campaign.left);
    tally.days[1].set(Outcome::Limited, campaign.limited);
    for day in &mut tally.days {
        day.set(Outcome::MemberDays, MEMBERS);
    }
    tally.close();
    tally.horizon.members = MEMBERS;
    tally.horizon.left = campaign.left;
    tally.horizon.active = MEMBERS - campaign.left;
    tally.repeats[0].reads = campaign.reads;
    tally
}

/// Replicates of several plans, numbered from `first`: one inner list per replicate.
pub(crate) fn replicates(first: u32, campaigns: &[Vec<Campaign>]) -> Vec<PairedTally> {
    let paired =
        |(i, plans): (usize, &Vec<Campaign>)| PairedTally::new(first + i as u32, plans.iter().map(tally).collect());
    campaigns.iter().enumerate().map(paired).collect()
}

pub(crate) fn plans(names: &[&str]) -> Vec<PlanInfo> {
    let stakes =
        Stakes { cost_per_send: 0.5, cost_per_post: 0.0, compliance_share: 0.0, margin: None, joiners_per_exit: 12.0 };
    names.iter().map(|name| PlanInfo { name: (*name).into(), members: MEMBERS, posts_per_week: 3.5, stakes }).collect()
}
