//! What arithmetic says, the simulator counts: closed forms on a fixed seed, within 4 Monte Carlo standard errors.
//!
//! A test switches off what it does not speak of, so that one line of algebra is left; the parameter values are those of the
//! test, so that a refit moves none of them. Formulas: docs/model.md, sections 3 and 7.

#![expect(clippy::disallowed_methods, reason = "the system's exp and ln, to be independent of those they check")]

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;

use experiment::*;
use proptest::prelude::*;
use statrs::distribution::{Beta, ContinuousCDF, Gamma};
use statrs::function::gamma::gamma_lr;
use wearout_core::tally::{Outcome, Tally, find};

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Share of visits before that hour: Beta(2, 2) over the waking day from 7 to 24.
fn before(hour: f64) -> f64 {
    Beta::new(2.0, 2.0).expect("two positive shapes").cdf((hour - 7.0) / 17.0)
}

fn members(tally: &Tally) -> f64 {
    tally.horizon.members as f64
}

fn loss(tally: &Tally) -> f64 {
    (tally.horizon.left + tally.horizon.blocked + tally.horizon.muted) as f64 / members(tally)
}

// --- Quitting ---

#[test]
fn with_all_hazards_off_nobody_leaves() {
    let plan = "[plan.a]\nper_day = 3\ncontents = 1\nreply = \"never\"\nprivacy = \"ignored\"\nunlabelled = true\nbroken_link = true";
    let run = Run::of(&scenario(20, "size = 500\nfit = 0.1\nrelation = 0", &[NOBODY_QUITS], plan), 4);
    for paired in &run.replicates {
        let tally = &paired.plans[0];
        assert_eq!((tally.horizon.active, tally.total(Outcome::MemberDays)), (500, 500 * 20));
        assert_eq!(tally.total(Outcome::Delivered), 500 * 20 * 3);
        assert!(tally.total(Outcome::Reads) > 0);
    }
}

/// Still in at the end of a day under a constant hazard of distrust at every daily visit.
fn still_in_after(days: usize, variance: &str, expected: impl Fn(f64) -> f64) {
    let hazard = 0.08;
    let base = format!("distrust_base = {}\ntrust_protection = 0\nprivacy_hazard = 0\nmute_share = 0", f64::ln(hazard));
    let behaviour = [base.as_str(), variance, ALWAYS_HERE, NO_IRRITATION, NO_REPETITION, NO_LEAKS];
    let run = Run::of(&scenario(days as u32, "size = 1000", &behaviour, "[plan.a]"), 40);
    for day in [1, 2, 5, days] {
        let values = run.each(0, on_day(Outcome::Active, day));
        agrees(&format!("in after day {day}"), &values, expected(hazard * 0.9999 * day as f64), 0.011);
    }
    assert_eq!(run.sum(0, Outcome::Blocks) + run.sum(0, Outcome::Mutes), 0, "distrust neither blocks nor, here, mutes");
}

#[test]
fn a_constant_hazard_gives_a_geometric_stay() {
    still_in_after(12, STURDY, |hazard| (-hazard).exp());
}

#[test]
fn frailty_makes_the_stay_its_laplace_transform() {
    let variance = 1.5;
    still_in_after(12, "frailty_variance = 1.5", |hazard| (1.0 + variance * hazard).powf(-1.0 / variance));
}

#[test]
fn a_visit_is_needed_to_leave() {
    let behaviour = [
        "distrust_base = 10\ntrust_protection = 0\nmute_share = 0\npresence_mean = 0.4\npresence_concentration = 10000",
        STURDY,
        NO_IRRITATION,
        NO_REPETITION,
        NO_LEAKS,
    ];
    let run = Run::of(&scenario(3, "size = 1000", &behaviour, "[plan.a]"), 40);
    agrees("in after three days", &run.each(0, on_day(Outcome::Active, 3)), 0.6_f64.powi(3), 0.01);
}

/// P(tau <= 3) = 0.65 and the mean of tau, 2.8, seen as the first read that is one too many.
#[test]
fn repeat_patience_follows_its_law() {
    let behaviour = [
        "over_patience_hazard = 80\nblock_when_over_patience = 1\nfatigue_half_life = 48",
        ALWAYS_HERE,
        ALWAYS_READ,
        NO_IRRITATION,
        NO_DISTRUST,
        NO_LEAKS,
    ];
    let plan = "[plan.a]\nat = [\"06:00\"]\ncontents = 1";
    let run = Run::of(&scenario(16, "size = 1000", &behaviour, plan), 40);
    let tau_below = |reads: f64| gamma_lr(3.0, (reads - 1.0).max(1e-12) / 0.6);
    agrees("quit by the third read", &run.each(0, on_day(Outcome::Blocked, 3)), tau_below(3.0), 0.011);
    assert!((tau_below(3.0) - 0.65).abs() < 0.005);
    // The n-th read is one too many iff n > tau, so the mean of that n is the sum of P(tau >= n) over n from 0.
    let expected: f64 = (0..40).map(|n| 1.0 - tau_below(f64::from(n))).sum();
    let day_of_block = |tally: &Tally| {
        let days = tally.days.iter().enumerate();
        let blocks = days.map(|(day, counts)| (day + 1) as f64 * counts.get(Outcome::Blocks) as f64).sum::<f64>();
        blocks / tally.total(Outcome::Blocks) as f64
    };
    agrees("read that is one too many", &run.each(0, day_of_block), expected, 0.03);
    assert_eq!(run.sum(0, Outcome::Mutes) + run.sum(0, Outcome::Leaves), 0, "repetition blocks, here always");
}

#[test]
fn a_content_read_once_tries_nobodys_patience() {
    let behaviour = ["over_patience_hazard = 80", ALWAYS_HERE, ALWAYS_READ, NO_IRRITATION, NO_DISTRUST, NO_LEAKS];
    let run = Run::of(&scenario(10, "size = 1000", &behaviour, "[plan.a]\n[plan.b]\ncontents = 10"), 4);
    for plan in 0..2 {
        assert_eq!(run.pooled(plan).horizon.active, 4000);
    }
}

/// Chance that a visit with one read ends in an exit by irritation, seen on day 1.
fn irritated(behaviour: &str, club: &str, plan: &str, expected: f64) {
    let all =
        [behaviour, "mute_share = 0", ALWAYS_HERE, ALWAYS_READ, ALIKE, STURDY, NO_DISTRUST, NO_REPETITION, NO_LEAKS];
    let run = Run::of(&scenario(1, &format!("size = 1000\n{club}"), &all, plan), 40);
    let exits = |tally: &Tally| (tally.total(Outcome::Leaves) + tally.total(Outcome::Blocks)) as f64 / members(tally);
    agrees(plan, &run.each(0, exits), expected, 0.011);
}

#[test]
fn irritation_rises_as_value_falls() {
    let behaviour = "irritation_base = -3\nirritation_slope = 4\nirritation_per_fatigue = 0\nuseful_value = 0.7\nvalue_reminder = 0.3\nvalue_preview = 0.5\nvalue_testimonial = 0.6";
    let quits = |value: f64| 1.0 - (-(-3.0 + 4.0 * (1.0 - value)).exp()).exp();
    let plan = |kind: &str| format!("[plan.a]\nat = [\"06:00\"]\nkinds = [\"{kind}\"]");
    irritated(behaviour, "fit = 0.5", &plan("hard"), quits(0.5));
    irritated(behaviour, "fit = 0.8", &plan("hard"), quits(0.8));
    for (kind, share) in [("reminder", 0.3), ("preview", 0.5), ("testimonial", 0.6), ("useful", 0.7)] {
        irritated(behaviour, "fit = 0.5", &plan(kind), quits(0.5 + 0.5 * share));
    }
}

#[test]
fn fatigue_of_this_very_visit_speeds_quitting() {
    let behaviour = "irritation_base = -2\nirritation_slope = 0\nirritation_per_fatigue = 0.9\nuseful_value = 0.7";
    let quits = |fatigue: f64| 1.0 - (-(-2.0_f64).exp() * (1.0 + fatigue).powf(0.9)).exp();
    let plan = |at: &str, kind: &str| format!("[plan.a]\nat = {at}\nkinds = [\"{kind}\"]");
    irritated(behaviour, "", &plan("[\"06:00\"]", "hard"), quits(1.0));
    irritated(behaviour, "", &plan("[\"06:00\"]", "useful"), quits(0.3));
    irritated(behaviour, "", &plan("[\"05:00\", \"06:00\"]", "hard"), quits(2.0));
}

#[test]
fn the_worst_post_of_a_visit_decides() {
    let behaviour = "irritation_base = -3\nirritation_slope = 3\nirritation_per_fatigue = 0";
    let quits = |value: f64| 1.0 - (-(-3.0 + 3.0 * (1.0 - value)).exp()).exp();
    for posts in ["[\"useful\", \"hard\"]", "[\"hard\", \"useful\"]"] {
        let plan = format!("[plan.a]\nat = [\"05:00\", \"06:00\"]\nkinds = {posts}");
        irritated(behaviour, "fit = 0.3", &plan, quits(0.3));
    }
}

#[test]
fn a_broken_link_multiplies_irritation_once() {
    let behaviour =
        "irritation_base = -1.5\nirritation_slope = 0\nirritation_per_fatigue = 0\nbroken_link_factor = 1.8";
    let quits = |factor: f64| 1.0 - (-factor * (-1.5_f64).exp()).exp();
    irritated(behaviour, "", "[plan.a]\nat = [\"06:00\"]", quits(1.0));
    irritated(behaviour, "", "[plan.a]\nat = [\"06:00\"]\nbroken_link = true", quits(1.8));
    irritated(behaviour, "", "[plan.a]\nat = [\"05:00\", \"06:00\"]\nbroken_link = true", quits(1.8));
}

#[test]
fn nothing_read_irritates_nobody() {
    let behaviour = ["irritation_base = 10\nread_base = -60", ALWAYS_HERE, NO_DISTRUST, NO_REPETITION, NO_LEAKS];
    let run = Run::of(&scenario(5, "size = 500", &behaviour, "[plan.a]"), 2);
    assert_eq!((run.sum(0, Outcome::Reads), run.pooled(0).horizon.active), (0, 1000));
}

/// Everybody who reads quits by irritation: shares of muting, leaving, blocking, reporting.
fn quitters(flags: &str, block_share: f64) -> Run {
    let base =
        format!("irritation_base = 10\nirritation_slope = 0\nblock_share = {block_share}\nreport_given_block = 0.6");
    let behaviour = [base.as_str(), STURDY, ALWAYS_HERE, ALWAYS_READ, NO_DISTRUST, NO_REPETITION, NO_LEAKS];
    Run::of(&scenario(1, "size = 1000", &behaviour, &format!("[plan.a]\nat = [\"06:00\"]\n{flags}")), 40)
}

#[test]
fn the_irritated_mute_leave_block_and_report_in_their_shares() {
    let run = quitters("", 0.35);
    let (mutes, leaves, blocks) =
        (run.sum(0, Outcome::Mutes), run.sum(0, Outcome::Leaves), run.sum(0, Outcome::Blocks));
    let quits = mutes + leaves + blocks;
    assert!(quits > 39_900);
    agrees_share("muted", (mutes, quits), 0.403, 0.01);
    agrees_share("blocked of those gone", (blocks, leaves + blocks), 0.35, 0.013);
    agrees_share("reported", (run.sum(0, Outcome::Reports), blocks), 0.6, 0.025);
    let repeat = run.pooled(0).repeats[0];
    assert_eq!((repeat.muted, repeat.left, repeat.blocked), (mutes, leaves, blocks));
    assert_eq!((repeat.reads, repeat.reports), (run.sum(0, Outcome::Reads), run.sum(0, Outcome::Reports)));
}

#[test]
fn marks_raise_the_share_of_blocks_up_to_one() {
    for (flags, block_share, expected) in [
        ("unlabelled = true", 0.35, 0.35 * 1.3),
        ("everyone = true", 0.35, 0.35 * 1.3),
        ("unlabelled = true\neveryone = true", 0.35, 0.35 * 1.69),
        ("gift = true\nbroken_link = true", 0.35, 0.35),
        ("unlabelled = true", 0.8, 1.0),
    ] {
        let run = quitters(flags, block_share);
        let gone = run.sum(0, Outcome::Leaves) + run.sum(0, Outcome::Blocks);
        agrees_share(flags, (run.sum(0, Outcome::Blocks), gone), expected, 0.014);
        assert!(expected < 1.0 || run.sum(0, Outcome::Leaves) == 0);
    }
}

/// The marks that count are those of the last post read, not of any.
#[test]
fn only_the_last_post_read_lends_its_marks() {
    let base = "irritation_base = 10\nirritation_slope = 0\nunlabelled_factor = 2";
    let behaviour = [base, ALWAYS_HERE, ALWAYS_READ, NO_DISTRUST, NO_REPETITION, NO_LEAKS];
    let posts = |first: &str, last: &str| {
        let plan =
            format!("[plan.a]\nposts = [{{ day = 1, at = \"05:00\"{first} }}, {{ day = 1, at = \"06:00\"{last} }}]");
        let run = Run::of(&scenario(1, "size = 1000", &behaviour, &plan), 20);
        let blocks = run.sum(0, Outcome::Blocks);
        (blocks, blocks + run.sum(0, Outcome::Leaves))
    };
    agrees_share("mark on the first", posts(", unlabelled = true", ""), 0.35, 0.02);
    agrees_share("mark on the last", posts("", ", unlabelled = true"), 0.70, 0.02);
}

#[test]
fn competing_causes_quit_in_proportion_to_their_hazards() {
    // Irritation always blocks here and distrust never does; a mute is impossible.
    let behaviour = [
        "irritation_base = -1\nirritation_slope = 0\nirritation_per_fatigue = 0",
        "distrust_base = -0.5\ntrust_protection = 0\nmute_share = 0\nblock_share = 1",
        STURDY,
        ALWAYS_HERE,
        ALWAYS_READ,
        NO_REPETITION,
        NO_LEAKS,
    ];
    let run = Run::of(&scenario(1, "size = 1000", &behaviour, "[plan.a]\nat = [\"06:00\"]"), 40);
    let (irritation, distrust) = ((-1.0_f64).exp(), (-0.5_f64).exp());
    let (blocks, leaves) = (run.sum(0, Outcome::Blocks), run.sum(0, Outcome::Leaves));
    agrees_share("quits", (blocks + leaves, 40_000), 1.0 - (-irritation - distrust).exp(), 0.01);
    agrees_share("by irritation", (blocks, blocks + leaves), irritation / (irritation + distrust), 0.013);
}

/// However large: single precision once ran out, and what it then held for repetition was distrust.
#[test]
fn the_surely_distrustful_leave_and_never_block() {
    let behaviour = ["distrust_base = 200\nmute_share = 0", ALWAYS_HERE, NO_IRRITATION, NO_REPETITION, NO_LEAKS];
    let run = Run::of(&scenario(3, "size = 300", &behaviour, "[plan.a]\nat = [\"06:00\"]"), 4);
    assert_eq!(run.sum(0, Outcome::Blocks) + run.sum(0, Outcome::Reports), 0);
    assert!(run.sum(0, Outcome::Leaves) > 1190, "{} of 1200", run.sum(0, Outcome::Leaves));
}

#[test]
fn repetition_blocks_in_its_own_share_and_mutes_nobody() {
    let behaviour = [
        "over_patience_hazard = 0.7\nblock_when_over_patience = 0.6\npatience_mean = 1.0001\npatience_shape = 3",
        ALWAYS_HERE,
        ALWAYS_READ,
        NO_IRRITATION,
        NO_DISTRUST,
        NO_LEAKS,
    ];
    let run = Run::of(&scenario(2, "size = 1000", &behaviour, "[plan.a]\nat = [\"06:00\"]\ncontents = 1"), 40);
    let (blocks, leaves) = (run.sum(0, Outcome::Blocks), run.sum(0, Outcome::Leaves));
    agrees_share("quits at the second read", (blocks + leaves, 40_000), 1.0 - (-0.7_f64).exp(), 0.01);
    agrees_share("blocked", (blocks, blocks + leaves), 0.6, 0.014);
    assert_eq!(run.sum(0, Outcome::Mutes), 0);
    let repeats = run.pooled(0).repeats;
    assert_eq!((repeats[1].blocked, repeats[1].left, repeats[0].blocked), (blocks, leaves, 0));
}

/// Trust lowers the hazard of distrust; frailty multiplies it, privacy adds to it.
#[test]
fn trust_protects_and_ignored_privacy_adds_a_hazard() {
    let base = "distrust_base = 0\ntrust_protection = 2\ntrust_at_entry = 0.6\ntrust_drift = 0\nmute_share = 0\nprivacy_hazard = 0.3";
    let behaviour = [base, STURDY, ALWAYS_HERE, NO_QUESTIONS, NO_IRRITATION, NO_REPETITION, NO_LEAKS];
    let plans = "[plan.a]\n[plan.b]\nprivacy = \"ignored\"";
    let run = Run::of(&scenario(1, "size = 1000", &behaviour, plans), 40);
    let hazard = (-1.2_f64).exp();
    agrees("kept", &run.each(0, loss), 1.0 - (-hazard).exp(), 0.01);
    agrees("ignored", &run.each(1, loss), 1.0 - (-hazard - 0.3).exp(), 0.01);
}

#[test]
fn a_muted_member_who_would_mute_again_stays_muted() {
    let behaviour = [
        "distrust_base = 10\ntrust_protection = 0\nmute_share = 1",
        STURDY,
        ALWAYS_HERE,
        NO_IRRITATION,
        NO_REPETITION,
        NO_LEAKS,
    ];
    let run = Run::of(&scenario(30, "size = 500", &behaviour, "[plan.a]"), 2);
    assert_eq!((run.pooled(0).horizon.muted, run.sum(0, Outcome::Mutes)), (1000, 1000));
}

#[test]
fn frailty_multiplies_irritation_too() {
    let hazard = 0.5_f64;
    let base = format!(
        "irritation_base = {}\nirritation_slope = 0\nirritation_per_fatigue = 0\nmute_share = 0\nfrailty_variance = 1.5",
        hazard.ln()
    );
    let behaviour = [base.as_str(), ALWAYS_HERE, ALWAYS_READ, NO_DISTRUST, NO_REPETITION, NO_LEAKS];
    let run = Run::of(&scenario(3, "size = 1000", &behaviour, "[plan.a]\nat = [\"06:00\"]"), 40);
    for day in 1..=3 {
        let expected = (1.0 + 1.5 * hazard * day as f64).powf(-1.0 / 1.5);
        agrees("still in", &run.each(0, on_day(Outcome::Active, day)), expected, 0.011);
    }
}

#[test]
fn a_broken_link_that_was_not_read_irritates_nobody() {
    let base = "irritation_base = -1\nirritation_slope = 0\nirritation_per_fatigue = 0\nbroken_link_factor = 3\nmute_share = 0";
    let even = "read_base = 0\nread_per_expectation = 0\nread_per_fatigue = 0";
    let plan = "[plan.a]\nposts = [{ day = 1, at = \"05:00\", broken_link = true }, { day = 1, at = \"06:00\" }]";
    let behaviour = [base, even, STURDY, ALWAYS_HERE, NO_DISTRUST, NO_REPETITION, NO_LEAKS];
    let run = Run::of(&scenario(1, "size = 1000", &behaviour, plan), 40);
    let quits = |factor: f64| 1.0 - (-factor * (-1.0_f64).exp()).exp();
    agrees("lost", &run.each(0, loss), 0.5 * quits(3.0) + 0.25 * quits(1.0), 0.011);
}

/// Who leaves in the morning gets no post of the evening, but did get the one before.
#[test]
fn posts_are_delivered_to_those_who_are_still_there() {
    let gone = "distrust_base = 10\ntrust_protection = 0\nmute_share = 0";
    let behaviour = [gone, STURDY, ALWAYS_HERE, NO_IRRITATION, NO_REPETITION, NO_LEAKS];
    let plan = "[plan.a]\nat = [\"06:00\", \"15:30\", \"23:59\"]";
    let run = Run::of(&scenario(2, "size = 1000", &behaviour, plan), 40);
    // Half the visits are before 15:30.
    agrees("day 1", &run.each(0, on_day(Outcome::Delivered, 1)), 1.5, 0.015);
    agrees("day 2", &run.each(0, on_day(Outcome::Delivered, 2)), 0.0, 0.002);
}

#[test]
fn the_muted_are_delivered_to_but_neither_ask_nor_speak() {
    let muted = "distrust_base = 10\ntrust_protection = 0\nmute_share = 1\nmute_visit = 1\nquestion_rate = 50";
    let behaviour = [muted, STURDY, ALIKE, ALWAYS_HERE, NO_IRRITATION, NO_REPETITION, NO_LEAKS];
    let run = Run::of(&scenario(4, "size = 1000", &behaviour, "[plan.a]\nreply = \"0.001m\""), 4);
    agrees("asked on day 1", &run.each(0, on_day(Outcome::Questions, 1)), 0.9999, 0.002);
    for day in [3, 4] {
        agrees("delivered", &run.each(0, on_day(Outcome::Delivered, day)), 1.0, 1e-9);
        agrees("asked", &run.each(0, on_day(Outcome::Questions, day)), 0.0, 0.004);
        agrees("spoken", &run.each(0, |tally| on_day(Outcome::Activity, day)(tally) / 1024.0), 0.0, 0.004);
    }
}

#[test]
fn those_who_have_gone_do_nothing_after_the_horizon() {
    let gone = "distrust_base = 10\ntrust_protection = 0\nmute_share = 0\nrepurchase_base = 60\nrecommend_base = 60\ncomplaint_base = 60";
    let behaviour = [gone, STURDY, NO_IRRITATION, NO_REPETITION, NO_LEAKS];
    let run = Run::of(&scenario(2, "size = 1000", &behaviour, "[plan.a]"), 4);
    let horizon = run.pooled(0).horizon;
    assert!(0 < horizon.active && horizon.active < 2000 && horizon.left > 2000);
    let outcomes = [horizon.repurchases, horizon.complaints, horizon.recommendations];
    assert_eq!(outcomes, [horizon.active; 3]);
}

// --- Leaks and complaints ---

#[test]
fn leaks_take_their_share_of_everyone_still_in() {
    let behaviour = ["leaks_ignored = 45\nleaks_kept = 9\nleak_exit = 0.04", NO_IRRITATION, NO_DISTRUST, NO_REPETITION];
    let plans = "[plan.kept]\n[plan.ignored]\nprivacy = \"ignored\"";
    let run = Run::of(&scenario(10, "size = 20", &behaviour, plans), 1000);
    // Poisson incidents, each survived with 1 - leak_exit: on average exp(-rate x leak_exit) a day.
    for (plan, per_day) in [(0, 0.3), (1, 1.5_f64)] {
        let left = |tally: &Tally| tally.total(Outcome::LeakExits) as f64 / members(tally);
        agrees("left by leaks", &run.each(plan, left), 1.0 - (-10.0 * per_day * 0.04).exp(), 0.025);
        for paired in &run.replicates {
            let tally = &paired.plans[plan];
            assert_eq!(tally.total(Outcome::LeakExits), tally.horizon.left);
        }
    }
}

#[test]
fn complaints_come_at_their_monthly_rate() {
    let run =
        Run::of(&scenario(30, "size = 1", &[NOBODY_QUITS], "[plan.kept]\n[plan.ignored]\nprivacy = \"ignored\""), 1500);
    for (plan, rate) in [(0, 0.7), (1, 13.4)] {
        let complaints = run.each(plan, |tally| tally.total(Outcome::PrivacyComplaints) as f64);
        agrees("complaints", &complaints, rate, 0.4);
        let variance = mean(&complaints.iter().map(|n| (n - rate).powi(2)).collect::<Vec<_>>());
        assert!(
            (variance / rate - 1.0).abs() < 4.0 * (2.0 / 1500.0_f64).sqrt() + 0.1,
            "Poisson: {variance} is not {rate}"
        );
    }
}

// --- Visiting and reading ---

/// Whatever the hour of the post, it is in sight of a member exactly once with the chance of a visit: on the same day after it,
/// the next day for those who had come before it, or within 24 hours for those who had not come at all.
#[test]
fn open_rate_is_presence_times_reading_at_any_hour() {
    let behaviour = ["read_base = 0.4\nread_per_expectation = 0\nread_per_fatigue = 0", NOBODY_QUITS];
    for hour in [6_u8, 9, 15, 21] {
        let plan = format!("[plan.a]\ndays = [1]\nat = [\"{hour:02}:00\"]");
        let run = Run::of(&scenario(3, "size = 1000", &behaviour, &plan), 40);
        let reading = logistic(0.4);
        let early = if hour > 7 { before(f64::from(hour)) } else { 0.0 };
        agrees("open rate", &run.each(0, per(Outcome::Reads, Outcome::Delivered)), 0.63 * reading, 0.011);
        agrees("on day 1", &run.each(0, on_day(Outcome::Reads, 1)), 0.63 * (1.0 - early) * reading, 0.011);
        agrees("on day 2", &run.each(0, on_day(Outcome::Reads, 2)), 0.63 * early * reading, 0.011);
        assert!(run.replicates.iter().all(|paired| paired.plans[0].days[2].get(Outcome::Reads) == 0));
    }
}

#[test]
fn visits_follow_presence_and_are_rarer_once_muted() {
    let reading = [ALWAYS_READ, NO_IRRITATION, NO_REPETITION, NO_LEAKS];
    let active = [&reading[..], &[NO_DISTRUST]].concat();
    let plan = "[plan.a]\nat = [\"06:00\"]";
    let run = Run::of(&scenario(5, "size = 1000", &active, plan), 40);
    for day in [1, 5] {
        agrees("active", &run.each(0, on_day(Outcome::Reads, day)), 0.63, 0.011);
    }
    let muted =
        [&reading[..], &["distrust_base = 10\ntrust_protection = 0\nmute_share = 1\nmute_visit = 0.3", ALWAYS_HERE]]
            .concat();
    let run = Run::of(&scenario(5, "size = 1000", &muted, plan), 40);
    agrees("before muting", &run.each(0, on_day(Outcome::Reads, 1)), 0.9999, 0.001);
    for day in [2, 5] {
        agrees("muted", &run.each(0, on_day(Outcome::Reads, day)), 0.3, 0.011);
    }
}

#[test]
fn who_was_absent_yesterday_does_not_see_what_is_older_than_a_day() {
    let hours = "visit_from_hour = 18\nvisit_to_hour = 20\npresence_mean = 0.5\npresence_concentration = 10000";
    let run = |at: &str| {
        let plan = format!("[plan.a]\ndays = [1]\nat = [\"{at}\"]");
        Run::of(&scenario(3, "size = 1000", &[hours, ALWAYS_READ, NOBODY_QUITS], &plan), 20)
    };
    let morning = run("09:00");
    agrees("day 1", &morning.each(0, on_day(Outcome::Reads, 1)), 0.5, 0.02);
    assert!(morning.replicates.iter().all(|paired| paired.plans[0].days[1].get(Outcome::Reads) == 0));
    // At night: everyone who comes the next evening is within 24 hours.
    let night = run("22:00");
    assert_eq!(night.pooled(0).days[0].get(Outcome::Reads), 0);
    agrees("day 2", &night.each(0, on_day(Outcome::Reads, 2)), 0.5, 0.02);
}

#[test]
fn who_came_yesterday_sees_all_that_came_since() {
    let hours = "presence_mean = 0.5\npresence_concentration = 10000";
    let plan = "[plan.a]\ndays = [1]\nat = [\"15:30\"]";
    let run = Run::of(&scenario(2, "size = 1000", &[hours, ALWAYS_READ, NOBODY_QUITS], plan), 40);
    // Half the visits fall before 15:30. Day 2: came before the post on day 1 and comes at all; or did not come and comes
    // before 15:30.
    let expected = 0.5 * 0.5 * 0.5 + 0.5 * 0.5 * 0.5;
    agrees("day 2", &run.each(0, on_day(Outcome::Reads, 2)), expected, 0.011);
}

#[test]
fn a_late_evening_post_is_read_the_next_day() {
    let plan = "[plan.a]\ndays = [1]\nat = [\"23:59\"]";
    let run = Run::of(&scenario(3, "size = 1000", &[ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS], plan), 10);
    agrees("day 1", &run.each(0, on_day(Outcome::Reads, 1)), 0.0, 0.002);
    let read = run.replicates.iter().map(|paired| paired.plans[0].days[1].get(Outcome::Reads)).sum();
    agrees_share("day 2", (read, 10_000), 0.9999, 0.002);
}

#[test]
fn of_twenty_posts_the_ten_most_recent_are_offered() {
    let sure = "click_given_read = 1\nfit_concentration = 10000";
    let posts = |offers: [f64; 2]| {
        let line = |k: usize| format!("{{ day = 1, at = \"05:{k:02}\", offer = {:.1} }}", offers[k / 10]);
        format!("[plan.a]\nposts = [{}]", (0..20).map(line).collect::<Vec<_>>().join(", "))
    };
    let run = |offers| {
        let behaviour = [sure, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS];
        Run::of(&scenario(2, "size = 500\nfit = 0.9", &behaviour, &posts(offers)), 10)
    };
    let late = run([0.0, 1.0]);
    agrees("reads of a visit", &late.each(0, on_day(Outcome::Reads, 1)), 10.0 * 0.9999, 0.02);
    agrees("clicks on the latest ten", &late.each(0, on_day(Outcome::Clicks, 1)), 9.0, 0.08);
    let early = run([1.0, 0.0]);
    assert_eq!(early.sum(0, Outcome::Clicks), 0, "the first ten are passed over");
    // Passed over for good: the next day only those who missed day 1 read, and then before 05:09 nobody comes.
    assert_eq!(late.pooled(0).days[1].get(Outcome::Reads), 0);
}

#[test]
fn expectation_raises_reading() {
    let behaviour = [
        "read_base = -1\nread_per_expectation = 2\nread_per_fatigue = 0\ncold_expectation = 0.1",
        ALIKE,
        ALWAYS_HERE,
        NOBODY_QUITS,
    ];
    for (relation, expectation) in [(0.0, 0.1), (0.5, 0.45), (1.0, 0.8)] {
        let club = format!("size = 1000\nfit = 0.8\nrelation = {relation:.1}");
        let run = Run::of(&scenario(2, &club, &behaviour, "[plan.a]\ndays = [1]"), 40);
        let open = run.each(0, per(Outcome::Reads, Outcome::Delivered));
        agrees("open rate", &open, logistic(-1.0 + 2.0 * expectation), 0.011);
    }
}

/// One read leaves fatigue 1 (hard) or 0.3 (useful); two days later half of it is left.
#[test]
fn fatigue_lowers_reading_and_halves_in_its_half_life() {
    let noon = "visit_from_hour = 12\nvisit_to_hour = 12.001";
    let behaviour = [
        "read_base = 0\nread_per_expectation = 0\nread_per_fatigue = 2\nuseful_value = 0.7",
        noon,
        ALWAYS_HERE,
        NOBODY_QUITS,
    ];
    for (kind, fatigue, day, left) in
        [("hard", 1.0, 3, 0.5), ("hard", 1.0, 5, 0.25), ("hard", 1.0, 2, 0.5_f64.sqrt()), ("useful", 0.3, 3, 0.5)]
    {
        let plan = format!("[plan.a]\ndays = [1, {day}]\nkinds = [\"{kind}\"]");
        let run = Run::of(&scenario(day, "size = 1000", &behaviour, &plan), 40);
        let tired = logistic(-2.0 * f64::ln(1.0 + fatigue * left));
        agrees("first", &run.each(0, on_day(Outcome::Reads, 1)), 0.5, 0.011);
        agrees(kind, &run.each(0, on_day(Outcome::Reads, day as usize)), 0.5 * 0.5 + 0.5 * tired, 0.011);
    }
}

/// Fatigue decays with the time since the last visit: days of absence in between change nothing.
#[test]
fn fatigue_decays_alike_whether_or_not_one_looks_in() {
    let noon = "visit_from_hour = 12\nvisit_to_hour = 12.001\npresence_mean = 0.5\npresence_concentration = 10000";
    let behaviour = ["read_base = 0\nread_per_expectation = 0\nread_per_fatigue = 4", noon, NOBODY_QUITS];
    let run = Run::of(&scenario(5, "size = 1000", &behaviour, "[plan.a]\ndays = [1, 5]"), 40);
    let tired = logistic(-4.0 * f64::ln(1.25));
    let expected = 0.5 * (0.25 * tired + 0.75 * 0.5);
    agrees("day 5", &run.each(0, on_day(Outcome::Reads, 5)), expected, 0.011);
}

#[test]
fn the_second_post_of_a_visit_meets_the_fatigue_of_the_first() {
    let behaviour = ["read_base = 0\nread_per_expectation = 0\nread_per_fatigue = 2", ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(&scenario(1, "size = 1000", &behaviour, "[plan.a]\nat = [\"05:00\", \"06:00\"]"), 40);
    let expected = 0.5 + 0.5 * 0.5 + 0.5 * logistic(-2.0 * 2.0_f64.ln());
    agrees("reads", &run.each(0, on_day(Outcome::Reads, 1)), expected, 0.015);
}

#[test]
fn reach_delivers_to_its_share() {
    let plans = "[plan.whole]\ndays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n[plan.half]\nlike = \"whole\"\nreach = 0.5\n[plan.twice-half]\nlike = \"whole\"\nreach = 0.5\nper_day = 2\n[plan.tenth]\nlike = \"whole\"\nreach = 0.1";
    let behaviour = ["read_base = 0.4\nread_per_expectation = 0\nread_per_fatigue = 0", NOBODY_QUITS];
    let run = Run::of(&scenario(12, "size = 500", &behaviour, plans), 40);
    let delivered = |tally: &Tally| tally.total(Outcome::Delivered) as f64 / members(tally) / 10.0;
    assert!(run.each(0, delivered).iter().all(|&share| (share - 1.0).abs() < 1e-12));
    agrees("half", &run.each(1, delivered), 0.5, 0.007);
    agrees("twice half", &run.each(2, delivered), 1.0, 0.007);
    agrees("a tenth", &run.each(3, delivered), 0.1, 0.004);
    // Who is not addressed cannot read: reads fall with reach, the open rate does not.
    for plan in 0..4 {
        let open = run.each(plan, per(Outcome::Reads, Outcome::Delivered));
        agrees("open rate", &open, 0.63 * logistic(0.4), 0.015);
    }
}

// --- What a read brings ---

#[test]
fn clicks_follow_offer_relevance_and_fit() {
    let topics = "[topic.t]\nrelevance = { yes = 1.0, some = 0.4 }\n";
    let behaviour = ["click_given_read = 0.5\nread_per_expectation = 0", NOBODY_QUITS];
    for (theme, offer, expected) in [("yes", 1.0, 0.4), ("yes", 0.3, 0.12), ("some", 1.0, 0.16)] {
        let plan = format!("{topics}[plan.a]\ntopic = \"t\"\noffer = {offer:.1}");
        let club = format!("size = 1000\nfit = 0.8\ntheme = \"{theme}\"");
        let run = Run::of(&scenario(5, &club, &behaviour, &plan), 20);
        agrees("clicks per read", &run.each(0, per(Outcome::Clicks, Outcome::Reads)), expected, 0.016);
    }
}

#[test]
fn a_click_brings_at_most_one_first_purchase() {
    let sure = "click_given_read = 0.5\npurchase_given_click = 0.4";
    let behaviour = [sure, ALIKE, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS];
    let run = Run::of(
        &scenario(
            6,
            "size = 1000\nfit = 0.8",
            &behaviour,
            "[plan.a]\nat = [\"06:00\"]\n[plan.b]\nat = [\"06:00\"]\nbroken_link = true",
        ),
        40,
    );
    let each_read = 0.5 * 0.8 * 0.4;
    for day in [1, 6] {
        let expected = each_read * (1.0_f64 - each_read).powi(day - 1);
        agrees("buyers", &run.each(0, on_day(Outcome::Buyers, day as usize)), expected, 0.009);
    }
    agrees("clicks do not end with a purchase", &run.each(0, on_day(Outcome::Clicks, 6)), 0.4, 0.011);
    assert_eq!(run.sum(1, Outcome::Buyers), 0, "nobody buys behind a broken link");
    assert!(run.sum(1, Outcome::Clicks) > 0);
}

// --- Needs ---

/// Needs a day and days a need of the tests below; visits come every 24 hours, at noon.
const RATE: f64 = 0.1 * 0.8;
const LENGTH: f64 = 5.0;
const AT_NOON: &str = "visit_from_hour = 12\nvisit_to_hour = 12.0001";

/// Members who meet a post at noon, with needs and without curiosity.
fn needy(days: u32, needs: bool, suits: f64, also: &str, plans: &str) -> String {
    let law = format!(
        "need_rate = 0.1\nneed_days = {LENGTH}\nclick_given_need = 1\nclick_given_read = 0\npurchase_given_need = {suits}"
    );
    let behaviour = [law.as_str(), AT_NOON, ALIKE, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS, NO_QUESTIONS, also];
    let text = scenario(days, "size = 1000\nfit = 0.8", &behaviour, plans);
    text.replacen("needs = false", &format!("needs = {needs}"), 1)
}

/// Chance that a member is in a need a day after it was out of one, and after it was in one.
fn a_day_later() -> [f64; 2] {
    let (into, out) = (RATE, 1.0 / LENGTH);
    let left = (-(into + out)).exp();
    [into / (into + out) * (1.0 - left), (into + out * left) / (into + out)]
}

fn open_share() -> f64 {
    RATE * LENGTH / (1.0 + RATE * LENGTH)
}

#[test]
fn a_post_sells_to_those_with_a_need_that_it_suits_on_any_day() {
    let plans = "[plan.first]\ndays = [1]\n[plan.later]\ndays = [9]\n[plan.broken]\ndays = [1]\nbroken_link = true\n[plan.useful]\ndays = [1]\nkinds = [\"useful\"]";
    let run = Run::of(&needy(9, true, 0.4, "", plans), 40);
    agrees("open at the start", &run.each(0, on_day(Outcome::Clicks, 1)), open_share(), 0.01);
    agrees("open later", &run.each(1, on_day(Outcome::Clicks, 9)), open_share(), 0.01);
    agrees("bought at the start", &run.each(0, on_day(Outcome::Purchases, 1)), 0.4 * open_share(), 0.008);
    agrees("bought later", &run.each(1, on_day(Outcome::Purchases, 9)), 0.4 * open_share(), 0.008);
    assert_eq!(run.sum(0, Outcome::Purchases), run.sum(0, Outcome::Buyers));
    assert!(run.sum(2, Outcome::Clicks) > 0);
    assert_eq!((run.sum(2, Outcome::Purchases), run.sum(3, Outcome::Purchases)), (0, 0));
}

/// New contents: a need is open at a visit after it was, unless it was served, or after it was not.
#[test]
fn daily_posts_sell_by_the_renewal_of_needs() {
    let [after_none, after_open] = a_day_later();
    for suits in [1.0, 0.3] {
        let run = Run::of(&needy(20, true, suits, "", "[plan.a]"), 40);
        let mut open = open_share();
        for day in 1..=20 {
            agrees("in need", &run.each(0, on_day(Outcome::Clicks, day)), open, 0.011);
            agrees("purchases", &run.each(0, on_day(Outcome::Purchases, day)), suits * open, 0.011);
            let still_open = (1.0 - suits) * open;
            open = still_open * after_open + (1.0 - still_open) * after_none;
        }
        assert!(run.sum(0, Outcome::Purchases) > run.sum(0, Outcome::Buyers), "some buy again");
    }
}

/// One content for good: a need that it does not suit stays unserved until another need comes.
#[test]
fn the_same_ad_does_not_suit_a_need_better_the_second_time() {
    let suits = 0.4;
    let run = Run::of(&needy(15, true, suits, "wear_elasticity = 0", "[plan.a]\ncontents = 1"), 40);
    let [after_none, after_open] = a_day_later();
    let same_need = (-1.0 / LENGTH).exp();
    // Members whose open need the content does not suit, after the visit; those whose need it suits have been served.
    let mut unsuited = (1.0 - suits) * open_share();
    agrees("purchases", &run.each(0, on_day(Outcome::Purchases, 1)), suits * open_share(), 0.008);
    for day in 2..=15 {
        let new_need = (1.0 - unsuited) * after_none + unsuited * (after_open - same_need);
        agrees("purchases", &run.each(0, on_day(Outcome::Purchases, day)), suits * new_need, 0.006);
        unsuited = unsuited * same_need + (1.0 - suits) * new_need;
    }
}

#[test]
fn needs_that_nobody_serves_are_the_same_under_every_plan() {
    let plans = "[plan.a]\ndays = [8]\n[plan.b]\ndays = [1, 2, 3, 5, 8]\nat = [\"06:00\", \"07:00\"]";
    let unserved = Run::of(&needy(8, true, 0.0, "", plans), 4);
    let served = Run::of(&needy(8, true, 0.5, "", plans), 4);
    for (unserved, served) in unserved.replicates.iter().zip(&served.replicates) {
        let clicks = |tally: &Tally| tally.days[7].get(Outcome::Clicks);
        assert_eq!(2 * clicks(&unserved.plans[0]), clicks(&unserved.plans[1]));
        assert_eq!(clicks(&unserved.plans[0]), clicks(&served.plans[0]), "nothing was served before day 8");
        assert!(2 * clicks(&served.plans[0]) > clicks(&served.plans[1]), "what was served needs no more");
    }
}

#[test]
fn without_needs_or_without_posts_nobody_buys() {
    let no_needs = Run::of(&needy(8, true, 0.5, "", "[plan.a]").replacen("need_rate = 0.1", "need_rate = 0", 1), 4);
    assert_eq!(no_needs.sum(0, Outcome::Purchases), 0);
    let off = Run::of(&needy(8, false, 0.5, "purchase_given_click = 0.5", "[plan.a]"), 4);
    assert_eq!(off.sum(0, Outcome::Clicks), 0, "curiosity is off, and so are needs");
}

/// The hazard of a visit with one read is the same either way; of two it is the sum, or the larger.
#[test]
fn every_read_counts_and_with_one_read_a_visit_nothing_else_changes() {
    let hazards = "irritation_base = -3\nirritation_slope = 2\nirritation_per_fatigue = 0.5\nmute_share = 0.3";
    let behaviour = [hazards, ALWAYS_READ, NO_DISTRUST, NO_REPETITION, NO_LEAKS];
    let with = |every_read: bool, plan: &str| {
        let text = scenario(10, "size = 1000\nfit = 0.6", &behaviour, plan);
        Run::of(&text.replacen("every_read = false", &format!("every_read = {every_read}"), 1), 8)
    };
    // Posted before anybody comes, so that nobody meets two posts at once.
    let daily = "[plan.a]\nat = [\"06:00\"]";
    assert!(with(true, daily).replicates == with(false, daily).replicates);
    let exits = |every_read| with(every_read, "[plan.a]\nper_day = 2").sum(0, Outcome::Leaves);
    assert!(exits(true) > exits(false));
    let sturdy = [
        "irritation_base = -3\nirritation_slope = 0\nirritation_per_fatigue = 0\nmute_share = 0\nblock_share = 0",
        STURDY,
        ALWAYS_HERE,
        ALWAYS_READ,
        AT_NOON,
        NO_DISTRUST,
        NO_REPETITION,
        NO_LEAKS,
    ];
    let text = scenario(1, "size = 1000", &sturdy, "[plan.a]\nat = [\"06:00\", \"08:00\", \"10:00\"]");
    let run = Run::of(&text.replacen("every_read = false", "every_read = true", 1), 40);
    let of_three = 1.0 - (-3.0 * (-3.0_f64).exp()).exp();
    agrees("left after three reads", &run.each(0, on_day(Outcome::Leaves, 1)), of_three, 0.01);
}

/// Members who read at noon, block and report at once; posts before noon are delivered to each of them.
#[test]
fn a_report_counts_against_the_last_five_posts_delivered_or_as_many_as_there_are() {
    let behaviour = [
        "irritation_base = 5\nmute_share = 0\nblock_share = 1\nreport_given_block = 1",
        ALWAYS_HERE,
        ALWAYS_READ,
        AT_NOON,
        STURDY,
        NO_QUESTIONS,
    ];
    let crossings = |posts: &str, trigger: &str| {
        let text = scenario(2, "size = 200\nchannel = \"direct\"", &behaviour, &format!("[plan.a]\n{posts}"))
            .replacen("\"none\"", &format!("\"reference\"\nreport_trigger = \"{trigger}\""), 1)
            .replacen("fit_spread = 0.0\n", "", 1);
        Run::of(&text, 2).sum(0, Outcome::ReportCrossings)
    };
    let hours = |n: usize| format!("at = {:?}", (1..=n).map(|hour| format!("{hour:02}:00")).collect::<Vec<_>>());
    for (n, carried) in [(1, 1), (3, 3), (5, 5), (8, 5)] {
        assert_eq!(crossings(&hours(n), "carried"), 2 * carried, "{n} posts");
        assert_eq!(crossings(&hours(n), "last-read"), 2, "{n} posts");
        assert_eq!(crossings(&hours(n), "pooled"), 2, "{n} posts");
    }
    // What has not arrived by the visit is not handed over.
    assert_eq!(crossings("at = [\"08:00\", \"09:00\", \"20:00\", \"21:00\"]", "carried"), 2 * 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Without fatigue and quitting, with contents always new and no more posts in sight than are offered.
    #[test]
    fn buyers_never_fall_when_a_post_is_added(days in prop::collection::btree_set(1_u32..15, 1..8), added in 1_u32..15) {
        let before: Vec<u32> = days.iter().copied().collect();
        let mut after = before.clone();
        after.push(added);
        after.sort_unstable();
        let lines = |days: &[u32]| {
            let mut last = 0;
            let line = |&day: &u32| {
                let at = if day == last { "09:30" } else { "09:00" };
                last = day;
                format!("{{ day = {day}, at = \"{at}\", kind = \"hard\" }}")
            };
            days.iter().map(line).collect::<Vec<_>>().join(", ")
        };
        let plans = format!("[plan.before]\nposts = [{}]\n[plan.after]\nposts = [{}]", lines(&before), lines(&after));
        let law = "need_rate = 0.1\nneed_days = 4\npurchase_given_need = 0.3\nread_per_fatigue = 0\npurchase_given_click = 0.05";
        let text = scenario(15, "size = 300\nfit = 0.7", &[law, NOBODY_QUITS, NO_QUESTIONS], &plans)
            .replacen("needs = false", "needs = true", 1);
        for paired in &Run::of(&text, 2).replicates {
            let buyers = |plan: usize| paired.plans[plan].total(Outcome::Buyers);
            prop_assert!(buyers(0) <= buyers(1), "{} after {added} was added to {before:?}, {} before", buyers(1), buyers(0));
        }
    }
}

/// Each earlier read of the same content costs clicks, purchases, value and dwell their factors.
#[test]
fn repeats_wear_clicks_purchases_interactions_and_dwell() {
    let fit = (6.2 - 0.8) / 6.5;
    let base = "click_given_read = 0.9\npurchase_given_click = 0.5\nattention_wear = 0.8\nwear_elasticity = 0.5\ninteraction_base = -2\ninteraction_slope = 3";
    let behaviour = [base, ALIKE, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS];
    let club = format!("size = 1000\nfit = {fit}");
    let run = Run::of(&scenario(4, &club, &behaviour, "[plan.a]\nat = [\"06:00\"]\ncontents = 1"), 40);
    let mut not_bought = 1.0;
    for day in 1..=4_usize {
        let earlier = (day - 1) as f64;
        let w = (-0.4 * earlier).exp();
        let click = 0.9 * fit * w;
        let a_day = |outcome| run.each(0, on_day(outcome, day));
        agrees("clicks", &a_day(Outcome::Clicks), click, 0.011);
        agrees("purchases", &a_day(Outcome::Buyers), not_bought * click * 0.5 * w, 0.011);
        agrees("interactions", &a_day(Outcome::Interactions), logistic(-2.0 + 3.0 * fit * w), 0.011);
        let dwell = |tally: &Tally| {
            tally.days[day - 1].get(Outcome::DwellMs) as f64 / tally.days[day - 1].get(Outcome::Reads) as f64 / 1000.0
        };
        agrees("dwell", &run.each(0, dwell), 6.2 * 0.458_f64.powf(earlier), 0.01);
        not_bought *= 1.0 - click * 0.5 * w;
        let repeat = run.pooled(0).repeats[day - 1];
        agrees_share("clicks by repeat", (repeat.clicks, repeat.reads), click, 0.011);
    }
    assert!((6.2_f64 * 0.458 * 0.458 - 1.3).abs() < 0.01, "6.2 s to 1.3 s in two repeats");
}

#[test]
fn a_dwell_that_wears_off_at_once_is_that_of_first_reads() {
    let behaviour = ["dwell_base = 2\ndwell_per_value = 0\ndwell_wear = 0", NOBODY_QUITS];
    let tally = Run::of(&scenario(5, "size = 300", &behaviour, "[plan.a]\ncontents = 1"), 3).pooled(0);
    assert!(tally.repeats[1].reads > 0);
    assert_eq!(tally.total(Outcome::DwellMs), 2000 * tally.repeats[0].reads);
}

#[test]
fn useful_posts_are_worth_reading_for_whom_they_do_not_fit() {
    let base = "interaction_base = -2\ninteraction_slope = 3\nuseful_value = 0.7\nunwanted_below = 0.5";
    let behaviour = [base, ALIKE, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS];
    let plans = "[plan.hard]\n[plan.useful]\nkinds = [\"useful\"]";
    let run = Run::of(&scenario(3, "size = 1000\nfit = 0.4", &behaviour, plans), 20);
    for (plan, value) in [(0, 0.4), (1, 0.4 + 0.6 * 0.7)] {
        let interactions = run.each(plan, per(Outcome::Interactions, Outcome::Reads));
        agrees("interactions", &interactions, logistic(-2.0 + 3.0 * value), 0.012);
    }
    assert_eq!(run.sum(0, Outcome::UnwantedReads), run.sum(0, Outcome::Reads), "0.4 is below 0.5");
    assert_eq!(run.sum(1, Outcome::UnwantedReads), 0, "0.82 is not");
}

// --- Asking, answering, trust ---

const ASKERS: &str = "question_rate = 0.3\nquestion_fit_scale = 0.6\nvoice_per_trust = 0";

#[test]
fn questions_come_in_proportion_to_fit() {
    let behaviour = [ASKERS, ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    for (fit, expected) in [(0.3, 0.15), (0.9, 0.45)] {
        let run = Run::of(&scenario(1, &format!("size = 1000\nfit = {fit}"), &behaviour, "[plan.a]"), 40);
        agrees("questions", &run.each(0, on_day(Outcome::Questions, 1)), expected, 0.011);
    }
}

#[test]
fn one_question_at_a_time() {
    // Nobody gives up within the campaign and nobody is answered: one question each.
    let behaviour = ["question_rate = 50\nreply_patience_scale = 100000000", ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(&scenario(5, "size = 500", &behaviour, "[plan.a]\nreply = \"never\""), 4);
    assert_eq!((run.sum(0, Outcome::Questions), run.sum(0, Outcome::Answers)), (2000, 0));
    // An answer within a minute frees the asker for the next visit.
    let behaviour = ["question_rate = 50", ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(&scenario(5, "size = 500", &behaviour, "[plan.a]\nreply = \"1m\""), 4);
    assert!(run.sum(0, Outcome::Questions) > 9950);
}

/// Patience of almost exactly thirty hours, never an answer: asked at noon, given up at six in the evening of the next day,
/// noticed the day after, and asked again.
#[test]
fn a_question_stays_open_until_its_time() {
    let noon = "visit_from_hour = 12\nvisit_to_hour = 12.001\nquestion_rate = 50\nreply_patience_shape = 100\nreply_patience_scale = 30";
    let behaviour = [noon, ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(&scenario(5, "size = 1000", &behaviour, "[plan.a]\nreply = \"never\""), 4);
    for (day, asked) in [(1, 1.0), (2, 0.0), (3, 1.0), (4, 0.0), (5, 1.0)] {
        let found = run.mean(0, on_day(Outcome::Questions, day));
        assert!((found - asked).abs() < 0.003, "day {day}: {found}");
    }
}

/// What has resolved by the horizon takes effect there; what has not, lapses.
#[test]
fn questions_of_the_last_day_count_as_far_as_they_have_resolved() {
    let noon = "visit_from_hour = 12\nvisit_to_hour = 12.001\nquestion_rate = 50\nreply_patience_shape = 100";
    let trust = "trust_drift = 0\ntrust_at_entry = 0.8\nown_reply_weight = 0.5";
    for (hours, at_horizon) in [(11, 0.4), (14, 0.8)] {
        let patience = format!("reply_patience_scale = {hours}");
        trust_shows("never answered", &[noon, trust, &patience, ALIKE], "reply = \"never\"", 1, at_horizon);
    }
    let behaviour = [noon, "reply_patience_scale = 14\npurchase_given_answer = 0.5", ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(&scenario(1, "size = 1000", &behaviour, "[plan.a]\nreply = \"0.001m\""), 20);
    agrees("sold at the horizon", &run.each(0, on_day(Outcome::InquiryPurchases, 1)), 0.5, 0.016);
}

/// P(R < W), exponential against Weibull: closed at shape 1, by quadrature at the shape of the model.
#[test]
fn the_reply_race_is_won_as_often_as_it_should() {
    let behaviour = [ASKERS, "reply_patience_shape = 1\nreply_patience_scale = 4", ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let plans = "[plan.a]\nreply = \"3h\"\n[plan.b]\nreply = \"3h\"\nanswered = 0.5\n[plan.c]\nreply = \"0.001m\"\nanswered = 0.7\n[plan.d]\nreply = \"never\"";
    let run = Run::of(&scenario(4, "size = 1000", &behaviour, plans), 20);
    let answered = |plan| (run.sum(plan, Outcome::Answers), run.sum(plan, Outcome::Questions));
    agrees_share("mean 3 h", answered(0), 4.0 / 7.0, 0.02);
    agrees_share("half of them answered at all", answered(1), 2.0 / 7.0, 0.02);
    agrees_share("at once", answered(2), 0.7, 0.02);
    assert_eq!(answered(3).0, 0);

    let behaviour = [ASKERS, ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(&scenario(4, "size = 1000", &behaviour, "[plan.a]\nreply = \"2h\""), 20);
    // Integral of the survival of W against the density of R, by Simpson's rule in w = t^2 (the density is steep at 0).
    let survival = |hours: f64| (-(hours / 4.05).powf(0.73)).exp();
    let integrand = |t: f64| 2.0 * t * 0.5 * (-t * t / 2.0).exp() * survival(t * t);
    let (steps, end) = (4000, 7.0);
    let weight = |i: i32| if i == 0 || i == steps { 1.0 } else { 2.0 + 2.0 * f64::from(i % 2) };
    let step = end / f64::from(steps);
    let expected: f64 = (0..=steps).map(|i| weight(i) * integrand(step * f64::from(i))).sum::<f64>() * step / 3.0;
    agrees_share("mean 2 h", (run.sum(0, Outcome::Answers), run.sum(0, Outcome::Questions)), expected, 0.02);
}

/// Asked at ten in the evening of the last day: who has given up by midnight has lost trust at the horizon.
#[test]
fn forty_five_in_a_hundred_give_up_within_two_hours() {
    let evening = "visit_from_hour = 22\nvisit_to_hour = 22.001\nquestion_rate = 50";
    let trust =
        "trust_drift = 0\ntrust_at_entry = 0.9\nown_reply_weight = 1\nrepurchase_base = -3\noutcome_per_trust = 6";
    let behaviour = [evening, trust, ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(&scenario(1, "size = 1000", &behaviour, "[plan.a]\nreply = \"never\""), 40);
    let expected = 0.45 * logistic(-3.0) + 0.55 * logistic(-3.0 + 6.0 * 0.9);
    let repurchases = run.each(0, |tally| tally.horizon.repurchases as f64 / members(tally));
    agrees("repurchase", &repurchases, expected, 0.011);
}

#[test]
fn an_answer_in_time_sells_in_its_share() {
    let behaviour = [ASKERS, "purchase_given_answer = 0.436", ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(
        &scenario(8, "size = 1000", &behaviour, "[plan.a]\nreply = \"0.001m\"\n[plan.b]\nreply = \"never\""),
        20,
    );
    // Questions of the last day have no later visit; those answered by the horizon still take effect there.
    let sold = (run.sum(0, Outcome::InquiryPurchases), run.sum(0, Outcome::Answers));
    agrees_share("sold", sold, 0.436, 0.015);
    assert_eq!(run.sum(1, Outcome::InquiryPurchases), 0);
}

/// Trust as the repurchases at the horizon show it: with everybody there every day it follows a recursion.
fn trust_shows(what: &str, behaviour: &[&str], plan: &str, days: u32, trust: f64) {
    let outcomes =
        "repurchase_base = -2\noutcome_per_trust = 4\ncomplaint_base = 2\nrecommend_base = -3\nrecommend_per_trust = 5";
    let all = [behaviour, &[outcomes, ALWAYS_HERE, NOBODY_QUITS]].concat();
    let run = Run::of(&scenario(days, "size = 1000", &all, &format!("[plan.a]\n{plan}")), 40);
    let share = |count: fn(&Tally) -> u64| run.each(0, |tally| count(tally) as f64 / members(tally));
    let repurchases = share(|tally| tally.horizon.repurchases);
    agrees(&format!("{what}: repurchase"), &repurchases, logistic(-2.0 + 4.0 * trust), 0.013);
    agrees(&format!("{what}: complaint"), &share(|tally| tally.horizon.complaints), logistic(2.0 - 4.0 * trust), 0.013);
    agrees(
        &format!("{what}: recommend"),
        &share(|tally| tally.horizon.recommendations),
        logistic(-3.0 + 5.0 * trust),
        0.013,
    );
}

#[test]
fn thirty_day_outcomes_follow_trust() {
    for trust in [0.3, 0.9] {
        let base = format!("trust_at_entry = {trust}\ntrust_drift = 0");
        trust_shows("entry", &[&base, NO_QUESTIONS], "", 1, trust);
    }
}

#[test]
fn trust_drifts_to_what_service_is_worth() {
    let base = "trust_at_entry = 0.9\ntrust_drift = 0.4\nservice_step = 0.5\nreply_patience_shape = 1\nreply_patience_scale = 4\nprivacy_trust_cut = 0.5";
    for (plan, practised, ceiling) in [
        ("reply = \"never\"", 0.0, 1.0),
        ("reply = \"4h\"", 0.5, 1.0),
        ("reply = \"4h\"\nanswered = 0.4", 0.2, 1.0),
        ("reply = \"0.001m\"\nprivacy = \"ignored\"", 1.0, 0.5),
    ] {
        let (mut trust, mut service) = (0.9, 0.9);
        for day in 0..4 {
            if day > 0 {
                service += 0.5 * (practised - service);
            }
            trust += 0.4 * (service * ceiling - trust);
        }
        trust_shows(plan, &[base, NO_QUESTIONS], plan, 4, trust);
    }
}

/// Trust drifts at visits, not by the calendar: with half the days visited, the number of steps is binomial.
#[test]
fn trust_drifts_only_at_visits() {
    let base = "trust_at_entry = 0.8\ntrust_drift = 0.6\nservice_step = 0\nprivacy_trust_cut = 0.75\nrepurchase_base = -2\noutcome_per_trust = 4";
    let here = "presence_mean = 0.5\npresence_concentration = 10000";
    let behaviour = [base, here, NO_QUESTIONS, NOBODY_QUITS];
    let run = Run::of(&scenario(3, "size = 1000", &behaviour, "[plan.a]\nprivacy = \"ignored\""), 40);
    let after = |visits: i32| logistic(-2.0 + 4.0 * (0.2 + 0.6 * 0.4_f64.powi(visits)));
    let expected = (after(0) + 3.0 * after(1) + 3.0 * after(2) + after(3)) / 8.0;
    let repurchases = run.each(0, |tally| tally.horizon.repurchases as f64 / members(tally));
    agrees("repurchase", &repurchases, expected, 0.011);
    agrees("activity", &run.each(0, |tally| on_day(Outcome::Activity, 1)(tally) / 1024.0), 0.5, 0.002);
}

/// Everybody asks on day 1 and nobody later; the asker's trust takes the result at the next visit.
#[test]
fn own_experience_moves_trust() {
    let asking = "question_rate = 50\nquestion_fit_scale = 0.6\nvoice_per_trust = 0\ntrust_drift = 0\ntrust_at_entry = 0.6\nown_reply_weight = 0.3";
    // Never: half of the patience is far shorter than a day, so by day 2 it is over.
    let base = [asking, ALIKE, "reply_patience_shape = 1\nreply_patience_scale = 0.001"];
    // A visit before 06:00 does not exist: on day 2 the result of day 1 is taken, and another question asked that resolves at once.
    let mut trust = 0.6;
    for _ in 0..3 {
        trust += 0.3 * (0.0 - trust);
    }
    trust_shows("disappointed", &base, "reply = \"never\"", 3, trust);
    let base = [asking, ALIKE, "reply_patience_shape = 1\nreply_patience_scale = 100000"];
    let mut trust = 0.6;
    for _ in 0..3 {
        trust += 0.3 * (1.0 - trust);
    }
    trust_shows("content", &base, "reply = \"0.001m\"", 3, trust);
}

#[test]
fn trust_gives_voice() {
    let base = "voice_per_trust = 3\ntrust_at_entry = 0.8\ntrust_drift = 0.5\nservice_step = 1\nquestion_rate = 0.2\nreply_patience_scale = 0.0001\nown_reply_weight = 0";
    let behaviour = [base, ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run = Run::of(&scenario(4, "size = 1000\nfit = 0.6", &behaviour, "[plan.a]\nreply = \"never\""), 40);
    // Day 1 ends with 0.8 (service is what trust was); each later visit halves it.
    let mut trust = 0.8_f64;
    for day in 1..=4_usize {
        let asked = 0.2 * (3.0 * (trust - 0.8)).exp();
        agrees("questions", &run.each(0, on_day(Outcome::Questions, day)), asked, 0.011);
        // Rounded a member, whose presence is Beta(9999, 1): u^(1/9999) at the uniform u.
        let units = |u: f64| (1024.0 * u.powf(1.0 / 9999.0) * (3.0 * (trust - 0.8)).exp()).round();
        let spoken = (0..10_000).map(|i| units((f64::from(i) + 0.5) / 10_000.0) / 1024.0).sum::<f64>() / 10_000.0;
        let activity = |tally: &Tally| on_day(Outcome::Activity, day)(tally) / 1024.0;
        agrees("activity", &run.each(0, activity), spoken, 0.001);
        trust *= if day == 1 { 1.0 } else { 0.5 };
    }
}

/// The other way round, too: those who trust less may ask more.
#[test]
fn voice_may_rise_as_trust_falls() {
    let base = "voice_per_trust = -3\ntrust_at_entry = 0.5\ntrust_drift = 0\nquestion_rate = 0.2";
    let run =
        Run::of(&scenario(1, "size = 1000\nfit = 0.6", &[base, ALIKE, ALWAYS_HERE, NOBODY_QUITS], "[plan.a]"), 40);
    agrees("questions", &run.each(0, on_day(Outcome::Questions, 1)), 0.2, 0.011);
}

#[test]
fn a_gift_wording_raises_complaints_of_those_who_read_it() {
    let base = "complaint_base = -1\noutcome_per_trust = 0\ngift_factor = 1.5\nread_base = 0\nread_per_expectation = 0";
    let behaviour = [base, ALWAYS_HERE, NOBODY_QUITS];
    let plans = "[plan.a]\ndays = [1]\nat = [\"06:00\"]\n[plan.b]\nlike = \"a\"\ngift = true";
    let run = Run::of(&scenario(1, "size = 1000", &behaviour, plans), 40);
    let complaints = |tally: &Tally| tally.horizon.complaints as f64 / members(tally);
    agrees("plain", &run.each(0, complaints), logistic(-1.0), 0.011);
    agrees("half of them read the gift", &run.each(1, complaints), 1.25 * logistic(-1.0), 0.011);
    let other = |tally: &Tally| (tally.horizon.repurchases, tally.total(Outcome::Reads));
    assert!(run.replicates.iter().all(|paired| other(&paired.plans[0]) == other(&paired.plans[1])));
}

#[test]
fn revenue_counts_repurchases_of_buyers_only() {
    let base = "click_given_read = 1\npurchase_given_click = 0.5\nrepurchase_base = 0\noutcome_per_trust = 0";
    let behaviour = [base, ALIKE, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS];
    let run = Run::of(&scenario(1, "size = 1000\nfit = 0.8", &behaviour, "[plan.a]\nat = [\"06:00\"]"), 40);
    let pooled = run.pooled(0);
    agrees_share("repurchase", (pooled.horizon.repurchases, 40_000), 0.5, 0.011);
    agrees_share("of buyers", (pooled.horizon.repurchases_of_buyers, 40_000), 0.4 * 0.5, 0.011);
}

// --- Selection ---

#[test]
fn a_plan_addresses_the_share_it_keeps() {
    for (size, keep, expected) in [(1001, 0.25, 250), (1000, 0.25, 250), (7, 0.5, 4), (10, 0.06, 1), (10, 1.0, 10)] {
        let club = format!("groups = 1\nsize = {size}");
        let run = Run::of(&scenario(2, &club, &[], &format!("[plan.a]\nselect = {{ keep = {keep:.2} }}")), 2);
        let horizon = run.replicates[0].plans[0].horizon;
        assert_eq!(horizon.members, expected, "{keep} of {size}");
    }
}

#[test]
fn a_better_signal_keeps_people_who_fit_better() {
    let behaviour = ["click_given_read = 1\nread_per_expectation = 0", NOBODY_QUITS];
    let plan =
        |signal: &str| format!("[plan.s{}]\nselect = {{ keep = 0.25, signal = {signal} }}\n", signal.replace('.', ""));
    let run =
        Run::of(&scenario(4, "size = 2000\nfit = 0.4", &behaviour, &["0.0", "0.5", "1.0"].map(plan).concat()), 20);
    let fit: Vec<f64> = (0..3).map(|plan| run.mean(plan, per(Outcome::Clicks, Outcome::Reads))).collect();
    agrees("no signal is a random share", &run.each(0, per(Outcome::Clicks, Outcome::Reads)), 0.4, 0.035);
    assert!(fit[0] + 0.1 < fit[1] && fit[1] + 0.1 < fit[2], "{fit:?}");
}

// --- Invariants ---

#[test]
fn better_fit_raises_opens_and_lowers_exits() {
    let plans = (1..=9).map(|tenth| format!("[audience.a{tenth}]\ntwin = \"club\"\nfit = 0.{tenth}\nfit_spread = 0.0\nsize = 1000\n[plan.p{tenth}]\nto = [\"a{tenth}\"]\n"));
    let run = Run::of(&scenario(20, "size = 1000", &[], &plans.collect::<String>()), 20);
    let open: Vec<f64> = (0..9).map(|plan| run.mean(plan, per(Outcome::Reads, Outcome::Delivered))).collect();
    let exits: Vec<f64> = (0..9).map(|plan| run.mean(plan, loss)).collect();
    assert!(open.is_sorted_by(|a, b| a < b), "{open:?}");
    assert!(exits.is_sorted_by(|a, b| a > b), "{exits:?}");
}

#[test]
fn slower_replies_convert_fewer_questions() {
    let plan = |reply| format!("[plan.r{reply}]\nreply = \"{reply}\"\n");
    let plans = ["5m", "30m", "2h", "6h", "17h", "48h"].map(plan).concat();
    let run = Run::of(&scenario(20, "size = 2000\nfit = 0.8", &["question_rate = 0.05"], &plans), 20);
    let conversion = per(Outcome::InquiryPurchases, Outcome::Questions);
    let sold: Vec<f64> = (0..6).map(|plan| run.mean(plan, &conversion)).collect();
    assert!(sold.is_sorted_by(|a, b| a > b), "{sold:?}");
}

#[test]
fn the_same_content_never_beats_rotation_in_loss() {
    for (fit, every, per_day, kind) in
        [(0.8, 24, 1, "hard"), (0.15, 24, 1, "hard"), (0.5, 48, 2, "hard"), (0.5, 24, 2, "useful")]
    {
        let calendar = format!("every = \"{every}h\"\nper_day = {per_day}\nkinds = [\"{kind}\"]");
        let plans = format!(
            "[plan.same]\n{calendar}\ncontents = 1\n[plan.five]\n{calendar}\ncontents = 5\n[plan.new]\n{calendar}"
        );
        let run = Run::of(&scenario(14, &format!("size = 1000\nfit = {fit}"), &[], &plans), 10);
        for day in [3, 7, 14] {
            let lost = |tally: &Tally| {
                let day = &tally.days[day - 1];
                (day.get(Outcome::Left) + day.get(Outcome::Blocked) + day.get(Outcome::Muted)) as f64
            };
            let [same, five, new] = [0, 1, 2].map(|plan| run.mean(plan, lost));
            assert!(same >= five && five >= new, "{fit} {kind} every {every} h, day {day}: {same} {five} {new}");
            assert!(day < 14 || same > new, "repeats cost something within two weeks");
        }
    }
}

#[test]
fn names_of_contents_do_not_matter() {
    let days = [1, 2, 3, 4, 5, 6, 7, 8];
    let plan = |name: &str, contents: [&str; 8]| {
        let line = |(day, content): (&i32, &&str)| match *content {
            "" => format!("{{ day = {day} }}"),
            content => format!("{{ day = {day}, content = \"{content}\" }}"),
        };
        let lines: Vec<String> = days.iter().zip(&contents).map(line).collect();
        format!("[plan.{name}]\nposts = [{}]\n", lines.join(", "))
    };
    let text = [
        plan("one", ["a", "b", "", "a", "c", "b", "a", "d"]),
        plan("other", ["z", "c", "lonely", "z", "b", "c", "z", "a"]),
    ];
    let run = Run::of(&scenario(8, "size = 1000\nfit = 0.4", &[], &text.concat()), 4);
    assert!(run.replicates.iter().all(|paired| paired.plans[0] == paired.plans[1]));
}

#[test]
fn members_are_conserved_over_states_every_day() {
    let behaviour = ["leak_exit = 0.05\nmute_visit = 0.5\nenforce_prob = 0.7"];
    let plans = "[plan.a]\ncontents = 1\nprivacy = \"ignored\"\nper_day = 2\n[plan.b]\nreply = \"never\"\nselect = { keep = 0.31, signal = 0.5 }\n[plan.c]\nper_day = 51";
    for platform in ["none", "article-2025", "reference"] {
        let text = scenario(30, "groups = 3\nsize = 150\nfit = 0.3\nrelation = 0.4", &behaviour, plans);
        let run = Run::of(&text.replace("platform = \"none\"", &format!("platform = \"{platform}\"")), 10);
        for tally in run.replicates.iter().flat_map(|paired| &paired.plans) {
            let horizon = tally.horizon;
            let (mut blocks, mut reports) = (0, 0);
            for day in &tally.days {
                let states = [Outcome::Active, Outcome::Muted, Outcome::Left, Outcome::Blocked, Outcome::Unreachable];
                assert_eq!(states.map(|state| day.get(state)).iter().sum::<u64>(), horizon.members);
                assert!(day.get(Outcome::Reports) <= day.get(Outcome::Blocks));
                assert!(day.get(Outcome::Clicks) <= day.get(Outcome::Reads));
                assert!(day.get(Outcome::Buyers) <= day.get(Outcome::Clicks));
                assert!(day.get(Outcome::Interactions) <= day.get(Outcome::Reads));
                assert!(day.get(Outcome::Answers) <= day.get(Outcome::Questions));
                blocks += day.get(Outcome::Blocks);
                reports += day.get(Outcome::Reports);
                assert_eq!(day.get(Outcome::Blocked), blocks);
            }
            assert!(reports <= blocks);
            assert!(tally.total(Outcome::Reads) <= tally.total(Outcome::Delivered));
            assert!(tally.total(Outcome::Buyers) <= horizon.members);
            let states = [horizon.active, horizon.muted, horizon.left, horizon.blocked, horizon.unreachable];
            assert_eq!(states.iter().sum::<u64>(), horizon.members);
            let exits = tally.total(Outcome::Leaves) + tally.total(Outcome::LeakExits);
            assert_eq!((horizon.left, horizon.blocked), (exits, tally.total(Outcome::Blocks)));
            let repeats: u64 = tally.repeats.iter().map(|repeat| repeat.reads).sum();
            assert_eq!(repeats, tally.total(Outcome::Reads));
        }
    }
}

#[test]
fn twice_as_many_members_have_the_same_rates_and_more_reports_on_a_post() {
    let text = |platform: &str, size: u32| {
        scenario(10, &format!("channel = \"direct\"\nsize = {size}\nfit = 0.5\nrelation = 0"), &[], "[plan.a]")
            .replace("\"none\"", &format!("\"{platform}\""))
    };
    let (one, two) = (Run::of(&text("none", 300), 60), Run::of(&text("none", 600), 60));
    let (small, large) = (one.each(0, loss), two.each(0, loss));
    let differences: Vec<f64> = small.iter().zip(&large).map(|(small, large)| small - large).collect();
    agrees("loss", &differences, 0.0, 0.03);
    let open = per(Outcome::Reads, Outcome::Delivered);
    let differences: Vec<f64> = one.each(0, &open).iter().zip(two.each(0, &open)).map(|(one, two)| one - two).collect();
    agrees("open rate", &differences, 0.0, 0.02);
    let limited = |run: &Run| run.mean(0, |tally| tally.days[9].get(Outcome::Limited) as f64);
    let (one, two) = (Run::of(&text("article-2025", 300), 200), Run::of(&text("article-2025", 600), 200));
    assert!(limited(&one) + 0.05 < limited(&two), "{} {}", limited(&one), limited(&two));
}

// --- Optional mechanisms: each does what it says, and nothing when its parameter is neutral ---

fn switched(switch: &str, on: bool, behaviour: &[&str], club: &str, plan: &str) -> Run {
    let text = scenario(10, club, behaviour, &format!("[switch]\n{switch} = {on}\n[plan.a]\n{plan}"));
    Run::of(&text, 20)
}

#[test]
fn a_switch_with_a_neutral_parameter_changes_nothing() {
    for (switch, neutral) in [
        ("repeat_memory", "repeat_memory_days = 1e12"),
        ("contagion", "contagion_factor = 0"),
        ("wear_in", "wear_in = 0"),
        ("expectation_learning", "expectation_learning = 0"),
    ] {
        let run = |on| switched(switch, on, &[neutral], "size = 500\nfit = 0.4", "contents = 2").replicates;
        assert!(run(true) == run(false), "{switch}");
    }
}

#[test]
fn what_is_forgotten_is_not_too_often() {
    let run = |on| switched("repeat_memory", on, &["repeat_memory_days = 2"], "size = 1000\nfit = 0.7", "contents = 1");
    assert!(run(true).mean(0, loss) + 0.1 < run(false).mean(0, loss));
}

/// One read, remembered as half a read after the half-life.
#[test]
fn memory_of_a_read_halves_in_its_half_life() {
    let noon = "visit_from_hour = 12\nvisit_to_hour = 12.001\nrepeat_memory_days = 3\nclick_given_read = 0.9\nattention_wear = 1\nwear_elasticity = 1";
    let behaviour = [noon, ALIKE, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS];
    let run = switched("repeat_memory", true, &behaviour, "size = 1000\nfit = 0.8", "days = [1, 4]\ncontents = 1");
    agrees("clicks", &run.each(0, on_day(Outcome::Clicks, 4)), 0.72 * (-0.5_f64).exp(), 0.015);
}

#[test]
fn leaving_is_contagious_in_the_share_of_the_group_that_left() {
    let base = format!(
        "distrust_base = {}\ntrust_protection = 0\nmute_share = 0\ncontagion_factor = 5\ncontagion_days = 2",
        f64::ln(0.2)
    );
    let behaviour = [base.as_str(), STURDY, ALWAYS_HERE, NO_IRRITATION, NO_REPETITION, NO_LEAKS];
    let run = switched("contagion", true, &behaviour, "size = 2000", "");
    let (mut alive, mut felt) = (1.0, 0.0);
    for day in 1..=3 {
        let exits = alive * (1.0 - (-0.2 * (1.0 + 5.0 * felt) * 0.9999_f64).exp());
        agrees("exits", &run.each(0, on_day(Outcome::Leaves, day)), exits, 0.012);
        alive -= exits;
        felt = felt * (-0.5_f64).exp() + exits;
    }
    let irritated = format!(
        "irritation_base = {}\nirritation_slope = 0\nirritation_per_fatigue = 0\nmute_share = 0\nblock_share = 0\ncontagion_factor = 5",
        f64::ln(0.2)
    );
    let irritated = [irritated.as_str(), STURDY, ALWAYS_HERE, ALWAYS_READ, NO_DISTRUST, NO_REPETITION, NO_LEAKS];
    let run = switched("contagion", true, &irritated, "size = 2000", "at = [\"06:00\"]");
    let first = 1.0 - (-0.2_f64).exp();
    let second = (1.0 - first) * (1.0 - (-0.2 * (1.0 + 5.0 * first)).exp());
    agrees("exits by irritation", &run.each(0, on_day(Outcome::Leaves, 2)), second, 0.012);
    // A list has no neighbours who could be missed.
    let list = |on| switched("contagion", on, &behaviour, "channel = \"direct\"\nsize = 500", "").replicates;
    assert!(list(true) == list(false));
}

#[test]
fn a_first_read_counts_less_while_wearing_in() {
    let base = "wear_in = 0.3\nclick_given_read = 0.5\npurchase_given_click = 0.4\nwear_elasticity = 0";
    let behaviour = [base, ALIKE, ALWAYS_HERE, ALWAYS_READ, NOBODY_QUITS];
    let run = switched("wear_in", true, &behaviour, "size = 1000\nfit = 0.8", "at = [\"06:00\"]\ncontents = 1");
    agrees("first clicks", &run.each(0, on_day(Outcome::Clicks, 1)), 0.7 * 0.4, 0.015);
    agrees("first purchases", &run.each(0, on_day(Outcome::Buyers, 1)), 0.7 * 0.4 * 0.7 * 0.4, 0.015);
    agrees("later clicks", &run.each(0, on_day(Outcome::Clicks, 2)), 0.4, 0.016);
}

#[test]
fn members_learn_to_expect_what_they_read() {
    let base = "expectation_learning = 0.5\nread_base = -1\nread_per_expectation = 3\nread_per_fatigue = 0\ncold_expectation = 0.1";
    let behaviour = [base, ALIKE, ALWAYS_HERE, NOBODY_QUITS];
    let run =
        switched("expectation_learning", true, &behaviour, "size = 1000\nfit = 0.8\nrelation = 0", "at = [\"06:00\"]");
    let first = logistic(-1.0 + 3.0 * 0.1);
    agrees("day 1", &run.each(0, on_day(Outcome::Reads, 1)), first, 0.015);
    let taught = logistic(-1.0 + 3.0 * (0.1 + 0.5 * 0.7));
    agrees("day 2", &run.each(0, on_day(Outcome::Reads, 2)), first * taught + (1.0 - first) * first, 0.017);
}

/// The whole law of patience at a hazard that is not certain: the closed form the calibration uses for `block-third`.
#[test]
fn blocks_by_the_third_read_follow_the_closed_form() {
    let (hazard, share) = (1.2_f64, 0.7);
    let base = format!("over_patience_hazard = {hazard}\nblock_when_over_patience = {share}");
    let behaviour = [base.as_str(), ALWAYS_HERE, ALWAYS_READ, NO_IRRITATION, NO_DISTRUST, NO_LEAKS];
    let run = Run::of(&scenario(3, "size = 1000", &behaviour, "[plan.a]\nat = [\"06:00\"]\ncontents = 1"), 40);
    // Reads 2 and 3 are over the patience of those with tau < 2, read 3 of those with 2 <= tau < 3.
    let law = Gamma::new(3.0, 1.0 / 0.6).expect("two positive parameters");
    let (both, third) = (law.cdf(1.0), law.cdf(2.0) - law.cdf(1.0));
    let expected = share * (both * (1.0 - (-2.0 * hazard).exp()) + third * (1.0 - (-hazard).exp()));
    agrees("blocked", &run.each(0, on_day(Outcome::Blocked, 3)), expected, 0.011);
}

#[test]
fn a_post_costs_once_in_every_group_and_profit_is_the_sum_of_its_parts() {
    let plans = "[money]\nmargin = 60\ncost_per_post = 7\n[plan.a]\nper_day = 2\ncost = 0.5\n[plan.silent]\nposts = []";
    let behaviour = ["click_given_read = 1\npurchase_given_click = 0.5\nquestion_rate = 0.3\nrepurchase_base = 1"];
    let text = scenario(5, "groups = 3\nsize = 100\nfit = 0.8", &behaviour, plans);
    let (run, experiment) = (Run::of(&text, 1), experiment(&text));
    let figures = |plan: usize, keys: [&str; 7]| {
        let (tally, stakes) = (&run.replicates[0].plans[plan], &experiment.plans[plan].stakes);
        keys.map(|key| find(key).unwrap().value(tally, stakes).unwrap())
    };
    let keys = ["profit", "profit_posts", "profit_answers", "profit_repurchases", "cost", "delivered", "purchases"];
    let [profit, posts, answers, repurchases, cost, delivered, purchases] = figures(0, keys);
    assert!(posts > 0.0 && answers > 0.0 && repurchases > 0.0, "{posts} {answers} {repurchases}");
    assert!((profit - posts - answers - repurchases).abs() < 1e-9 * profit);
    let of_posts = 0.5 * delivered + 7.0 * 10.0 * 3.0;
    assert!((posts - (60.0 * purchases * (1.0 - 0.009) - of_posts)).abs() < 1e-9 * posts);
    assert!((cost - of_posts - 0.009 / 0.991 * (posts + of_posts + answers + repurchases)).abs() < 1e-9 * cost);
    let [profit, posts, answers, _, _, delivered, purchases] = figures(1, keys);
    assert_eq!((posts, delivered, purchases), (0.0, 0.0, 0.0), "a silent plan");
    assert!(
        answers > 0.0 && (profit - answers).abs() < 1e-9 * answers,
        "answers come in without posts: {profit} {answers}"
    );
}

#[test]
fn money_is_counts_times_what_a_send_costs_and_compliance_takes() {
    let plans =
        "[money]\nmargin = 90\n[plan.same]\ncontents = 1\n[plan.rotated]\n[plan.ignored]\nprivacy = \"ignored\"";
    let text = scenario(5, "size = 500", &["click_given_read = 1\npurchase_given_click = 0.5"], plans);
    let (run, experiment) = (Run::of(&text, 1), experiment(&text));
    for (plan, (per_send, compliance)) in [(0.2, 0.009), (0.3, 0.009), (0.3, 0.053)].into_iter().enumerate() {
        let tally = &run.replicates[0].plans[plan];
        let figure = |key| find(key).unwrap().value(tally, &experiment.plans[plan].stakes).unwrap();
        let total = |outcome| tally.total(outcome);
        let bought = total(Outcome::Purchases) + total(Outcome::InquiryPurchases) + tally.horizon.repurchases_of_buyers;
        let (revenue, delivered) = (90.0 * bought as f64, total(Outcome::Delivered) as f64);
        assert!(bought > 50, "{bought} purchases");
        assert!((figure("revenue") - revenue).abs() < 1e-9);
        assert!((figure("cost") - per_send * delivered - compliance * revenue).abs() < 1e-9, "plan {plan}");
        let gone = tally.horizon.left + tally.horizon.blocked;
        assert!(gone > 0 && (figure("joiners_missed") - 12.0 * gone as f64).abs() < 1e-9);
    }
}
