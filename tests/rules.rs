//! Every rule of the platform with its edges: on hand-made records, and as members feel it.
//!
//! Source: docs/model.md, sections 7.11 and 9. Days are counted from 0 where an account is asked and from 1
//! where a tally is.

#![expect(clippy::disallowed_methods, reason = "the system's exp and ln, to be independent of those they check")]

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;

use experiment::*;
use proptest::prelude::*;
use wearout_core::platform::{self, Account, Group, Judgement, Practice, Profile, TopicRelevance, Treatment};
use wearout_core::rng;
use wearout_core::tally::{Outcome, PostRecord, QuestionRecord, Tally};
use wearout_core::units::Trigger;

const PRACTICE: Practice =
    Practice { mean_reply_hours: 2.0, complaints_per_month: 0.0, leaks_per_month: 0.0, enforce_prob: 1.0 };

/// The article's platform with one of its rules alone (several: names with a space between).
fn only(names: &str) -> Profile {
    let mut profile = platform::find("article-2025").expect("a shipped profile").clone();
    let rules = &mut profile.rules;
    let is_kept = |name| names.split(' ').any(|kept| kept == name);
    rules.cap.take_if(|_| !is_kept("cap"));
    rules.reports.take_if(|_| !is_kept("reports"));
    rules.relevance.take_if(|_| !is_kept("relevance"));
    rules.read_no_reply.take_if(|_| !is_kept("read_no_reply"));
    rules.similarity.take_if(|_| !is_kept("similarity"));
    rules.slow.take_if(|_| !is_kept("slow"));
    rules.no_reply.take_if(|_| !is_kept("no_reply"));
    rules.review.take_if(|_| !is_kept("review"));
    rules.admin.take_if(|_| !is_kept("admin"));
    counting_by_post(profile)
}

/// A profile that counts reporters of the post they read last, which needs no more than the records of posts.
fn counting_by_post(mut profile: Profile) -> Profile {
    if let Some(rule) = &mut profile.rules.reports {
        rule.trigger = Trigger::LastRead;
    }
    profile
}

fn account(profile: &Profile, replicate: u32) -> Account<'_> {
    Account::new(profile, PRACTICE, rng::key(SEED, ""), replicate)
}

/// A post that went out to a hundred and that nobody read.
fn post(day: u32, content: usize) -> PostRecord {
    PostRecord {
        day,
        hour: 9.0,
        slot: 0,
        content,
        topic: 0,
        sent: true,
        delivered: 100,
        reads: 0,
        interactions: 0,
        reporters: 0,
        clicks: 0,
        crossed: false,
    }
}

fn posts_a_day(day: u32, n: u32) -> impl Iterator<Item = PostRecord> {
    (0..n).map(move |slot| PostRecord { slot, content: (day * 1000 + slot) as usize, ..post(day, 0) })
}

fn asked(asked_at: f64, reply_after: f64) -> QuestionRecord {
    QuestionRecord { asked_at, reply_after }
}

fn topic(relevance: f32) -> TopicRelevance {
    TopicRelevance { mean: f64::from(relevance), by_audience: vec![relevance] }
}

/// The night before `day` for an account without groups.
fn night(account: &mut Account<'_>, day: u32, posts: &[PostRecord], questions: &[QuestionRecord]) -> Treatment {
    account.events(day - 1);
    account.midnight(day, posts, questions, &[topic(1.0)], &mut []).treatment
}

/// How a fresh account's posts are treated on `day`, all of its past told at once.
fn treated(
    rules: &str,
    day: u32,
    posts: &[PostRecord],
    questions: &[QuestionRecord],
    topics: &[TopicRelevance],
) -> Treatment {
    let profile = only(rules);
    let mut account = account(&profile, 0);
    (0..day).for_each(|before| _ = account.events(before));
    account.midnight(day, posts, questions, topics, &mut []).treatment
}

fn is(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

// --- Cap ---

#[test]
fn fifty_posts_a_day_ban_nobody_and_fifty_one_seven_in_ten_within_a_month() {
    let profile = only("cap");
    let banned = |n: u32| {
        let month = |replicate| {
            let mut account = account(&profile, replicate);
            (1..=30).for_each(|day| _ = night(&mut account, day, &posts_a_day(day - 1, n).collect::<Vec<_>>(), &[]));
            account.banned()
        };
        (0..3000).filter(|&replicate| month(replicate)).count() as u64
    };
    assert_eq!(banned(50), 0);
    agrees_share("banned", (banned(51), 3000), 1.0 - (-30.0 * 0.0401_f64).exp(), 0.035);
}

#[test]
fn the_cap_counts_what_went_out_yesterday() {
    let mut profile = only("cap");
    profile.rules.cap.as_mut().unwrap().hazard = 1e9;
    let banned = |day: u32, posts: &[PostRecord]| {
        let mut account = account(&profile, 0);
        night(&mut account, day, posts, &[]);
        account.banned()
    };
    let mut posts: Vec<PostRecord> = posts_a_day(0, 51).collect();
    assert!(banned(1, &posts));
    assert!(!banned(2, &posts), "the day before yesterday is forgiven");
    posts[7].sent = false;
    assert!(!banned(1, &posts), "fifty went out");
}

// --- Reports and limits ---

fn reported(day: u32, reporters: u32) -> PostRecord {
    PostRecord { reporters, ..post(day, day as usize) }
}

#[test]
fn five_reporters_of_a_post_are_one_too_few() {
    let profile = only("reports");
    for (reporters, is_limited) in [(5, false), (6, true)] {
        let mut account = account(&profile, 0);
        night(&mut account, 1, &[reported(0, reporters)], &[]);
        assert_eq!(account.ever_limited(), is_limited, "{reporters}");
    }
}

#[test]
fn reporters_of_two_posts_do_not_add_up() {
    let profile = only("reports");
    let mut account = account(&profile, 0);
    night(&mut account, 1, &[reported(0, 5), PostRecord { slot: 1, ..reported(0, 5) }], &[]);
    assert!(!account.ever_limited());
}

#[test]
fn a_crossing_is_enforced_with_its_probability_and_seen_once() {
    let profile = only("reports");
    let key = rng::key(SEED, "");
    let limited = (0..4000).filter(|&replicate| {
        let practice = Practice { enforce_prob: 0.225, ..PRACTICE };
        let mut account = Account::new(&profile, practice, key, replicate);
        let mut posts = [reported(0, 9)];
        for day in 1..=20 {
            account.events(day - 1);
            let crossings = account.midnight(day, &posts, &[], &[topic(1.0)], &mut []).crossed;
            assert_eq!(crossings.len(), usize::from(day == 1));
            for index in crossings {
                posts[index].crossed = true;
            }
        }
        account.ever_limited()
    });
    agrees_share("limited", (limited.count() as u64, 4000), 0.225, 0.03);
}

#[test]
fn a_limit_lasts_seven_days_and_lets_half_of_the_posts_out() {
    let profile = only("reports");
    let mut account = account(&profile, 3);
    let sends = |account: &Account<'_>, day| (0..400).filter(|&slot| account.sends(day, slot)).count();
    assert_eq!(sends(&account, 4), 400);
    night(&mut account, 5, &[reported(4, 6)], &[]);
    for day in 5..12 {
        let kept = sends(&account, day);
        assert!((160..240).contains(&kept), "{kept} of 400 on day {day}");
        assert_eq!(kept, sends(&account, day), "one draw per slot");
    }
    assert_eq!(sends(&account, 12), 400);
}

/// Nights on which a post crosses the threshold, under certain enforcement; the night of the ban.
fn banned_on(crossings: &[u32]) -> Option<u32> {
    let profile = only("reports");
    let mut account = account(&profile, 0);
    (1..=60).find(|&day| {
        let reporters = if crossings.contains(&day) { 6 } else { 0 };
        night(&mut account, day, &[reported(day - 1, reporters)], &[]);
        account.banned()
    })
}

#[test]
fn the_third_limit_within_thirty_days_is_a_ban() {
    assert_eq!(banned_on(&[1, 10]), None);
    assert_eq!(banned_on(&[1, 10, 20]), Some(20));
    assert_eq!(banned_on(&[1, 20, 30]), Some(30), "29 days after the first");
    assert_eq!(banned_on(&[1, 20, 31]), None, "30 days after the first");
    assert_eq!(banned_on(&[1, 20, 31, 45]), Some(45), "the first is too old, the second is not");
}

#[test]
fn a_limit_earned_while_limited_neither_extends_it_nor_counts() {
    let every_day: Vec<u32> = (1..=60).collect();
    assert_eq!(banned_on(&every_day), Some(15), "limits begin on days 1, 8 and 15");
    assert_eq!(banned_on(&[1, 7, 12]), None, "day 7 is still limited");
    let profile = only("reports");
    let mut account = account(&profile, 0);
    for day in [1, 7] {
        night(&mut account, day, &[reported(day - 1, 6)], &[]);
    }
    assert!((0..400).all(|slot| account.sends(8, slot)), "the first limit ends as planned");
}

#[test]
fn several_crossings_of_one_night_are_one_limit() {
    let profile = only("reports");
    let mut account = account(&profile, 0);
    let posts: Vec<PostRecord> = (0..9).map(|slot| PostRecord { slot, ..reported(0, 6) }).collect();
    night(&mut account, 1, &posts, &[]);
    assert!(account.ever_limited() && !account.banned());
}

#[test]
fn the_reference_counts_a_limit_and_applies_none() {
    let profile = counting_by_post(platform::find("reference").unwrap().clone());
    let mut account = account(&profile, 0);
    for day in 1..30 {
        night(&mut account, day, &[reported(day - 1, 6)], &[]);
        assert!(account.ever_limited() && !account.banned());
        assert!((0..50).all(|slot| account.sends(day, slot)));
    }
}

#[test]
fn reports_are_pooled_over_seven_days_and_counted_anew_after_a_crossing() {
    let mut profile = only("reports");
    profile.rules.reports.as_mut().unwrap().trigger = Trigger::Pooled;
    let crossings = |reporters: &[u32]| -> Vec<u32> {
        let mut account = account(&profile, 0);
        let night = |(day, &reporters): (u32, &u32)| {
            account.events(day - 1);
            account.reported(reporters);
            account.midnight(day, &[], &[], &[topic(1.0)], &mut []).crossings
        };
        (1..).zip(reporters).map(night).collect()
    };
    assert_eq!(crossings(&[5, 0, 0, 0, 0, 0, 0, 1]), [0; 8], "the first day is eight days ago");
    assert_eq!(crossings(&[5, 0, 0, 0, 0, 0, 1, 0]), [0, 0, 0, 0, 0, 0, 1, 0]);
    assert_eq!(crossings(&[9, 5, 0, 1, 5, 6]), [1, 0, 0, 1, 0, 1], "each crossing begins a new count");
    assert_eq!(crossings(&[2, 2, 2, 2, 2, 2, 2]), [0, 0, 1, 0, 0, 1, 0]);
}

#[test]
fn a_pooled_crossing_limits_with_the_chance_of_enforcement() {
    let mut profile = only("reports");
    profile.rules.reports.as_mut().unwrap().trigger = Trigger::Pooled;
    let practice = Practice { enforce_prob: 0.3, ..PRACTICE };
    let limited = |replicate| {
        let mut account = Account::new(&profile, practice, rng::key(SEED, ""), replicate);
        account.events(0);
        account.reported(6);
        account.midnight(1, &[], &[], &[topic(1.0)], &mut []);
        account.ever_limited()
    };
    let n = 4000;
    agrees_share("limited", ((0..n).filter(|&replicate| limited(replicate)).count() as u64, u64::from(n)), 0.3, 0.03);
}

// --- Relevance ---

#[test]
fn relevance_acts_below_its_threshold_once_posts_went_out_on_three_days() {
    let posts: Vec<PostRecord> = (0..3).map(|day| post(day, day as usize)).collect();
    let delivery =
        |day: u32, relevance| treated("relevance", day, &posts[..day as usize], &[], &[topic(relevance)]).delivery;
    is(delivery(1, 0.0), 1.0);
    is(delivery(2, 0.0), 1.0);
    is(delivery(3, 0.29), 0.58);
    is(delivery(3, 0.31), 1.0);
    let exactly = TopicRelevance { mean: 0.3, by_audience: vec![0.3] };
    is(treated("relevance", 3, &posts, &[], &[exactly]).delivery, 1.0);
}

#[test]
fn three_posts_of_one_day_are_one_day_of_posting() {
    let posts: Vec<PostRecord> = posts_a_day(0, 3).collect();
    is(treated("relevance", 1, &posts, &[], &[topic(0.0)]).delivery, 1.0);
}

#[test]
fn relevance_is_the_mean_over_the_posts_of_seven_days() {
    let topics = [topic(0.0), topic(1.0)];
    let on = |days: &[(u32, usize)]| -> Vec<PostRecord> {
        days.iter().map(|&(day, topic)| PostRecord { topic, ..post(day, day as usize) }).collect()
    };
    let delivery = |day, days: &[(u32, usize)]| treated("relevance", day, &on(days), &[], &topics).delivery;
    is(delivery(4, &[(0, 0), (1, 0), (2, 0), (3, 1)]), 0.58); // 0.25
    is(delivery(3, &[(0, 0), (1, 0), (2, 1)]), 1.0); // 0.33
    // Day 0 is out of the window on day 8 but not on day 7; the three days of posting may be older than it.
    is(delivery(7, &[(0, 1), (1, 0), (2, 0)]), 1.0);
    is(delivery(8, &[(0, 1), (1, 0), (2, 0)]), 0.58);
    is(delivery(40, &[(0, 0), (1, 0), (2, 0)]), 1.0);
    is(delivery(40, &[(0, 1), (1, 1), (36, 0)]), 0.58);
    let mut unsent = on(&[(0, 0), (1, 0), (2, 0)]);
    unsent[1].sent = false;
    is(treated("relevance", 3, &unsent, &[], &topics).delivery, 1.0);
}

// --- Read without reply ---

#[test]
fn reads_without_reaction_count_above_fifteen_in_a_hundred_delivered() {
    let read = |day, reads, interactions| PostRecord { reads, interactions, ..post(day, day as usize) };
    let delivery = |day, posts: &[PostRecord]| treated("read_no_reply", day, posts, &[], &[topic(1.0)]).delivery;
    is(delivery(2, &[read(0, 15, 0)]), 1.0);
    is(delivery(2, &[read(0, 16, 0)]), 0.95);
    is(delivery(2, &[read(0, 60, 45)]), 1.0);
    is(delivery(2, &[read(0, 60, 44)]), 0.95);
    is(delivery(1, &[read(0, 90, 0)]), 1.0); // fifteen hours old
    is(delivery(1, &[PostRecord { hour: 0.0, ..read(0, 90, 0) }]), 0.95); // 24 hours old
    is(delivery(7, &[read(0, 90, 0)]), 0.95);
    is(delivery(8, &[read(0, 90, 0)]), 1.0);
    is(delivery(4, &[read(0, 25, 0), read(1, 5, 0)]), 1.0); // taken together
    is(delivery(4, &[read(0, 25, 0), read(1, 6, 0)]), 0.95);
    is(delivery(2, &[PostRecord { delivered: 0, ..read(0, 0, 0) }]), 1.0);
}

// --- Similarity ---

fn minutes(treatment: Treatment) -> f64 {
    treatment.delay_hours * 60.0
}

#[test]
fn more_than_seven_in_ten_alike_are_late_by_five_to_ten_minutes() {
    let mixed = |alike: u32, n: u32| -> Vec<PostRecord> {
        (0..n)
            .map(|slot| PostRecord { slot, content: if slot < alike { 0 } else { slot as usize }, ..post(0, 0) })
            .collect()
    };
    let delay = |posts: &[PostRecord]| minutes(treated("similarity", 1, posts, &[], &[topic(1.0)]));
    is(delay(&mixed(7, 10)), 0.0);
    assert!((5.0..10.0).contains(&delay(&mixed(8, 10))));
    is(delay(&mixed(4, 4)), 0.0);
    assert!((5.0..10.0).contains(&delay(&mixed(5, 5))));
    let mut unsent = mixed(5, 5);
    unsent[0].sent = false;
    is(delay(&unsent), 0.0);
}

#[test]
fn the_delay_is_uniform_and_drawn_anew_each_day() {
    let profile = only("similarity");
    let posts: Vec<PostRecord> = (0..5).map(|slot| PostRecord { slot, ..post(0, 0) }).collect();
    let delays: Vec<f64> = (0..2000)
        .map(|replicate| {
            let mut account = account(&profile, replicate);
            let first = minutes(night(&mut account, 1, &posts, &[]));
            let second = minutes(night(&mut account, 2, &posts, &[]));
            assert!((first - second).abs() > 1e-9);
            first
        })
        .collect();
    agrees("delay", &delays, 7.5, 0.15);
}

/// First night after which the account is limited, and the night of the ban, when the same content goes out on these days.
fn same_content_on(is_posted: impl Fn(u32) -> bool) -> (Option<u32>, Option<u32>) {
    let profile = only("similarity");
    let practice = Practice { enforce_prob: 0.0, ..PRACTICE };
    let mut account = Account::new(&profile, practice, rng::key(SEED, ""), 0);
    let posts: Vec<PostRecord> = (0..60).filter(|&day| is_posted(day)).map(|day| post(day, 0)).collect();
    let (mut limited, mut banned) = (None, None);
    for day in 1..=60 {
        if account.banned() {
            break;
        }
        let past: Vec<PostRecord> = posts.iter().filter(|post| post.day < day).copied().collect();
        night(&mut account, day, &past, &[]);
        limited = limited.or(account.ever_limited().then_some(day));
        banned = banned.or(account.banned().then_some(day));
    }
    (limited, banned)
}

#[test]
fn ten_nights_of_low_value_are_a_limit_for_certain_and_the_count_restarts() {
    assert_eq!(same_content_on(|_| true), (Some(10), Some(30)), "limits on days 10, 20 and 30");
}

#[test]
fn nights_count_from_before_there_are_five_posts() {
    assert_eq!(same_content_on(|day| day % 2 == 0).0, Some(10), "the fifth post goes out on day 8");
    assert_eq!(same_content_on(|day| day % 3 == 0).0, Some(13), "the fifth post goes out on day 12");
    assert_eq!(same_content_on(|day| day % 4 == 0).0, None, "never five within fourteen days");
}

#[test]
fn a_night_without_low_value_breaks_the_run() {
    let profile = only("similarity");
    let limited = |nights_alike: u32| {
        let mut account = account(&profile, 0);
        for day in 1..=20 {
            let content = |slot: usize| if day > nights_alike && day <= nights_alike + 1 { slot } else { 0 };
            let posts: Vec<PostRecord> =
                (0..5).map(|slot| PostRecord { slot, ..post(day - 1, content(slot as usize)) }).collect();
            night(&mut account, day, &posts, &[]);
            if account.ever_limited() {
                return Some(day);
            }
        }
        None
    };
    assert_eq!(limited(10), Some(10));
    assert_eq!(limited(9), Some(20), "ten more after the break");
}

#[test]
fn posts_older_than_fourteen_days_are_forgotten() {
    let old: Vec<PostRecord> = (0..5).map(|slot| PostRecord { slot, ..post(0, 0) }).collect();
    let delay = |day| minutes(treated("similarity", day, &old, &[], &[topic(1.0)]));
    assert!(delay(14) > 0.0);
    is(delay(15), 0.0);
}

// --- Slow and no reply ---

fn slow(day: u32, questions: &[QuestionRecord]) -> f64 {
    treated("slow", day, &[], questions, &[topic(1.0)]).delivery
}

#[test]
fn mean_response_counts_above_six_hours_and_needs_a_question() {
    is(slow(1, &[]), 1.0);
    is(slow(1, &[asked(10.0, 6.0)]), 1.0);
    is(slow(1, &[asked(10.0, 6.01)]), 0.7);
    is(slow(1, &[asked(10.0, 11.0), asked(11.0, 1.0)]), 1.0);
    is(slow(1, &[asked(10.0, 11.1), asked(11.0, 1.0)]), 0.7);
}

#[test]
fn an_answer_that_has_not_come_counts_at_the_age_of_the_question() {
    is(slow(1, &[asked(18.5, f64::INFINITY)]), 1.0);
    is(slow(1, &[asked(17.5, f64::INFINITY)]), 0.7);
    is(slow(1, &[asked(18.5, 40.0)]), 1.0);
    is(slow(2, &[asked(18.5, 40.0)]), 0.7);
}

#[test]
fn questions_of_more_than_seven_days_ago_are_forgotten() {
    is(slow(8, &[asked(24.0, 20.0)]), 0.7);
    is(slow(8, &[asked(23.9, 20.0)]), 1.0);
    is(slow(8, &[asked(23.9, 20.0), asked(100.0, 1.0)]), 1.0);
}

#[test]
fn the_reference_judges_the_plan_itself_from_day_three() {
    let delivery = |day, mean_reply_hours| {
        let practice = Practice { mean_reply_hours, ..PRACTICE };
        let mut account = Account::new(platform::find("reference").unwrap(), practice, rng::key(SEED, ""), 0);
        night(&mut account, day, &[], &[]).delivery
    };
    is(delivery(1, f64::INFINITY), 1.0);
    is(delivery(2, f64::INFINITY), 0.7); // the third day
    is(delivery(2, 6.1), 0.7);
    is(delivery(2, 6.0), 1.0);
}

#[test]
fn an_open_question_delays_posts_from_a_day_to_seven_days_of_age() {
    let delay = |day, questions: &[QuestionRecord]| minutes(treated("no_reply", day, &[], questions, &[topic(1.0)]));
    is(delay(1, &[]), 0.0);
    is(delay(2, &[asked(24.1, f64::INFINITY)]), 0.0);
    assert!((15.0..20.0).contains(&delay(2, &[asked(24.0, f64::INFINITY)])));
    assert!((15.0..20.0).contains(&delay(7, &[asked(0.0, f64::INFINITY)])));
    is(delay(8, &[asked(23.9, f64::INFINITY)]), 0.0);
    is(delay(2, &[asked(10.0, 37.9)]), 0.0); // answered six minutes ago
    assert!(delay(2, &[asked(10.0, 38.1)]) > 0.0);
    assert!(delay(2, &[asked(10.0, 38.1); 9]) < 20.0, "one delay, however many questions");
}

#[test]
fn delays_add_and_factors_multiply() {
    let posts: Vec<PostRecord> = (0..8).map(|day| PostRecord { reads: 50, ..post(day, 0) }).collect();
    let questions = [asked(150.0, f64::INFINITY)];
    let treatment = treated("relevance read_no_reply similarity slow no_reply", 8, &posts, &questions, &[topic(0.1)]);
    is(treatment.delivery, 0.58 * 0.95 * 0.7);
    assert!((20.0..30.0).contains(&minutes(treatment)));
}

// --- Review ---

/// The rule told again in whole days, beside the account, over many histories of complaints.
#[test]
fn a_review_begins_above_five_complaints_in_seven_days_and_none_counts_twice() {
    let profile = only("review");
    let practice = Practice { complaints_per_month: 20.0, ..PRACTICE };
    let mut lengths = [0; 9];
    let mut edges = [0; 2];
    for replicate in 0..400 {
        let mut account = Account::new(&profile, practice, rng::key(SEED, ""), replicate);
        let mut complaints: Vec<u32> = Vec::new();
        let (mut fresh_from, mut running) = (0, 0);
        for day in 1..=60 {
            complaints.push(account.events(day - 1).complaints);
            let was_under_review = account.under_review(day);
            let recent: u32 = (fresh_from.max(day.saturating_sub(7))..day).map(|e| complaints[e as usize]).sum();
            account.midnight(day, &[], &[], &[topic(1.0)], &mut []);
            if was_under_review {
                assert!(account.under_review(day));
                running += 1;
            } else {
                if running > 0 {
                    lengths[running] += 1;
                }
                assert_eq!(account.under_review(day), recent > 5, "{recent} complaints");
                edges[0] += usize::from(recent == 5);
                edges[1] += usize::from(recent == 6);
                running = usize::from(recent > 5);
            }
            // What came before the end of a review is spent; its end is on the first day that is free again.
            if account.under_review(day) {
                fresh_from = (day..1000).find(|&later| !account.under_review(later)).expect("a review ends");
            }
            assert_eq!(account.sends(day, 0), !account.under_review(day));
        }
    }
    assert!(edges[0] > 50 && edges[1] > 50, "both sides of the edge were met");
    assert!(
        lengths[..4].iter().all(|&n| n == 0) && lengths[8] == 0,
        "three to seven days, begun ones in full: {lengths:?}"
    );
    assert!(lengths[4..=7].iter().all(|&n| n > 20), "{lengths:?}");
}

// --- Admin ---

fn groups(n: u32, has_admin: bool) -> Vec<Group> {
    (0..n).map(|number| Group { audience: 0, has_admin, number, key: [1, 2], expelled: false }).collect()
}

/// Groups of 2000 that expel at one midnight.
fn expelled(day: u32, posts: &[PostRecord], relevance: f32, has_admin: bool) -> u64 {
    let profile = only("admin");
    let mut account = account(&profile, 0);
    (0..day).for_each(|before| _ = account.events(before));
    let mut groups = groups(2000, has_admin);
    account.midnight(day, posts, &[], &[topic(relevance)], &mut groups);
    groups.iter().filter(|group| group.expelled).count() as u64
}

#[test]
fn an_admin_acts_after_three_days_off_theme_within_seven() {
    let on = |days: &[u32]| -> Vec<PostRecord> { days.iter().map(|&day| post(day, day as usize)).collect() };
    agrees_share("expelled", (expelled(3, &on(&[0, 1, 2]), 0.29, true), 2000), 1.0 - (-0.0061_f64).exp(), 0.008);
    assert!(expelled(7, &on(&[0, 1, 2]), 0.1, true) > 0);
    assert_eq!(expelled(8, &on(&[0, 1, 2]), 0.1, true), 0, "only two of them in seven days");
    assert_eq!(expelled(2, &on(&[0, 1]), 0.1, true), 0);
    assert_eq!(expelled(3, &on(&[0, 1, 1]), 0.1, true), 0, "two posts of one day");
    assert_eq!(expelled(3, &on(&[0, 1, 2]), 0.3, true), 0, "0.3 is on theme");
    assert_eq!(expelled(3, &on(&[0, 1, 2]), 0.1, false), 0, "a list has no admin");
    let mut unsent = on(&[0, 1, 2]);
    unsent[2].sent = false;
    assert_eq!(expelled(3, &unsent, 0.1, true), 0);
}

#[test]
fn only_groups_whose_theme_was_missed_expel() {
    let mut profile = only("admin");
    profile.rules.admin.as_mut().unwrap().hazard = 1e9;
    let mut account = account(&profile, 0);
    (0..3).for_each(|day| _ = account.events(day));
    let mut groups = groups(4, true);
    groups[2].audience = 1;
    let topics = [TopicRelevance { mean: 0.5, by_audience: vec![0.9, 0.1] }];
    let posts: Vec<PostRecord> = (0..3).map(|day| post(day, day as usize)).collect();
    account.midnight(3, &posts, &[], &topics, &mut groups);
    assert_eq!(groups.iter().map(|group| group.expelled).collect::<Vec<_>>(), [false, false, true, false]);
    assert!(!account.banned() && account.sends(3, 0), "the account goes on elsewhere");
}

// --- All together ---

#[test]
fn without_rules_nothing_ever_happens() {
    let practice = Practice { complaints_per_month: 300.0, mean_reply_hours: f64::INFINITY, ..PRACTICE };
    let mut account = Account::new(platform::find("none").unwrap(), practice, rng::key(SEED, ""), 0);
    for day in 1..=60 {
        account.events(day - 1);
        let posts: Vec<PostRecord> =
            posts_a_day(day - 1, 60).map(|post| PostRecord { reporters: 90, reads: 90, content: 0, ..post }).collect();
        let judged = account.midnight(day, &posts, &[asked(0.0, f64::INFINITY)], &[topic(0.0)], &mut groups(5, true));
        let nothing =
            Judgement { treatment: Treatment { delivery: 1.0, delay_hours: 0.0 }, crossings: 0, crossed: Vec::new() };
        assert_eq!(judged, nothing);
        assert!(account.sends(day, 59) && !account.banned() && !account.ever_limited() && !account.under_review(day));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_delivery_factor_lies_in_zero_to_one_and_the_delay_below_half_an_hour(
        days in prop::collection::vec((0_u32..40, 0_u32..4, 0_u32..100, 0_usize..3), 1..80),
        questions in prop::collection::vec((0.0..960.0_f64, 0.0..100.0_f64), 0..30),
        relevance in 0.0_f32..1.0,
        profile in 0_usize..3,
    ) {
        let mut account = account(&platform::catalog()[profile], 1);
        let mut posts: Vec<PostRecord> = days.iter().map(|&(day, slot, reads, content)| {
            PostRecord { slot, reads, interactions: reads / 3, reporters: reads / 12, ..post(day, content) }
        }).collect();
        posts.sort_by_key(|post| (post.day, post.slot));
        let questions: Vec<QuestionRecord> = questions.iter().map(|&(at, after)| asked(at, after)).collect();
        for day in 1..=40 {
            account.events(day - 1);
            let past: Vec<PostRecord> = posts.iter().filter(|post| post.day < day).copied().collect();
            let known: Vec<QuestionRecord> =
                questions.iter().filter(|question| question.asked_at < f64::from(day) * 24.0).copied().collect();
            let treatment = account.midnight(day, &past, &known, &[topic(relevance)], &mut []).treatment;
            prop_assert!(0.0 < treatment.delivery && treatment.delivery <= 1.0);
            prop_assert!(0.0 <= treatment.delay_hours && treatment.delay_hours <= 0.5);
        }
    }
}

// --- As members feel it ---

fn under_the_article(text: &str, replicates: u32) -> Run {
    Run::of(&text.replace("platform = \"none\"", "platform = \"article-2025\""), replicates)
}

fn stock(tally: &Tally, outcome: Outcome) -> Vec<u64> {
    tally.days.iter().map(|day| day.get(outcome)).collect()
}

#[test]
fn a_ban_freezes_everyone_and_counts_them_unreachable() {
    let plans = "[plan.above]\nper_day = 51\n[plan.at]\nper_day = 50";
    let run = under_the_article(&scenario(30, "size = 3", &[NOBODY_QUITS], plans), 800);
    let banned = |tally: &Tally| tally.days[29].get(Outcome::Banned);
    let n = run.replicates.iter().map(|paired| banned(&paired.plans[0])).sum();
    agrees_share("banned in thirty days", (n, 800), 1.0 - (-30.0 * 0.0401_f64).exp(), 0.07);
    for paired in &run.replicates {
        let (tally, within) = (&paired.plans[0], &paired.plans[1]);
        assert_eq!((banned(within), within.horizon.unreachable), (0, 0));
        assert_eq!(tally.horizon.unreachable, 3 * banned(tally), "a ban of the closing midnight counts");
        assert_eq!(tally.horizon.active, 3 * (1 - banned(tally)));
        let frozen_from = stock(tally, Outcome::Banned).iter().position(|&banned| banned == 1);
        for (day, counts) in
            tally.days.iter().enumerate().filter(|(day, _)| frozen_from.is_some_and(|from| *day > from))
        {
            let flows = [Outcome::Delivered, Outcome::Reads, Outcome::Posts, Outcome::Questions, Outcome::MemberDays];
            assert_eq!(flows.map(|flow| counts.get(flow)), [0; 5], "day {}", day + 1);
            assert_eq!((counts.get(Outcome::Unreachable), counts.get(Outcome::Active)), (3, 0));
        }
    }
}

#[test]
fn a_campaign_of_one_day_sees_one_night() {
    let run = under_the_article(&scenario(1, "size = 2", &[NOBODY_QUITS], "[plan.a]\nper_day = 51"), 4000);
    let banned = run.replicates.iter().map(|paired| paired.plans[0].days[0].get(Outcome::Banned)).sum();
    agrees_share("banned", (banned, 4000), 1.0 - (-0.0401_f64).exp(), 0.013);
}

#[test]
fn a_ban_spares_members_what_they_would_have_suffered() {
    let plan = "[plan.a]\nper_day = 51\ncontents = 1";
    let text = scenario(20, "size = 40\nfit = 0.3", &[], plan);
    let (ruled, free) = (under_the_article(&text, 100), Run::of(&text, 100));
    let lost = |tally: &Tally| (tally.horizon.left + tally.horizon.blocked + tally.horizon.muted) as f64;
    assert!(ruled.mean(0, lost) <= free.mean(0, lost));
    assert!(ruled.mean(0, |tally| tally.horizon.active as f64) <= free.mean(0, |tally| tally.horizon.active as f64));
}

#[test]
fn a_review_stops_the_posts() {
    let behaviour = ["privacy_complaints_ignored = 40", NOBODY_QUITS];
    let run = under_the_article(&scenario(30, "size = 5", &behaviour, "[plan.a]\nprivacy = \"ignored\""), 100);
    let mut reviewed = 0;
    for paired in &run.replicates {
        for day in &paired.plans[0].days {
            reviewed += day.get(Outcome::UnderReview);
            assert_eq!(day.get(Outcome::Posts), 1 - day.get(Outcome::UnderReview));
            assert_eq!(day.get(Outcome::Delivered), 5 * day.get(Outcome::Posts));
        }
    }
    assert!(reviewed > 300);
}

/// Everybody comes at noon, to posts of noon that are all alike: five minutes late is a day late.
#[test]
fn a_delay_makes_members_miss_a_post_until_their_next_visit() {
    let noon = "visit_from_hour = 12\nvisit_to_hour = 12.05\ninteraction_base = 60";
    let behaviour = [noon, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS];
    let plan = "[plan.a]\nat = [\"12:00\"]\ncontents = 1";
    let run = under_the_article(&scenario(8, "size = 1000", &behaviour, plan), 4);
    for (day, reads) in [(4, 1.0), (5, 1.0), (6, 0.0), (7, 1.0), (8, 1.0)] {
        let found = run.mean(0, on_day(Outcome::Reads, day));
        assert!((found - reads).abs() < 0.002, "day {day}: {found}");
    }
}

#[test]
fn a_limit_lets_about_half_of_the_posts_out() {
    let plan = "[plan.a]\ncontents = 1\nper_day = 4";
    let run = under_the_article(&scenario(18, "size = 3", &[NOBODY_QUITS], plan), 300);
    for day in 1..=18 {
        let posts = run.each(0, |tally| tally.days[day - 1].get(Outcome::Posts) as f64);
        let limited = run.mean(0, |tally| tally.days[day - 1].get(Outcome::Limited) as f64);
        // The tenth night of low value closes day 10; the limit holds for days 11 to 17.
        if (11..=17).contains(&day) {
            agrees("posts", &posts, 2.0, 0.3);
        } else {
            assert!(posts.iter().all(|&posts| (posts - 4.0).abs() < 0.1), "day {day}");
        }
        assert!((limited - f64::from(u8::from(day >= 10))).abs() < 1e-9, "day {day}: {limited}");
    }
}

#[test]
fn posts_off_theme_are_read_less_from_the_fourth_day() {
    let even =
        "read_base = 0\nread_per_expectation = 0\nread_per_fatigue = 0\nvisit_from_hour = 10\ninteraction_base = 60";
    let behaviour = [even, ALWAYS_HERE, NOBODY_QUITS];
    let plans = "[topic.t]\nrelevance = { pets = 0.2 }\n[plan.a]\ntopic = \"t\"";
    let run =
        under_the_article(&scenario(5, "channel = \"direct\"\nsize = 1000\ntheme = \"pets\"", &behaviour, plans), 30);
    for (day, delivery) in [(1, 1.0), (3, 1.0), (4, 0.58), (5, 0.58)] {
        agrees("reads", &run.each(0, on_day(Outcome::Reads, day)), 0.5 * delivery, 0.015);
    }
}

/// A post keeps the delivery factor of the day it was sent on, whenever it is read.
#[test]
fn the_delivery_factor_is_that_of_the_day_of_the_post() {
    let even = "read_base = 0\nread_per_expectation = 0\nread_per_fatigue = 0\nvisit_from_hour = 10\nvisit_to_hour = 12\ninteraction_base = 60";
    let plans = "[topic.t]\nrelevance = { pets = 0.2 }\n[plan.a]\ntopic = \"t\"\nat = [\"22:00\"]";
    let text =
        scenario(6, "channel = \"direct\"\nsize = 1000\ntheme = \"pets\"", &[even, ALWAYS_HERE, NOBODY_QUITS], plans);
    let run = under_the_article(&text, 30);
    for (day, delivery) in [(2, 1.0), (4, 1.0), (5, 0.58), (6, 0.58)] {
        agrees("read the next morning", &run.each(0, on_day(Outcome::Reads, day)), 0.5 * delivery, 0.015);
    }
}

#[test]
fn an_expelled_sender_reaches_that_group_no_more() {
    let plans = "[topic.t]\nrelevance = { pets = 0.2, beauty = 1.0 }\n[audience.other]\ngroups = 3\nsize = 10\ntheme = \"beauty\"\n[plan.a]\nto = [\"club\", \"other\"]\ntopic = \"t\"";
    let run = under_the_article(&scenario(30, "groups = 12\nsize = 10\ntheme = \"pets\"", &[NOBODY_QUITS], plans), 200);
    for paired in &run.replicates {
        let tally = &paired.plans[0];
        assert_eq!((tally.horizon.groups, tally.horizon.members), (15, 150));
        assert_eq!(tally.horizon.unreachable, 10 * tally.horizon.groups_lost);
        for (day, counts) in tally.days.iter().enumerate() {
            assert_eq!(counts.get(Outcome::Delivered), 150 - counts.get(Outcome::Unreachable), "day {}", day + 1);
            assert_eq!(
                counts.get(Outcome::GroupPosts),
                counts.get(Outcome::Delivered) / 10,
                "one post, ten members a group"
            );
        }
        assert_eq!(tally.days[2].get(Outcome::Unreachable), 0, "no admin acts before three days off theme");
    }
    // The third night and each after it: 28 nights in 30 days.
    let lost = run.each(0, |tally| tally.horizon.groups_lost as f64 / 12.0);
    agrees("groups lost", &lost, 1.0 - (-28.0 * 0.0061_f64).exp(), 0.035);
}

#[test]
fn posts_of_a_silent_account_are_delivered_less_once_someone_asked() {
    // One question in the morning of day 1 makes the mean response too long from day 2 on.
    let even = "read_base = 0\nread_per_expectation = 0\nread_per_fatigue = 0\nvisit_from_hour = 10\nvisit_to_hour = 11\ninteraction_base = 60\nquestion_rate = 50";
    let behaviour = [even, ALWAYS_HERE, NOBODY_QUITS];
    let run = under_the_article(
        &scenario(3, "size = 1000", &behaviour, "[plan.a]\nreply = \"never\"\n[plan.b]\nreply = \"1m\""),
        30,
    );
    for (day, delivery) in [(1, 1.0), (2, 0.7), (3, 0.7)] {
        agrees("never answered", &run.each(0, on_day(Outcome::Reads, day)), 0.5 * delivery, 0.015);
        agrees("answered at once", &run.each(1, on_day(Outcome::Reads, day)), 0.5, 0.015);
    }
}
