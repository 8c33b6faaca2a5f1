//! A plan's calendar laid out in time: one slot per post, in the order in which they go out.
//!
//! Comes in: a plan as read, the horizon and the weekday of day 1. Goes out: its [`Slot`]s, or what only a calendar shows to be
//! wrong. Which posts the platform lets through is not here: see `engine`.
//!
//! A mix is dealt so that every prefix of the campaign is balanced: each share is a task with unit jobs, and among the tasks
//! that are not ahead of their share the one that would fall behind first comes next. No kind is then ever a whole post off
//! (Baruah, Cohen, Plaxton and Varvel 1996, proportionate progress, for one processor).

use crate::diagnostic::Diagnostic;
use crate::scenario::{Calendar, Days, Kinds, Plan, PostLine};
use crate::units::{Flags, Kind, Weekday};

/// A scheduled post.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Day, from 0.
    pub day: u32,
    /// Hour of the day, 0..24.
    pub hour: f64,
    /// Its kind.
    pub kind: Kind,
    /// Index of its content: equal indices are the same content.
    pub content: usize,
    /// Its topic; `None`: relevance 1.
    pub topic: Option<String>,
    /// Share that carries an offer link.
    pub offer: f64,
    /// Its marks.
    pub flags: Flags,
}

/// The posts of a plan over `days` days of which the first is a `starts`, in order of day and hour.
///
/// # Errors
/// Posts outside the horizon, or a rule without any post in it; a list without posts is a plan that sends nothing.
pub fn schedule(plan: &Plan, days: u32, starts: Weekday) -> Result<Vec<Slot>, Vec<Diagnostic>> {
    let faults = outside(plan, days);
    if !faults.is_empty() {
        return Err(faults);
    }
    let slots = match &plan.calendar {
        Calendar::Rule { days: rule, at, kinds, contents, offer, flags } => {
            let times =
                posting_days(rule, days, starts).into_iter().flat_map(|day| at.iter().map(move |&hour| (day, hour)));
            let times: Vec<(u32, f64)> = times.collect();
            let dealt = deal(kinds, times.len());
            let slot = |(j, (&(day, hour), kind)): (usize, (&(u32, f64), Kind))| Slot {
                day,
                hour,
                kind,
                content: contents.map_or(j, |contents| j % contents.max(1) as usize),
                topic: plan.topic.clone(),
                offer: offer.unwrap_or(kind.default_offer()),
                flags: *flags,
            };
            times.iter().zip(dealt).enumerate().map(slot).collect()
        }
        Calendar::Posts(posts) => exact(posts, plan.topic.as_ref()),
    };
    if slots.is_empty() && matches!(plan.calendar, Calendar::Rule { .. }) {
        let message = format!("`plan.{}` sends no post in {days} days", plan.name);
        let help =
            "post on another weekday or earlier, or raise `days` at the top of the file; `posts = []` sends nothing";
        return Err(vec![Diagnostic { message, at: Some(plan.at.clone()), help: Some(help.to_owned()) }]);
    }
    Ok(slots)
}

/// Faults of days named one by one that are not in the horizon.
fn outside(plan: &Plan, days: u32) -> Vec<Diagnostic> {
    let fault = |day: u32, key: &str, at: &crate::diagnostic::At| Diagnostic {
        message: format!("`plan.{}.{key}` must be a day from 1 to {days}, found {day}", plan.name),
        at: Some(at.clone()),
        help: Some(match day {
            0 => "days count from 1".to_owned(),
            _ => "leave it out, or raise `days` at the top of the file".to_owned(),
        }),
    };
    let is_outside = |day: u32| day < 1 || days < day;
    match &plan.calendar {
        Calendar::Rule { days: Days::Exactly(exact), .. } => {
            exact.iter().filter(|day| is_outside(**day)).map(|&day| fault(day, "days", &plan.at)).collect()
        }
        Calendar::Rule { .. } => Vec::new(),
        Calendar::Posts(posts) => {
            posts.iter().filter(|post| is_outside(post.day)).map(|post| fault(post.day, "posts", &post.place)).collect()
        }
    }
}

/// The days on which a rule posts, from 0.
fn posting_days(rule: &Days, days: u32, starts: Weekday) -> Vec<u32> {
    match rule {
        Days::Every(every) => (0..days).step_by((*every).max(1) as usize).collect(),
        Days::On(weekdays) => (0..days).filter(|&day| weekdays.contains(&starts.after(day))).collect(),
        Days::Exactly(exact) => exact.iter().map(|day| day - 1).collect(),
    }
}

/// The kinds of `n` posts.
fn deal(kinds: &Kinds, n: usize) -> Vec<Kind> {
    match kinds {
        Kinds::Turn(turn) => turn.iter().copied().cycle().take(n).collect(),
        Kinds::Mix(mix) => deal_mix(mix, n),
    }
}

/// The kinds of `n` posts in exact shares; of equals the first in the order of [`Kind::ALL`].
fn deal_mix(mix: &[(Kind, f64)], n: usize) -> Vec<Kind> {
    // Shares such as 0.07 are not exact in binary: what is ahead by less than this is on time.
    const SLACK: f64 = 1e-9;
    let mut shares = mix.to_vec();
    shares.sort_by_key(|(kind, _)| *kind);
    let mut dealt = vec![0u32; shares.len()];
    let mut kinds = Vec::with_capacity(n);
    for j in 1..=n {
        let mut next: Option<(usize, f64)> = None;
        for (index, &(_, share)) in shares.iter().enumerate() {
            let is_ahead = share * j as f64 - f64::from(dealt[index]) <= SLACK;
            let deadline = f64::from(dealt[index] + 1) / share;
            if !is_ahead && next.is_none_or(|(_, earliest)| deadline < earliest - SLACK) {
                next = Some((index, deadline));
            }
        }
        let Some((index, _)) = next else { break };
        dealt[index] += 1;
        kinds.push(shares[index].0);
    }
    kinds
}

/// The slots of an exact list.
fn exact(posts: &[PostLine], plan_topic: Option<&String>) -> Vec<Slot> {
    let mut lines: Vec<&PostLine> = posts.iter().collect();
    lines.sort_by(|a, b| a.day.cmp(&b.day).then(a.at.total_cmp(&b.at)));
    let mut contents: Vec<Option<&str>> = Vec::new();
    let mut slots = Vec::with_capacity(lines.len());
    for line in lines {
        let name = line.content.as_deref();
        let known = name.and_then(|name| contents.iter().position(|content| *content == Some(name)));
        let content = known.unwrap_or_else(|| {
            contents.push(name);
            contents.len() - 1
        });
        slots.push(Slot {
            day: line.day - 1,
            hour: line.at,
            kind: line.kind,
            content,
            topic: line.topic.as_ref().or(plan_topic).cloned(),
            offer: line.offer.unwrap_or(line.kind.default_offer()),
            flags: line.flags,
        });
    }
    slots
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::At;
    use crate::scenario::Select;
    use crate::units::Privacy;

    fn plan(calendar: Calendar) -> Plan {
        Plan {
            name: "x".into(),
            at: At::default(),
            like: None,
            to: vec!["club".into()],
            select: Select { keep: 1.0, signal: 0.0 },
            calendar,
            topic: Some("serum".into()),
            reply: None,
            answered: 1.0,
            privacy: Privacy::Kept,
            reach: 1.0,
            cost: None,
        }
    }

    fn rule(days: Days, at: &[f64], kinds: Kinds, contents: Option<u32>) -> Plan {
        plan(Calendar::Rule { days, at: at.to_vec(), kinds, contents, offer: None, flags: Flags::default() })
    }

    fn line(day: u32, at: f64, content: Option<&str>) -> PostLine {
        PostLine {
            day,
            at,
            kind: Kind::Useful,
            content: content.map(str::to_owned),
            topic: None,
            offer: None,
            flags: Flags::default(),
            place: At { source: 0, span: 3..4 },
        }
    }

    fn days_of(plan: &Plan, days: u32, starts: Weekday) -> Vec<u32> {
        schedule(plan, days, starts).unwrap().iter().map(|slot| slot.day).collect()
    }

    #[test]
    fn rules_post_on_their_days() {
        let hard = || Kinds::Turn(vec![Kind::Hard]);
        assert_eq!(days_of(&rule(Days::Every(2), &[9.0], hard(), None), 6, Weekday::Mon), [0, 2, 4]);
        let on = rule(Days::On(vec![Weekday::Mon, Weekday::Sun]), &[9.0], hard(), None);
        assert_eq!(days_of(&on, 9, Weekday::Sat), [1, 2, 8]);
        assert_eq!(
            days_of(&rule(Days::Exactly(vec![1, 6]), &[9.0, 20.5], hard(), None), 6, Weekday::Mon),
            [0, 0, 5, 5]
        );
    }

    #[test]
    fn kinds_and_contents_advance_by_one_per_post() {
        let turn = Kinds::Turn(vec![Kind::Hard, Kind::Reminder, Kind::Useful]);
        let slots = schedule(&rule(Days::Every(1), &[9.0, 15.0], turn.clone(), Some(2)), 3, Weekday::Mon).unwrap();
        let kinds: Vec<Kind> = slots.iter().map(|slot| slot.kind).collect();
        assert_eq!(kinds, [Kind::Hard, Kind::Reminder, Kind::Useful, Kind::Hard, Kind::Reminder, Kind::Useful]);
        assert_eq!(slots.iter().map(|slot| slot.content).collect::<Vec<_>>(), [0, 1, 0, 1, 0, 1]);
        assert_eq!(slots[2].offer.to_bits(), Kind::Useful.default_offer().to_bits());
        let new = schedule(&rule(Days::Every(1), &[9.0], turn, None), 4, Weekday::Mon).unwrap();
        assert_eq!(new.iter().map(|slot| slot.content).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn exact_posts_go_out_in_order_and_share_named_contents() {
        let posts = vec![line(3, 9.0, Some("a")), line(1, 20.0, None), line(1, 8.0, Some("a")), line(2, 9.0, None)];
        let slots = schedule(&plan(Calendar::Posts(posts)), 3, Weekday::Mon).unwrap();
        assert_eq!(
            slots.iter().map(|slot| (slot.day, slot.content)).collect::<Vec<_>>(),
            [(0, 0), (0, 1), (1, 2), (2, 0)]
        );
        assert_eq!(slots[0].topic.as_deref(), Some("serum"));
    }

    #[test]
    fn posts_outside_the_horizon_and_empty_plans_are_faults() {
        let late = schedule(&plan(Calendar::Posts(vec![line(31, 9.0, None), line(0, 9.0, None)])), 30, Weekday::Mon);
        let late = late.unwrap_err();
        assert_eq!(late[0].message, "`plan.x.posts` must be a day from 1 to 30, found 31");
        assert_eq!(late[1].help.as_deref(), Some("days count from 1"));
        assert_eq!(late[0].at.as_ref().map(|at| at.span.clone()), Some(3..4));
        let sundays = rule(Days::On(vec![Weekday::Sun]), &[9.0], Kinds::Turn(vec![Kind::Hard]), None);
        let never = schedule(&sundays, 3, Weekday::Mon).unwrap_err();
        assert_eq!(never[0].message, "`plan.x` sends no post in 3 days");
        let exactly = rule(Days::Exactly(vec![1, 8]), &[9.0], Kinds::Turn(vec![Kind::Hard]), None);
        assert_eq!(schedule(&exactly, 7, Weekday::Mon).unwrap_err().len(), 1);
    }

    #[test]
    fn seven_two_one_is_exact_after_every_ten_posts() {
        let mix = [(Kind::Useful, 0.7), (Kind::Reminder, 0.2), (Kind::Hard, 0.1)];
        let kinds = deal_mix(&mix, 1000);
        for ten in kinds.chunks(10) {
            let count = |kind| ten.iter().filter(|dealt| **dealt == kind).count();
            assert_eq!((count(Kind::Useful), count(Kind::Reminder), count(Kind::Hard)), (7, 2, 1));
        }
    }

    #[test]
    fn a_mix_is_dealt_in_the_documented_order_whatever_the_order_in_the_file() {
        use Kind::{Hard, Reminder, Useful};
        let mut mix = vec![(Useful, 0.7), (Reminder, 0.2), (Hard, 0.1)];
        let kinds = deal_mix(&mix, 10);
        assert_eq!(kinds, [Useful, Useful, Useful, Reminder, Useful, Useful, Hard, Useful, Reminder, Useful]);
        mix.reverse();
        assert_eq!(deal_mix(&mix, 10), kinds);
        assert_eq!(deal_mix(&[(Useful, 0.5), (Hard, 0.5)], 4), [Hard, Useful, Hard, Useful]);
    }

    proptest! {
        /// Weights 30, 1, 1, 30, 3 break this when the largest deficit is dealt first.
        #[test]
        fn every_prefix_of_a_mix_is_less_than_a_post_off(weights in prop::collection::vec(0u32..60, 5), n in 1usize..400) {
            let sum: u32 = weights.iter().sum();
            prop_assume!(sum > 0);
            let mix: Vec<(Kind, f64)> =
                Kind::ALL.into_iter().zip(&weights).map(|(kind, &w)| (kind, f64::from(w) / f64::from(sum))).collect();
            let kinds = deal_mix(&mix, n);
            prop_assert_eq!(kinds.len(), n);
            let mut dealt = [0u32; 5];
            for (j, kind) in kinds.iter().enumerate() {
                dealt[*kind as usize] += 1;
                for (kind, share) in &mix {
                    let off = f64::from(dealt[*kind as usize]) - share * (j + 1) as f64;
                    prop_assert!(off.abs() < 1.0 - 1e-6, "{kind:?} {off} after {} of {mix:?}", j + 1);
                }
            }
        }
    }

    #[test]
    fn uneven_shares_are_dealt_exactly() {
        let weights = [30, 1, 1, 30, 3];
        let mix: Vec<(Kind, f64)> = Kind::ALL.into_iter().zip(weights.map(|w| w as f64 / 65.0)).collect();
        let kinds = deal_mix(&mix, 65);
        for (kind, weight) in Kind::ALL.into_iter().zip(weights) {
            assert_eq!(kinds.iter().filter(|dealt| **dealt == kind).count(), weight);
        }
    }
}
