//! What is known of a metric beside its number: words of which each row of `METRICS` takes one.

/// What a metric's number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 0 to 1, shown as a percentage.
    Share,
    /// 0 or 1 in a replicate, a probability over replicates.
    Chance,
    /// A share of members a week, shown as a percentage: it may pass 1.
    WeeklyRate,
    /// A relative change a week, shown as a percentage: a fall below 0 is a rise.
    WeeklyChange,
    /// A count of members, posts or the like.
    Count,
    /// Per 1000 delivered.
    PerThousand,
    /// Per 1000 members addressed.
    PerThousandMembers,
    /// Per member addressed.
    PerMember,
    /// Per day.
    PerDay,
    /// Per 30 days.
    PerMonth,
    /// Seconds.
    Seconds,
    /// The scenario's currency.
    Money,
    /// A pure number.
    Ratio,
}

impl Unit {
    /// The word in CSV files.
    pub fn key(self) -> &'static str {
        match self {
            Unit::Share => "share",
            Unit::Chance => "probability",
            Unit::WeeklyRate => "rate per week",
            Unit::WeeklyChange => "change per week",
            Unit::Count => "count",
            Unit::PerThousand => "per 1000 delivered",
            Unit::PerThousandMembers => "per 1000 members",
            Unit::PerMember => "per member",
            Unit::PerDay => "per day",
            Unit::PerMonth => "per 30 days",
            Unit::Seconds => "s",
            Unit::Money => "currency",
            Unit::Ratio => "ratio",
        }
    }

    /// Whether it is shown as a percentage, and a difference of two in percentage points.
    pub fn is_percentage(self) -> bool {
        matches!(self, Unit::Share | Unit::Chance | Unit::WeeklyRate | Unit::WeeklyChange)
    }

    /// Whether every figure of it lies between 0 and 1.
    pub fn is_within_one(self) -> bool {
        matches!(self, Unit::Share | Unit::Chance)
    }
}

/// Which direction a sender, or a recipient, would wish for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it only describes.
    Neither,
}

/// What moves a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Clicks on offers.
    Clicks,
    /// What posts sell and what that earns; it follows clicks.
    Sales,
    /// Members who leave, block or mute, of those addressed: a ban spares members the rest of these.
    Exits,
    /// Members who stay.
    Kept,
    /// Something else.
    Other,
}

/// Whose figure a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The members': each group has its own.
    Members,
    /// The account's: whoever shares the account shares it.
    Account,
    /// Those members' who bought: blank just where nothing was bought.
    Buyers,
}

/// When a metric is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// By the end of any day, of the days so far.
    Daily,
    /// At the horizon only: it needs what is drawn or counted there.
    AtTheEnd,
}

/// What a metric is in the analysis of a test, where nothing else is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InTests {
    /// Nothing.
    Unasked,
    /// Looked at beside the metric that decides.
    Secondary,
    /// What must not get worse; of guardrails of one subject, the one that needs most columns.
    Guardrail,
}

/// Where a metric is shown unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Nowhere.
    Asked,
    /// In charts of all differences, after the others.
    InCharts,
    /// In every comparison.
    Always,
    /// In comparisons with a margin.
    Priced,
    /// In comparisons that are long enough for a second need.
    Long,
    /// In comparisons with a margin and in long ones.
    PricedOrLong,
}

#[cfg(test)]
mod tests {
    use super::super::{METRICS, Metric, Outcome, Stakes, Tally};
    use super::*;

    const STAKES: Stakes = Stakes {
        cost_per_send: 0.2,
        cost_per_post: 0.1,
        compliance_share: 0.0,
        margin: Some(30.0),
        joiners_per_exit: 12.0,
    };

    /// Stakes of which each figure of money takes a part.
    const COMPLIANT: Stakes = Stakes { compliance_share: 0.1, ..STAKES };

    const DAYS: usize = 6;

    /// Where a figure can come from: what is counted by day, or what is counted at the horizon only.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Source {
        By(Outcome),
        GroupsLost,
        Repurchases,
        RepurchasesOfBuyers,
        Complaints,
        Recommendations,
    }

    const OF_HORIZON: [Source; 5] = [
        Source::GroupsLost,
        Source::Repurchases,
        Source::RepurchasesOfBuyers,
        Source::Complaints,
        Source::Recommendations,
    ];

    /// Stocks and sums that follow from the other counts.
    const DERIVED: [Outcome; 5] =
        [Outcome::Active, Outcome::Muted, Outcome::Left, Outcome::Blocked, Outcome::MemberDays];

    const EXITS: [Source; 3] = [Source::By(Outcome::Leaves), Source::By(Outcome::Blocks), Source::By(Outcome::Mutes)];

    const MEMBERS: u64 = 10_000;

    /// So many days of a campaign in which all that can be counted is; more of one thing where that is said.
    fn campaign(days: usize, more: Option<Source>) -> Tally {
        let mut tally = Tally::new(days as u32);
        let [mut left, mut blocked, mut muted] = [0; 3];
        for (day, counts) in tally.days.iter_mut().enumerate() {
            counts.add(Outcome::MemberDays, MEMBERS - left - blocked);
            for (index, (outcome, _)) in Outcome::ALL.iter().enumerate() {
                if !DERIVED.contains(outcome) {
                    let extra = if more == Some(Source::By(*outcome)) { 1 + day } else { 0 };
                    counts.add(*outcome, (10 + index + (7 * day + index) % 5 + extra) as u64);
                }
            }
            left += counts.get(Outcome::Leaves);
            blocked += counts.get(Outcome::Blocks);
            muted += counts.get(Outcome::Mutes);
            counts.set(Outcome::Left, left);
            counts.set(Outcome::Blocked, blocked);
            counts.set(Outcome::Muted, muted);
            counts.set(Outcome::Active, MEMBERS - left - blocked - muted);
        }
        tally.close();
        let extra = |source| u64::from(more == Some(source));
        let unreachable = tally.days[days - 1].get(Outcome::Unreachable);
        let horizon = &mut tally.horizon;
        (horizon.members, horizon.groups, horizon.unreachable) = (MEMBERS, 40, unreachable);
        (horizon.left, horizon.blocked, horizon.muted) = (left, blocked, muted);
        horizon.active = MEMBERS - left - blocked - muted;
        horizon.groups_lost = 3 + extra(Source::GroupsLost);
        horizon.repurchases = 50 + extra(Source::Repurchases);
        horizon.repurchases_of_buyers = 20 + extra(Source::RepurchasesOfBuyers);
        horizon.complaints = 9 + extra(Source::Complaints);
        horizon.recommendations = 90 + extra(Source::Recommendations);
        tally
    }

    fn value(metric: &Metric, more: Option<Source>, stakes: &Stakes) -> Option<f64> {
        metric.value(&campaign(DAYS, more), stakes)
    }

    /// What a metric's figure changes with.
    fn sources(metric: &Metric, stakes: &Stakes) -> Vec<Source> {
        let daily = Outcome::ALL.iter().map(|(outcome, _)| Source::By(*outcome));
        let here = value(metric, None, stakes);
        daily.chain(OF_HORIZON).filter(|source| value(metric, Some(*source), stakes) != here).collect()
    }

    #[test]
    fn a_share_of_trials_is_what_it_counts_over_how_many() {
        let tally = campaign(DAYS, None);
        let counted = METRICS.iter().filter_map(|metric| Some((metric, metric.trials(&tally)?)));
        for (metric, (successes, trials)) in counted.clone() {
            assert_eq!(metric.unit, Unit::Share, "{}", metric.key);
            assert_eq!(metric.value(&tally, &STAKES), Some(successes as f64 / trials as f64), "{}", metric.key);
            assert_eq!(metric.is_of_members(), trials == MEMBERS, "{}", metric.key);
        }
        assert_eq!(counted.count(), 12);
    }

    #[test]
    fn what_is_known_daily_is_that_of_the_days_so_far_and_the_rest_is_blank() {
        for metric in METRICS {
            let needs_the_horizon = sources(metric, &COMPLIANT).iter().any(|source| OF_HORIZON.contains(source));
            assert_eq!(!metric.is_known_early(), needs_the_horizon, "{}", metric.key);
            for day in 1..=DAYS {
                let so_far = metric.value(&campaign(day, None), &COMPLIANT).filter(|_| metric.is_known_early());
                assert_eq!(metric.value(&campaign(DAYS, None).until(day), &COMPLIANT), so_far, "{} {day}", metric.key);
            }
        }
    }

    #[test]
    fn columns_are_what_a_metric_is_computed_from_where_tables_tell_all_of_that() {
        let is_column = |source: &Source| {
            METRICS.iter().flat_map(|metric| metric.columns).any(|outcome| *source == Source::By(*outcome))
        };
        let others = Stakes {
            cost_per_send: 0.3,
            cost_per_post: 0.2,
            compliance_share: 0.1,
            margin: Some(31.0),
            joiners_per_exit: 13.0,
        };
        for metric in METRICS {
            let sources = sources(metric, &STAKES);
            let is_priced = value(metric, None, &others) != value(metric, None, &STAKES);
            let is_told = sources.iter().all(is_column) && !is_priced;
            let stated: Vec<Source> = metric.columns.iter().map(|outcome| Source::By(*outcome)).collect();
            let is_stated = |source: &Source| is_told && stated.contains(source);
            assert!(sources.iter().all(|source| is_stated(source) == is_told), "{}: {sources:?}", metric.key);
            assert!(stated.iter().all(|source| is_told && sources.contains(source)), "{}: {stated:?}", metric.key);
        }
    }

    #[test]
    fn a_metric_changes_with_its_subject() {
        let sold = [Source::By(Outcome::Buyers), Source::By(Outcome::Purchases), Source::RepurchasesOfBuyers];
        for metric in METRICS {
            let sources = sources(metric, &STAKES);
            // A rate among those who can still be reached goes on as it was when fewer can.
            let is_of_exits = sources.iter().all(|source| EXITS.contains(source)) && metric.unit != Unit::WeeklyRate;
            let subject = if sources.iter().any(|source| sold.contains(source)) {
                Subject::Sales
            } else if sources.contains(&Source::By(Outcome::Clicks)) {
                Subject::Clicks
            } else if is_of_exits && value(metric, Some(sources[0]), &STAKES) > value(metric, None, &STAKES) {
                Subject::Exits
            } else if is_of_exits {
                Subject::Kept
            } else {
                Subject::Other
            };
            assert_eq!(metric.subject, subject, "{}: {sources:?}", metric.key);
        }
    }

    #[test]
    fn a_metric_is_the_accounts_where_all_it_changes_with_is() {
        let of_account = [
            Outcome::Limited,
            Outcome::Banned,
            Outcome::UnderReview,
            Outcome::PrivacyComplaints,
            Outcome::ReportCrossings,
        ];
        let mut unsold = campaign(DAYS, None);
        for day in &mut unsold.days {
            day.set(Outcome::Buyers, 0);
        }
        unsold.close();
        for metric in METRICS {
            let is_of_account = |source: &Source| of_account.iter().any(|outcome| *source == Source::By(*outcome));
            let whose = if sources(metric, &STAKES).iter().all(is_of_account) {
                Whose::Account
            } else if metric.value(&unsold, &STAKES).is_none() {
                Whose::Buyers
            } else {
                Whose::Members
            };
            assert_eq!(metric.whose, whose, "{}", metric.key);
        }
    }
}
