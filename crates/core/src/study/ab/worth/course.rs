//! What an arm does day by day when the whole audience gets it.
//!
//! Comes in: replicates of one arm alone on the account. Goes out: buyers and members lost per unit by the end of each day, in two
//! halves of the replicates that know nothing of each other's luck.

use crate::tally::{Outcome, Tally, TrialTally};

/// The arms of a test under one set of parameters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Courses {
    /// Arm by arm.
    pub(super) arms: Vec<Halves>,
    /// What follows when one arm gives way to another; none where their plans differ in more than their posts.
    pub(super) switches: Vec<Switch>,
}

/// One arm until the end of a day, then another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Switch {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) day: usize,
    pub(super) course: Course,
}

impl Courses {
    /// What an arm does.
    pub(super) fn arm(&self, arm: usize) -> &Course {
        &self.arms[arm].all
    }

    /// What each arm comes to when everyone gets it, per unit.
    pub(super) fn values(&self, member_worth: f64) -> Vec<f64> {
        self.arms.iter().map(|arm| arm.all.value_at_the_end(member_worth)).collect()
    }

    /// What those do who had one arm until the end of a day and are then to get another: that, or what they had if they must go on with it.
    pub(super) fn onwards(&self, from: usize, to: usize, day: usize) -> &Course {
        let switch = self.switches.iter().find(|switch| (switch.from, switch.to, switch.day) == (from, to, day));
        switch.map_or(self.arm(from), |switch| &switch.course)
    }
}

/// Cumulated figures per unit (group, or member of a direct list); entry 0 is before the first day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Course {
    buyers: Vec<f64>,
    lost: Vec<f64>,
    end: End,
}

/// The state at the horizon, the closing midnight included.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct End {
    /// Members per unit who are active and reachable.
    pub(super) kept: f64,
    /// Share of the campaigns in which the account was limited.
    pub(super) limited: f64,
    /// Share in which it was banned.
    pub(super) banned: f64,
}

/// The same from each half of the replicates, and from all.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Halves {
    halves: [Course; 2],
    all: Course,
}

impl Halves {
    /// From one half of them.
    pub(super) fn half(&self, half: usize) -> &Course {
        &self.halves[half]
    }
}

/// Members who have left, blocked or muted by the end of a day, counted from 1.
pub(super) fn lost(tally: &Tally, day: usize) -> u64 {
    let end = &tally.days[day - 1];
    end.get(Outcome::Left) + end.get(Outcome::Blocked) + end.get(Outcome::Muted)
}

impl Course {
    /// Of replicates of one arm with so many units, at least two replicates.
    pub(super) fn halves(replicates: &[TrialTally], units: f64) -> Halves {
        let half = |half: usize| Course::of(replicates.iter().skip(half).step_by(2), units);
        Halves { halves: [half(0), half(1)], all: Course::of(replicates.iter(), units) }
    }

    /// Of replicates of one arm with so many units.
    pub(super) fn of<'a>(replicates: impl Iterator<Item = &'a TrialTally>, units: f64) -> Course {
        let (mut buyers, mut lost_by_day, mut n) = (Vec::new(), Vec::new(), 0.0);
        let (mut kept, mut limited, mut banned) = (0, 0, 0);
        let counted = |replicate: &&TrialTally| {
            n += 1.0;
            // The account is one: every unit's tally says the same of it.
            if let Some(day) = replicate.units.first().and_then(|unit| unit.tally.days.last()) {
                limited += day.get(Outcome::Limited);
                banned += day.get(Outcome::Banned);
            }
        };
        for unit in replicates.inspect(counted).flat_map(|replicate| &replicate.units) {
            let tally = &unit.tally;
            kept += tally.horizon.active;
            buyers.resize(tally.days.len() + 1, 0_u64);
            lost_by_day.resize(tally.days.len() + 1, 0_u64);
            let mut bought = 0;
            for (day, counts) in tally.days.iter().enumerate() {
                bought += counts.get(Outcome::Buyers);
                buyers[day + 1] += bought;
                lost_by_day[day + 1] += lost(tally, day + 1);
            }
        }
        let mean = |sums: Vec<u64>| sums.into_iter().map(|sum| sum as f64 / (n * units)).collect();
        let end = End { kept: kept as f64 / (n * units), limited: limited as f64 / n, banned: banned as f64 / n };
        Course { buyers: mean(buyers), lost: mean(lost_by_day), end }
    }

    /// Buyers by the end of a day.
    pub(super) fn buyers(&self, day: usize) -> f64 {
        self.buyers[day]
    }

    /// Members lost by the end of a day.
    pub(super) fn lost(&self, day: usize) -> f64 {
        self.lost[day]
    }

    /// Buyers net of members lost by the end of a day.
    pub(super) fn value(&self, day: usize, member_worth: f64) -> f64 {
        self.buyers[day] - member_worth * self.lost[day]
    }

    /// The last day.
    pub(super) fn days(&self) -> usize {
        self.buyers.len() - 1
    }

    pub(super) fn buyers_at_the_end(&self) -> f64 {
        self.buyers[self.days()]
    }

    pub(super) fn lost_at_the_end(&self) -> f64 {
        self.lost[self.days()]
    }

    pub(super) fn end(&self) -> End {
        self.end
    }

    pub(super) fn value_at_the_end(&self, member_worth: f64) -> f64 {
        self.value(self.days(), member_worth)
    }
}

/// What knowing the better arm of this set would be worth per unit, at least. The better one by one half of the replicates is judged by
/// the other half: by the same half it would look better than it is. A half is often mistaken, so on average this is less than
/// knowing is worth, and may be less than nothing.
pub(super) fn knowledge(courses: &Courses, best_before: usize, member_worth: f64) -> f64 {
    let value = |arm: usize, half: usize| courses.arms[arm].half(half).value_at_the_end(member_worth);
    let crossed = |half: usize| {
        let better = super::advice::ranked((0..courses.arms.len()).map(|arm| value(arm, half)))[0];
        value(better, 1 - half) - value(best_before, 1 - half)
    };
    f64::midpoint(crossed(0), crossed(1))
}

#[cfg(test)]
impl Halves {
    pub(super) fn of_one(course: Course) -> Halves {
        Halves { halves: [course.clone(), course.clone()], all: course }
    }
}

#[cfg(test)]
impl Course {
    pub(super) fn new(buyers: Vec<f64>, lost: Vec<f64>) -> Course {
        Course { buyers, lost, end: End::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luck_that_both_halves_do_not_share_is_no_knowledge() {
        let course = |value: f64| Course::new(vec![0.0, value], vec![0.0, 0.0]);
        let halves = |a: f64, b: f64| Halves { halves: [course(a), course(b)], all: course(f64::midpoint(a, b)) };
        let courses = |second: Halves| Courses { arms: vec![halves(1.0, 1.0), second], switches: Vec::new() };
        // Lucky in one half only: what it seems to gain there it loses in the other.
        assert_eq!(knowledge(&courses(halves(3.0, -1.0)), 0, 0.0), -1.0);
        assert_eq!(knowledge(&courses(halves(2.0, 2.0)), 0, 0.0), 1.0);
        assert_eq!(knowledge(&courses(halves(0.5, 0.5)), 0, 0.0), 0.0);
    }
}
