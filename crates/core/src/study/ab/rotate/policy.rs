//! Who chooses: calendars fixed beforehand, and rules that look at what became of the posts so far.
//!
//! Comes in: a policy, what the planner believes, a replicate. Goes out: a [`Chooser`]. Rules see what a sender sees, clicks and reads
//! by post, and learn from clicks per delivery whatever the objective. None sends a content twice on one day while another is left.

use rand::Rng;
use serde::Serialize;
use wearout_stats::bandit::{EpsilonGreedy, Recovering, Thompson, Ucb1};

use super::surrogate::Surrogate;
use crate::engine::Chooser;
use crate::plan::rotation::Rotation;
use crate::rng;
use crate::scenario::{self, Medium};
use crate::tally::PostRecord;
use crate::units::Kind;

/// Who chooses the content of each post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The contents in the order of the file, over and over; what others are compared with.
    RoundRobin,
    /// The calendar that is best for what the planner believes, or contents in turn that come to more on trial.
    Planned,
    /// The content that brings most while new, always.
    BestSingle,
    /// Mostly the content with the most clicks per delivery so far, now and then any.
    EpsilonGreedy,
    /// The content that could still be best.
    Ucb1,
    /// Each content as often as it is likely to be best.
    Thompson,
    /// A softmax of how much more a content brings than the others, less what it has not recovered since it was sent.
    Recovering,
    /// The article's rules.
    Article,
}

/// Every policy with its name; the first is what others are compared with.
pub const POLICIES: [(Policy, &str); 8] = [
    (Policy::RoundRobin, "round-robin"),
    (Policy::Planned, "planned"),
    (Policy::BestSingle, "best-single"),
    (Policy::EpsilonGreedy, "epsilon-greedy"),
    (Policy::Ucb1, "ucb1"),
    (Policy::Thompson, "thompson"),
    (Policy::Recovering, "recovering"),
    (Policy::Article, "article"),
];

/// Chance of epsilon-greedy to take any content (Sutton & Barto 2018, chapter 2: 0.1).
pub const EPSILON: f64 = 0.1;

/// Width of the upper confidence bound, as published.
pub const ALPHA: f64 = 1.0;

/// Softmax temperature of the recovering bandit per unit of its recency penalty: 0.0025 / 0.017 in the source.
pub const TEMPERATURE_PER_PENALTY: f64 = 0.0025 / 0.017;

/// Half-life of the recency penalty where nothing recovers, days: the source's.
pub const USUAL_HALF_LIFE_DAYS: f64 = 15.0;

/// Open rate below which the article's rules replace a content (claim `open-replace`).
pub const REPLACED_BELOW: f64 = 0.15;

/// The kinds that the article's rules take in turn (claim `rotation-cycle`).
pub const CYCLE: [Kind; 4] = [Kind::Useful, Kind::Reminder, Kind::Testimonial, Kind::Preview];

/// Index of the stream of a policy's choices, to which its number is added.
const CHOOSING: u32 = 301;

/// What a policy chooses from and by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Board<'a> {
    pub(super) rotation: &'a Rotation,
    pub(super) said: &'a scenario::Rotation,
    pub(super) surrogate: &'a Surrogate,
    /// The planned calendar.
    pub(super) planned: &'a [usize],
    pub(super) seed: u64,
}

/// The chooser of a policy in a replicate; of its number hangs nothing but its own luck.
pub(super) fn chooser(board: Board<'_>, number: usize, replicate: u32) -> Box<Chooser<'_>> {
    let n = board.rotation.menu.len();
    let mut rng = rng::method(board.seed, replicate, CHOOSING + number as u32);
    match POLICIES[number].0 {
        Policy::RoundRobin => Box::new(move |before, _| before.len() % n),
        Policy::Planned => Box::new(keeping_to(board.planned)),
        Policy::BestSingle => Box::new(move |_, _| board.surrogate.strongest()),
        Policy::EpsilonGreedy => Box::new(move |before, post| {
            let mut bandit = EpsilonGreedy::new(n, EPSILON);
            told(before).for_each(|post| bandit.tell(post.content, clicks_per_delivery(post)));
            rested(n, before, post, |awake| bandit.ask(awake, &mut rng))
        }),
        Policy::Ucb1 => Box::new(move |before, post| {
            let mut bandit = Ucb1::new(n, ALPHA);
            told(before).for_each(|post| bandit.tell(post.content, clicks_per_delivery(post)));
            rested(n, before, post, |awake| bandit.ask(awake))
        }),
        Policy::Thompson => Box::new(move |before, post| {
            let mut bandit = Thompson::new(n);
            let clicks = |post: &PostRecord| u64::from(post.clicks.min(post.delivered));
            told(before).for_each(|post| bandit.tell(post.content, clicks(post), u64::from(post.delivered)));
            rested(n, before, post, |awake| bandit.ask(awake, &mut rng))
        }),
        Policy::Recovering => Box::new(move |before, post| recovering(board, before, post, &mut rng)),
        Policy::Article => Box::new(move |before, post| article(board, before, post)),
    }
}

/// A chooser that keeps to a calendar.
pub(super) fn keeping_to(calendar: &[usize]) -> impl FnMut(&[PostRecord], &PostRecord) -> usize + '_ {
    |before, _| calendar[before.len()]
}

/// The posts of which something is known: they went out, and were delivered to somebody.
fn told(before: &[PostRecord]) -> impl DoubleEndedIterator<Item = &PostRecord> {
    before.iter().filter(|post| post.delivered > 0)
}

fn clicks_per_delivery(post: &PostRecord) -> f64 {
    f64::from(post.clicks) / f64::from(post.delivered)
}

/// What is chosen among the contents that have not gone out today, or among all when all have.
fn rested(n: usize, before: &[PostRecord], post: &PostRecord, mut ask: impl FnMut(&[bool]) -> Option<usize>) -> usize {
    let mut awake = vec![true; n];
    before.iter().rev().take_while(|other| other.day == post.day).for_each(|other| awake[other.content] = false);
    ask(&awake).or_else(|| ask(&vec![true; n])).expect("a menu has contents")
}

/// Days from the start at which a post goes out.
fn time(post: &PostRecord) -> f64 {
    f64::from(post.day) + post.hour / 24.0
}

fn recovering(board: Board<'_>, before: &[PostRecord], post: &PostRecord, rng: &mut impl Rng) -> usize {
    let n = board.rotation.menu.len();
    let penalty = board.surrogate.mean_wear();
    let half_life = board.surrogate.half_life_days().unwrap_or(USUAL_HALF_LIFE_DAYS);
    // Without wear the penalty is 0, and so would be the temperature: any small one then takes the best.
    let temperature = (penalty * TEMPERATURE_PER_PENALTY).max(1e-6);
    let mut bandit = Recovering::new(n, penalty, half_life, temperature);
    let all = vec![true; n];
    told(before).for_each(|post| bandit.tell(post.content, clicks_per_delivery(post), time(post), &all));
    rested(n, before, post, |awake| bandit.ask(time(post), awake, rng))
}

/// Kinds in turn; within a kind the content that has rested longest, of several one of another medium than the last post; a content
/// whose last post of an earlier day was opened too seldom is replaced by the others of its kind, until none is left.
fn article(board: Board<'_>, before: &[PostRecord], post: &PostRecord) -> usize {
    let menu = &board.rotation.menu;
    let kinds: Vec<Kind> = CYCLE.into_iter().filter(|kind| menu.iter().any(|content| content.kind == *kind)).collect();
    let is_next = |content: &usize| match kinds.len() {
        0 => true,
        n => menu[*content].kind == kinds[before.len() % n],
    };
    let of_kind: Vec<usize> = (0..menu.len()).filter(is_next).collect();
    // A day's posts may still be read on the next day: their open rate is known on the second.
    let last_known = |content: usize| told(before).rfind(|other| other.content == content && other.day + 1 < post.day);
    let open_rate = |other: &PostRecord| f64::from(other.reads) / f64::from(other.delivered);
    let is_good = |content: &usize| last_known(*content).is_none_or(|other| open_rate(other) >= REPLACED_BELOW);
    let good: Vec<usize> = of_kind.iter().copied().filter(is_good).collect();
    let left = if good.is_empty() { of_kind } else { good };
    let medium = |content: usize| board.said.contents[content].medium;
    let last_medium: Option<Medium> = before.last().and_then(|other| medium(other.content));
    let last_sent = |content: usize| before.iter().rposition(|other| other.content == content);
    let rank = |content: usize| (last_sent(content), last_medium.is_some() && medium(content) == last_medium);
    left.into_iter().min_by_key(|&content| rank(content)).expect("every kind of the cycle has a content")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::parameter::Parameters;
    use crate::plan::rotation::compile;
    use crate::scenario::parse;
    use crate::study::ab::rotate::surrogate::{calendars, surrogate};

    const CONTENTS: &str = "\
        days = 12\n[audience.club]\nsize = 20\n[rotation]\nevery = \"24h\"\nper_day = 2\n\
        [content.tip]\nkind = \"useful\"\nmedium = \"text\"\n[content.photo]\nkind = \"useful\"\nmedium = \"image\"\n\
        [content.offer]\nkind = \"reminder\"\nmedium = \"text\"\n[content.ad]\n";

    struct Table {
        rotation: Rotation,
        said: scenario::Rotation,
        surrogate: Surrogate,
    }

    impl Table {
        fn new() -> Table {
            let draft = parse("a", Source { name: "a.toml".into(), text: CONTENTS.into() }, &[]);
            let rotation = compile(&draft, 1, &Parameters::best(), &[]).unwrap();
            let said = draft.scenario.rotation.unwrap();
            let calendars = calendars(4, 24, &mut rng::method(1, 0, 0));
            // Each sending of content 1 counts twice.
            let outcome =
                |calendar: &Vec<usize>| 24.0 + calendar.iter().filter(|&&content| content == 1).count() as f64;
            let outcomes: Vec<f64> = calendars.iter().map(outcome).collect();
            let surrogate = surrogate(&said, &rotation, &calendars, &outcomes);
            Table { rotation, said, surrogate }
        }

        /// What a policy sends when every post is delivered to 1,000, read by `reads` and clicked by `clicks` of them, by content.
        fn sent(&self, policy: Policy, reads: [u32; 4], clicks: [u32; 4]) -> Vec<usize> {
            let number = POLICIES.iter().position(|(known, _)| *known == policy).unwrap();
            let planned = vec![3; 24];
            let board = Board {
                rotation: &self.rotation,
                said: &self.said,
                surrogate: &self.surrogate,
                planned: &planned,
                seed: 1,
            };
            let mut chooser = chooser(board, number, 0);
            let mut before: Vec<PostRecord> = Vec::new();
            for post in &self.rotation.plan().posts {
                // Today's posts have been delivered to nobody yet.
                let seen: Vec<PostRecord> = before
                    .iter()
                    .map(|earlier| {
                        let is_known = earlier.day < post.record.day;
                        if is_known { *earlier } else { PostRecord { delivered: 0, reads: 0, clicks: 0, ..*earlier } }
                    })
                    .collect();
                let content = chooser(&seen, &post.record);
                let (reads, clicks) = (reads[content], clicks[content]);
                before.push(PostRecord { content, delivered: 1000, reads, clicks, ..post.record });
            }
            before.iter().map(|post| post.content).collect()
        }
    }

    #[test]
    fn fixed_calendars_are_kept_to() {
        let table = Table::new();
        let sent = |policy| table.sent(policy, [300; 4], [30; 4]);
        assert_eq!(sent(Policy::RoundRobin), (0..24).map(|post| post % 4).collect::<Vec<_>>());
        assert_eq!(sent(Policy::Planned), [3; 24]);
        // Tip and photo differ in medium only, which the simulator does not know: the first stands for both.
        let strongest = table.surrogate.strongest();
        assert_eq!(sent(Policy::BestSingle), [strongest; 24]);
    }

    #[test]
    fn whoever_learns_tries_each_once_and_sends_none_twice_a_day() {
        let table = Table::new();
        for policy in [Policy::EpsilonGreedy, Policy::Ucb1, Policy::Thompson, Policy::Recovering] {
            let sent = table.sent(policy, [300; 4], [10, 200, 10, 10]);
            assert_eq!(sent[..4], [0, 1, 2, 3], "{policy:?}");
            assert!(sent.chunks(2).all(|day| day[0] != day[1]), "{policy:?}: {sent:?}");
            let best = sent.iter().filter(|&&content| content == 1).count();
            assert!(best >= if policy == Policy::Ucb1 { 6 } else { 9 }, "{policy:?}: {sent:?}");
        }
    }

    #[test]
    fn the_articles_rule_takes_kinds_in_turn_and_media_in_turn_within_them() {
        let table = Table::new();
        // Useful (tip, then photo) and reminder alternate; the hard ad is not in the cycle.
        let sent = table.sent(Policy::Article, [300; 4], [30; 4]);
        assert_eq!(sent[..8], [0, 2, 1, 2, 0, 2, 1, 2]);
    }

    #[test]
    fn the_articles_rule_replaces_what_too_few_open_until_nothing_else_is_left() {
        let table = Table::new();
        let sent = table.sent(Policy::Article, [149, 300, 100, 300], [30; 4]);
        assert_eq!(sent[..4], [0, 2, 1, 2], "of what was sent yesterday the open rate is not known yet");
        assert!(sent[4..].iter().step_by(2).all(|&content| content == 1), "{sent:?}");
        assert!(sent[5..].iter().step_by(2).all(|&content| content == 2), "the only one of its kind stays: {sent:?}");
    }
}
